/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contract of a metric: watch a run, report numbers, change nothing.
 *
 * The world keeps one observation of a run, in integers; each variant turns a
 * part of it into named numbers once the run has ended.
 */
#pragma once
#include "core/histogram.h"
#include "core/metric_name.h"
#include "core/variant.h"

/* Why a message did not arrive. */
typedef enum {
    DROP_LOSS, DROP_NODE_DOWN, DROP_LINK_CUT, DROP_NO_ROUTE, DROP_PARTITION, DROP_WITHHELD, DROP_QUEUE_FULL,
    DROP_CARRIER, DROP_REASONS
} DropReason;

/* "loss", "node_down", …: dropped_<name>. */
extern const char *const drop_names[DROP_REASONS];

/* What was counted since the end of the warm-up. */
typedef struct {
    uint64_t sent[2], bytes[2];         /* [0] control, [1] payload */
    uint64_t arrived[2];                /* handed to a live node */
    uint64_t dropped[DROP_REASONS];     /* both together */
    uint64_t reached;                   /* messages that reached a node, live or not */
    uint64_t timers, publications;      /* timers fired, publications made */
    unsigned __int128 up_time;          /* sum over nodes of time up, ns */
} Counters;

/* Packets of the communication models, from time 0 on. */
typedef struct { uint64_t sent, bytes, arrived, dropped; } PacketCounts;

enum { REACH_50, REACH_90, REACH_99, REACHES };

/* Who may find that a node has failed. */
typedef enum { DETECTED_BY_NOBODY, DETECTED_BY_CONNECTION, DETECTED_BY_DETECTOR, DETECTED_BY_PROTOCOL } DetectedBy;

/* Failures and who found out, since the end of the warm-up. */
typedef struct {
    DetectedBy by;
    uint64_t crashes;                   /* nodes that went down without a word */
    uint64_t noticed;                   /* of these, those that some neighbor found down before they came back */
    uint64_t found;                     /* (crash, neighbor that found it) */
    unsigned __int128 time, first_time; /* from the crash: summed over `found`, and over the first of each `noticed`, ns */
    SimTime shortest, longest;
    uint64_t repaired;                  /* (crash, node that put another in its place before it came back) */
    unsigned __int128 repair_time;      /* from the crash until then, summed, ns */
    SimTime repair_longest;
    uint64_t wrong;                     /* neighbors held for down that were up */
    uint64_t messages, bytes;           /* of the detector */
} Detections;

/* A whole run; publications before the warm-up are left out of all but `ledger`. */
typedef struct {
    uint32_t nodes;
    SimTime start, end;                 /* of what is counted: warm-up and end, ns */
    bool warmup_found;                  /* `warmup = auto`: the run found its warm-up itself */
    Counters counters;

    uint64_t publications, skipped;     /* due while the source was up; while it was down */
    uint64_t unmade;                    /* due after the end of the run, where intervals are drawn */
    uint64_t delivered;                 /* first deliveries at members, in time */
    uint64_t expected;                  /* see delivery_ratio */
    uint64_t delivered_at_send, expected_at_send;
    uint64_t expected_all;
    uint64_t complete;                  /* publications that reached every expected member */
    uint64_t judged;                    /* publications with an expected member, skipped ones too */
    uint64_t out_of_order;
    uint64_t reached[REACHES];          /* publications that reached 50, 90, 99 % */
    double reach_time[REACHES];         /* sum of the times they took, ns */
    Histogram latency;                  /* of first deliveries, ns */
    Histogram hops;                     /* of first deliveries */
    Histogram stretch;                  /* of first deliveries: overlay over direct latency, in 1e-9 */
    uint64_t useful;                    /* bytes of publications first delivered */
    uint64_t stressed;                  /* (publication, physical link that carried it) */
    uint64_t stress, stress_most;       /* copies on them: sum, most on one */
    const uint32_t *load;               /* messages sent by each node */
    uint64_t failures, recovered;       /* failure sections that did harm before some publication; see recovery_ms */
    double recovery_time, outage_time;  /* sums, ns */
    uint64_t connected_samples;
    double connected_sum, connected_least;      /* share of the nodes up in the largest part, over the samples */
    Detections detections;
    const PacketCounts *packets;        /* NULL: the run has no communication models */
    uint32_t components, largest;       /* of the overlay as built: how many, nodes in the largest */

    struct {                            /* from time 0 on: sent = arrived + dropped + in flight */
        uint64_t sent, arrived, dropped, in_flight;
    } ledger;
} Observation;

typedef struct Report Report;           /* collects the numbers of one run */

/* Adds a number; names as in `names` of the variant. */
void report_value(Report *report, const char *name, double value);

/* Adds a ratio with what it was made of; nothing where the denominator is 0. */
void report_ratio(Report *report, const char *name, double numerator, double denominator);

typedef struct {
    Variant variant;
    const MetricName *names;            /* ended by a NULL name */
    void (*report)(const Observation *seen, Report *report);
} Metric;
