/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the queue managers. */
#pragma once
#include "ipc/mq.h"
#include "ipc/queue_part.h"

typedef enum { DEFINED_LOCAL, DEFINED_REMOTE, DEFINED_ALIAS } DefinedAs;

typedef struct Definition Definition;
struct Definition {
    Definition *next;
    char *name;
    DefinedAs as;
    Queue *queue;                               /* of a local one */
    char *base, *target, *xmitq;                /* base: the queue meant; NULL with a target: a name of a manager */
    bool triggers;
    char *channel;
};

typedef struct Agent Agent;                     /* of a receiver, for one connection */

struct MqManager {
    MqManager *next;
    Ipc *ipc;
    Queues *all;
    QueueStore *store;
    char *name, *dead_letters, *default_xmitq;
    Address channels;                           /* where they listen */
    Listener *listener;
    Definition *first, *last;
    MqChannel *first_channel, *last_channel;
    Agent *agents;
};

struct MqChannel {
    Notice notice;                              /* first; of the transmission queue */
    MqChannel *next;
    MqManager *manager;
    char *name;
    MqChannelSettings settings;
    bool sender;
    Queue *xmitq;
    /* On stable storage: */
    uint32_t sequence;
    uint64_t luwid, luwids;                     /* the last committed; the last given out */
    bool in_doubt, resets, stopped;
    uint32_t doubt_sequence;
    uint64_t doubt_luwid;
    Work batch;                                 /* only where in doubt */
    /* Not: */
    MqState state;
    Connection *connection;
    Agent *agent;
    uint32_t batch_size;
    bool asking, stops, starting;               /* asking: an answer is due */
    uint32_t short_left, long_left;
    IpcTimer batch_timer, beat_timer, answer_timer, idle_timer, retry_timer, pump_timer;
    SimTime sent;                               /* when anything went out last */
    SimTime moved;                              /* when a message last did */
    MqChannelStatus counts;
};

void channel_state(MqChannel *channel, MqState state);
void channel_tell(const MqChannel *channel, const char *event, uint64_t number, const char *reason);
int manager_place(void *user, const char *name, const char *target, Place *place);
const Definition *manager_defined(const MqManager *manager, const char *name);
static inline bool manager_is_up(const MqManager *manager) { return queue_store_is_up(manager->store); }

void flow_send(Connection *connection, Wire *wire);

/* ---- the sender's agent (mq_sender.c) ---- */
void sender_attempt(MqChannel *channel);
void sender_pump(MqChannel *channel);
void sender_break(MqChannel *channel, const char *reason);      /* the connection is gone: retry or stop */
void sender_close(MqChannel *channel);                          /* without a word on what comes next */
void sender_stop(MqChannel *channel);                           /* after the batch */
void sender_resolve(MqChannel *channel, bool commit);

/* ---- the receiver's (mq_receiver.c) ---- */
void receiver_listen(MqManager *manager);
void agent_end(Agent *agent);
void agent_count(Agent *agent, MqChannelStatus *status);
