/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ZeroMQ: sockets that are patterns.
 *
 * A socket has one pipe for each peer: a queue of whole messages on the sending side
 * (at most `sndhwm`) and one on the receiving side (`rcvhwm`).  A pipe made by connect
 * exists at once and is kept while the peer is away; one made on the side that binds
 * exists while the peer is attached.  Sending means queueing here; nothing is
 * acknowledged, and what a dead peer had been dealt is lost.
 *
 * Endpoints: "tcp://nHOST:PORT" over connections of stream.h, with the greeting and READY
 * of ZMTP as one more round trip; "inproc://NAME" between sockets of one host, where the
 * two queues are one of sndhwm + rcvhwm messages (0 on either side: unlimited).
 *
 * Decisions where sources disagree (libzmq's behaviour unless said):
 *   - what had reached a receiver stays readable when the sender has gone; `strict_rfc`: not
 *   - a subscriber at its mark stops reading, and the publisher drops
 *   - marks are exact; over tcp the connection's `sndbuf` and `rcvbuf` come on top
 *   - REQ takes a reply from the peer it asked last alone, also where that peer has gone
 *   - a process that returns closes its sockets, each with its linger; one that crashes
 *     loses what had not been handed to its host
 *
 * Source: ZeroMQ RFCs 23 (ZMTP 3.0), 28, 29, 30, 31 and 37; libzmq 4.3.4. */
#pragma once
#include "ipc/errors.h"
#include "ipc/message.h"
#include "ipc/process.h"

typedef struct ZeromqSocket ZeromqSocket;

typedef enum {
    ZEROMQ_PAIR, ZEROMQ_PUB, ZEROMQ_SUB, ZEROMQ_REQ, ZEROMQ_REP, ZEROMQ_DEALER, ZEROMQ_ROUTER, ZEROMQ_PULL, ZEROMQ_PUSH,
    ZEROMQ_XPUB, ZEROMQ_XSUB, ZEROMQ_TYPES
} ZeromqType;

extern const char *const zeromq_type_names[ZEROMQ_TYPES];      /* "PAIR" … */

typedef struct {
    uint32_t sndhwm, rcvhwm;            /* messages; 0: unlimited */
    SimTime linger;                     /* after close; -1: for ever */
    SimTime sndtimeo, rcvtimeo;         /* of blocking calls; -1: none */
    SimTime reconnect_ivl;              /* -1: never again */
    SimTime reconnect_ivl_max;          /* > reconnect_ivl: the interval doubles up to here */
    bool reconnect_jitter;              /* adds up to one reconnect_ivl, uniformly */
    SimTime connect_timeout;            /* of one attempt; 0: the transport's own */
    SimTime handshake_ivl;              /* of one handshake; 0: none */
    SimTime heartbeat_ivl;              /* between pings; 0: none */
    SimTime heartbeat_timeout;          /* without traffic after a ping; 0: heartbeat_ivl */
    SimTime heartbeat_ttl;              /* told to the peer, which gives up after so long without traffic; 0: none */
    uint64_t sndbuf, rcvbuf;            /* bytes of the connection; 0: the transport's default */
    SimTime user_timeout;               /* of the connection; 0: the transport's default */
    bool overlay;                       /* packets go along the overlay */
    bool immediate;                     /* queue to finished connections only */
    bool conflate;                      /* keep the newest message alone */
    bool nodrop;                        /* (X)PUB: EAGAIN instead of dropping */
    bool verbose;                       /* XPUB: repeated subscriptions too */
    bool mandatory;                     /* ROUTER: EHOSTUNREACH and EAGAIN instead of dropping */
    bool handover;                      /* ROUTER: a second peer of one identity replaces the first */
    bool relaxed, correlate;            /* REQ */
    bool strict_rfc;
    const char *routing_id;             /* NULL: none; copied */
} ZeromqOptions;

extern const ZeromqOptions zeromq_defaults;

/* A socket of a process that is up.  `name` is that of its account and of its events; copied. */
ZeromqSocket *zeromq_open(Process *owner, ZeromqType type, const char *name, const ZeromqOptions *options);

/* What is queued is still sent for as long as it lingers; who is blocked in it gets ETERM. */
void zeromq_close(ZeromqSocket *socket);

/* EADDRINUSE, EINVAL (no endpoint), EPROTONOSUPPORT, ENODEV (bind elsewhere than here).
 * connect succeeds where nobody listens. */
int zeromq_bind(ZeromqSocket *socket, const char *endpoint);
int zeromq_connect(ZeromqSocket *socket, const char *endpoint);
/* End the pipes of that endpoint, what is queued with the socket's linger; ENOENT. */
int zeromq_unbind(ZeromqSocket *socket, const char *endpoint);
int zeromq_disconnect(ZeromqSocket *socket, const char *endpoint);

/* SUB; EINVAL elsewhere.  An XSUB sends messages of byte 1 or 0 and the topic instead. */
int zeromq_subscribe(ZeromqSocket *socket, const void *topic, uint32_t size);
int zeromq_unsubscribe(ZeromqSocket *socket, const void *topic, uint32_t size);

enum { ZEROMQ_DONTWAIT = 1, ZEROMQ_SNDMORE = 2 };

/* Takes the message over where it succeeds.  ZEROMQ_SNDMORE: its frames are the first
 * ones of a message that a later call completes.  EAGAIN, EFSM, ENOTSUP, EHOSTUNREACH,
 * ETERM; EDEADLK where it would block outside a process. */
int zeromq_send(ZeromqSocket *socket, IpcMessage *message, unsigned flags);
/* A whole message, the caller's. */
int zeromq_recv(ZeromqSocket *socket, IpcMessage **message, unsigned flags);

enum { ZEROMQ_IN = 1, ZEROMQ_OUT = 2 };
typedef struct { ZeromqSocket *socket; unsigned events, ready; } ZeromqPoll;

/* How many sockets are ready; waits for `timeout` ns at most, -1: for ever, 0: not at all. */
int zeromq_poll(ZeromqPoll *items, unsigned count, SimTime timeout);

/* Passes messages between the two, both ways, until one of them is closed. */
void zeromq_proxy(ZeromqSocket *front, ZeromqSocket *back);

typedef enum {
    ZEROMQ_LISTENING, ZEROMQ_ACCEPTED, ZEROMQ_CONNECT_DELAYED, ZEROMQ_CONNECTED, ZEROMQ_HANDSHAKE_SUCCEEDED,
    ZEROMQ_HANDSHAKE_FAILED, ZEROMQ_DISCONNECTED, ZEROMQ_CONNECT_RETRIED, ZEROMQ_CLOSED, ZEROMQ_CONNECTION_EVENTS
} ZeromqEvent;

extern const char *const zeromq_event_names[ZEROMQ_CONNECTION_EVENTS];

typedef void (*ZeromqMonitor)(void *data, ZeromqEvent event, const char *endpoint);
void zeromq_monitor(ZeromqSocket *socket, ZeromqMonitor monitor, void *data);   /* NULL: nobody */

/* A frame before the others of a message that nobody else holds, as an address for a ROUTER. */
void zeromq_prepend(IpcMessage *message, const void *data, uint32_t size);

/* The port that an endpoint of this name has on its host: 5000, 5001, … in the order first asked for. */
uint32_t zeromq_port(Ipc *ipc, const char *name);

/* What the sockets of one name have done so far, through closes and crashes. */
typedef struct {
    uint64_t received;          /* messages that the application has taken */
    uint64_t attached, detached;        /* peers that came, and that went */
    uint64_t retried;           /* attempts to connect again */
    uint64_t muted;             /* times that a sender found no room */
} ZeromqCounts;

const ZeromqCounts *zeromq_counts(Ipc *ipc, const char *name);

const char *zeromq_name(const ZeromqSocket *socket);
ZeromqType zeromq_type(const ZeromqSocket *socket);
unsigned zeromq_peers(const ZeromqSocket *socket);      /* attached pipes, those to absent peers included */
