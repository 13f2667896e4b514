/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One fully checked setting of a scenario: what a run is made from.
 *
 * A file with variants and a sweep gives many of these (plan.h).  Everything in
 * it is read-only once made and outlives every run.
 */
#pragma once
#include "registry.h"

/* One section that names a variant, and its filled configuration. */
typedef struct {
    char *name;                 /* the NAME of [kind NAME], or the kind */
    const Variant *variant;     /* NULL where the section is absent */
    void *config;               /* variant->config_size bytes */
    int line;                   /* of the section, for messages */
} Part;

typedef struct {
    char *name;
    Nodes members;
    int overlay;                /* GroupOverlay */
} Group;

/* One section of a communication model; part.variant is that section's. */
typedef struct {
    const Model *model;
    Part part;
} ModelPart;

typedef enum { GROUP_ALL_FORWARD, GROUP_MEMBERS_ONLY } GroupOverlay;

typedef struct {
    char *title;
    uint64_t seed;
    uint32_t replications, first_replication, replications_max;
    double precision;           /* half-width of the delivery ratio; NaN: off */
    SimTime duration;           /* -1: the run ends `drain` after the last publication */
    SimTime drain;
    SimTime warmup;             /* -2: auto */
    SimTime deadline;           /* -1: off */
    bool strict_rfc;            /* of every [zmq] */
} Settings;

#define WARMUP_AUTO ((SimTime)-2)

typedef enum { RECORD_FIRST, RECORD_ALL, RECORD_NONE } RecordDeliveries;

typedef enum { RECORD_SMALL, RECORD_ALWAYS, RECORD_NEVER } RecordWhen;

typedef struct {
    int stretch, stress;        /* RecordWhen */
    int deliveries;             /* RecordDeliveries */
    int sequence;               /* RecordWhen */
    bool series;
    char *trace;                /* file, one line an event; NULL: off */
} Record;

typedef struct {
    int over;                   /* CarrierKind: the communication model that carries the messages; 0: datagram */
    uint32_t hwm;               /* zeromq: messages of each side; 0: unlimited */
    SimTime deadline, retry;    /* rpc */
    bool persistent;            /* queue */
} ProtocolSettings;

typedef struct {
    Settings settings;
    Record record;

    NetworkSettings network;
    Part latency;               /* variant: Network */
    OverlaySettings overlay_settings;
    Part overlay, mesh;         /* Overlay; `mesh` where the overlay is a tree taken from one */
    ProtocolSettings protocol_settings;
    Part protocol;              /* Protocol */
    GPtrArray *groups;          /* of Group *, in the order of the file */
    GPtrArray *workloads;       /* of Part *: Workload */
    GPtrArray *models;          /* of ModelPart *, in the order of the registry, then of the file */
    GPtrArray *failures;        /* of Part *: Failure */

    uint32_t nodes;
    SimTime end;                /* of the run; -1: `drain` after the last publication, drawn for each run */
} Scenario;

void scenario_free(Scenario *scenario);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scenario, scenario_free)

static inline const Network  *scenario_network(const Scenario *s)  { return (const Network *)s->latency.variant; }
static inline const Overlay  *scenario_overlay(const Scenario *s)  { return (const Overlay *)s->overlay.variant; }
static inline const Protocol *scenario_protocol(const Scenario *s)
{
    const Protocol *named = (const Protocol *)s->protocol.variant;
    const Protocol *works = named && named->work && s->protocol.config ? named->work(s->protocol.config) : NULL;
    return works ? works : named;
}
