/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AMQP 0-9-1 as RabbitMQ speaks it: what an application calls.
 *
 * A process connects to a broker (broker.h), opens channels, declares exchanges, queues
 * and bindings, publishes and consumes.  Frames travel as records of stream.h, so a cut
 * link, a loss or a crash acts on them as on everything else.
 *
 * Calls return 0 or more, or the negative of an error of errors.h:
 *   IPC_EPROTO      the broker closes the channel, or the connection, while the call waits;
 *                   amqp_channel_code() and amqp_code() say why (404, 405, 406, 403, 320 …)
 *   IPC_EPIPE       it had been closed or lost before
 *   IPC_ECONNREFUSED, IPC_ETIMEDOUT, IPC_ECONNRESET, IPC_EHOSTUNREACH  as of the transport
 *   IPC_EAGAIN      nothing there, or the call would have to wait
 *   IPC_EDEADLK     a call that waits, made from a handler
 * Those marked "waits" suspend the calling process, at most for the connection's
 * `timeout`; the others may be called from handlers too.
 *
 * Sources: AMQP 0-9-1 (amqp0-9-1.xml); RabbitMQ's documentation, 3.13 edition; measured on
 * RabbitMQ 3.10.8.  Where the two differ RabbitMQ is followed: a rejected message may go
 * to the same consumer again, overflow drops persistent messages too, and prefetch counts
 * per consumer unless `global`.
 *
 * Not modelled: security, clusters, quorum queues and streams, channel.flow. */
#pragma once
#include "ipc/message.h"
#include "ipc/process.h"
#include "ipc/stream.h"

enum { AMQP_PORT = 5672, AMQP_KEYS_MAX = 255 };

/* Reply codes. */
enum {
    AMQP_OK = 200, AMQP_NO_ROUTE = 312, AMQP_CONNECTION_FORCED = 320, AMQP_REFUSED = 403, AMQP_NOT_FOUND = 404,
    AMQP_LOCKED = 405, AMQP_PRECONDITION = 406, AMQP_COMMAND_INVALID = 503, AMQP_NOT_IMPLEMENTED = 540
};

typedef enum { AMQP_DIRECT, AMQP_FANOUT, AMQP_TOPIC, AMQP_HEADERS } AmqpKind;
extern const char *const amqp_kind_names[];         /* NULL-terminated */

typedef struct {
    AmqpKind kind;
    bool durable, auto_delete, internal;            /* internal: not for publishers */
    const char *alternate;                          /* exchange for what reaches no queue; NULL: none */
} AmqpExchange;

typedef enum { AMQP_DROP_HEAD, AMQP_REJECT_PUBLISH, AMQP_REJECT_PUBLISH_DLX } AmqpOverflow;
extern const char *const amqp_overflow_names[];

typedef struct {
    bool durable, exclusive, auto_delete, single_active;
    SimTime message_ttl, expires;                   /* -1: none */
    int64_t max_length, max_bytes;                  /* of the ready messages; -1: none */
    AmqpOverflow overflow;
    const char *dead_exchange, *dead_key;           /* NULL: none, and the keys it came with */
    unsigned max_priority;                          /* 0: no priorities; at most 255 */
} AmqpQueueSettings;

extern const AmqpQueueSettings amqp_queue_defaults; /* not durable, nothing limited */

/* How a headers exchange compares. */
typedef enum { AMQP_ALL, AMQP_ANY, AMQP_ALL_WITH_X, AMQP_ANY_WITH_X } AmqpMatch;
extern const char *const amqp_match_names[];

typedef struct { const char *key, *value; } AmqpArgument;   /* a list ends with a NULL key */

/* Of a queue, or of an exchange where `to_exchange`, to an exchange. */
typedef struct {
    const char *source, *destination, *key;         /* NULL key: the empty one */
    bool to_exchange;
    AmqpMatch match;
    const AmqpArgument *arguments;                  /* NULL: none */
} AmqpBinding;

typedef struct { uint32_t ready, unacked, consumers; } AmqpQueueState;

/* One line of the history of a dead-lettered message, latest first. */
typedef enum { AMQP_REJECTED, AMQP_EXPIRED, AMQP_MAXLEN } AmqpDeathReason;
extern const char *const amqp_death_names[];
typedef struct {
    const char *queue, *exchange, *key;             /* it died in `queue`, where those had brought it */
    AmqpDeathReason reason;
    uint32_t count;
    SimTime expiration;                             /* its own time to live, which it lost; -1: none */
} AmqpDeath;

/* ---- connections ---- */

typedef struct AmqpConnection AmqpConnection;
typedef struct AmqpChannel AmqpChannel;

typedef struct {
    SimTime heartbeat;          /* silence after which the peer is taken for dead; the smaller of both ends' wishes
                                 * holds, 0 is no wish.  Half of it apart something is sent */
    SimTime timeout;            /* of calls that wait; -1: none */
    StreamOptions stream;
} AmqpSettings;

extern const AmqpSettings amqp_defaults;            /* 60 s, none */

/* Waits: the transport's handshake and three round trips.  *connection belongs to the
 * process and is closed by its host when it ends. */
int amqp_connect(Process *self, Address broker, const AmqpSettings *settings, AmqpConnection **connection);

/* Waits for the broker's answer where the connection still stands; frees it with its channels. */
void amqp_close(AmqpConnection *connection);
bool amqp_is_open(const AmqpConnection *connection);
bool amqp_is_blocked(const AmqpConnection *connection);     /* by the broker's alarm */
int amqp_code(const AmqpConnection *connection);    /* of the broker's close notice, or 0 */
int amqp_error(const AmqpConnection *connection);   /* why it is not open: IPC_EPROTO, IPC_ECONNRESET, …; or 0 */

/* closed(user, connection) when it is lost or closed by the broker. */
void amqp_on_closed(AmqpConnection *connection, void (*closed)(void *user, AmqpConnection *connection), void *user);

int amqp_channel_open(AmqpConnection *connection, AmqpChannel **channel);          /* waits */
int amqp_channel_close(AmqpChannel *channel);                                      /* waits; frees it */
bool amqp_channel_is_open(const AmqpChannel *channel);
int amqp_channel_code(const AmqpChannel *channel);  /* why the broker closed it, or 0 */
/* The same for one channel, whether it alone or its connection is gone. */
void amqp_channel_on_closed(AmqpChannel *channel, void (*closed)(void *user, AmqpChannel *channel), void *user);

/* ---- declaring; all wait ---- */

int amqp_exchange_declare(AmqpChannel *channel, const char *name, const AmqpExchange *settings);   /* NULL: passive */
int amqp_exchange_delete(AmqpChannel *channel, const char *name, bool if_unused);
/* An empty name makes the broker invent one, which amqp_queue_name() tells. */
int amqp_queue_declare(AmqpChannel *channel, const char *name, const AmqpQueueSettings *settings,
                       AmqpQueueState *state);
const char *amqp_queue_name(const AmqpChannel *channel);
int amqp_queue_delete(AmqpChannel *channel, const char *name, bool if_unused, bool if_empty);
int amqp_queue_purge(AmqpChannel *channel, const char *name);       /* how many went */
int amqp_bind(AmqpChannel *channel, const AmqpBinding *binding);
int amqp_unbind(AmqpChannel *channel, const AmqpBinding *binding);

/* ---- publishing ---- */

typedef struct { const char *exchange, *key; bool mandatory; } AmqpTarget;

/* Sends it and takes over `message`, whatever comes of it.  Waits only where the send
 * buffer is full, whichever process calls (IPC_EAGAIN from a handler). */
int amqp_publish(AmqpChannel *channel, const AmqpTarget *to, IpcMessage *message);

/* From now on publications of this channel are numbered from 1 and each is confirmed once.
 * Waits.  `told` may be NULL; it hears of all numbers up to `number` that are open where `multiple`. */
typedef void (*AmqpConfirmed)(void *user, uint64_t number, bool multiple, bool stored);
int amqp_confirm(AmqpChannel *channel, AmqpConfirmed told, void *user);
uint64_t amqp_published(const AmqpChannel *channel);        /* number of the last publication */
unsigned amqp_unconfirmed(const AmqpChannel *channel);
int amqp_wait_confirms(AmqpChannel *channel);       /* waits; 1 if none was refused since the last call, else 0 */

typedef void (*AmqpReturned)(void *user, int code, const AmqpTarget *to, IpcMessage *message);
void amqp_on_returned(AmqpChannel *channel, AmqpReturned told, void *user);

int amqp_tx_select(AmqpChannel *channel);           /* these wait */
int amqp_tx_commit(AmqpChannel *channel);
int amqp_tx_rollback(AmqpChannel *channel);

/* ---- consuming ---- */

typedef struct {
    AmqpChannel *channel;
    uint64_t tag;
    uint32_t consumer;          /* number of the consumer on this channel, from 1; 0: got */
    uint32_t count;             /* how often it had been delivered before */
    uint32_t left;              /* messages that a get left in the queue */
    bool redelivered;
    const char *exchange, *key;
    SimTime ttl;                /* the expiration property; -1: none */
    IpcMessage *message;        /* held */
    const AmqpDeath *deaths;
    unsigned death_count;
    struct AmqpContent *content;
} AmqpDelivery;

void amqp_delivery_clear(AmqpDelivery *delivery);   /* lets go of what it holds */

typedef struct {
    const char *queue;
    bool auto_ack, exclusive;
    int priority;
    /* Called for each delivery, which it clears or keeps; NULL: they wait for amqp_next(). */
    void (*deliver)(void *user, AmqpDelivery *delivery);
    void (*cancelled)(void *user, uint32_t consumer);   /* the broker's notice that the queue is gone; may be NULL */
    void *user;
} AmqpConsume;

int amqp_qos(AmqpChannel *channel, uint32_t prefetch, bool global);        /* waits */
int amqp_consume(AmqpChannel *channel, const AmqpConsume *settings);       /* waits; the consumer's number */
int amqp_cancel(AmqpChannel *channel, uint32_t consumer);                  /* waits */
/* waits; 1, or 0: empty */
int amqp_get(AmqpChannel *channel, const char *queue, bool auto_ack, AmqpDelivery *delivery);

/* The next delivery to a consumer without a handler: 1; waits until then (absolute; -1:
 * no limit; 0: not at all): IPC_EAGAIN. */
int amqp_next(AmqpChannel *channel, AmqpDelivery *delivery, SimTime until);
unsigned amqp_waiting(const AmqpChannel *channel);  /* deliveries that amqp_next() would give at once */

int amqp_ack(AmqpChannel *channel, uint64_t tag, bool multiple);
int amqp_nack(AmqpChannel *channel, uint64_t tag, bool multiple, bool requeue);
int amqp_reject(AmqpChannel *channel, uint64_t tag, bool requeue);
int amqp_recover(AmqpChannel *channel);             /* waits: all unacknowledged of this channel go back in place */
