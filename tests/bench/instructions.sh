#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Instructions of world_run() on the workloads of `banyan bench`, which noise on the
# machine does not touch: more than 5 % above the record fails.  A change that needs
# more writes the record anew in the same commit and says why:
#     tests/bench/instructions.sh --record REASON
set -u
cd "$(dirname "$0")/../.."
record=tests/bench/instructions.txt
program=./banyan

skip() { echo "1..0 # SKIP $1"; exit 0; }
case ${BANYAN:-} in */build/asan/*) skip "sanitizers multiply the instructions" ;; esac
command -v valgrind >/dev/null || skip "valgrind is not installed"
[ -x $program ] || skip "the release program ./banyan is not built"
[ -z "$(find sim -name '*.[ch]' -newer $program -print -quit)" ] || skip "./banyan is older than its sources"
grep -Eq '^(cc|gcc) .*-O3' build/release/flags 2>/dev/null && ! grep -q march build/release/flags ||
    skip "./banyan is not gcc's default build"
compiler=$(gcc -dumpfullversion)
recorded=$(sed -n "s/^gcc-$compiler \([0-9]*\) .*/\1/p" $record | tail -1)
[ "${1:-}" = --record ] || [ -n "$recorded" ] || skip "nothing is recorded for gcc $compiler"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
valgrind --tool=callgrind --toggle-collect=world_run --callgrind-out-file="$work/out.%p" --log-file="$work/log.%p" \
    $program bench flood gossip tree timers storm -n 2000 -p 10 -r 1 --format none >"$work/said" 2>&1
status=$?
counted=$(sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$work"/log.* | awk '{ sum += $1 } END { printf "%.0f", sum }')

if [ "${1:-}" = --record ]; then
    shift
    [ $# -gt 0 ] && [ "$status" = 0 ] || { echo "usage: tests/bench/instructions.sh --record REASON" >&2; exit 2; }
    echo "gcc-$compiler $counted $*" >> $record
    tail -1 $record
    exit 0
fi
echo 1..2
[ "$status" = 0 ] && echo "ok 1 - the run succeeds" || { echo "not ok 1 - the run succeeds"; sed 's/^/# /' "$work/said"; }
echo "# $counted instructions, $recorded recorded"
[ "${counted:-0}" -gt 0 ] && [ "$((counted * 20))" -le "$((recorded * 21))" ] && echo "ok 2 - at most 5 % above the record" ||
    echo "not ok 2 - at most 5 % above the record"
