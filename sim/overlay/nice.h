/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the overlay `nice` share: nice.c (heartbeats, the contract),
 * nice_change.c (joining a cluster, leaders, splits, merges) and nice_seek.c (finding
 * one's place).  No variant itself. */
#pragma once
#include "overlay/nice_cluster.h"
#include "overlay/overlay.h"

typedef struct {
    uint32_t k;
    SimTime heartbeat, timeout, refine;
    double hysteresis;
} NiceConfig;

enum { NICE_HEARTBEAT, NICE_UPDATE, NICE_REPLACE, NICE_LEAVE, NICE_JOIN, NICE_REFUSE, NICE_MERGE, NICE_MERGE_ASK,
       NICE_FIND, NICE_TOP, NICE_MEET, NICE_QUERY, NICE_LIST, NICE_PROBE, NICE_ECHO };
enum { NICE_TICK, NICE_TICK_SEEK };             /* timers */
enum { NICE_LAYERS = 16 };                      /* at the very most; nobody starts another */

/* The cluster that this node is in on one layer. */
typedef struct {
    NiceCluster cluster;        /* with this node itself */
    NodeId leader;
    SimTime claimed;            /* when the leader was last heard as such */
} NiceLayer;

typedef enum { SEEK_NONE, SEEK_TOP, SEEK_LIST, SEEK_PROBE, SEEK_JOIN, SEEK_WAIT } SeekStage;

/* On its way to a cluster on `layer`. */
typedef struct {
    uint64_t timer;
    SimTime best_away;          /* one way, ns */
    NodeId asked, contact, best;        /* contact: through whom it came in; NODE_NONE: nobody was there */
    uint32_t layer, level;      /* level: of those that it probes */
    uint32_t waiting, serial;   /* answers to probes still out, and which probes they are */
    uint32_t silent, alone;     /* attempts in a row that no top answered; that led back here */
    SeekStage stage;
    bool refine;                /* it has a cluster, and looks for a nearer leader */
} NiceSeek;

typedef struct {
    NiceLayer layers[NICE_LAYERS];      /* on all but the last it is the leader */
    uint32_t count;             /* 0: it has not joined yet */
    NodeId *super;              /* the leader's cluster one layer up, where this node does not lead the last; owned */
    uint32_t super_count;
    NodeId super_leader;
    SimTime refined;
    bool orphan;                /* it leads the last layer but ought to be in the next */
    bool changed;               /* members since the protocol last saw the neighbors */
    NiceSeek seek;
} NiceState;

typedef struct { NodeId node; uint32_t us; } NiceEntry;         /* us: from the sender */

/* What a message with a list in it says. */
typedef struct {
    struct { uint32_t layer, count, super_count; NodeId leader, super_leader; } head;
    const NiceEntry *entries;   /* the members */
    const NodeId *super;        /* the leader's cluster one layer up; none where there is no such layer */
} NiceList;

/* nice.c */
NiceLayer *nice_layer(NiceState *state, uint32_t layer);        /* NULL: it is not there */
bool nice_leads(Node *self, uint32_t layer);
bool nice_is_top(Node *self);                   /* it leads its last layer */
NiceList nice_list(const Message *message);     /* valid as long as the message */
bool nice_lists(const NiceList *list, NodeId node);
void nice_send(Node *self, NodeId to, uint8_t kind, uint32_t layer, NodeId other);
void nice_send_list(Node *self, NodeId to, uint8_t kind, uint32_t layer);       /* the cluster there, as it stands */
void nice_send_part(Node *self, NodeId to, uint8_t kind, uint32_t layer, const NiceCluster *cluster, NodeId leader);
void nice_beat(Node *self, uint32_t layer);     /* a heartbeat to all of the cluster there */
void nice_hear(Node *self, uint32_t layer, NodeId from);        /* a member is there, and so far away */
void nice_keep_super(NiceState *state, const NiceList *list);

/* nice_change.c */
NiceLayer *nice_push(Node *self, NodeId leader);                /* one layer more, with this node alone */
void nice_truncate(Node *self, uint32_t count, bool say);       /* out of all layers from there; tells their members */
void nice_add(Node *self, uint32_t layer, NodeId node);
void nice_adopt(Node *self, uint32_t layer, NodeId leader, const NiceList *list);
void nice_elect(Node *self, uint32_t layer, NodeId gone, bool by_centre);
void nice_lost(Node *self, NodeId node, uint32_t layer);        /* out of the cluster there; UINT32_MAX: of all */
void nice_transfer(Node *self, uint32_t layer, NodeId to);
void nice_maintain(Node *self);
void nice_receive_update(Node *self, NodeId from, const NiceList *list);
void nice_receive_join(Node *self, const Message *message);
void nice_receive_replace(Node *self, NodeId from, uint32_t layer, NodeId by);
void nice_receive_merge(Node *self, NodeId from, const NiceList *list);
void nice_receive_merge_ask(Node *self, NodeId from, uint32_t layer);

/* nice_seek.c */
void nice_join(Node *self);                     /* a newcomer */
void nice_attach(Node *self, bool now);         /* a leader without a cluster above; now: or after a while */
void nice_look(Node *self);                     /* the top looks whether there is another */
void nice_refine(Node *self);
bool nice_wants(const NiceState *state, uint32_t layer);        /* it has asked to be let in there */
void nice_settled(Node *self);                  /* it has got what it wanted */
void nice_seek_failed(Node *self);
void nice_seek_timer(Node *self);
void nice_receive_find(Node *self, const Message *message);
void nice_receive_top(Node *self, NodeId from, const NiceList *list, bool meet);
void nice_receive_query(Node *self, NodeId from, uint32_t layer);
void nice_receive_list(Node *self, NodeId from, const NiceList *list);
void nice_receive_echo(Node *self, NodeId from, uint32_t serial);
