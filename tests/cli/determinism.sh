#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Same scenario, same seed, same bytes: from one process to the next, on one
# worker or two, with gcc or clang, optimised or not.
set -u
cd "$(dirname "$0")/../.."
program=${BANYAN:-./banyan}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unset MAKEFLAGS MAKELEVEL MAKEOVERRIDES MFLAGS

n=0
outcome() { n=$((n + 1)); [ "$1" = 0 ] && echo "ok $n - $2" || echo "not ok $n - $2"; }
skip() { n=$((n + 1)); echo "ok $n - $1 # SKIP $2"; }

cc -o "$scratch/rows" tests/cli/rows.c $(pkg-config --cflags --libs sqlite3) || exit 1

# run NAME PROGRAM ARGUMENT...: leaves the bytes that must be equal in $scratch/NAME/
run() {
    local name=$1 with=$2
    shift 2
    "$with" run tests/cli/determinism.ini -o "$scratch/$name/results" --format json "$@" \
        > "$scratch/$name.json" 2> "$scratch/$name.err" || { sed 's/^/# /' "$scratch/$name.err"; return 1; }
    "$scratch/rows" "$scratch/$name/results/results.db" > "$scratch/$name/rows" || return 1
    without_clocks < "$scratch/$name.json" > "$scratch/$name/stdout"
    without_clocks < "$scratch/$name/results/summary.json" > "$scratch/$name/json"
    grep -v ',wall_s,\|,events_per_s,' "$scratch/$name/results/summary.csv" > "$scratch/$name/csv"
}

# JSON without the two metrics that a clock measured, whatever its layout.
without_clocks() { perl -0pe 's/,?\s*"(wall_s|events_per_s)"\s*:\s*\{[^{}]*\}//g'; }

# same NAME: as the first run, row by row and byte by byte
same() {
    local name=$1 part
    for part in rows stdout json csv; do
        cmp "$scratch/first/$part" "$scratch/$name/$part" 2>&1 | sed 's/^/# /'
        [ "${PIPESTATUS[0]}" = 0 ] || { diff "$scratch/first/$part" "$scratch/$name/$part" | head -5 | sed 's/^/# /'; return 1; }
    done
}

run first "$program" -j 1 --seed 42
outcome $? "a run on one worker"
for table in run metric histogram series event node link publication delivery; do
    grep -q "^$table"$'\t' "$scratch/first/rows"
    outcome $? "there are rows of $table to compare"
done
grep -q '"delivery_ratio"' "$scratch/first/stdout" && ! grep -q 'wall_s' "$scratch/first/stdout"
outcome $? "and metrics other than the clock's"

run again "$program" -j 2 --seed 42 && same again
outcome $? "the same bytes on two workers"

run other "$program" -j 2 --seed 43 && ! same other > /dev/null
outcome $? "other bytes with another seed"

# against NAME COMPILER FLAGS: the same with a build of its own, kept for the next time
against() {
    local build=build/$1
    make -s -j2 CC="$2" CFLAGS="$3" BUILD="$build" PROGRAM="$build/banyan" "$build/banyan" 2>&1 | sed 's/^/# /'
    [ "${PIPESTATUS[0]}" = 0 ] && run "$1" "$build/banyan" -j 2 --seed 42 && same "$1"
}
if command -v clang > /dev/null; then
    against clang clang -O0
    outcome $? "the same bytes with clang -O0"
else
    skip "the same bytes with clang -O0" "no clang here"
fi
if command -v gcc > /dev/null; then
    against gcc gcc "-O3 -g -flto=auto"
    outcome $? "the same bytes with gcc -O3"
else
    skip "the same bytes with gcc -O3" "no gcc here"
fi
echo "1..$n"
