#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every scenario that is shipped gets its figures, and gnuplot says not a word.
set -u
banyan="${BANYAN:-./banyan}"
scenarios=$(cd "$(dirname "$0")/../.." && pwd)/scenarios
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
count=0
slow=; case "$*" in *slow*) slow=yes ;; esac

# Speaks TAP; what went wrong stands in comments.
result() {
    count=$((count + 1))
    if [ "$1" = 0 ]; then echo "ok $count $2"; else sed 's/^/# /' "$work/said"; echo "not ok $count $2"; fi
}

draws() {
    "$banyan" run "$1" --replications 1 -o "$work/r" --fresh --format none >"$work/said" 2>&1
    [ $? -le 3 ] && "$banyan" plot "$work/r" >"$work/list" 2>"$work/said" || return 1
    [ ! -s "$work/said" ] || return 1
    grep -q . "$work/list" || { echo 'no figures' >"$work/said"; return 1; }
    while read -r figure; do
        grep -q '</svg>' "$figure" || { echo "$figure is not whole" >"$work/said"; return 1; }
    done <"$work/list"
}

if ! command -v gnuplot >/dev/null; then echo '1..0 # SKIP gnuplot is not installed'; exit; fi
for scenario in "$scenarios"/*.ini "$scenarios"/ipc/rpc-server-crash.ini "$scenarios"/ipc/socket-cut.ini "$scenarios"/ipc/zeromq-request-reply.ini; do
    name=$(basename "$scenario")
    case $name in
        million.ini | hundred-thousand.ini)
            [ -n "$slow" ] || { count=$((count + 1)); echo "ok $count $name # SKIP slow"; continue; } ;;
    esac
    draws "$scenario"
    result $? "$name"
done
echo "1..$count"
