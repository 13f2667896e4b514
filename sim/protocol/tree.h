/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the protocol `tree` share: its keys, the trees of a run, and what
 * a node keeps of a tree that is mended.
 *
 *     tree.c              the trees and the plain push: nothing kept, nothing mended
 *     tree_mended.c       the push over a tree that changes
 *     tree_repair.c       who hangs on whom: heartbeats, orphans, loops
 *     tree_join.c         nodes that look for a near parent themselves
 *     tree_recover.c      which publications are here, which are missing
 *
 * A plain tree runs without the last four.
 */
#pragma once
#include "protocol/protocol.h"

typedef enum { REPAIR_NONE, REPAIR_GRANDPARENT, REPAIR_ROOT, REPAIR_BACKUP } TreeRepair;

typedef struct {
    int spanning, use, repair, clock, join;
    bool via_root, recover;
    SimTime heartbeat, timeout, retry, improve;
    uint32_t max_degree, buffer;
} TreeConfig;

enum { USE_TURN, USE_ALL };
enum { TREE_JOIN_GIVEN, TREE_JOIN_LATENCY };
enum { TREE_CLOCK_PERIODIC, TREE_CLOCK_SYNCHRONOUS };

/* The trees of a run as they were laid out.  Tree t is parents[t], and the links of
 * the overlay that belong to it are the set bits of links[t]; NULL: all of them. */
typedef struct {
    uint32_t trees;
    bool by_source;             /* tree t belongs to source t, else publications take turns */
    NodeId **parents;
    uint64_t **links;
    NodeId *sources;            /* ascending, where by_source */
    NodeId *roots;
    NodeId **siblings;          /* of each tree, each node's backup for its children; NULL where not used */
    uint32_t nodes;
} TreeShared;

/* Kinds of message.  The lowest TREE_BITS of `word` are the tree; payload of a mended
 * tree has the sender's incarnation and its sequence number above them. */
enum {
    TREE_DOWN, TREE_CLIMBING,
    TREE_AFTER_GAP,             /* as DOWN: the sender lacks something before it, and has asked for that itself */
    TREE_RECOVERED,             /* what was asked for */
    TREE_HEARTBEAT, TREE_ALIVE, TREE_ATTACH, TREE_ACCEPT, TREE_REJECT, TREE_REDIRECT, TREE_LEAVE, TREE_GONE,
    TREE_LOOK, TREE_SHOWN, TREE_PROBE, TREE_PROBED,
    TREE_ASK, TREE_ASK_REST,
};
enum { TREE_BITS = 16, TREE_NUMBER_BITS = 24, TREES_MOST = 1 << TREE_BITS };
enum { TREE_CONTROL_BYTES = 20, TREE_ID_BYTES = 6 };

/* `kept`: how many publications this node had kept when it took the child. */
typedef struct { NodeId node; SimTime heard; uint64_t kept; } TreeChild;

/* The publications of one source, by sequence number: all below `end` are here but the missing ones. */
typedef struct {
    NodeId source, from;        /* from: the neighbor they come by */
    uint32_t since, end;        /* since: incarnation of the source */
    uint32_t *missing;          /* ascending */
    uint32_t missing_count, missing_room, tries;
} TreeStream;

/* A publication that is here for those who ask, held. */
typedef struct { uint64_t word; uint32_t publication; uint16_t hops; } TreeKept;

/* Ring of publications: the oldest at `first`. */
typedef struct { TreeKept *list; uint32_t first, count, room; uint64_t total; } TreeRing;

typedef struct TreeSearch TreeSearch;           /* for a near parent */

/* The place of a node in one tree. */
typedef struct {
    NodeId parent;              /* NODE_NONE: at the root, or of an orphan */
    NodeId *path;               /* parent, grandparent, … as last told; an orphan keeps it */
    uint32_t path_count, path_room;
    bool rooted;                /* the path ends at the root */
    bool parent_answers;        /* an orphan may ask its former parent */
    NodeId backup, sibling;     /* the parent's next sibling; one's own */
    NodeId lost;                /* the parent that an orphan takes for failed */
    NodeId asked;               /* by an orphan: to be taken as a child */
    uint32_t candidate, redirects, turn;
    SimTime heard;              /* from the parent */
    uint64_t watch, watch_children, retry;      /* timers */
    TreeChild *children;        /* ascending */
    uint32_t count, room;

    TreeSearch *search;         /* owned; NULL: none */
    NodeId moving;              /* whom it asks to take the place of its parent */
    SimTime distance, probed;   /* to the parent and back, -1: not known; when that was asked for, -1: it is known */

    TreeStream *streams;        /* ascending by source */
    uint32_t stream_count, stream_room;
    uint32_t made;              /* sequence number of this node's next publication */
    TreeRing kept, climbing;    /* climbing: that have passed here on their way to the root */
    uint64_t ask;               /* timer */
    SimTime asked_rest;         /* when the new parent was asked for all; -1: never */
} TreePlace;

/* The first tree stands in the state itself: most runs have one. */
typedef struct { TreePlace first, *more; uint32_t since; } TreeState;

static inline TreePlace *tree_place(TreeState *state, uint32_t tree)
{
    return tree ? &state->more[tree - 1] : &state->first;
}

static inline uint32_t tree_of(const Message *message) { return message->word & (TREES_MOST - 1); }

/* tree.c: the trees, and begin() for each tree that a publication is to use, in its `word`. */
bool tree_prepare(const void *config, const ProtocolScope *scope, void *shared, GError **error);
void tree_release(void *shared);
void tree_each(Node *self, const Message *publication, void (*begin)(Node *self, Message message));

/* tree_mended.c */
extern const Protocol tree_mended;

/* tree_repair.c */
/* The tag of a timer is tree * TREE_TAGS + one of these. */
enum { TREE_TICK, TREE_WATCH, TREE_WATCH_CHILDREN, TREE_RETRY, TREE_ASKING, TREE_SEEKING, TREE_IMPROVE, TREE_TAGS };

bool tree_is_root(Node *self, uint32_t tree);
bool tree_is_linked(const TreePlace *place, NodeId node);       /* a parent or child */
TreeChild *tree_child(const TreePlace *place, NodeId node);     /* or NULL */
TreeChild *tree_child_add(TreePlace *place, NodeId node);

/* Begins to listen for the parent, or the children.  Or the node hangs on nobody from now on, and asks
 * to be taken; its former parent too where that answers. */
void tree_watch(Node *self, uint32_t tree);
void tree_watch_children(Node *self, uint32_t tree);
void tree_orphan(Node *self, uint32_t tree, bool parent_answers);

/* Asks a node to be taken, or the next one that repair names, at once or after a pause. */
void tree_ask(Node *self, uint32_t tree, NodeId node);
void tree_ask_next(Node *self, uint32_t tree, bool waited);

bool tree_is_tied(Node *self, uint32_t tree);                  /* to the root, or it is the root */
bool tree_repair_receive(Node *self, NodeId from, const Message *message);     /* false: not for it */
void tree_repair_timer(Node *self, uint32_t tag);

/* tree_join.c: looks for the closest member from `from` on, to ask it by tree_ask(), or to
 * change to it if it is closer than the parent. */
void tree_seek(Node *self, uint32_t tree, NodeId from, bool improving);
bool tree_seek_refused(Node *self, uint32_t tree, NodeId from);        /* true: it goes on looking */
void tree_seek_end(Node *self, TreePlace *place);
bool tree_join_receive(Node *self, NodeId from, const Message *message);       /* false: not for it */
void tree_seek_on(Node *self, uint32_t tree);                  /* the timer SEEKING */
void tree_improve(Node *self, uint32_t tree);                  /* the timer IMPROVE */

/* tree_recover.c */

/* The `word` of the next publication that this node makes, which it thereby has. */
uint64_t tree_number(Node *self, uint32_t tree);

/* Takes note of a publication that has come.  True where it is new to this node in this
 * tree; always false where neither recovery nor the push asks for that. */
bool tree_take(Node *self, NodeId from, const Message *message);

/* How to pass it on: DOWN, or AFTER_GAP. */
uint8_t tree_kind_of(Node *self, const Message *message);

/* Keeps it for those who ask, where `recover` is set. */
void tree_keep(Node *self, const Message *message);

/* Keeps what climbs to the root; sends to a new parent what has not come down again. */
void tree_climb_keep(Node *self, const Message *message);
void tree_climb_again(Node *self, uint32_t tree);

/* Asks a new parent for all that is missing here. */
void tree_ask_rest(Node *self, uint32_t tree);
void tree_ask_again(Node *self, uint32_t tree);                 /* the timer ASKING */
void tree_answer(Node *self, NodeId from, const Message *message);
void tree_forget(Node *self, TreePlace *place);
