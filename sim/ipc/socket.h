/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POSIX sockets: byte streams and datagrams, by descriptors of a process.
 *
 * As POSIX.1-2017 has them; where that leaves a choice, as Linux (socket(7), tcp(7),
 * udp(7)).  Decided here: a send on a stream that was never connected fails ENOTCONN;
 * after a reset the first call fails ECONNRESET, then receives return 0 and sends fail EPIPE; a client
 * that resets while it waits in the backlog is accepted, and its first receive fails
 * ECONNRESET; what comes after both sides were shut stays unread, where Linux resets.  No signal is raised.  Buffers hold exactly the bytes they are told to.
 * TIME-WAIT is off unless asked for.  listen(n) lets n + 1 connections wait, as Linux.
 * `make test-real` plays tests/real/socket/rows.txt on both.
 *
 * A call returns a number >= 0 or -IPC_Exxx.  One that would have to wait suspends its
 * process; called from elsewhere it fails EDEADLK.  Descriptors are numbers from 3, of
 * which the smallest free one is given; what is open when a process ends is closed by its host, as
 * close() does.
 *
 * Books ("socket"), in bytes: the accounts "stream" and "datagram". */
#pragma once
#include "ipc/process.h"
#include "ipc/stream.h"

typedef enum { SOCKET_STREAM, SOCKET_DATAGRAM } SocketType;
typedef enum { SOCKET_READ_SIDE = 1, SOCKET_WRITE_SIDE = 2, SOCKET_BOTH_SIDES = 3 } SocketSide;

enum { SOCKET_DONTWAIT = 1 };               /* flag of a send or receive */
enum { SOCKET_DATAGRAM_MAX = 65507, SOCKET_DESCRIPTORS = 1024 };

/* Times are ns, sizes bytes, switches 0 or 1. */
typedef enum {
    SOCKET_SNDBUF, SOCKET_RCVBUF,           /* 212,992; of a stream before it connects or listens */
    SOCKET_SNDTIMEO, SOCKET_RCVTIMEO,       /* 0: for ever; SNDTIMEO bounds connect too */
    SOCKET_LINGER,                          /* -1: close() returns at once (the default); 0: it resets; else waits */
    SOCKET_REUSEADDR, SOCKET_NONBLOCK,
    SOCKET_KEEPALIVE, SOCKET_KEEPIDLE, SOCKET_KEEPINTVL, SOCKET_KEEPCNT,   /* off; 2 h, 75 s, 9 */
    SOCKET_USER_TIMEOUT,                    /* 0: 15 retries */
    SOCKET_SYN_RETRIES, SOCKET_RTO,         /* 6; 1 s */
    SOCKET_OVERFLOW_RESETS,                 /* a full backlog resets instead of dropping */
    SOCKET_TIME_WAIT,                       /* 2 MSL; 0: none */
    SOCKET_OVERLAY,                         /* packets go along the overlay */
    SOCKET_ERROR,                           /* to be read only: the pending error, which is then none */
    SOCKET_OPTIONS
} SocketOption;

int socket_open(Process *self, SocketType type);
int socket_set(Process *self, int fd, SocketOption option, int64_t value);
int64_t socket_option(Process *self, int fd, SocketOption option);

int socket_bind(Process *self, int fd, Address at);         /* port 0: a free one */
int socket_listen(Process *self, int fd, int backlog);
int socket_accept(Process *self, int fd, Address *peer);    /* a descriptor; peer may be NULL */
int socket_connect(Process *self, int fd, Address to);
int socket_name(Process *self, int fd, Address *here, Address *peer);   /* either may be NULL; unknown: zeros */

/* Bytes sent or received; 0 of a stream: the peer sends no more.  data NULL: bytes whose
 * values do not matter (sent so, they read as zeros). */
int64_t socket_send(Process *self, int fd, const void *data, size_t size, int flags);
int64_t socket_receive(Process *self, int fd, void *data, size_t size, int flags);
int64_t socket_send_to(Process *self, int fd, const void *data, size_t size, int flags, Address to);
int64_t socket_receive_from(Process *self, int fd, void *data, size_t size, int flags, Address *from);

/* Passes an open descriptor on to another process of the same host, as fork() or a
 * message with SCM_RIGHTS does; its number there.  Nobody may be waiting on it. */
int socket_pass(Process *self, int fd, Process *to);

int socket_shutdown(Process *self, int fd, SocketSide side);
int socket_close(Process *self, int fd);

enum { SOCKET_IN = 1, SOCKET_OUT = 4, SOCKET_ERR = 8, SOCKET_HUP = 16, SOCKET_NVAL = 32 };
typedef struct { int fd; short events, revents; } SocketPoll;

/* How many of `polls` are ready, 0 once `timeout` ns have passed (-1: never; 0: at once). */
int socket_poll(Process *self, SocketPoll *polls, unsigned count, SimTime timeout);
