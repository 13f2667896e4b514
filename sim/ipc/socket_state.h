/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the sockets share.  For socket*.c alone. */
#pragma once
#include "ipc/socket.h"

typedef enum { SOCKET_NEW, SOCKET_LISTENING, SOCKET_CONNECTING, SOCKET_CONNECTED, SOCKET_DEAD } SocketState;

typedef struct Sockets Sockets;
typedef struct Socket Socket;
typedef struct Datagram Datagram;

/* The descriptors of one incarnation of a process. */
typedef struct {
    Resource resource;          /* first */
    Sockets *all;
    Process *process;
    Socket **by_fd;
    unsigned room;
} Descriptors;

struct Socket {
    Sockets *all;
    Process *process;
    SocketType type;
    SocketState state;
    int fd;
    bool bound, shut_read, shut_write, fin_told, blocked;
    bool untold;                /* the outcome of a connect that nobody waited for */
    bool given_up;              /* it failed and was shut before it was told: never connects again */
    bool ended_first;           /* before the peer did */
    Socket *next_bound;         /* of the same host */
    Address here, peer;
    int64_t options[SOCKET_OPTIONS];
    int error;                  /* pending; IPC_OK: none */
    Connection *connection;
    Listener *listener;
    Datagram *first, *last;     /* received */
    uint64_t held;              /* bytes of them, at least 1 each */
    WaitList readers, writers;
};

/* A port that nobody may bind for a while. */
typedef struct { Address at; SimTime until; bool reuse; } Hold;

struct Sockets {
    Ipc *ipc;
    GHashTable *tables;         /* Process * to Descriptors *, for lookups alone */
    Descriptors *latest;        /* asked for last */
    Socket **bound[2];          /* by type, by host */
    uint32_t *ports;            /* next free one for datagrams, by host */
    GArray *holds;              /* of Hold */
    uint64_t flying;            /* bytes of datagrams on their way */
    Account *bytes, *datagrams;                         /* NULL before anything was sent */
    GStringChunk *names;        /* of sockets, for events */
};

extern const Library socket_library;

/* A piece of a stream: what connection_send() carries. */
typedef struct {
    Sockets *all;
    NodeId from, to;
    uint32_t size, read;
    bool filled;
    char data[];
} Piece;

/* socket.c */
Socket *socket_find(Process *self, int fd, int *error);     /* NULL: *error is -IPC_EBADF */
Socket *socket_new(Process *self, SocketType type);         /* with the smallest free descriptor, or NULL */
void socket_give_up(Socket *socket);                        /* the descriptor and the memory */
int socket_find_port(Socket *socket, uint32_t port);        /* binds it; 0: a free one */
int socket_error_once(Socket *socket);                      /* the pending one, negative, or 0 */
void socket_tell(const Socket *socket, const char *event, uint64_t number);
/* Waits on the list; 0, or -IPC_EAGAIN (not to be waited, or time is up), or -IPC_EDEADLK. */
int socket_wait(Socket *socket, WaitList *list, int flags, SimTime until);
SimTime socket_until(const Socket *socket, SocketOption time_out);  /* -1: never */

/* socket_stream.c */
int64_t socket_stream_send(Socket *socket, const char *data, size_t size, int flags);
int64_t socket_stream_receive(Socket *socket, char *data, size_t size, int flags);
bool socket_stream_readable(const Socket *socket);
bool socket_stream_writable(const Socket *socket);
bool socket_stream_both_ended(const Socket *socket);        /* in either direction */
int socket_stream_connect(Socket *socket, Address to);
void socket_piece_free(void *content);                      /* with its unread bytes counted as dropped */
void socket_stream_let_go(Socket *socket);                  /* as a host closes it; nobody waits */

/* socket_datagram.c */
int64_t socket_datagram_send(Socket *socket, const void *data, size_t size, Address to);
int64_t socket_datagram_receive(Socket *socket, void *data, size_t size, int flags, Address *from);
void socket_datagram_arrive(Sockets *all, Packet *packet);
void socket_datagram_lost(Sockets *all, Packet *packet);
uint64_t socket_datagram_bytes(const Socket *socket);       /* that are to be read */
void socket_datagram_empty(Socket *socket, bool crash);
