/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sets of nodes as a scenario writes them.
 *
 *     3          10..19          1, 5, 10..19          all
 *     random(5)  members(GROUP)  random (a new node each time, where turns are taken)
 */
#pragma once
#include "core/random.h"
#include "core/units.h"

typedef enum {
    NODES_ABSENT,           /* the key was not given */
    NODES_LISTED,           /* `ranges` */
    NODES_ALL,
    NODES_RANDOM,           /* `count` different nodes, drawn for each run */
    NODES_EACH,             /* "random": drawn anew at each use */
    NODES_MEMBERS,          /* the members of `group` */
    NODES_COUNT,            /* group members only: this many, drawn for each run */
    NODES_SHARE,            /* group members only: this share, drawn for each run */
} NodesKind;

typedef struct { NodeId first, last; } NodeRange;

/* A plain value but for `ranges` and `group`; nodes_clear() frees them. */
typedef struct {
    NodesKind kind;
    uint32_t count;         /* how many ranges, or how many nodes to draw */
    double share;           /* 0..1 */
    NodeRange *ranges;
    char *group;
} Nodes;

/* Reads a set of nodes.  Returns true and sets *out, or false and sets *error
 * (SIM_ERROR: SYNTAX or RANGE). */
bool nodes_parse(const char *text, Nodes *out, GError **error);

/* Reads the members of a group: a share ("20 %", "0.2"), a count ("50"), or a
 * range as above. */
bool nodes_parse_members(const char *text, Nodes *out, GError **error);
void nodes_clear(Nodes *nodes);

/* The largest node number that is named, or NODE_NONE. */
NodeId nodes_largest(const Nodes *nodes);

/* The set as ascending node numbers below `total`, to be freed; *count says how
 * many.  `members` are those of the group that is named.  NODES_EACH resolves
 * to all nodes.  What lies beyond `total` is left out; counts over `total` are all. */
NodeId *nodes_resolve(const Nodes *nodes, uint32_t total, const NodeId *members, uint32_t member_count,
                      Random *random, uint32_t *count);
