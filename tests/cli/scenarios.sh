#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every scenario that comes along passes the check.  Those of the communication models,
# which are small, are run in full, and what they say to expect must hold; with "-m slow"
# all are.
set -u
cd "$(dirname "$0")/../.."
program=${BANYAN:-./banyan}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

n=0
outcome() { n=$((n + 1)); [ "$1" = 0 ] && echo "ok $n - $2" || echo "not ok $n - $2"; }

misses=tests/cli/known-misses.txt
known() { awk -v scenario="$1" '$1 == scenario { print $2 }' $misses | sort; }

# What failed in a run's table of expectations is what is known to.
as_known() {
    failed=$(awk '/: FAILS$/ { print $1 }' "$2" | sort -u)
    [ "$failed" = "$(known "$1")" ] || return 1
    [ -z "$failed" ] || echo "# misses the published gate, as known:" $failed
}

while read -r scenario name; do
    case $scenario in ''|'#'*) continue ;; esac
    grep -qxF "[expect $name]" "$scenario"
    outcome $? "$scenario has the published gate $name"
done < $misses

slow=
[[ "$*" != *slow* ]] || slow=yes
for scenario in scenarios/*.ini scenarios/*/*.ini; do
    [ -e "$scenario" ] || continue
    "$program" check "$scenario" > "$scratch/out" 2>&1
    status=$?
    [ $status = 0 ] || sed 's/^/# /' "$scratch/out"
    outcome $status "check $scenario"
    [ -n "$slow" ] || [[ "$scenario" == scenarios/ipc/* ]] || continue
    "$program" run "$scenario" -o "$scratch/results" --fresh > "$scratch/out" 2>&1
    status=$?
    sed 's/^/# /' "$scratch/out"
    if [ $status = 0 ] || [ $status = 3 ]; then as_known "$scenario" "$scratch/out"; status=$?; fi
    outcome $status "run $scenario"
done
echo "1..$n"
