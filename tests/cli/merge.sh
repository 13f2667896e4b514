#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Replications made on several machines are joined as if one had made them all.
set -u
command -v sqlite3 > /dev/null || { echo "1..0 # SKIP no sqlite3 to look into results.db with"; exit 0; }
. "$(dirname "$0")/said"

cat > two.ini << 'END'
[network]
latency = uniform(10 ms, 100 ms)
[overlay]
nodes = 40
[workload news]
kind = publish
publications = 3
[failure crashes]
kind = crash
fraction = 20 %
[variant tree]
overlay.kind = kary-tree
overlay.arity = 3
protocol.kind = tree
[variant mesh]
overlay.kind = random-regular
overlay.degree = 6
protocol.kind = flood
END
part() { "$BANYAN" run two.ini -o "$1" --set scenario.first-replication="$2" --replications "$3" --format none; }
part whole 0 6 && part a 0 2 && part b 2 1 && part c 3 3
outcome $? "machines make replications of their own"

"$BANYAN" merge c a b -o joined > joined.txt 2> err; outcome $? "they are joined in any order"
rows whole > whole.rows; rows joined > joined.rows
[ -s whole.rows ] && cmp -s whole.rows joined.rows; outcome $? "all rows are those of one machine"
cmp -s <(equal_part whole/summary.csv) <(equal_part joined/summary.csv) && cmp -s whole/runs.csv joined/runs.csv
outcome $? "so are the exports"
"$BANYAN" run two.ini -o whole > whole.txt 2> err
"$BANYAN" run two.ini -o joined --replications 10 > again.txt 2> err && cmp -s whole.txt again.txt
outcome $? "run goes on from them"

shows 2 'runs are in an earlier one too, the first being tree' "the same run twice is refused" "$BANYAN" merge a b a -o twice
[ ! -e twice/results.db ] && [ -z "$(ls twice)" ]; outcome $? "and nothing is left behind"
"$BANYAN" run two.ini -o other --set overlay.nodes=41 --set scenario.first-replication=9 --replications 1 --format none
shows 2 '\+ --set overlay.nodes=41' "other settings are refused and shown" "$BANYAN" merge a other -o mixed
shows 2 'is there already' "results are not written over" "$BANYAN" merge a b -o joined
shows 2 '-o DIR is missing' "a place is needed" "$BANYAN" merge a b
shows 2 'No such file' "results that are not there are an error" "$BANYAN" merge a nowhere -o gone
echo "1..$n"
