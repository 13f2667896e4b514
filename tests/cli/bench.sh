#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `banyan bench` as a user would check it: what it prints and writes, and what it refuses.
set -u
cd "$(dirname "$0")/../.."
banyan=${BANYAN:-./banyan}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

n=0
outcome() { n=$((n + 1)); [ "$1" = 0 ] && echo "ok $n - $2" || echo "not ok $n - $2"; }

"$banyan" bench flood gossip tree timers storm rough stream grid -n 1000 -p 3 -r 1 -o "$work/all.json" > "$work/table" 2>&1
outcome $? "every kind of workload runs"
[ "$(wc -l < "$work/table")" = 10 ]
outcome $? "the table has two lines of heading and one a workload"
for name in flood gossip tree timers storm rough stream grid; do
    grep -q "\"workload\" : \"$name\"" "$work/all.json"
    outcome $? "the JSON has $name"
done

# Degree 8: the source sends 8 copies and everybody else 7, of 3 publications.
line=$("$banyan" bench flood -n 500 -p 3 -r 1 --edges "$work/edges" --format lines)
[[ $line == *" received=$((3 * (8 + 499 * 7))) delivered=$((3 * 499)) "* ]]
outcome $? "a flood's messages are those of the formula"
[[ $line =~ max_us=[0-9]+\.000\  ]]
outcome $? "latencies are whole microseconds where links are written"
[ "$(stat -c %s "$work/edges")" = $((8 + 2000 * 12)) ]
outcome $? "the file has a head and 2,000 links"
[ "$(od -An -tu4 -N8 "$work/edges" | tr -s ' ')" = " 500 2000" ]
outcome $? "the head says so"
od -An -v -tu4 -j8 -w12 "$work/edges" | awk '$1 >= $2 || $2 >= 500 || $3 < 10000 || $3 > 100000 { exit 1 }'
outcome $? "each link ascends, in range, with its latency"

refused() {
    local words=$1
    shift
    "$banyan" bench "$@" > "$work/out" 2>&1
    [ $? = 2 ] && grep -q "$words" "$work/out"
    outcome $? "bench $* is refused: $words"
}
refused "did you mean 'flood'" floood
refused "10 to 200000000" flood -n 9
refused "10 to 200000000" flood -n 1e3
refused "1 to 1000" flood -r 0
refused "table, lines or none" flood --format csv
refused "give one workload" flood tree -n 1000 --edges "$work/x"
"$banyan" bench flood -n 100 -r 1 --edges "$work/no/such" --format none > "$work/out" 2>&1
[ $? = 1 ] && grep -q "cannot write" "$work/out"
outcome $? "a file that cannot be written is the machine's fault"
echo "1..$n"
