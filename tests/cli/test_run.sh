#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `banyan run` and `banyan compare`, as typed: exit status, messages, files.
set -u
command -v sqlite3 > /dev/null || { echo "1..0 # SKIP no sqlite3 to look into results.db with"; exit 0; }
. "$(dirname "$0")/said"

cat > two.ini << 'END'
[scenario]
title = Two, "quoted", $(touch hacked) `touch hacked`
replications = 4
[network]
latency = uniform(10 ms, 100 ms)
[overlay]
nodes = 60
[workload news]
kind = publish
publications = 3
[failure crashes]
kind = crash
at = 0 s
fraction = 0 %
spare = source
[variant tree]
overlay.kind = kary-tree
overlay.arity = 3
protocol.kind = tree
[variant mesh]
overlay.kind = random-regular
overlay.degree = 6
protocol.kind = flood
[sweep]
failure.crashes.fraction = 0 %, 30 %
END

shows 0 'fraction = 0\.3' "a run prints a table" "$BANYAN" run two.ini
[ -s results/two/results.db ] && [ -s results/two/summary.csv ] && [ -s results/two/summary.json ]
outcome $? "results stand in results/<scenario>"
[ ! -e hacked ]; outcome $? "a title is only text"

for j in 1 2 3; do "$BANYAN" run two.ini -j $j -o j$j --format json > j$j.json 2> err$j || cat err$j; rows j$j > j$j.rows; done
cmp -s j1.rows j2.rows && cmp -s j1.rows j3.rows && [ -s j1.rows ]
outcome $? "rows are equal over -j 1, 2, 3"
cmp -s <(equal_part j1.json) <(equal_part j3.json) && cmp -s <(equal_part j1/summary.csv) <(equal_part j2/summary.csv)
outcome $? "JSON and CSV are equal over -j but for the machine's speed"
cmp -s j1.json j1/summary.json; outcome $? "--format json prints summary.json"
"$BANYAN" run two.ini -o j1 --format csv 2> err > again.csv; cmp -s again.csv j1/summary.csv
outcome $? "the same command finds everything there, and says the same"
[ -z "$("$BANYAN" run two.ini -o j1 --format none 2> err)" ]; outcome $? "--format none prints nothing"

"$BANYAN" run two.ini -o part --replications 2 --format none 2> err && "$BANYAN" run two.ini -o part --format none 2> err
rows part > part.rows; cmp -s part.rows j1.rows; outcome $? "more replications extend the results"
"$BANYAN" run two.ini -o seed --seed 2 --format none 2> err; rows seed > seed.rows; ! cmp -s seed.rows j1.rows
outcome $? "another seed gives other results"
shows 2 '\+ --set scenario.seed=2' "other settings are refused, with the difference" "$BANYAN" run two.ini -o j1 --seed 2
shows 0 'seed 2' "--fresh takes their place" "$BANYAN" run two.ini -o j2 --seed 2 --fresh

shows 0 '1 replication$' "--only makes one run" "$BANYAN" run two.ini -o only --only mesh:1:3 --trace trace.tsv
[ "$(sqlite3 only/results.db "SELECT group_concat(id) FROM run")" = 16 ] && [ -s trace.tsv ]
outcome $? "its id is its place in the plan, and it leaves a trace"
a=$(sqlite3 only/results.db "SELECT name, value FROM metric WHERE run = 16 AND name NOT IN ('wall_s', 'events_per_s')")
b=$(sqlite3 j1/results.db "SELECT name, value FROM metric WHERE run = 16 AND name NOT IN ('wall_s', 'events_per_s')")
[ "$a" = "$b" ]; outcome $? "alone it measures the same"

shows 2 'did you mean .json' "an unknown format is an error" "$BANYAN" run two.ini --format jsn
shows 0 '' "-j2 is -j 2" "$BANYAN" run two.ini -o j1 -j2 --format none
shows 2 'from 1 to 4096' "no workers are an error" "$BANYAN" run two.ini -j 0
shows 2 '--trace needs --only' "a trace is of one run" "$BANYAN" run two.ini --trace x
shows 2 'no variant is called .mush' "an unknown variant is an error" "$BANYAN" run two.ini --only mush:0:0
shows 2 'missing.ini' "a missing scenario is an error" "$BANYAN" run missing.ini
touch file
shows 2 'cannot be made a directory' "a file is no directory for results" "$BANYAN" run two.ini -o file
mkdir junk; head -c 4096 /dev/urandom > junk/results.db
shows 2 'not a database' "what is no database is refused" "$BANYAN" run two.ini -o junk

cat two.ini - > hopeless.ini << 'END'
[expect all]
metric = delivery_ratio
op = eq
value = 1
END
shows 3 'hopeless.ini:[0-9]+: \[expect all\] delivery_ratio: eq 1 is expected' "a broken expectation exits 3" \
    "$BANYAN" run hopeless.ini
grep -q '"holds": false' results/hopeless/summary.json; outcome $? "and stands in summary.json"

"$BANYAN" run two.ini -o cut --replications 4000 --format none 2> err & pid=$!
for _ in $(seq 100); do [ -s cut/results.db-wal ] && break; sleep 0.05; done
sleep 0.3; kill -INT $pid; wait $pid; status=$?
[ $status = 130 ] && grep -q 'the same command goes on' err
outcome $? "Ctrl-C exits 130 and says how to go on"
kept=$(sqlite3 cut/results.db "SELECT count(*) FROM run")
[ "$kept" -gt 0 ]; outcome $? "and keeps what is finished ($kept runs)"
"$BANYAN" run two.ini -o cut --replications 4000 --format none 2> err & pid=$!
sleep 0.3; kill -KILL $pid; wait $pid 2> /dev/null
[ "$(sqlite3 cut/results.db "PRAGMA integrity_check")" = ok ] &&
    [ "$(sqlite3 cut/results.db "SELECT count(*) FROM run")" -ge "$kept" ]
outcome $? "kill -9 leaves a valid database"

shows 0 'mesh delivers [0-9.]+ ± [0-9.]+ points more' "compare says what differs" "$BANYAN" compare j1 --metric delivery_ratio
shows 0 'tree delivers [0-9.]+ ± [0-9.]+ points less' "against the variant that is asked for" "$BANYAN" compare two.ini --against mesh --metric delivery_ratio
shows 0 'mesh sends [0-9.]+ times the messages' "key metrics unless told otherwise" "$BANYAN" compare j1
shows 0 '^load_gini ' "all of them on demand" "$BANYAN" compare j1 --metric all
shows 2 'did you mean .delivery_ratio' "an unknown metric is an error" "$BANYAN" compare j1/results.db --metric delivery_ration
shows 2 'no variant is called' "an unknown variant too" "$BANYAN" compare j1 --against bush
shows 2 'nothing to compare' "one variant compares to nothing" "$BANYAN" compare only
shows 2 'No such file' "results that are not there are an error" "$BANYAN" compare nowhere
echo "1..$n"
