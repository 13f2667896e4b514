/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contract of a failure: what goes wrong, where and when.
 *
 * A failure plans everything before the first event, so all variants of a
 * scenario meet the same failures, and says what it drew beside what was asked.
 */
#pragma once
#include <math.h>

#include "core/random.h"
#include "core/variant.h"
#include "graph/topology.h"

#define FAILURE_HOST "host"                         /* nNODE or a process */
#define FAILURE_LINK "link"                         /* A-B, …: nodes */

typedef struct FailureScope FailureScope;           /* one run being set up; the world owns it */

typedef struct {
    Variant variant;

    /* (optional) Which key names nodes that must exist (*nodes NULL: none). */
    void (*refers)(const void *config, const Nodes **nodes);

    /* (optional) Which section of a communication model its key `target` must name: the kinds of
     * section that may be, NULL-terminated, and the name (NULL: none); or FAILURE_HOST, FAILURE_LINK. */
    const char *const *(*targets)(const void *config, const char **target);

    /* Plans all that goes wrong in one run, in any order. */
    void (*plan)(const void *config, FailureScope *scope);
} Failure;

uint32_t failure_node_count(const FailureScope *scope);
SimTime  failure_end(const FailureScope *scope);    /* the end of the run */
Random  *failure_random(FailureScope *scope);       /* this section's own stream */
const Topology *failure_overlay(const FailureScope *scope);

/* The node numbers of a set, ascending, drawn where the set says so; free it. */
NodeId  *failure_nodes(FailureScope *scope, const Nodes *nodes, uint32_t *count);

/* Every node that publishes, ascending; owned by the scope. */
const NodeId *failure_sources(const FailureScope *scope, uint32_t *count);

/* The nodes of a set (NODES_ABSENT: all), ascending, without those that publish
 * where `spare`; free it. */
NodeId  *failure_candidates(FailureScope *scope, const Nodes *nodes, bool spare, uint32_t *count);

/* One way from a to b, ns. */
SimTime  failure_latency(const FailureScope *scope, NodeId a, NodeId b);

/* Where a node is, by the overlay's file or else the network; false if unknown. */
bool     failure_position(const FailureScope *scope, NodeId node, double *x, double *y);

/* The name of the router or row that the node stands on, or of the node itself
 * where the overlay's file has it; NULL if unknown. */
const char *failure_place(const FailureScope *scope, NodeId node);

/* From `at` until `until` (SIM_NEVER: for good) the node is down.  A node that
 * several failures hold down comes up when the last lets go. */
void     failure_node_down(FailureScope *scope, NodeId node, SimTime at, SimTime until);

/* The same, but it leaves in order: a live overlay may still say goodbye. */
void     failure_node_leave(FailureScope *scope, NodeId node, SimTime at, SimTime until);

/* The node is not there when the run begins, and joins at `until`. */
void     failure_node_absent(FailureScope *scope, NodeId node, SimTime until);

/* At `at` one failure that holds the node down lets go of it, before its own end. */
void     failure_node_up(FailureScope *scope, NodeId node, SimTime at);

/* The nodes that `target` names, each once: nNODE, or the hosts of [process NAME] or
 * of NAME[2] of several; free it. */
NodeId  *failure_hosts(FailureScope *scope, const char *target, uint32_t *count);

/* From `at` until `until` every message sent over the link between a and b, in
 * either direction, is dropped.  A link that several failures cut works again
 * when the last lets go. */
void     failure_link_down(FailureScope *scope, NodeId a, NodeId b, SimTime at, SimTime until);

/* From `at` until `until` a message sent between nodes of different parts is
 * dropped; `part` has a number for each node (copied). */
void     failure_split(FailureScope *scope, const uint32_t *part, SimTime at, SimTime until);

/* The same of the messages from part number `from` to part number `to` alone. */
void     failure_split_way(FailureScope *scope, const uint32_t *part, uint32_t from, uint32_t to, SimTime at, SimTime until);

/* Whose messages something befalls. */
typedef enum { ENDS_ANY, ENDS_FROM, ENDS_TO } FailureEnds;     /* sent or received, sent, received by the nodes */

/* What befalls messages for a time; zeroes change nothing. */
typedef struct {
    const char *kind;               /* for the table of events: "slow", "mute", … */
    const NodeId *nodes;            /* copied; NULL: everybody */
    uint32_t count;
    FailureEnds ends;
    bool between;                   /* only messages from one of the nodes to another of them */
    bool forwarded_only;            /* only publications of others that a node passes on */
    double withheld;                /* chance that the sender keeps it to itself */
    double factor;                  /* on the latency of the way, once for each of the nodes that it touches */
    const Distribution *delay;      /* added, ns; must outlive the run */
    const Loss *loss;               /* beside what the network loses; must outlive the run */
} Disturbance;

void     failure_disturb(FailureScope *scope, const Disturbance *what, SimTime at, SimTime until);

/* From `at` until `until` the node, when up, sends junk of `size` bytes to random
 * neighbors, at exponential intervals of this mean (ns).  Receivers count it and
 * throw it away. */
void     failure_spam(FailureScope *scope, NodeId node, double interval, uint32_t size, SimTime at, SimTime until);

/* At `at` something happens to what a section of a communication model has made: `kind` as
 * the models know it ("process-crash", "broker-stop", …), to the object `target`, with a
 * value of its own (NULL: none). */
void     failure_control(FailureScope *scope, const char *kind, const char *target, const char *value, SimTime at);

/* Puts a number of what was drawn beside what was asked (NaN: nothing to compare
 * with): the metrics failure_<section>_<what> and …_asked.  `what` carries its
 * unit, as in "session_mean_ms". */
void     failure_note(FailureScope *scope, const char *what, double realised, double asked);

/* Who is struck: the keys that most failures share.  At most one of the first
 * three is given; none means everybody where the failure allows that. */
typedef struct {
    Nodes nodes;
    double fraction;                /* of those not spared; NaN: not given */
    uint32_t count;                 /* PARAM_NO_COUNT: not given */
    int spare;                      /* 1: nodes that publish are left alone */
} FailureWho;

#define FAILURE_WHO(Config, who) \
    { "nodes", PARAM_NODES, offsetof(Config, who.nodes), "", 0, 0, "these nodes", NULL }, \
    { "fraction", PARAM_SHARE, offsetof(Config, who.fraction), "", 0, 0, \
      "exact share of the nodes not spared, drawn at random, rounded to the nearest number", NULL }, \
    { "count", PARAM_COUNT, offsetof(Config, who.count), "", 0, 0, "this many nodes, drawn at random", NULL }, \
    { "spare", PARAM_CHOICE, offsetof(Config, who.spare), "none", 0, 0, "nodes that are left alone: none, or all that publish", \
      "none|source" }

#define FAILURE_SPAN(Config) \
    { "at", PARAM_DURATION, offsetof(Config, at), "0 s", 0, 0, "when it begins", NULL }, \
    { "until", PARAM_DURATION, offsetof(Config, until), "off", 0, 0, "when it is over; off: never", NULL }

/* What most failures of nodes are told: whom, from when until when.  The first member of their
 * configuration, which the rows and the two functions rely on. */
typedef struct { FailureWho who; SimTime at, until; } FailureStrike;

#define FAILURE_STRIKE FAILURE_WHO(FailureStrike, who), FAILURE_SPAN(FailureStrike)

void failure_strike_refers(const void *strike, const Nodes **nodes);
void failure_strike_check(void *strike, const Keys *keys);      /* somebody has to be named */

/* Faults where several of the three are given, or none though one is needed. */
void failure_check_who(const Keys *keys, bool needed);

/* Faults where `until` is given (>= 0) and not after `at`. */
void failure_check_span(const Keys *keys, SimTime at, SimTime until);

/* Reads nNODE, or the plain number; and A-B of two different nodes.  False where it is none. */
bool failure_host_read(const char *text, NodeId *node);
bool failure_link_read(const char *text, NodeId *a, NodeId *b);

/* Those struck, ascending unless drawn; shares are nested as in crash.  Free it. */
NodeId *failure_pick(FailureScope *scope, const FailureWho *who, uint32_t *count);

/* `until` with SIM_NEVER for an absent one; `time` + `by` without overflow. */
static inline SimTime failure_until(SimTime until) { return until >= 0 ? until : SIM_NEVER; }
static inline SimTime failure_later(SimTime time, SimTime by) { return by < SIM_NEVER - time ? time + by : SIM_NEVER; }
