/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where nodes stand among the keys of a structured overlay: numbers of 64 bits.
 *
 * This is no variant: a structured overlay shares an Identifiers among its nodes, as
 * the first member of what it shares, and lists the rows below among its parameters.
 */
#pragma once
#include "overlay/overlay.h"

typedef enum { IDS_HASH, IDS_EVEN } Ids;
typedef enum { BEGIN_READY, BEGIN_JOIN } Begin;

#define IDENTIFIERS_PARAMS(Config) \
    { "ids", PARAM_CHOICE, offsetof(Config, ids), "hash", 0, 0, \
      "identifiers: a hash of the node's number, or evenly spaced in its order", "hash|even" }, \
    { "begin", PARAM_CHOICE, offsetof(Config, begin), "ready", 0, 0, \
      "nodes that are there from the start: with their tables in order, or by joining", "ready|join" }

/* A place of a node: its number; where nodes have several, `each`, node * each + which. */
typedef uint32_t Spot;

typedef struct { uint64_t id; Spot spot; } Place;

typedef struct {
    uint64_t *of;               /* of each spot */
    Place *ring;                /* those of nodes that are there from the start, ascending */
    uint32_t count;             /* in `ring` */
    uint32_t each;              /* spots of a node */
} Identifiers;

/* nodes * each < 2^32. */
void identifiers_prepare(Identifiers *identifiers, const LiveScope *scope, Ids kind, uint32_t each);
void identifiers_release(void *identifiers);

/* Of a node's first spot, as the slot `key` of a live overlay has it. */
uint64_t identifiers_key(Node *self, NodeId node);
static inline uint64_t identifiers_of(const Node *self, Spot spot)
{
    return ((const Identifiers *)overlay_shared(self))->of[spot];
}

/* Of this node, where nodes have one spot. */
static inline uint64_t identifiers_own(const Node *self) { return identifiers_of(self, node_id(self)); }

/* The first place in ring[low .. count-1] whose identifier is not below `id`; `count` where there is none. */
uint32_t identifiers_find(const Identifiers *identifiers, uint32_t low, uint64_t id);

/* The place on the ring of one of this node's spots, where it is there from the start
 * and that is now; else `count`. */
uint32_t identifiers_first_place(const Node *self, Spot spot);
