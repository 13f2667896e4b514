/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of ZeroMQ: lanes, pipes, rings, topics, patterns and the two transports.
 * For zeromq*.c alone. */
#pragma once
#include <glib.h>

#include "ipc/stream.h"
#include "ipc/zeromq.h"

typedef struct Zeromq Zeromq;
typedef struct Pipe Pipe;
typedef struct Wire Wire;
typedef struct Endpoint Endpoint;

/* ---- lanes: queues with a high-water mark (zeromq_lane.c) ---- */

typedef enum { PARCEL_MESSAGE, PARCEL_SUBSCRIBE, PARCEL_CANCEL } ParcelKind;

/* What a queue holds; one holder of the message. */
typedef struct {
    IpcMessage *message;
    Account *account;           /* the sender's; NULL: no instance of an application */
    ParcelKind kind;
} Parcel;

/* Full at `limit` messages; the writer learns of room after every (limit + 1) / 2 reads. */
typedef struct {
    Parcel *ring;               /* owned */
    uint32_t room, first, count;
    uint32_t limit;             /* messages; 0: none */
    uint64_t written, read;     /* messages */
    uint64_t credited;          /* reads that the writer has been told of */
    bool conflate;              /* the newest message alone; nothing else counts */
} Lane;

bool lane_writable(const Lane *lane);
/* True: *old was pushed out by the newer one. */
bool lane_push(Lane *lane, Parcel parcel, Parcel *old);
/* The oldest; false: empty.  *credit: the writer is to be told of room. */
bool lane_pop(Lane *lane, Parcel *parcel, bool *credit);
const Parcel *lane_at(const Lane *lane, uint32_t i);
void lane_free(Lane *lane);                     /* must be empty */

/* ---- rings: turns among pipes (zeromq_lane.c) ---- */

enum { RING_READING, RING_WRITING, RINGS };
enum { RING_NOWHERE = UINT32_MAX };

/* The first `active` ones take turns; the others have nothing to give, or no room. */
typedef struct { Pipe **pipes; uint32_t count, active, current, room; unsigned which; } Ring;

void ring_add(Ring *ring, Pipe *pipe);
void ring_remove(Ring *ring, Pipe *pipe);       /* without effect where it is not in */
void ring_activate(Ring *ring, Pipe *pipe);
void ring_rest(Ring *ring);                     /* the current one has nothing */
void ring_turn(Ring *ring);                     /* to the next active one */

/* ---- topics (zeromq_topics.c) ---- */

typedef struct TopicNode TopicNode;
typedef struct { TopicNode *root; } Topics;     /* zeroed: empty */

bool topics_add(Topics *topics, const void *topic, uint32_t size);      /* true: the first one */
bool topics_remove(Topics *topics, const void *topic, uint32_t size);   /* true: the last one */
bool topics_match(const Topics *topics, const Frame *first);
/* Each topic once, in the order of their bytes. */
void topics_walk(const Topics *topics, void (*call)(void *data, const void *topic, uint32_t size), void *data);
void topics_free(Topics *topics);

/* The same with a pipe as holder; a pipe holds a topic once. */
bool topics_hold(Topics *topics, const void *topic, uint32_t size, Pipe *pipe);       /* true: the first holder */
bool topics_release(Topics *topics, const void *topic, uint32_t size, Pipe *pipe);    /* true: the last holder */
/* All that the pipe holds; call() for topics that nobody holds any more. */
void topics_leave(Topics *topics, Pipe *pipe, void (*call)(void *data, const void *topic, uint32_t size), void *data);
/* The pipes that hold a prefix of the frame, each once, into *found (room is kept). */
void topics_find(const Topics *topics, const Frame *first, GPtrArray *found, uint64_t stamp);

/* ---- pipes (zeromq_pipe.c) ---- */

typedef enum { SHAKE_NONE, SHAKE_GREETING, SHAKE_READY, SHAKE_DONE } Shake;

struct Pipe {
    ZeromqSocket *socket;
    Pipe *next, *previous;      /* of the socket, in the order made */
    Endpoint *endpoint;         /* NULL: it has been unbound or disconnected */
    bool dialed;                /* made by connect */
    Lane in;                    /* what the socket reads */
    Lane out;                   /* what waits for the connection, or in-process for the peer to bind */
    bool attached;              /* patterns know it */
    bool open;                  /* may be written to */
    bool gone;                  /* the peer will not come back: freed once nothing is left to read */
    bool leaving;               /* the socket has let go of it; what is queued is still sent */
    uint32_t place[RINGS];
    uint64_t stamp;             /* of topics_find() */
    GPtrArray *topics;          /* of TopicNode *, held by this pipe; NULL: none */
    GBytes *identity;           /* ROUTER: by which it is routed; NULL: not routed */
    GBytes *announced;          /* the peer's own routing id; NULL: none */

    Pipe *peer;                 /* in-process: the other end; NULL: not bound yet, or gone */

    Connection *connection;     /* tcp; NULL: none at present */
    Shake shake;
    bool up;                    /* the connection is established */
    bool paused;                /* the connection is */
    SimTime interval;           /* until the next attempt after the next failure */
    IpcTimer retry, limit, ping, silence, ttl, linger;
};

Pipe *pipe_new(ZeromqSocket *socket, Endpoint *endpoint, bool dialed);
void pipe_free(Pipe *pipe);                     /* what stands in it is dropped: peer-gone */
void pipe_marks(Pipe *pipe);                    /* sets the limits of its lanes from the options */
bool pipe_writable(const Pipe *pipe);
void pipe_write(Pipe *pipe, Parcel parcel);     /* whatever the mark says */
void pipe_arrived(Pipe *pipe, Parcel parcel);   /* for its socket */
void pipe_credited(Pipe *pipe);                 /* there may be room to write again */
void pipe_attach(Pipe *pipe);
bool pipe_is_refused(const Pipe *pipe);         /* a PAIR has another */
void pipe_close_out(Pipe *pipe);                /* nothing more can be written */
void pipe_end(Pipe *pipe);                      /* the peer has gone for good */
void pipe_leave(Pipe *pipe);                    /* the socket lets go; freed once its queue is sent, at once without linger */
void pipe_empty(Pipe *pipe, Lane *lane, IpcDrop reason);
Pipe *pipe_read_next(ZeromqSocket *socket, Parcel *parcel);     /* fair-queued; NULL: nothing */
bool pipe_waits(ZeromqSocket *socket);                          /* something can be read */
Pipe *pipe_write_next(ZeromqSocket *socket);                    /* whose turn it is to be written to; NULL: all are full */

/* ---- wires (zeromq_zmtp.c) ---- */

typedef enum { WIRE_GREETING, WIRE_READY, WIRE_FRAME, WIRE_SUBSCRIBE, WIRE_CANCEL, WIRE_PING, WIRE_PONG } WireKind;

/* The content of a record. */
struct Wire {
    Wire *next, *previous;      /* of all under way */
    Zeromq *all;
    NodeId host;                /* the sender's */
    WireKind kind;
    ZeromqType type;            /* the sender's */
    const char *identity;       /* READY; lives for the run */
    SimTime ttl;                /* PING */
    Parcel parcel;              /* SUBSCRIBE, CANCEL, and the last frame of a message */
};

void zmtp_command(Pipe *pipe, WireKind kind);           /* none of those with a parcel */
void zmtp_send(Pipe *pipe, Parcel parcel);
void zmtp_free(Wire *wire);                             /* without its parcel */
void zmtp_label(const void *wire, GString *words);      /* "subscribe weather", "PUB weather" */
void zmtp_count(Zeromq *all);                          /* what is under way, into the accounts */

/* ---- patterns ---- */

typedef struct {
    bool (*fits)(ZeromqType peer);
    void (*attached)(ZeromqSocket *socket, Pipe *pipe);
    void (*closed)(ZeromqSocket *socket, Pipe *pipe);       /* (optional) nothing more can be written to it */
    void (*arrived)(ZeromqSocket *socket, Pipe *pipe, Parcel parcel);   /* (optional) instead of the pipe's lane */
    void (*noticed)(ZeromqSocket *socket, Pipe *pipe);      /* (optional) something stands in the pipe's lane */
    /* (optional) Whether a message that begins with these frames could be sent now; the
     * pipe that it is to go to is socket->reserved. */
    int (*ready)(ZeromqSocket *socket, const IpcMessage *message);
    int (*send)(ZeromqSocket *socket, IpcMessage *message);
    int (*fetch)(ZeromqSocket *socket, Parcel *parcel);
    void (*taken)(ZeromqSocket *socket);                    /* (optional) the application has what was fetched */
    bool (*readable)(ZeromqSocket *socket);                 /* (optional) else by fetching ahead */
    bool (*writable)(ZeromqSocket *socket);                 /* (optional) else always */
} Pattern;

extern const Pattern *const zeromq_patterns[ZEROMQ_TYPES];
extern const Pattern zeromq_pair, zeromq_push, zeromq_pull, zeromq_dealer;          /* zeromq_queue.c */
extern const Pattern zeromq_req, zeromq_rep, zeromq_router;                         /* zeromq_request.c */
extern const Pattern zeromq_pub, zeromq_sub, zeromq_xpub, zeromq_xsub;              /* zeromq_publish.c */
void zeromq_resubscribe(ZeromqSocket *socket, Pipe *pipe);      /* (X)SUB: all topics to a peer that is new */

bool zeromq_queue_readable(ZeromqSocket *socket);
bool zeromq_queue_writable(ZeromqSocket *socket);
int zeromq_queue_ready(ZeromqSocket *socket, const IpcMessage *message);
int zeromq_queue_fetch(ZeromqSocket *socket, Parcel *parcel);
void zeromq_queue_attached(ZeromqSocket *socket, Pipe *pipe);
/* The pipe to write to, and the turn passes on: the one reserved, or the next. */
Pipe *zeromq_queue_turn(ZeromqSocket *socket);

/* ---- sockets (zeromq.c) ---- */

struct Endpoint {
    Endpoint *next;             /* of the socket, in the order made */
    ZeromqSocket *socket;
    char *name;                 /* owned */
    bool bound, inproc;
    bool cut;                   /* disconnected: its pipe lingers */
    Address address;            /* tcp */
    Listener *listener;         /* tcp, bound */
    Pipe *pipe;                 /* connected; NULL: it has ended */
};

struct ZeromqSocket {
    Resource resource;          /* first */
    Zeromq *all;
    ZeromqSocket *next, *previous;
    const char *name, *owner;   /* live for the run */
    NodeId host;
    ZeromqType type;
    const Pattern *pattern;
    ZeromqOptions options;
    Account *account;
    ZeromqCounts *counts;
    Endpoint *endpoints;
    Pipe *pipes, *pipes_last;
    Ring rings[RINGS];
    WaitList readers, writers;
    bool closing;
    bool muted;                 /* the last call to send found no room */
    IpcTimer lingering;
    Parcel stash;               /* fetched ahead for a poll; message NULL: none */

    IpcMessage *partial;        /* begun with ZEROMQ_SNDMORE */
    Pipe *reserved;             /* for it */
    bool dropping;              /* its pipe went away */

    bool asked;                 /* REQ: a reply is due.  REP: one is owed */
    Pipe *asked_of;             /* whose; NULL: gone */
    uint32_t request;           /* REQ correlate */
    IpcMessage *envelope;       /* REP: of the request being answered */
    GHashTable *routes;         /* ROUTER: GBytes identity → Pipe *; lookups only */
    uint32_t identities;        /* ROUTER: generated so far */
    Topics topics;
    GPtrArray *found;           /* PUB: pipes that match */
    uint64_t stamp;
    Lane notices;               /* XPUB: for the application, in the order of arrival */

    ZeromqMonitor monitor;
    void *monitor_data;
};

struct Zeromq {
    Ipc *ipc;
    ZeromqSocket *first, *last; /* open or lingering, in the order made */
    GHashTable *bound;          /* in-process: "HOST NAME" → Endpoint *; lookups only */
    GPtrArray *waiting;         /* in-process: Pipe * that wait for somebody to bind */
    Wire *wires;         /* under way in connections */
    GHashTable *counts;         /* name → ZeromqCounts *, owned; lookups only */
    GHashTable *ports;          /* name → port; lookups only */
    GHashTable *names;          /* texts that live for the run */
    GPtrArray *closed;          /* of ZeromqSocket *, owned: their memory stays until the end of the run */
    bool stopped;               /* the run is over: nothing is told */
};

Ipc *zeromq_ipc(const ZeromqSocket *socket);
ZeromqCounts *zeromq_counts_of(Zeromq *all, const char *name);
const char *zeromq_text(Zeromq *all, const char *name);         /* the same text for the rest of the run */
void zeromq_count(Zeromq *all);                 /* what stands in queues, into the accounts */
void zeromq_tell(ZeromqSocket *socket, const char *event, uint64_t message, uint64_t number, const char *reason);
void zeromq_attached(ZeromqSocket *socket);
void zeromq_detached(ZeromqSocket *socket);
void zeromq_monitored(ZeromqSocket *socket, ZeromqEvent event, const Endpoint *endpoint);
Parcel zeromq_enter(ZeromqSocket *socket, IpcMessage *message);         /* one more instance */
void zeromq_drop(ZeromqSocket *where, Parcel *parcel, IpcDrop reason);  /* `where` NULL: under way */
void zeromq_wake_readers(ZeromqSocket *socket);
void zeromq_wake_writers(ZeromqSocket *socket);
void zeromq_release(ZeromqSocket *socket);      /* frees a closed one that has no pipes left */

/* A message that may be changed: this one, or a copy of one that others hold too. */
IpcMessage *zeromq_own(IpcMessage *message);
void zeromq_shift(IpcMessage *message, unsigned frames);        /* without the first ones */

/* ---- transports ---- */

int inproc_bind(Endpoint *endpoint);            /* zeromq_inproc.c */
void inproc_connect(Endpoint *endpoint);
void inproc_unbind(Endpoint *endpoint);
void inproc_cut(Pipe *pipe);                    /* this end goes; the other hears of it */

int session_bind(Endpoint *endpoint);           /* zeromq_session.c */
void session_connect(Pipe *pipe);
void session_pump(Pipe *pipe);                  /* hands on what waits, as far as there is room */
void session_resume(Pipe *pipe);                /* the socket has read: go on receiving */
void session_close(Pipe *pipe, bool host_down); /* lets go of the connection and of all timers */
