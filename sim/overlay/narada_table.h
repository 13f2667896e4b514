/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a member of a Narada group knows: who belongs to the group, and a way to each.
 *
 * Every member has a number that only grows, by which news of it are told from old
 * ones.  Neighbors tell each other all they know (an update): for every member its
 * number, and cost and path of the way to it.  Each neighbor's last update is kept
 * whole, and ways are chosen among them; one that leads through this node is none,
 * so nothing counts to infinity.
 *
 * What was told last is kept too (`told`): where it counts, this node and its neighbors
 * agree on who passes on to whom.
 *
 * No variant: the memory of overlay/narada.c, which sends.  33 bytes a member, and 4,
 * with some 40 for its way, for each neighbor.
 */
#pragma once
#include "core/random.h"
#include "core/units.h"

enum { NARADA_UNKNOWN, NARADA_ALIVE, NARADA_DEAD };

typedef struct {
    uint32_t number;            /* the greatest that was heard of */
    uint8_t state;
    bool probed;                /* an answer is waited for */
    SimTime heard;              /* when that number, or its death, came here first */
} NaradaMember;

typedef struct {
    NodeId node;
    SimTime latency;            /* one way, ns, smoothed; -1: not measured yet */
    SimTime heard, since;       /* its last message; the link's beginning */
    uint32_t degree;            /* as it said last */
    uint32_t relies;            /* members that it reaches through this node */
    uint32_t *update, length;   /* the last one, words; owned; NULL: none yet */
    uint32_t *places;           /* of each member in it, 0: not there; owned */
} NaradaNeighbor;

/* Owns what it points to; narada_table_init() makes it, narada_table_clear() frees. */
typedef struct {
    NodeId self;
    uint32_t nodes, alive;      /* alive: members believed so, this node included */
    NaradaMember *members;
    NaradaNeighbor *neighbors;  /* in the order they came */
    uint32_t count, room;
    SimTime *costs;             /* of the way to each node, ns; SIM_NEVER: none */
    NodeId *next;               /* its first hop */
    NodeId *told;               /* the one that the last update told */
    bool *offered;              /* the told next hop still has that way */
    bool as_told;               /* its own ways count as told, not as known */
} NaradaTable;

void narada_table_init(NaradaTable *table, NodeId self, uint32_t nodes);
void narada_table_clear(NaradaTable *table);

/* The neighbor of that name, or NULL; a new one, which must not be there; without it. */
NaradaNeighbor *narada_neighbor(const NaradaTable *table, NodeId node);
NaradaNeighbor *narada_neighbor_add(NaradaTable *table, NodeId node, SimTime now);
void narada_neighbor_remove(NaradaTable *table, NodeId node);

/* News of a member: alive or dead at that number.  Of this node and its neighbors
 * nobody else knows better. */
void narada_learn(NaradaTable *table, NodeId node, uint32_t number, bool dead, SimTime now);
void narada_bury(NaradaTable *table, NodeId node, SimTime now);

/* The member that is silent longest, and how many are, of those neither heard of since
 * `since`, nor probed, nor neighbors; NODE_NONE where there is none. */
NodeId narada_silent(const NaradaTable *table, SimTime since, uint32_t *count);

/* One of the dead at random, and how many there are; forgets those dead since `since`. */
NodeId narada_dead(NaradaTable *table, SimTime since, Random *random, uint32_t *count);

/* A living member at random that is no neighbor; NODE_NONE where there is none. */
NodeId narada_stranger(const NaradaTable *table, Random *random);

/* Keeps a copy of a neighbor's update of `length` words, and learns from it. */
void narada_keep(NaradaTable *table, NaradaNeighbor *neighbor, const uint32_t *update, uint32_t length, SimTime now);

/* Chooses all ways anew.  True where one that was told is no more. */
bool narada_choose(NaradaTable *table);

/* An update with this number of its own, of *length words, to be freed; what it says
 * counts as told.  *bytes: what it takes on the wire. */
uint32_t *narada_tell(NaradaTable *table, uint32_t number, uint32_t *length, uint32_t *bytes);

/* The first hop of `of`, this node or a neighbor, to `to`; of a neighbor as told.  Or NODE_NONE. */
NodeId narada_next_hop(const NaradaTable *table, NodeId of, NodeId to);

/* The neighbor, one since `since` or before, of the least consensus cost: how many members
 * one end reaches through the other, at the end where it is more; NULL: there is none. */
const NaradaNeighbor *narada_least_used(const NaradaTable *table, SimTime since, uint32_t *cost);

/* What a link to a node of latency `latency` would save, over all members: the sum of
 * the shares of the present costs.  `count` words as narada_costs() gives them. */
double narada_utility(const NaradaTable *table, SimTime latency, const uint32_t *words, uint32_t count);

/* The costs of all ways: the degree, then for each member its id and cost, of *length
 * words, to be freed. */
uint32_t *narada_costs(const NaradaTable *table, uint32_t *length, uint32_t *bytes);
