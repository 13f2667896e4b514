#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# sim/protocol/TUTORIAL.md does what it says: a fence "c NAME" or "ini NAME" is a file, "sh" is run,
# and each line of "text" has to be in what was printed last, blanks aside.
set -u
tree=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

n=0
outcome() { n=$((n + 1)); [ "$1" = 0 ] && echo "ok $n - $2" || echo "not ok $n - $2"; }

# Each block as a file of its own: NUMBER.KIND, whose first line is the name or empty.
awk '/^```/ { if (open) { open = 0; close(file); next }
              open = 1; file = sprintf("block-%03d.%s", ++count, substr($1, 4)); print $2 > file; next }
     open { print > file }' "$tree/sim/protocol/TUTORIAL.md"

(cd "$tree" && .ci/install "$BANYAN" "$scratch" /usr) > /dev/null
sed -i "s|^prefix=.*|prefix=$scratch/usr|" usr/share/pkgconfig/banyan.pc        # as if it had been moved there
export PATH=$scratch/usr/bin:$PATH PKG_CONFIG_PATH=$scratch/usr/share/pkgconfig

cc() { command "${CC:-cc}" -Werror "$@"; }
squeezed() { tr -s ' ' < "$1"; }
: > said
for block in block-*; do
    name=$(head -n 1 "$block")
    tail -n +2 "$block" > body
    case $block in
    *.c|*.ini)
        [ -n "$name" ] && cp body "$name"
        outcome $? "${block##*.} file ${name:-without a name}" ;;
    *.sh)
        while IFS= read -r line; do
            eval "$line" > said 2>&1 < /dev/null
            status=$?
            [ $status = 0 ] || sed 's/^/# /' said
            outcome $status "$line"
        done < body ;;
    *.text)
        while IFS= read -r line; do
            grep -qF -- "$(tr -s ' ' <<< "$line")" <(squeezed said)
            outcome $? "it prints: $line"
        done < body ;;
    *) outcome 1 "a block of no known kind: $block" ;;
    esac
done
for figure in delivery delay price; do
    [ -s "results/question/plots/$figure.svg" ]
    outcome $? "the figure $figure is drawn"
done
grep -q '^flood,' results/question/summary.csv && grep -q '^plumtree,' results/question/summary.csv &&
    grep -q '^whisper,' results/question/summary.csv
outcome $? "all three are in the results"
echo "1..$n"
