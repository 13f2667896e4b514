/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reliable transport below sockets, RPC, ZeroMQ, brokers and queue managers:
 * connections between ports of hosts, as TCP gives them (RFC 9293, RFC 6298, tcp(7)).
 *
 * A connection carries records, each an opaque content of a stated size on the wire, in
 * order and once, through losses and outages shorter than its limits.  Handshake of one
 * round trip; requests and data that are lost are sent again after the retransmission
 * time-out, which doubles; a port where nobody listens answers with a reset; a host that
 * is down answers nothing; bytes for a former incarnation are answered with a reset.
 *
 * Connections belong to hosts, not to processes.  When a host goes down all of its
 * connections are gone without a call: their users on that host forget them in their own
 * host_down(). */
#pragma once
#include "ipc/errors.h"
#include "ipc/ipc.h"

typedef struct { NodeId host; uint32_t port; } Address;

typedef struct Connection Connection;           /* one end */
typedef struct Listener Listener;

/* How the user of an end hears of it; called from events, never within one of the
 * calls below.  Any may be NULL. */
typedef struct {
    void (*connected)(void *user, Connection *connection);
    /* The attempt, or the connection, failed: IPC_ECONNREFUSED, IPC_ETIMEDOUT,
     * IPC_ECONNRESET or IPC_EHOSTUNREACH.  Only connection_free() is left to call. */
    void (*failed)(void *user, Connection *connection, int error);
    void (*received)(void *user, Connection *connection, void *content, uint32_t size);  /* takes over content */
    void (*ended)(void *user, Connection *connection);      /* the peer sends nothing more; all before was received */
    void (*drained)(void *user, Connection *connection);    /* room to send again after connection_room() was 0 */
} ConnectionUser;

typedef struct {
    uint64_t sndbuf, rcvbuf;        /* bytes; 0: 212,992, as Linux */
    uint32_t syn_retries;           /* UINT32_MAX: 6, the last one waited for: 127 s */
    SimTime rto;                    /* of the first request and before a round trip is known; 0: 1 s */
    SimTime user_timeout;           /* sent data unacknowledged for so long fails the connection; 0: 15 retries */
    SimTime keepalive_idle, keepalive_interval;     /* 0: none */
    uint32_t keepalive_probes;
    bool overlay;                   /* packets go along the overlay */
} StreamOptions;

extern const StreamOptions stream_defaults;

/* Listens; false where the port of the host is taken.  At most `backlog` handshakes that
 * nobody has accepted wait; beyond, requests are dropped (or reset).
 * accept: `incoming` is called for each finished handshake; it makes the connection its
 * own by connection_use() at once, or returns false to leave it in the backlog for
 * listener_take(). */
typedef struct {
    uint32_t backlog;
    bool overflow_resets;
    StreamOptions options;          /* of the connections it makes */
    bool (*incoming)(void *user, Connection *connection);
    void *user;
} ListenerSettings;

Listener *listener_open(Ipc *ipc, Address at, const ListenerSettings *settings);   /* NULL: the port is taken */
Connection *listener_take(Listener *listener);      /* the oldest in the backlog, or NULL */
void listener_close(Listener *listener);            /* resets what waits in the backlog */

/* Starts a connection from `host`, from a free port of its own; connected() or failed() follow. */
Connection *connection_open(Ipc *ipc, NodeId host, Address to, const StreamOptions *options,
                            const ConnectionUser *calls, void *user);
void connection_use(Connection *connection, const ConnectionUser *calls, void *user);

Address connection_here(const Connection *connection);
Address connection_peer(const Connection *connection);
bool connection_is_open(const Connection *connection);      /* established, and sending still possible */

/* Queues a record; `release` frees a content that never arrives (NULL: it is no memory).  Always accepted
 * while connection_is_open() or still connecting; whoever wants back-pressure asks for room first. */
void connection_send(Connection *connection, void *content, void (*release)(void *content), uint32_t size);
uint64_t connection_room(const Connection *connection);     /* bytes free in the send buffer */
uint64_t connection_unsent(const Connection *connection);   /* bytes queued that the peer's host has not acknowledged */

/* While paused nothing is handed to received(): the receive buffer fills, the window
 * closes, and the sender is held back. */
void connection_pause(Connection *connection, bool paused);
uint64_t connection_unread(const Connection *connection);   /* bytes in the receive buffer */

void connection_shutdown(Connection *connection);   /* no more records from here; the peer's ended() after the last */
void connection_abort(Connection *connection);      /* resets at once and frees */

/* Lets go of the end.  Bytes unread: the peer is reset.  Else what is queued is still
 * sent and then ended in order, with nobody to hear of it. */
void connection_free(Connection *connection);

/* The connections and listeners that a process has open are closed by whoever made them
 * for it, in its Resource's end(): exactly what a host does for a process that died. */
