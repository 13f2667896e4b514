/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a client, for amqp_connection.c, amqp_channel.c, amqp_consume.c and
 * amqp10.c alone. */
#pragma once
#include "ipc/amqp_frame.h"

typedef struct {
    uint32_t number;
    void (*deliver)(void *user, AmqpDelivery *delivery);
    void (*cancelled)(void *user, uint32_t consumer);
    void *user;
} Taker;

struct AmqpChannel {
    AmqpConnection *connection;
    unsigned number;
    bool open, transacted;
    int code;
    uint32_t serial;            /* of the last request */
    AmqpFrame *answer;          /* to it; owned */
    WaitList waiting;           /* for an answer, a delivery, confirms or room */
    const char *queue_name;     /* of the last queue declared */
    GArray *takers;             /* of Taker */
    AmqpFrame **inbox;          /* a ring of deliveries, owned */
    uint32_t inbox_first, inbox_count, inbox_room;
    const char *exchange;       /* last published to, with its account */
    Account *account;
    bool confirms, refused;
    uint64_t published, first_open;
    uint8_t *open_numbers;      /* a ring: 1 where the number waits for its confirm */
    uint32_t open_room, open_count;
    AmqpConfirmed confirmed;
    void *confirmed_user;
    AmqpReturned returned;
    void *returned_user;
    void (*closed)(void *user, AmqpChannel *channel);
    void *closed_user;
    AmqpSession *session;       /* of 1.0, owned; NULL: none */
    void (*receive)(AmqpSession *session, AmqpFrame *frame);    /* takes over the frame */
    void (*lost)(AmqpSession *session);                 /* its connection is gone */
};

void amqp10_session_free(AmqpSession *session);        /* NULL is allowed */

struct AmqpConnection {
    AmqpConnection *next, *previous;
    Resource resource;
    Amqp *amqp;
    Process *process;
    NodeId host;
    Address broker;
    Connection *stream;         /* NULL: gone */
    AmqpSettings set;
    bool connected, open, blocked;
    int error, code;
    SimTime heartbeat, received, sent;
    IpcTimer watch_timer, beat_timer;
    WaitList waiting;           /* for the connection's own steps */
    unsigned answered;          /* AmqpMethod of the last step's answer */
    GPtrArray *channels;        /* by number; NULL: none */
    void (*closed)(void *user, AmqpConnection *connection);
    void *closed_user;
};

/* Whether the caller is the process of the connection. */
bool amqp_connection_may_wait(const AmqpConnection *connection);
SimTime amqp_connection_limit(const AmqpConnection *connection);    /* until when a call may wait */
void amqp_connection_post(AmqpConnection *connection, AmqpFrame *frame);

AmqpChannel *amqp_channel_new(AmqpConnection *connection);
void amqp_channel_end(AmqpChannel *channel);     /* frees it without a word */
void amqp_channel_lost(AmqpChannel *channel, int code);     /* it is closed, and whoever waits learns */
void amqp_channel_receive(AmqpChannel *channel, AmqpFrame *frame);
/* Sends the request and waits: 0 and *answer (which may be NULL), or an error. */
int amqp_channel_ask(AmqpChannel *channel, AmqpFrame *request, AmqpFrame **answer);
/* Why a call on it fails: IPC_EPROTO the first time after the broker closed it, else IPC_EPIPE, …; negative. */
int amqp_channel_error(AmqpChannel *channel);

void amqp_channel_delivered(AmqpChannel *channel, AmqpFrame *frame);
void amqp_channel_cancelled(AmqpChannel *channel, uint32_t consumer);
void amqp_delivery_from(AmqpChannel *channel, AmqpFrame *frame, AmqpDelivery *delivery);     /* frees the frame */
