/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What brokers and their clients send each other: frames, each one record of a stream.
 * A content with its method and header counts as one frame.  Names and keys are interned.
 *
 * A frame may carry a message instance of an account (`account`): the one that frees the
 * frame says what became of it.  Those under way stand in a list, which the books count. */
#pragma once
#include "ipc/amqp.h"
#include "ipc/amqp10.h"

/* The version 1.0 begins with LINK_OPEN. */
#define AMQP_METHODS(X) \
    X(HEADER) X(START) X(START_OK) X(TUNE) X(OPEN) X(OPEN_OK) X(CLOSE) X(CLOSE_OK) X(BLOCKED) X(UNBLOCKED) \
    X(HEARTBEAT) X(CHANNEL_OPEN) X(CHANNEL_CLOSE) X(CHANNEL_CLOSE_OK) X(OK) \
    X(EXCHANGE_DECLARE) X(EXCHANGE_DELETE) X(QUEUE_DECLARE) X(QUEUE_DELETE) X(QUEUE_PURGE) X(BIND) X(UNBIND) \
    X(QOS) X(CONSUME) X(CANCEL) X(GET) X(GET_EMPTY) X(ACK) X(NACK) X(RECOVER) \
    X(CONFIRM_SELECT) X(TX_SELECT) X(TX_COMMIT) X(TX_ROLLBACK) X(PUBLISH) X(RETURN) X(DELIVER) X(GET_OK) \
    X(LINK_OPEN) X(LINK_ATTACH) X(LINK_ATTACHED) X(LINK_FLOW) X(LINK_TRANSFER) X(LINK_DISPOSITION) X(LINK_DETACH)

typedef enum {
#define AMQP_METHOD_NAME(name) FRAME_##name,
    AMQP_METHODS(AMQP_METHOD_NAME)
#undef AMQP_METHOD_NAME
    FRAME_METHODS
} AmqpMethod;

/* What flags mean depends on the method. */
enum {
    FRAME_MULTIPLE = 1, FRAME_REQUEUE = 2, FRAME_MANDATORY = 4, FRAME_AUTO_ACK = 8, FRAME_EXCLUSIVE = 16,
        FRAME_PASSIVE = 32,
    FRAME_IF_UNUSED = 64, FRAME_IF_EMPTY = 128, FRAME_GLOBAL = 256, FRAME_REDELIVERED = 512,
    FRAME_SETTLED = 1, FRAME_DRAIN = 2, FRAME_FAILED = 4, FRAME_NOT_HERE = 8, FRAME_RESUMES = 16, FRAME_CLOSED = 32,
        FRAME_WINDOW = 64
};

/* What was published, shared by the queues it was copied to. */
typedef struct AmqpContent {
    uint32_t holders, death_count;
    IpcMessage *message;        /* held */
    const char *exchange, *key;
    SimTime ttl;                /* -1: none */
    AmqpDeath *deaths;          /* owned, latest first */
} AmqpContent;

typedef struct Amqp Amqp;
typedef struct Broker Broker;

typedef struct AmqpFrame AmqpFrame;
struct AmqpFrame {
    AmqpFrame *next, *previous; /* under way with an instance; or in somebody's list */
    Amqp *amqp;
    uint8_t method;
    uint16_t flags, channel, code;
    uint32_t number, count, serial;     /* serial: of a request, and of its answer */
    uint64_t tag, delivery;             /* delivery: the number of a transfer on its link */
    SimTime time;
    const char *name, *key;
    void *settings;             /* owned: one block */
    AmqpContent *content;       /* held */
    Account *account;           /* NULL: carries no instance */
    NodeId node;                /* who sent the instance */
    bool listed, fresh;         /* fresh: a publication, which enters its account where it ends before any queue */
};

/* The state of the model in one run. */
struct Amqp {
    Ipc *ipc;
    GPtrArray *brokers;         /* of Broker *, owned */
    AmqpConnection *connections;
    AmqpLink *links;            /* clients' ends */
    AmqpFrame *flying;
    bool over;                  /* the books are closed: nothing is told any more */
};

Amqp *amqp_of(Ipc *ipc);

AmqpContent *amqp_content_new(IpcMessage *message, const char *exchange, const char *key);   /* takes over message */
AmqpContent *amqp_content_hold(AmqpContent *content);
void amqp_content_drop(AmqpContent *content);                /* NULL is allowed */

AmqpFrame *amqp_frame_new(Amqp *amqp, AmqpMethod method, unsigned channel);
/* An instance of that account, from that node. */
void amqp_frame_carries(AmqpFrame *frame, Account *account, NodeId node, bool fresh);
void amqp_frame_settled(AmqpFrame *frame);                   /* its instance has been counted elsewhere */
void amqp_frame_drop(AmqpFrame *frame, IpcDrop reason);      /* frees; what it carries is counted so */
void amqp_frame_free(AmqpFrame *frame);                      /* the same for the usual reason: auto-ack or peer-gone */
uint32_t amqp_frame_size(const AmqpFrame *frame);            /* bytes on the wire */
void amqp_frame_label(const void *frame, GString *words);    /* "publish news.at #3", "consume story" */
void amqp_frame_send(AmqpFrame *frame, Connection *stream);  /* NULL stream: it is freed */

/* How a link is attached, with what this end has not settled; the answer tells the other end's. */
typedef struct { uint64_t delivery; AmqpOutcome outcome; } AmqpUnsettled;
typedef struct { AmqpAttach set; uint32_t count; AmqpUnsettled unsettled[]; } LinkWish;    /* texts interned */

/* One block with a copy, texts interned. */
AmqpBinding *amqp_binding_copy(const AmqpBinding *binding);

/* Clients' part of what the model does when hosts go down and at the end. */
void amqp_clients_host_down(Amqp *amqp, NodeId host);
void amqp_clients_stop(Amqp *amqp);
void amqp_links_stop(Amqp *amqp);
/* Brokers' part. */
void broker_host_down(Broker *broker, NodeId host);
void broker_host_up(Broker *broker, NodeId host);
void broker_count(Broker *broker);
void broker_free(Broker *broker);
/* The account of publications to an exchange of the broker at that address. */
Account *broker_account_at(Amqp *amqp, Address at, const char *exchange);
