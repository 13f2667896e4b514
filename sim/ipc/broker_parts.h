/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a broker, for its own files alone: broker.c (its life), broker_link.c
 * (connections), broker_channel.c (methods), broker_queue.c (what stands in queues),
 * broker_consumer.c (who takes from them), broker_publish.c (what comes in),
 * broker_confirm.c (stable storage and confirms), broker_dead.c (dead letters) and
 * broker_session.c and broker_terminus.c (the version 1.0). */
#pragma once
#include "ipc/amqp_frame.h"
#include "ipc/amqp_route.h"
#include "ipc/broker.h"

typedef struct Queue Queue;
typedef struct Entry Entry;
typedef struct Consumer Consumer;
typedef struct Lane Lane;               /* a channel, or a session */
typedef struct Link Link;               /* a connection, seen from the broker */
typedef struct Terminus Terminus;       /* a link of the version 1.0, seen from the broker */

/* A publication that waits to be confirmed. */
typedef struct Confirm Confirm;
struct Confirm {
    Confirm *next, *previous;           /* of the same channel, by number */
    Confirm *next_done;
    Lane *lane;                         /* NULL: gone */
    uint64_t number;
    uint32_t waits;                     /* queues that have still to store it */
    bool refused, transfer;             /* transfer: of 1.0 */
    Terminus *terminus;                 /* of a transfer; NULL: gone */
    uint64_t delivery;
};

/* A write under way. */
typedef struct Write Write;
struct Write { Write *next; Entry *entry; SimTime due; };     /* entry NULL: it has left */

/* A message in one queue. */
struct Entry {
    Entry *next, *previous;
    AmqpContent *content;
    Queue *queue;
    Confirm *confirm;                   /* waits for its write, or NULL */
    Write *write;
    uint64_t position;
    SimTime expires;                    /* -1: never */
    uint32_t count, failures;           /* deliveries; of them said to have failed (1.0) */
    uint32_t shuns;                     /* the consumer it must not go to (1.0); 0: none */
    uint8_t level;
    bool redelivered, stored;
};

typedef struct { Entry *first, *last, *finger; } Level;

struct Queue {
    RouteEnd end;
    Broker *broker;
    AmqpQueueSettings set;              /* texts interned */
    const char *label;                  /* BROKER.QUEUE, interned */
    Account *account;
    Link *owner;                        /* of an exclusive one */
    Level *levels;                      /* by priority, set.max_priority + 1 */
    uint32_t ready, unacked, deepest;
    uint64_t bytes, next_position;      /* bytes of the ready ones */
    Consumer *able, *able_last;         /* who would take a message, in turn */
    GPtrArray *consumers;               /* of Consumer *, in the order they came */
    Consumer *active;                   /* of a single-active queue */
    bool deleted;
    uint32_t watchers;                  /* links of 1.0 that drain it or browse in it */
    SimTime used;
    IpcTimer ttl_timer, unused_timer;
    SimTime ttl_due;
};

struct Consumer {
    Consumer *next, *previous;          /* among the able */
    Queue *queue;
    Lane *lane;
    Terminus *terminus;                 /* NULL: of 0-9-1 */
    uint32_t number, prefetch, unacked;
    uint32_t id;                        /* its own in this broker, from 1 */
    int priority;
    bool auto_ack, exclusive, able;
};

/* entry NULL: settled. */
typedef struct { Entry *entry; Consumer *consumer; Terminus *terminus; uint64_t delivery; SimTime since; bool pushed;
                 } Unacked;

struct Lane {
    Link *link;
    unsigned number;
    bool closing, confirms, transacted;
    Unacked *ring;                      /* by tag, of `room` places (a power of 2) */
    uint32_t room;
    uint64_t first, last;               /* tags that may be open: first..last */
    uint32_t prefetch, prefetch_all, pushed;    /* for new consumers; for all together; how many those have */
    uint32_t next_consumer;
    GPtrArray *consumers;               /* of Consumer *, owned */
    uint64_t published;                 /* number of the last publication */
    Confirm *open, *open_last;
    GPtrArray *pending;                 /* of AmqpFrame *, owned: what the transaction has so far; NULL: nothing yet */
    IpcTimer ack_timer;
    uint32_t window;                    /* transfers that the session may still send; UINT32_MAX: no limit */
    GPtrArray *termini;                 /* of Terminus *, of a session; NULL: of 0-9-1 */
};

struct Link {
    Broker *broker;
    Connection *stream;                 /* NULL: its host is down */
    bool open, blocked, stalled, closing, publishes;    /* stalled: the send buffer is full */
    SimTime heartbeat, received, sent;
    IpcTimer watch_timer, beat_timer;
    GPtrArray *lanes;                   /* by channel number; NULL: none */
};

/* A message that died, until the end of the event. */
typedef struct Dead Dead;
struct Dead {
    Dead *next;
    AmqpContent *content;
    Account *account;
    const char *queue, *label, *exchange, *key;     /* where it died; where it goes */
    AmqpDeathReason reason;
};

struct Broker {
    Amqp *amqp;
    Ipc *ipc;
    NodeId host;
    const char *name;
    BrokerSettings set;
    Listener *listener;
    bool up, was_up, alarm;
    Router *router;
    GPtrArray *queues, *deleted;        /* of Queue *, owned */
    GPtrArray *links;                   /* of Link *, owned */
    GPtrArray *suspended;               /* of Terminus *: links that may be resumed */
    Write *writes, *writes_last;
    IpcTimer write_timer;
    Confirm *done, *done_last;
    Dead *dead, *dead_last;
    unsigned invented;                  /* queue names so far */
    uint32_t consumers;                 /* so far */
};

SimTime broker_now(const Broker *broker);
/* Ends every event: dead letters and confirms that have come due go out. */
void broker_settle(Broker *broker);
void broker_tell(const Queue *queue, const char *event, const AmqpContent *content, const char *reason);

/* ---- broker_queue.c ---- */
/* 0 or a code */
int broker_queue_declare(Broker *broker, const char *name, const AmqpQueueSettings *settings, Link *owner);
Queue *broker_queue_find(const Broker *broker, const char *name);
void broker_queue_delete(Queue *queue);        /* its consumers are told; what it holds is dropped */
void broker_queue_free(Queue *queue);
void broker_queue_used(Queue *queue);
uint32_t broker_queue_purge(Queue *queue);
/* False: refused for its length. */
bool broker_queue_put(Queue *queue, AmqpContent *content, Confirm *confirm);
Entry *broker_queue_head(Queue *queue);        /* the next that has not expired; NULL: empty */
void broker_queue_take(Queue *queue, Entry *entry);        /* out of the ready ones */
void broker_queue_put_back(Queue *queue, Entry *entry);    /* in its place; without pumping */
void broker_queue_trim(Queue *queue);          /* what is over the limits, or expired at the head, goes */
void broker_entry_end(Entry *entry);           /* frees it: the books know its end */
void broker_entry_dies(Entry *entry, AmqpDeathReason reason);
void broker_queue_recover(Queue *queue, bool crashed);     /* leaves what stable storage holds */
void broker_queue_wake(Queue *queue);          /* timers again, after a restart */

/* ---- broker_consumer.c ---- */
void broker_queue_pump(Queue *queue);          /* to those who can take; then trims */
Consumer *broker_consumer_new(Lane *lane, Queue *queue, const AmqpFrame *wish);
void broker_consumer_end(Consumer *consumer);  /* its messages stay unacknowledged; the next active one takes over */
void broker_consumer_refresh(Consumer *consumer);
void broker_lane_refresh(Lane *lane);          /* and pumps */
void broker_link_refresh(Link *link);
uint64_t broker_lane_hand_out(Lane *lane, Entry *entry, Consumer *consumer);       /* to be acknowledged; its tag */
uint64_t broker_lane_give_away(Lane *lane);    /* the tag of one that needs no acknowledgement */
Unacked *broker_lane_unacked(Lane *lane, uint64_t tag);    /* NULL: not open */
Entry *broker_lane_settle(Lane *lane, uint64_t tag);       /* takes it out */
void broker_lane_accept(Lane *lane, uint64_t tag);
void broker_lane_refuse(Lane *lane, uint64_t tag, bool requeue);       /* without pumping */
void broker_lane_requeue_all(Lane *lane);      /* and pumps */

/* ---- broker_publish.c ---- */
void broker_lane_publish(Lane *lane, AmqpFrame *frame);
/* Routes and queues it; how many queues it reached, or -1: there is no such exchange. */
int broker_route(Broker *broker, AmqpContent *content, Confirm *confirm);
void broker_lane_commit(Lane *lane);
void broker_lane_rollback(Lane *lane);

/* ---- broker_confirm.c ---- */
Confirm *broker_confirm_new(Lane *lane);
void broker_confirm_part(Confirm *confirm);    /* one queue fewer to wait for */
void broker_confirm_lane_gone(Lane *lane);
void broker_store_write(Broker *broker, Entry *entry);
void broker_store_finish(Broker *broker);      /* all writes, now */
void broker_store_lose(Broker *broker);        /* none of them */
void broker_confirm_flush(Broker *broker);

/* ---- broker_dead.c ---- */
void broker_dead_letter(Queue *queue, AmqpContent *content, AmqpDeathReason reason);   /* holds the content */
void broker_dead_flush(Broker *broker);

/* ---- broker_channel.c ---- */
Lane *broker_lane_new(Link *link, unsigned number);
void broker_lane_free(Lane *lane);             /* requeues, and pumps */
void broker_lane_error(Lane *lane, int code);  /* closes the channel */
void broker_lane_receive(Lane *lane, AmqpFrame *frame);    /* takes over frame */
void broker_lane_send(Lane *lane, AmqpFrame *frame);

/* ---- broker_link.c ---- */
bool broker_link_incoming(void *broker, Connection *stream);
void broker_link_free(Link *link);             /* the connection is over */
void broker_link_send(Link *link, AmqpFrame *frame);
void broker_link_notice(Link *link, int code); /* says that it will be closed */

/* ---- broker_session.c, broker_terminus.c ---- */

/* A link, seen from the broker. */
struct Terminus {
    Broker *broker;
    Lane *lane;                         /* NULL: suspended */
    AmqpAttach set;                     /* as the client attached it: set.sends is the client */
    uint32_t handle, credit;            /* credit: of whoever sends */
    bool drains;
    Queue *queue;                       /* the source; NULL: none, or it has been deleted */
    Consumer *consumer;
    const char *exchange, *key;         /* the target */
    Account *account;                   /* of what is published there */
    uint64_t cursor, next_delivery;     /* how far it has browsed; the last number given */
    GArray *held;                       /* of Held: given out and unsettled when the connection was lost */
    GArray *seen;                       /* of Seen: come in and unsettled */
};
typedef struct { Entry *entry; uint64_t delivery; } Held;
typedef struct { uint64_t delivery; AmqpOutcome outcome; Confirm *confirm; } Seen;

void broker_session_receive(Lane *lane, AmqpFrame *frame);     /* takes over frame */
void broker_session_deliver(Consumer *consumer, Entry *entry);
bool broker_session_may_send(const Consumer *consumer);
void broker_session_apply(Lane *lane, uint64_t tag, AmqpOutcome outcome, unsigned flags);
void broker_session_confirmed(Confirm *confirm);       /* the outcome of a transfer is known */
void broker_session_end(Lane *lane);                   /* its links end, or are suspended */
void broker_session_queue_gone(Consumer *consumer);
void broker_session_watch(Queue *queue);               /* something has changed for who drains it or browses in it */
void broker_session_forget(Broker *broker);            /* the links that could have been resumed */
void broker_session_count(Broker *broker);

void broker_terminus_attach(Lane *lane, AmqpFrame *frame);
void broker_terminus_detach(Terminus *terminus, bool closed);  /* frees it */
void broker_terminus_suspend(Terminus *terminus);      /* its connection is gone */
void broker_terminus_hand_out(Terminus *terminus, Entry *entry, uint64_t delivery, bool resumes);
void broker_terminus_watched(Terminus *terminus, bool watches);
void broker_terminus_grant(Terminus *terminus);        /* credit to a client that sends */
void broker_terminus_browse(Terminus *terminus);
void broker_terminus_free(Terminus *terminus);
Seen *broker_terminus_seen(Terminus *terminus, uint64_t delivery);     /* NULL: not known */
