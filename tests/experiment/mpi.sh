#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The same plan under mpirun: equal results, errors said once, resume after a kill.
set -u
command -v mpirun > /dev/null || { echo "1..0 # SKIP no mpirun"; exit 0; }
command -v sqlite3 > /dev/null || { echo "1..0 # SKIP no sqlite3 to look into results.db with"; exit 0; }
ldd "$BANYAN" | grep -q libmpi || { echo "1..0 # SKIP banyan was built without MPI"; exit 0; }
. "$(dirname "$0")/../cli/said"
export ASAN_OPTIONS=detect_leaks=0      # MPI's own
export OMPI_MCA_btl_base_warn_component_unused=0

outcome() { n=$((n + 1)); [ "$1" = 0 ] && echo "ok $n - $2" || { echo "not ok $n - $2"; sed 's/^/# /' err 2> /dev/null; }; }

# Open MPI refuses root and more ranks than cores unless told; MPICH has neither.
mpirun --version 2>&1 | grep -q 'Open MPI' && options="--oversubscribe --allow-run-as-root" || options=
ranks() { local count=$1; shift; mpirun $options -n "$count" "$BANYAN" "$@"; }

cat > two.ini << 'END'
[scenario]
replications = 8
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

"$BANYAN" run two.ini -o one -j 1 > one.txt 2> err; rows one > one.rows
slow=; [ "${MODE:-}" = slow ] && slow=yes          # starting MPI takes seconds
for count in 2 ${slow:+3} 4; do
    ranks $count run two.ini -o r$count > r$count.txt 2> err; status=$?
    rows r$count > r$count.rows
    [ $status = 0 ] && [ -s one.rows ] && cmp -s one.rows r$count.rows && cmp -s one.txt r$count.txt &&
        cmp -s <(equal_part one/summary.csv) <(equal_part r$count/summary.csv)
    outcome $? "mpirun -n $count leaves the same rows, table and CSV as one process"
done

if [ $slow ]; then
ranks 3 run two.ini -o cap --set scenario.precision=0.05 --set scenario.replications-max=20 --format csv > cap.csv 2> err
"$BANYAN" run two.ini -o cap1 --set scenario.precision=0.05 --set scenario.replications-max=20 --format csv > cap1.csv 2>> err
cmp -s <(equal_part cap.csv) <(equal_part cap1.csv); outcome $? "precision stops at the same replication"

ranks 2 run two.ini -o r2 --format none > out 2> err; [ $? = 0 ] && [ ! -s out ]; outcome $? "and finds everything there"
ranks 3 run two.ini -o r2 --seed 2 > out 2> err; status=$?
[ $status = 2 ] && [ "$(grep -c 'holds results of other settings' err)" = 1 ]; outcome $? "an error is said once, with its status"
fi
ranks 3 run missing.ini > out 2> err
[ $? = 2 ] && [ "$(grep -c 'cannot be read' err)" = 1 ]; outcome $? "so is one that every rank meets"
OMPI_COMM_WORLD_SIZE=1 "$BANYAN" run two.ini -o alone --format none 2> err; outcome $? "one process is no MPI"

# A rank is killed: what is finished stays, and a rerun goes on.  Its worker is killed: that run is made again.
for victim in 1 ${slow:+2}; do
    mpirun $options -n 3 "$BANYAN" run two.ini -o cut$victim --replications 800 --format none > out 2> err & pid=$!
    for _ in $(seq 200); do [ -s cut$victim/results.db-wal ] && break; sleep 0.05; done
    sleep 0.3; kill -KILL "$(pgrep -P $pid | sed -n ${victim}p)"; wait $pid; status=$?
    kept=$(sqlite3 cut$victim/results.db "SELECT count(*) FROM run")
    ranks 3 run two.ini -o cut$victim --replications 800 --format none > out 2> err
    again=$?
    [ $status != 0 ] && [ "$kept" -gt 0 ] && [ "$kept" -lt 3200 ] && [ $again = 0 ] &&
        [ "$(sqlite3 cut$victim/results.db "SELECT count(*) FROM run WHERE status = 'done'")" = 3200 ]
    outcome $? "after the kill of a rank the same command goes on ($kept runs kept)"
done

# Interrupted: a rank's 130 reaches the shell; Open MPI's launcher answers its own Ctrl-C with 1 in any case.
for whom in ${slow:+launcher} rank; do
    mpirun $options -n 2 "$BANYAN" run two.ini -o stop$whom --replications 8000 --format none > out 2> err & pid=$!
    for _ in $(seq 200); do [ -s stop$whom/results.db-wal ] && break; sleep 0.05; done
    sleep 0.3; [ $whom = rank ] && kill -INT "$(pgrep -P $pid | head -1)" || kill -INT $pid
    wait $pid; status=$?
    [ $status = 130 ] || { [ $whom = launcher ] && [ $status != 0 ]; } &&
        [ "$(grep -c 'interrupted: [1-9][0-9]* of 32000 runs are kept' err)" = 1 ] &&
        [ "$(sqlite3 stop$whom/results.db "SELECT count(*) FROM run WHERE status <> 'done'")" = 0 ]
    outcome $? "an interrupt of the $whom keeps what is finished (status $status)"
done

if [ $slow ]; then
mpirun $options -n 2 "$BANYAN" run two.ini -o child --replications 800 --format none > out 2> err & pid=$!
for _ in $(seq 200); do [ -s child/results.db-wal ] && break; sleep 0.05; done
kill -KILL "$(pgrep -P "$(pgrep -P $pid | sed -n 2p)" | head -1)"; wait $pid; status=$?
[ $status = 0 ] && [ "$(sqlite3 child/results.db "SELECT count(*) FROM run WHERE status = 'done'")" = 3200 ]
outcome $? "a killed worker costs a rank nothing"
fi
echo "1..$n"
