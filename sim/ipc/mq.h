/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queue managers that pass messages on to each other, in the manner of IBM MQ.
 *
 * A put to a queue of another manager stores the message on a local transmission queue
 * and returns.  A message channel, one-way, moves it: the sender's agent takes batches
 * from the transmission queue, the receiver's agent puts them to their queues, or on
 * another transmission queue where they have farther to go.  A batch becomes visible, and
 * leaves the transmission queue, when it commits; both ends keep the last sequence number
 * and batch id (LUWID) on stable storage.  Between the sender's request to commit and the
 * answer the channel is in doubt; the next start asks the receiver and resolves it.
 *
 * Applications use queue.h on mq_store(), as if all managers were stores.
 *
 * Decided where the product's documents leave it open (IPC.md 13, 14): a partner that has
 * not answered a heartbeat or a request to commit for one heartbeat interval is given up;
 * a new start of a channel replaces what the receiver still believes to run; a mismatch of
 * sequence numbers, or an undeliverable message without a dead-letter queue, sends the
 * sender into RETRYING; RESOLVE leaves the sequence numbers of a wrong choice apart, which
 * takes a RESET; STOPPED outlives a restart of the manager.
 *
 * Source: IBM MQ documentation, "Channel control function", "Safety of messages",
 * "Channel states", "In-doubt channels". */
#pragma once
#include "ipc/queue.h"

typedef struct MqManager MqManager;
typedef struct MqChannel MqChannel;             /* one end */

typedef struct {
    const char *dead_letter_queue, *default_xmitq;      /* NULL: none */
    bool keeps_all;             /* NPMCLASS(HIGH): stopped in order it keeps messages that are not persistent */
    bool overlay;               /* its clients' connections go along the overlay */
    SimTime heartbeat;          /* of its clients' connections; 0: never */
} MqManagerSettings;

typedef struct {
    uint32_t max_depth;         /* 0: no limit */
    bool transmission;
    bool fifo;                  /* else the most urgent first */
    bool trigger_first;         /* of a transmission queue: the first message starts an inactive channel */
    const char *channel;        /* which; NULL: the one that serves it */
} MqQueueSettings;

typedef enum { MQ_AUTO, MQ_MANUAL, MQ_TRIGGERED } MqStart;

typedef struct {
    const char *xmitq;          /* of a sender */
    Address to;                 /* the receiver's: mq_address() */
    uint32_t batch_size;        /* BATCHSZ, 50; the lower of the two ends' counts */
    SimTime batch_interval;     /* BATCHINT; 0: a batch ends when the transmission queue is empty */
    bool normal;                /* NPMSPEED(NORMAL): what is not persistent travels in the batch, too */
    SimTime heartbeat;          /* HBINT, 300 s; 0: never */
    SimTime disconnect;         /* DISCINT, 6000 s; 0: never */
    uint32_t short_retries, long_retries;       /* SHORTRTY 10, LONGRTY 999,999,999 */
    SimTime short_timer, long_timer;            /* SHORTTMR 60 s, LONGTMR 20 min */
    uint32_t message_retries;   /* MRRTY, 10: of a receiver */
    SimTime message_timer;      /* MRTMR, 1 s */
    bool no_dead_letters;       /* USEDLQ(NO) */
    bool overlay;
    MqStart start;              /* with the manager, by a command, or by a trigger */
} MqChannelSettings;

extern const MqManagerSettings mq_manager_defaults;
extern const MqQueueSettings mq_queue_defaults;         /* 5000 deep */
extern const MqChannelSettings mq_channel_defaults;

MqManager *mq_manager_new(Ipc *ipc, NodeId host, const char *name, const MqManagerSettings *settings);
MqManager *mq_manager_find(Ipc *ipc, const char *name);         /* NULL: none */
QueueStore *mq_store(const MqManager *manager);                 /* queue_open(), queue_store_stop(), … */
Address mq_address(const MqManager *manager);                   /* where its channels listen */

Queue *mq_define_local(MqManager *manager, const char *name, const MqQueueSettings *settings);
/* A queue of another manager, by a name of its own here; `queue` NULL: another name for the
 * manager.  `xmitq` NULL: the one called as the manager, or the default one. */
void mq_define_remote(MqManager *manager, const char *name, const char *queue, const char *target, const char *xmitq);
void mq_define_alias(MqManager *manager, const char *name, const char *queue);
/* The two ends have one name.  A sender with MQ_AUTO starts at once; its transmission queue comes first. */
MqChannel *mq_define_sender(MqManager *manager, const char *name, const MqChannelSettings *settings);
MqChannel *mq_define_receiver(MqManager *manager, const char *name, const MqChannelSettings *settings);
MqChannel *mq_channel_find(const MqManager *manager, const char *name);        /* NULL: none */

typedef enum { MQ_INACTIVE, MQ_STARTING, MQ_BINDING, MQ_RUNNING, MQ_PAUSED, MQ_STOPPING, MQ_RETRYING, MQ_STOPPED,
               MQ_STATES } MqState;
extern const char *const mq_state_names[MQ_STATES];     /* "RUNNING" */

/* Commands of an operator; 0, or -IPC_ENOTCONN: the manager is down. */
int mq_channel_start(MqChannel *channel);               /* without effect where it runs */
/* After the batch that is on its way, or, by force, at once. */
int mq_channel_stop(MqChannel *channel, bool force);
/* A sender in doubt that does not run (-IPC_EINVAL: it is none): the batch is deleted, or sent again. */
int mq_channel_resolve(MqChannel *channel, bool commit);
/* The next message has that number; of a sender: at the other end too, with the next
 * start.  -IPC_EINVAL: it runs, or is in doubt. */
int mq_channel_reset(MqChannel *channel, uint32_t sequence);
/* This end was rebuilt: it has forgotten its numbers.  Not while it runs. */
void mq_channel_forget(MqChannel *channel);

typedef struct {
    MqState state;
    uint32_t sequence;          /* of the last committed message */
    uint64_t luwid;             /* of the last committed batch */
    bool in_doubt;
    uint32_t in_batch;          /* messages under way, not committed */
    uint64_t batches, messages, fast;       /* committed; messages in them; those outside of batches */
    /* backed out; times broken in doubt; starts; those after a failure */
    uint64_t resent, doubts, attempts, retries;
} MqChannelStatus;
MqChannelStatus mq_channel_status(const MqChannel *channel);
const char *mq_channel_name(const MqChannel *channel);
