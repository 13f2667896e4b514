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
    outcome $status "run $scenario"
done
echo "1..$n"
