#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# `banyan topology` as a user types it: figures, files, drawings, and what is said
# of what cannot be.
set -u
cd "$(dirname "$0")/../.."
program=$(realpath "${BANYAN:-./banyan}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

n=0
outcome() { n=$((n + 1)); [ "$1" = 0 ] && echo "ok $n - $2" || echo "not ok $n - $2"; }

# prints WHAT EXPECTED ARGUMENT...: exit status 0 and these lines
prints() {
    local what=$1
    printf '%s\n' "$2" > "$scratch/expected"
    shift 2
    "$program" topology "$@" > "$scratch/out" 2> "$scratch/err"
    local status=$?
    diff "$scratch/expected" "$scratch/out" | sed 's/^/# /'
    sed 's/^/# /' "$scratch/err"
    [ $status = 0 ] && cmp -s "$scratch/expected" "$scratch/out" && [ ! -s "$scratch/err" ]
    outcome $? "$what"
}

# refuses WHAT EXPECTED ARGUMENT...: exit status 2 and these lines on standard error
refuses() {
    local what=$1
    printf '%s\n' "$2" > "$scratch/expected"
    shift 2
    "$program" topology "$@" > "$scratch/out" 2> "$scratch/err"
    local status=$?
    diff "$scratch/expected" "$scratch/err" | sed 's/^/# /'
    [ $status = 2 ] && cmp -s "$scratch/expected" "$scratch/err" && [ ! -s "$scratch/out" ]
    outcome $? "$what"
}

prints "a grid" "\
nodes                1024
links                1984
degree               2 to 4, mean 3.875
components           1
trees                none
diameter             62
mean path            21.3333
articulation points  0
clustering           0" grid width=32 height=32

prints "a tree" "\
nodes                15
links                14
degree               1 to 3, mean 1.86667
components           1
trees                1, depth 3
diameter             6
mean path            3.50476
articulation points  7
clustering           0" kary-tree nodes=15 arity=2

prints "several trees" "\
nodes                10
links                20
degree               3 to 6, mean 4
components           1
trees                3, depth 3
diameter             3
mean path            1.62222
articulation points  0
clustering           0.415385" multi-tree nodes=10 trees=3 arity=3

prints "a complete overlay without arrays" "\
nodes                1000000
links                499999500000
degree               999999 to 999999, mean 999999
components           1
trees                none
diameter             1
mean path            1
articulation points  0
clustering           1" complete nodes=1000000

prints "a tree from a mesh" "\
nodes                6
links                5
degree               1 to 2, mean 1.66667
components           1
trees                1, depth 3
diameter             5
mean path            2.33333
articulation points  4
clustering           0
note                 every link of the mesh is taken to last as long as any other" shortest-path-tree mesh=ring nodes=6

prints "several components" "\
nodes                6
links                0
degree               0 to 0, mean 0
components           6, the largest of 1 nodes
trees                none
diameter             0
mean path            none
articulation points  0
clustering           none" erdos-renyi nodes=6 degree=0

"$program" topology random-regular nodes=40 degree=3 seed=5 > "$scratch/a" &&
    "$program" topology random-regular nodes=40 degree=3 seed=5 -o "$scratch/r.gml" > "$scratch/b" &&
    "$program" topology random-regular nodes=40 degree=3 seed=6 -o "$scratch/s.gml" > "$scratch/c" &&
    cmp "$scratch/a" "$scratch/b" && ! cmp -s "$scratch/r.gml" "$scratch/s.gml"
outcome $? "the seed decides"

for ending in graphml gml edges; do
    "$program" topology "$scratch/r.gml" -o "$scratch/r.$ending" > "$scratch/out" &&
        "$program" topology "$scratch/r.$ending" > "$scratch/back" &&
        diff "$scratch/a" <(grep -v ^note "$scratch/back") | sed 's/^/# /' && [ "${PIPESTATUS[0]}" = 0 ]
    outcome $? "a graph goes to .$ending and back"
done
"$program" topology "$scratch/r.gml" -o "$scratch/r.dot" > "$scratch/out" && grep -q '^  0 -- ' "$scratch/r.dot"
outcome $? "a graph goes to .dot"

printf '0 1\n1 2\n5 7\n' > "$scratch/parts.edges"
prints "a file with its parts" "\
nodes                5
links                3
degree               1 to 2, mean 1.2
components           2, the largest of 3 nodes
trees                none
diameter             2
mean path            1.25
articulation points  1
clustering           0
note                 read as edgelist, by its name and content" "$scratch/parts.edges"
prints "its largest part" "\
nodes                3
links                2
degree               1 to 2, mean 1.33333
components           1
trees                none said, but it is one
diameter             2
mean path            1.33333
articulation points  1
clustering           0
note                 2 nodes of smaller components are left out" \
    "$scratch/parts.edges" format=edgelist disconnected=largest

refuses "an impossible graph, at each key" "\
banyan: topology: nodes: 5 nodes of degree 3 have an odd number of link ends; one of both must be even
banyan: topology: degree: 5 nodes of degree 3 have an odd number of link ends; one of both must be even" \
    random-regular nodes=5 degree=3
refuses "unknown, repeated and broken keys together" "\
banyan: topology: node: 'ring' has no such key; did you mean 'nodes'?
banyan: topology: x: no value; KEY=VALUE is expected
banyan: topology: nodes: given already" ring node=3 x nodes=3 nodes=4
refuses "a missing number of nodes" "banyan: topology: nodes: missing; nodes=NUMBER is expected" ring
refuses "nodes that other keys contradict" \
    "banyan: topology: nodes: 10 are given where the other keys make 12; leave nodes out" grid width=3 height=4 nodes=10
refuses "more trees than arity" "\
banyan: topology: trees: 3 trees of arity 2 need more inner nodes than there are; at most 2 trees
banyan: topology: arity: 3 trees of arity 2 need more inner nodes than there are; at most 2 trees" \
    multi-tree nodes=9 trees=3 arity=2
refuses "a mesh that is none" "banyan: topology: mesh: no overlay is called 'rign'; did you mean 'ring'?" \
    shortest-path-tree nodes=9 mesh=rign
refuses "a tree as a mesh" "banyan: topology: mesh: 'shortest-path-tree' is no mesh that a tree can be taken from" \
    minimum-spanning-tree nodes=9 mesh=shortest-path-tree
refuses "a complete mesh that is too large" \
    "banyan: a complete mesh of 30000 nodes is too large to take a tree from; at most 20000 nodes" \
    shortest-path-tree nodes=30000 mesh=complete
refuses "several components where they are refused" \
    "banyan: 6 components, the largest of 1 of 6 nodes; disconnected=keep or largest takes them" \
    erdos-renyi nodes=6 degree=0 disconnected=refuse
refuses "an ending that names no format" \
    "banyan: $scratch/a.tsv: the ending names no format; .graphml, .gml, .dot or .edges is expected" \
    ring nodes=5 -o "$scratch/a.tsv"
"$program" topology rign nodes=5 2>&1 >/dev/null |
    grep -qx "banyan: rign: no such file, and no overlay is called 'rign'; did you mean 'ring'?"
outcome $? "a kind that is none"
ln -s /dev/full "$scratch/full.gml"
"$program" topology ring nodes=5 -o "$scratch/full.gml" > /dev/null 2>&1
[ $? = 1 ]
outcome $? "a full disk is the machine's fault"

if command -v gnuplot > /dev/null; then
    for kind in "ring nodes=9" "complete nodes=5" "kary-tree nodes=20 arity=3" "$scratch/parts.edges"; do
        "$program" topology $kind --draw "$scratch/x.svg" > /dev/null 2>&1 && grep -q '<svg' "$scratch/x.svg"
        outcome $? "a drawing of $(basename "$kind")"
    done
    refuses "a drawing of too many nodes" "banyan: a drawing of 60000 nodes would show nothing; at most 50000" \
        erdos-renyi nodes=60000 degree=3 --draw "$scratch/y.svg"
fi
echo "1..$n"
