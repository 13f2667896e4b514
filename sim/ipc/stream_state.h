/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the transport share: its ends, segments and queues.  For stream*.c
 * alone.
 *
 *     stream.c            the library: ends, failures of hosts
 *     stream_listen.c     listeners and their backlogs
 *     stream_connect.c    handshakes
 *     stream_send.c       sending, room, acknowledgements
 *     stream_retry.c      losses and time-outs
 *     stream_receive.c    arrivals, the window, reading
 */
#pragma once
#include <glib.h>

#include "ipc/stream.h"

/* A record on its way, a piece of one, the end of the data, or an acknowledgement. */
typedef struct Segment Segment;
struct Segment {
    Segment *next;
    uint64_t seq;               /* of its first byte, from 0 */
    uint32_t size;              /* bytes in this segment */
    uint32_t whole;             /* of the record it completes */
    bool completes, fin;        /* neither: a piece that is not the last of its record */
    bool push;                  /* the sender waits for the acknowledgement */
    bool hole;                  /* three segments have passed a lost one */
    uint64_t ack, edge;         /* all before `ack` has arrived; up to `edge` may be sent */
    SimTime sent, echo;         /* echo: `sent` of what is acknowledged, plus the time it was held; -1: unknown */
    void *content;
    void (*release)(void *content);
};

typedef struct { Segment *first, *last; } Segments;

typedef enum { END_FREE, END_CONNECTING, END_HALF, END_OPEN, END_FAILED } EndState;

typedef enum { KIND_SYN, KIND_SYN_ACK, KIND_DATA, KIND_FIN, KIND_ACK, KIND_PROBE, KIND_RST, KIND_COUNT } SegmentKind;

typedef struct Streams Streams;

struct Connection {
    Streams *all;
    uint64_t id, peer_id;       /* serial << 32 | place; names this end in packets */
    uint64_t closed_id;         /* the last of this place that ended in order */
    Address here, peer;
    EndState state;
    bool orphan;                /* its user is gone: it only finishes */
    bool paused, ended, ended_told, failed_told, suspect, fin_queued, fin_sent;
    bool blocked, asked;        /* by the window; for room */
    const ConnectionUser *calls;
    void *user;
    StreamOptions options;
    int error;
    uint32_t retries, probes;
    Connection *next, *previous;            /* of the same host */
    Listener *listener;                     /* while it is not taken */
    Connection *next_waiting;

    Segments queued;            /* not yet sent */
    Segments lost;              /* sent and known lost, by seq */
    uint64_t queued_bytes;
    uint64_t una, sequence;     /* first byte not acknowledged; next to send */
    uint64_t edge, pushed, recover, room_asked;
    uint64_t peer_buffer;
    SimTime base;               /* from when the time-out counts */
    SimTime progress;           /* from when the user's time-out counts */
    SimTime last_sent;
    SimTime rto, srtt, rttvar;  /* srtt -1: no round trip known */
    SimTime due;                /* when `timer` fires */

    Segments early;             /* arrived before one that is missing, by seq */
    Segments unread;
    uint64_t expected;          /* next byte to arrive */
    uint64_t told_ack, told_edge;
    uint64_t unread_bytes, partial;
    uint32_t head_read, early_count;
    SimTime echo_sent, echo_at; /* of the latest in order: when sent, when arrived */
    SimTime heard;
    IpcTimer timer, keep_timer, wake_timer;
};

typedef struct { Connection *first, *last; unsigned count; } WaitingEnds;

struct Listener {
    Streams *all;
    Listener *next;             /* of the same host */
    Address at;
    ListenerSettings settings;
    WaitingEnds half, full;     /* handshakes not finished; finished and not taken */
    uint32_t more;
    bool gone;                  /* with its host */
};

struct Streams {
    Ipc *ipc;
    Connection **ends;          /* by place; their memory stays until the end of the run */
    uint32_t end_count, end_room;
    Connection *free_first, *free_last;     /* first in, first out: a place rests before it is used again */
    Segment *free_segment;
    GPtrArray *chunks;          /* of segments */
    Connection **by_host;
    Listener **listeners;       /* by host */
    Listener *gone;             /* whose users may not know yet */
    uint32_t *ports;            /* next free one of each host */
};

extern const Library stream_library;

static inline uint64_t segment_length(const Segment *segment) { return segment->size ? segment->size : 1; }

/* stream.c */
Segment *segment_new(Streams *all);
void segment_free(Segment *segment, Streams *all);      /* with its content */
void segments_free(Segments *list, Streams *all);
void segments_append(Segments *list, Segment *segment);
Segment *segments_pop(Segments *list);
void segments_insert(Segments *list, Segment *segment); /* by seq */
Connection *end_new(Streams *all, NodeId host, Address peer, const StreamOptions *options);
Connection *end_find(Streams *all, uint64_t id);        /* NULL: gone */
void end_release(Connection *end);                      /* without a word to anybody */
void end_finish(Connection *end);                       /* the same where both sides have ended in order */
void end_fail(Connection *end, int error);              /* and tells its user */
void end_tell(const Connection *end, const char *event, uint64_t number);
void end_wake(Connection *end);                         /* hands over what waits for its user, in an event of its own */

/* stream_listen.c */
Listener *listener_find(Streams *all, Address at);
void listener_unlist(Listener *listener);
void waiting_add(WaitingEnds *list, Connection *end);
void waiting_remove(WaitingEnds *list, Connection *end);

/* stream_connect.c */
void connect_request(Streams *all, Packet *packet);     /* a SYN arrived */
void connect_answer(Streams *all, Packet *packet);      /* a SYN-ACK */
void connect_finish(Connection *end, const Segment *segment);   /* the first packet after it */
void connect_timer(Connection *end);

/* stream_send.c */
void send_packet(Connection *end, SegmentKind kind, Segment *segment);  /* fills in the acknowledgement */
void send_control(Connection *end, SegmentKind kind);   /* ACK, PROBE, RST, and the handshake */
void send_queued(Connection *end);
void send_reset(Streams *all, const Packet *packet);    /* the answer to a packet for nobody */
void send_acknowledged(Connection *end, const Segment *segment);
void send_granted(Connection *end);                     /* acknowledgements that are taken for granted … */
SimTime send_granted_at(const Connection *end);         /* … from this instant on */
void send_room_made(Connection *end);                   /* tells its user, if it has asked */

/* stream_retry.c */
void retry_measure(Connection *end, SimTime round_trip);
SimTime retry_rto(const Connection *end);               /* as measured, without doubling */
SimTime retry_deadline(const Connection *end);          /* when something is to be done about silence */
void retry_at(Connection *end, SimTime due);            /* looks again then, at the latest */
void retry_timer(void *subject, uint64_t detail);       /* the end's one timer, in all states */
void retry_lost(Connection *end, bool all);             /* sends again what is known lost: the first, or all */
void retry_packet_lost(Streams *all, Packet *packet);
void retry_keepalive(Connection *end);                  /* starts it, if asked for */

/* stream_receive.c */
uint64_t receive_edge(const Connection *end);
void receive_segment(Connection *end, Packet *packet);
void receive_deliver(Connection *end);                  /* all that its user wants to have */
