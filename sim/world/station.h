/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places where messages wait for their turn: a node's shaper, upload, download
 * and processor.
 *
 * A station is one server.  First in, first out: the head is served alone.
 * Processor sharing: all are served at once, each at an equal share.  A token
 * bucket: the head passes once its bytes are there.  One engine event waits for
 * the next to leave, whatever the length of the line; it is an EVENT_MESSAGE
 * from the node to itself, as no message ever is.
 *
 * Source: L. Kleinrock, "Queueing systems", vol. 2, 1976 (processor sharing in
 * virtual time); J. Turner, "New directions in communications", 1986 (bucket).
 */
#pragma once
#include "core/engine.h"

typedef struct World World;

/* In the order that a message passes them, the wire between the second and the third. */
typedef enum { STAGE_SHAPER, STAGE_UPLOAD, STAGE_DOWNLOAD, STAGE_PROCESSING, STAGES } Stage;

/* A message that waits, in one pool of the run. */
typedef struct {
    SimTime latency;        /* of its way, ns */
    double due;             /* processor sharing: the virtual time at which it leaves */
    uint32_t other;         /* the far end: receiver of what is sent, sender of what came */
    uint32_t place;         /* of the link, or UINT32_MAX */
    uint32_t body;
    uint32_t next;          /* behind it, number + 1 */
} Waiting;

typedef struct {
    Waiting *list;
    uint32_t room, free;    /* free: first free number + 1 */
    uint64_t count;         /* that wait now */
} WaitingPool;

/* One node's place at one stage: a cache line. */
typedef struct {
    _Alignas(64) double rate;            /* bit/s; INFINITY: nothing ever waits */
    uint32_t head, tail;    /* number + 1 */
    uint32_t count;
    uint32_t turn;          /* of the event that is awaited; others are stale */
    uint64_t bytes;         /* of all that wait */
    SimTime since;          /* when `served` or `credit` was true */
    SimTime expected;       /* time of the event that is awaited */
    union {
        double served;      /* processor sharing: ns of service that each has had */
        SimTime credit;     /* token bucket: what is in it, in ns of its rate */
    };
} Station;

/* What the stations of one stage have in common. */
typedef struct {
    Station *stations;      /* of each node; NULL: nobody waits at this stage */
    bool shared;            /* served at once */
    uint64_t queue;         /* bytes that may wait behind the one being served */
} StageSetting;

/* Lets a message in at a station of finite rate.  False where its queue is full. */
bool station_enter(World *world, Stage stage, NodeId node, const Waiting *waiting);

/* The event of a station has come: `word` as the engine kept it. */
void station_event(World *world, NodeId node, uint32_t word);

/* Makes all that waits leave now, first to last; the event that is awaited is stale. */
void station_empty(World *world, Stage stage, NodeId node);
