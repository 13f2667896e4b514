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
 * A record is one packet, unless the window forces it into several.  An acknowledgement
 * rides on data or on nothing: where no loss happened and nobody waits for room it is
 * taken for granted a round trip and 40 ms after the sending, without a packet of its own;
 * no timer runs on the way without loss.  Congestion is not modelled: what may be in flight is
 * bounded by the two buffers.  A lost record is sent again when three later ones have
 * passed it (fast retransmission), or when the time-out comes: 200 ms at least, doubling
 * up to 120 s.  Packets other than data have size 0: the network's header alone.
 *
 * Connections belong to hosts, not to processes.  When a host goes down all of its
 * connections are gone without a call: their users on that host forget them while it goes
 * down (host_down(), Resource.end()); connection_free() and listener_close() then do nothing. */
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
    /* More room to send, after connection_room() was less than half of the send buffer. */
    void (*drained)(void *user, Connection *connection);
    void (*flushed)(void *user, Connection *connection);    /* all that was queued, and the end of it, is acknowledged */
    void (*readable)(void *user, Connection *connection);   /* a record or the end came while paused: connection_peek() */
    void (*label)(const void *content, GString *words);     /* adds what a record is, as "call print", for charts */
} ConnectionUser;

typedef struct {
    uint64_t sndbuf, rcvbuf;        /* bytes; 0: 212,992, as Linux */
    uint32_t syn_retries;           /* UINT32_MAX: 6, the last one waited for: 127 s */
    SimTime rto;                    /* of the first request and before a round trip is known; 0: 1 s */
    SimTime user_timeout;           /* sent data unacknowledged for so long fails the connection; 0: 15 retries */
    SimTime keepalive_idle, keepalive_interval;     /* 0: none */
    uint32_t keepalive_probes;
    uint32_t port;                  /* of the end that connects; 0: a free one */
    bool overlay;                   /* packets go along the overlay */
} StreamOptions;

extern const StreamOptions stream_defaults;

/* At most `backlog` handshakes that nobody has accepted wait; beyond, requests are dropped
 * (or reset).  `incoming` is called for each finished handshake; it makes the connection
 * its own by connection_use() at once, or returns false to leave it in the backlog for
 * listener_take().  Where it is NULL all are left there, and handshakes that are not yet
 * finished count against the backlog too. */
typedef struct {
    uint32_t backlog;
    bool overflow_resets;
    StreamOptions options;          /* of the connections it makes */
    bool (*incoming)(void *user, Connection *connection);
    void (*waiting)(void *user);    /* (optional) one more stands in the backlog; not to take it within the call */
    void *user;
} ListenerSettings;

Listener *listener_open(Ipc *ipc, Address at, const ListenerSettings *settings);   /* NULL: the port is taken */
Connection *listener_take(Listener *listener);      /* the oldest in the backlog, or NULL; connection_use() at once */
unsigned listener_backlog(const Listener *listener);        /* how many wait to be taken */
void listener_allow(Listener *listener, uint32_t more);     /* `more` beyond the backlog: that many wait to accept */
void listener_resize(Listener *listener, uint32_t backlog); /* who waits already stays */
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

/* For those who stay paused and read at their own pace.  The oldest record in the receive
 * buffer, also after ended() or failed(): its content, how many of its bytes are yet to be
 * read (*left) and how large it is (*size); false: there is none.  connection_read() marks
 * `bytes` <= *left of it as read; the last one ends the record, which calls release(). */
bool connection_peek(const Connection *connection, void **content, uint32_t *left, uint32_t *size);
void connection_read(Connection *connection, uint32_t bytes);
bool connection_ended(const Connection *connection);        /* the peer sends nothing more; records may still be unread */
uint32_t connection_window(const Connection *connection);   /* the peer's receive buffer: no larger records make sense */

void connection_shutdown(Connection *connection);   /* no more records from here; the peer's ended() after the last */
void connection_abort(Connection *connection);      /* resets at once and frees: what was queued is gone */

/* Lets go of the end.  Bytes unread: the peer is reset.  Else what is queued is still
 * sent and then ended in order, with nobody to hear of it. */
void connection_free(Connection *connection);

/* Every content that was sent with this `release`, has not been received, read or released,
 * and is in a buffer or on its way; in no order that matters.  For books. */
void stream_each(Ipc *ipc, void (*release)(void *content), void (*call)(void *content, void *data), void *data);

/* The connections and listeners that a process has open are closed by whoever made them
 * for it, in its Resource's end(): exactly what a host does for a process that died. */
