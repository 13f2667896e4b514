#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The layers hold in sim/, and tests/layers sees it when they do not.
set -u
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

n=0
outcome() { n=$((n + 1)); [ "$1" = 0 ] && echo "ok $n - $2" || echo "not ok $n - $2"; }

tests/layers sim | sed 's/^/# /'
outcome "${PIPESTATUS[0]}" "sim has no forbidden include"

# A small house in which every include is allowed.
house() {
    rm -rf "$scratch/sim"
    mkdir -p "$scratch"/sim/{core,graph,ipc,network,protocol,overlay,workload,world,experiment,report,cli,scenario}
    touch "$scratch"/sim/{core/core,graph/graph,ipc/rpc,network/network,protocol/protocol,overlay/overlay}.h
    touch "$scratch"/sim/{workload/workload,world/world,experiment/store,report/table,cli/cli,scenario/plan,registry}.h
    echo '#include "protocol/protocol.h"' > "$scratch/sim/protocol/flood.c"
}

# writes FILE INCLUDE...: one #include a line
writes() {
    local file=$scratch/sim/$1
    shift
    printf '#include %s\n' "$@" >> "$file"
}

allowed=(
    'protocol/gossip.c "protocol/protocol.h" "graph/graph.h" "core/core.h" <math.h>'
    'workload/rpc.c "workload/workload.h" "ipc/rpc.h"'
    'report/report.c "experiment/store.h" "world/world.h"'
    'main.c "cli/cli.h" "registry.h"'
    'registry.h "cli/cli.h" "protocol/protocol.h"'
    'graph/door.c <igraph.h>'
)
forbidden=(
    'core/engine.c "graph/graph.h"'
    'graph/graph.c "network/network.h"'
    'protocol/gossip.c "world/world.h"'
    'protocol/gossip.c "overlay/overlay.h"'
    'protocol/gossip.c "ipc/rpc.h"'
    'protocol/gossip.c "protocol/flood.c"'
    'protocol/protocol.h "overlay/overlay.h"'
    'registry.c "cli/run.h"'
    'scenario/plan.c "world/world.h"'
    'experiment/pool.c "report/table.h"'
    'experiment/pool.c "cli/cli.h"'
    'world/world.c "experiment/store.h"'
    'cli/cli.h "world/world.h"'
    'world/world.c <igraph.h>'
    'attic/old.c "core/core.h"'
    'core/engine.c "nowhere.h"'
)
for row in "${allowed[@]}"; do
    house
    read -ra words <<<"$row"
    writes "${words[@]}"
    tests/layers "$scratch/sim" >/dev/null
    outcome $? "allowed: $row"
done
for row in "${forbidden[@]}"; do
    house
    mkdir -p "$scratch/sim/attic" && touch "$scratch/sim/cli/run.h"
    read -ra words <<<"$row"
    writes "${words[@]}"
    ! tests/layers "$scratch/sim" >/dev/null
    outcome $? "forbidden: $row"
done
echo "1..$n"
