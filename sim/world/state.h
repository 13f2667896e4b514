/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything one run consists of.  Shared by the files of world/ alone. */
#pragma once
#include <stdio.h>

#include "core/calendar.h"
#include "core/engine.h"
#include "ipc/carrier.h"
#include "metric/metric.h"
#include "overlay/detector.h"
#include "scenario/scenario.h"
#include "world/bodies.h"
#include "world/result.h"
#include "world/station.h"
#include "world/world.h"

/* The node that a call-back runs on. */
struct Node {
    World *world;
    NodeId id;
};

/* One group, drawn for this run. */
typedef struct {
    const char *name;
    NodeId *members;            /* ascending */
    uint32_t count, up;         /* how many; how many of them are up now */
    uint64_t *is_member;        /* one bit a node */
} Members;

typedef enum { LIVE_PLANNED, LIVE_MADE, LIVE_SKIPPED } LiveState;

/* One publication, from its plan to its verdict.  A coded one, a block, never
 * travels itself: its packets do, each a publication to the protocol. */
typedef struct {
    Publication public;
    LiveState state;
    bool judged;
    bool ended;                 /* in_use fell to 0 once */
    bool counted;               /* not before the warm-up */
    uint32_t workload;
    uint32_t in_use;            /* different messages in flight that carry it, and holds */
    uint32_t place;             /* in `running`, while in use */
    uint32_t restarts;          /* how many of all restarts `seen` knows of, while not in use */
    uint32_t up_at_send;        /* members up when it was made, source left out */
    uint32_t source_index;      /* in `sources` */
    uint32_t order;             /* counts the publications of its source from 1 */
    uint64_t delivered, delivered_at_send;
    uint64_t late_expected;     /* delivered after the deadline at members that were up until it */
    uint64_t expected;          /* once judged */
    double mean_latency;        /* of its counted deliveries, ns; once judged, NaN where it has none */
    uint64_t *seen;             /* bit a node: this incarnation has it; NULL once judged */
    uint64_t *had;              /* bit a node: some incarnation had it; same as `seen` until a node restarts */
    uint32_t packets, needed;   /* of a block; 0: not coded */
    uint32_t first;             /* a block's first packet in `lives` */
    uint32_t block;             /* a packet's block in `lives`, number + 1; 0: no packet */
    uint16_t *got;              /* of a block: how many packets each incarnation has */
    uint32_t *copies;           /* of each physical link, how many it carried; NULL: none yet */
    Histogram *latency;         /* of its counted deliveries, ns; NULL where `seen` is */
} Live;

/* Counts by classes of nodes (classes.c). */
enum { CLASSES = 96, CLASS_NONE = 255 };
typedef struct { uint64_t expected[CLASSES], delivered[CLASSES]; } Classes;

/* One node that publishes. */
typedef struct {
    NodeId node;
    uint32_t in_use;            /* its publications that may still reach somebody */
    uint8_t *depths;            /* class of each node by its hops from here, CLASS_NONE: no way; NULL until asked for */
    uint64_t *by_depth;         /* nodes of each class; NULL until asked for */
    uint32_t *newest;           /* highest `order` each node has; NULL where no two are in use at once */
} Source;

/* The neighbors of a node on a live overlay, ascending. */
typedef struct { Link *links; uint32_t count, room; } View;

/* Whose message it is, and how it is carried; beside MESSAGE_PAYLOAD. */
enum { MESSAGE_OVERLAY = 2, MESSAGE_CONNECTED = 4, MESSAGE_RESET = 8, MESSAGE_JUNK = 16, MESSAGE_ROUTED = 32,
       MESSAGE_DETECTOR = 64, MESSAGE_IPC = 128 };

/* Whose timer it is: the top bits of its tag. */
enum { TIMER_PROTOCOL = 0, TIMER_OVERLAY = 1, TIMER_DETECTOR = 2, TIMER_IPC = 3, TIMER_OWNER_SHIFT = 30 };

/* What the failures plan. */
typedef enum { CHANGE_NODE, CHANGE_LINK, CHANGE_PARTITION, CHANGE_DISTURBANCE, CHANGE_SPAM, CHANGE_CONTROL } ChangeType;

typedef struct {
    SimTime time;
    NodeId node, other;         /* other: the link's far end, or NODE_NONE; node NODE_NONE: everybody */
    uint32_t index;             /* of the partition, disturbance, spam or control */
    ChangeType type;
    bool up;                    /* it ends what began */
    bool orderly;               /* a node that leaves says goodbye */
    const char *failure;        /* name of the section */
    const char *kind;           /* down, up, leave, cut, mend, join, part, heal, … */
} Change;

typedef struct { NodeId node; const char *failure; } Absent;

/* Nodes that hear only their own part; or those of part `to` hear nothing from those
 * of part `from`, where these are not PART_ANY.  part[v] is the number of v's. */
enum { PART_ANY = UINT32_MAX };
typedef struct { uint32_t *part, from, to; bool active; } Partition;

/* What befalls messages, as the contract of failures has it. */
typedef struct {
    Disturbance what;           /* without `nodes` */
    uint64_t *nodes;            /* bit a node; NULL: everybody */
    GHashTable *states;         /* LossState of each ordered pair; NULL where its loss has no bursts */
    bool active;
} Disturbed;

/* From whom to whom, and the place of the link in the graph; UINT32_MAX: it is no link. */
typedef struct { NodeId from, to; uint32_t place; } Way;

typedef struct { double interval; uint32_t size; SimTime until; } Spam;

/* A number that a failure or a communication model reports of itself. */
typedef struct { char *name; double value, denominator; } Note;      /* denominator 0: no ratio; else of value / denominator */

/* A node that really went down or came up, for the rules of eligibility. */
typedef struct { SimTime time; uint32_t earlier; bool up; } Transition;     /* earlier: number + 1 */

struct World {
    const Scenario *scenario;
    const Protocol *protocol;
    const Network *network;
    Recording recording;
    uint64_t seed;
    RunResult *result;

    uint32_t nodes, words;      /* words: 64-bit words of a bit set of nodes */
    Topology *topology;
    const Graph *graph;         /* NULL where the overlay is complete */
    uint32_t components;        /* of the overlay */
    uint32_t largest;           /* nodes in its largest component */
    void *network_state;
    SimTime *access;            /* last mile of each node, ns; NULL: none */
    uint32_t access_count;
    Members *groups;            /* [0] stands for everybody, without arrays */
    uint32_t group_count;

    Engine *engine;
    Calendar *calendar;         /* the engine's */
    SimTime end, now;
    SimTime warmup;             /* nothing before it counts */
    bool warmup_found;          /* by an earlier run, where it is `auto` */
    Bodies bodies;
    Node self;
    char *states;               /* nodes * state_size */
    size_t state_size;
    void *shared;
    bool ran;                   /* the nodes have started */
    bool protocol_started;      /* false while an overlay joins at a node whose protocol has not started */
    Random *randoms;            /* of the nodes; NULL until one draws */
    uint64_t random_key;

    /* a live overlay; NULL and unused where the overlay is static */
    const LiveOverlay *live;
    View *views;                /* of each node */
    char *live_states;          /* nodes * live_size */
    size_t live_size;
    void *live_shared;
    Random *live_randoms;
    uint64_t live_key;
    uint64_t *joined;           /* bit a node: it is up and its overlay has started */
    uint32_t joined_count;
    uint64_t resets;            /* news of broken connections under way: no messages, not in the ledger */

    /* a failure detector; NULL and unused where connections tell, or nobody does */
    const Detector *detector;
    char *detector_states;      /* nodes * detector_size */
    size_t detector_size;
    Random *detector_randoms;
    uint64_t detector_key;
    uint32_t *noticed;          /* of each node: the transition of its last crash that somebody found;
                                 * UINT32_MAX: it left; NULL: nobody looks */

    /* the communication models; NULL where the scenario has none */
    Ipc *ipc;
    struct Models *models;
    Carrier *carrier;           /* of the protocol's messages; NULL: datagrams */
    PacketCounts packets;       /* of the models; in none of the other counters */
    GPtrArray *controls;        /* of char *: what failures do to them, as planned: target and value in turn */
    struct Sequence *sequence;  /* what watches them; NULL: nobody does */
    struct Relay *relay;        /* the ways over the overlay; NULL where it is complete */

    /* the way of a message */
    bool plain;                 /* nothing on the way but latency: straight into the engine */
    bool draws;                 /* the network has loss or jitter */
    bool staged;                /* messages wait at some stage */
    StageSetting stages[STAGES];
    WaitingPool waiting;
    Random *processing_draws;   /* of each node */
    uint64_t processing_key;
    Random *channels;           /* each sender's draws for loss and jitter */
    uint64_t channel_key;
    SimTime *last_arrival;      /* for each directed link, where order is kept under jitter */
    GHashTable *far_arrivals;   /* the same for pairs that are no link */
    struct Lane *lanes;         /* ways of [link A-B], ascending by pair */
    uint32_t lane_count;
    uint64_t *cut;              /* bit a directed link */
    GHashTable *cut_pairs;      /* the same where the overlay has no such links: pairs, low id first */
    GHashTable *cut_holds;      /* pairs that more than one failure cuts, and how many */
    GArray *partitions;         /* of Partition */
    GArray *disturbed;          /* of Disturbed */
    GArray *spams;              /* of Spam */
    uint32_t partitions_active, disturbed_active;
    uint8_t *loss_states;       /* LossState of each directed link, where losses come in bursts */
    GHashTable *far_losses;     /* the same for pairs that are no link */

    /* who is up */
    GArray *changes;            /* of Change, as planned */
    GArray *absent;             /* of Absent: not there at first, once for each failure that says so */
    GArray *notes;              /* of Note */
    SimTime last_change;        /* of a node; -1: none */
    uint64_t *up;               /* bit a node */
    uint32_t up_count;
    uint16_t *down_holds;       /* how many failures hold it down; NULL where none is planned */
    uint32_t *epochs;           /* incarnation; NULL where none is planned */
    uint32_t *last_transition;  /* of each node: number + 1 in `transitions` */
    GArray *transitions;

    /* what is published */
    Live *lives;
    uint32_t live_count;        /* without packets, which stand behind */
    uint32_t packet_count;
    GArray *running;            /* of uint32_t: publications in use, in no order */
    GArray *restarts;           /* of NodeId: who has come up again so far */
    GArray *planned;            /* of Live, until the plan is sorted */
    uint64_t unmade;
    GHashTable *ways;           /* to a node: each node's next hop on a static overlay; NULL until asked for */
    Source *sources;            /* ascending by node, each once */
    uint32_t source_count;

    /* what is seen */
    Counters counters, before;  /* from time 0; at the end of the warm-up */
    uint32_t *load, *load_before;
    SimTime up_since_sample;    /* up_time is exact up to here */
    Observation seen;
    Classes by_depth, by_age;
    uint32_t samples;           /* of the series so far */
    uint64_t step_sent, step_deliveries, step_found;        /* before the running step of the series */
    bool stretches;             /* stretch is recorded */
    uint32_t stress_links;      /* physical links whose stress is recorded; 0: it is not */
    uint64_t deliveries;        /* first deliveries so far, warm-up included */
    FILE *trace;
};

static inline bool bit_get(const uint64_t *bits, uint32_t i) { return bits[i >> 6] >> (i & 63) & 1; }
static inline void bit_set(uint64_t *bits, uint32_t i) { bits[i >> 6] |= 1ull << (i & 63); }
static inline void bit_clear(uint64_t *bits, uint32_t i) { bits[i >> 6] &= ~(1ull << (i & 63)); }

/* The last message or hold of a publication is gone. */
void publication_unused(World *world, uint32_t number);

/* Lets go of a message that no copy is left of. */
static inline void body_end(World *world, uint32_t body)
{
    uint32_t publication = world->bodies.list[body].message.publication;
    bodies_drop(&world->bodies, body);
    if (publication != PUBLICATION_NONE && --world->lives[publication].in_use == 0) publication_unused(world, publication);
}

/* One way from a to b, with both last miles, ns. */
static inline SimTime world_latency(const World *world, NodeId a, NodeId b)
{
    const NetworkSettings *settings = &world->scenario->network;
    const LatencyOverride *override = settings->override_count ? network_override(settings, a, b) : NULL;
    SimTime latency = override ? override->ns : world->network->latency(world->network_state, a, b);
    return world->access ? latency + world->access[a] + world->access[b] : latency;
}

/* The protocol's view of node `id`; valid until the next one is asked for. */
static inline Node *world_node(World *world, NodeId id)
{
    world->self.id = id;
    return &world->self;
}

/* Stream number `node` of an array that is made, and filled, when first asked for. */
Random *world_random(World *world, Random **streams, uint64_t key, NodeId node);
uint64_t world_timer(Node *self, SimTime delay, uint32_t tag, uint32_t owner);
void world_start(World *world, NodeId node);                /* the node comes up: overlay, then protocol */
void world_stop(World *world, NodeId node);                 /* it goes down, or the run ends */

/* live.c */
void live_prepare(World *world);
void live_free(World *world);
void live_start(World *world, NodeId node);
void live_stop(World *world, NodeId node);
bool live_is_neighbor(const World *world, NodeId node, NodeId other);

/* detect.c */
void detect_prepare(World *world);
void detect_free(World *world);
void detect_start(World *world, NodeId node);
void detect_stop(World *world, NodeId node);
void detect_gone(World *world, NodeId node, bool orderly);      /* a node goes down now */
void detect_found(World *world, NodeId other);              /* somebody holds it for down */

/* route.c: a routed message has come to a node, or could not be sent on from it. */
void route_arrive(World *world, NodeId node, NodeId from, const Message *message);
void route_again(World *world, NodeId node, const Message *message);
bool route_is_lost(const Message *message);                 /* it has gone in circles */

/* next_hop.c */
void next_hop_free(World *world);

/* Seconds since *since (monotonic us), which becomes now. */
double world_lap(gint64 *since);

/* setup.c: groups, overlay and network of this run. */
bool world_build(World *world, GError **error);

/* liveness.c */
void liveness_prepare(World *world);                        /* once the changes are planned */
void liveness_change(World *world, uint32_t number);       /* of the change */
void liveness_count_time(World *world);                     /* brings up_time to now */
SimTime liveness_up_since(const World *world, NodeId node, SimTime time);     /* `time` itself where it was down then */
bool liveness_up_at(const World *world, NodeId node, SimTime time);
bool liveness_up_during(const World *world, NodeId node, SimTime from, SimTime to);

/* plan.c, failures.c: what will happen */
void workloads_plan(World *world);
void failures_plan(World *world);
Random plan_stream(const World *world, const char *room, const char *name);    /* of a section, by its name */
NodeId *plan_nodes(const World *world, const Nodes *nodes, Random *random, uint32_t *count);

/* publications.c */
void publications_sort(World *world);                       /* after the plan */
void publication_make(World *world, uint32_t number);       /* its instant has come */
void publication_publish(World *world, uint32_t number, uint32_t size);     /* its source hands it to the protocol */
void publication_use(World *world, uint32_t number);        /* a message or hold more */
void publication_refresh(World *world, Live *live);         /* brings `seen` up to date while not in use */
void publications_restart(World *world, NodeId node);       /* it forgets what it had */
bool publication_overtaken(World *world, const Live *live, NodeId node);    /* at its delivery there */
void publications_judge(World *world);                      /* at the end of the run */
void publications_free(World *world);
SimTime publications_warmup(const World *world);            /* MSER-5, once judged: when the first that counts is due */

/* node.c: a message reaches a node, with all that makes it wait behind it */
void node_arrive(World *world, const Event *event);
void node_receive(World *world, NodeId to, NodeId from, uint32_t body);

/* The connection over which `sender` sent `message` to `other` breaks: at `at` it hears so. */
void connection_reset(World *world, NodeId sender, NodeId other, SimTime at, const Message *message);

/* failures.c: what the failures of a run plan */
void failures_free(World *world);

/* fabric.c, relay.c: what carries the packets of the communication models */
void fabric_open(World *world);
void fabric_arrive(World *world, NodeId node, const Message *message);
void fabric_dropped(World *world, const Message *message);      /* a packet is lost: the models hear of it for their books */
void relay_send(World *world, NodeId from, NodeId to, const Message *message);      /* one hop on along the overlay */
void relay_again(World *world, NodeId node, NodeId other, const Message *message);   /* `other`, next on its way, is down */
void relay_changed(World *world);                           /* a node or a link went down or came up */
void relay_prepare(World *world);
void relay_free(World *world);

/* over.c: a protocol's messages over one of the models */
void over_prepare(World *world);                            /* once the fabric is open and the nodes are known */
void over_send(World *world, NodeId from, NodeId to, uint32_t body);

/* sequence.c: what the models do, step by step, as lines of the trace and rows */
void sequence_open(World *world);                           /* once the fabric is open */
void sequence_close(World *world);                          /* the run is over; before they end */

/* models.c: the sections of the communication models */
void models_build(World *world);                            /* in the order of the registry; once the failures are planned */
void models_report(World *world);                           /* adds to the notes */
void models_control(World *world, const Change *change);
NodeId *models_hosts(World *world, const char *target, uint32_t *count);    /* nNODE, or those of a process; free it */
void models_free(World *world);

/* partition.c */
bool partition_divides(const World *world, NodeId from, NodeId to);
void partition_change(World *world, const Change *change);

/* disturbance.c: what befalls messages for a time */
bool disturbance_delays(const World *world);                /* some planned one changes how long messages take */
void disturbance_change(World *world, const Change *change);
void spam_send(World *world, const Change *change, uint32_t number);

/* A message on its way: false and *reason where it is dropped; else *latency as it is now. */
bool disturbance_pass(World *world, const Way *way, const Message *message, SimTime *latency, DropReason *reason);

/* channel.c: the way of a message */
Random *channel_random(World *world, NodeId from);          /* the sender's draws */
LossState *channel_loss_state(GHashTable *states, NodeId from, NodeId to);
void channel_prepare(World *world);
void channel_send(World *world, NodeId from, NodeId to, uint32_t place, SimTime latency, uint32_t body);
void drop_count(World *world, const Message *message, DropReason reason);   /* of the protocol, or a packet of a model */
void wire_send(World *world, NodeId from, NodeId to, uint32_t place, SimTime latency, uint32_t body);

/* lane.c: the ways of single links that differ */
void lanes_prepare(World *world);
bool lane_pass(World *world, const Way *way, const Message *message, SimTime *latency, bool *ruled);   /* false: lost.  *ruled: the
                                                             * link has a loss of its own */

/* access.c: a node's own part of that way */
bool access_is_limited(const World *world);                  /* messages wait at some stage */
void access_prepare(World *world);
void access_free(World *world);
void access_send(World *world, NodeId from, const Waiting *waiting);
void access_arrive(World *world, const Event *event);       /* off the wire, or a station's own event */
void access_left(World *world, Stage stage, NodeId node, const Waiting *waiting);
void access_down(World *world, NodeId node);                /* the node has gone down */
SimTime access_processing(World *world, NodeId node);       /* what the next message takes, ns */

/* coding.c: a publication sent as packets of which some are enough */
void coding_expand(World *world);                           /* makes room for the packets of all blocks */
void coding_publish(World *world, uint32_t number);         /* the source sends the packets of a block */
bool coding_deliver(World *world, const Live *packet, NodeId node);     /* true: now the node has the block */

/* stress.c */
void stress_prepare(World *world);
void stretch_count(World *world, NodeId source, NodeId node, SimTime latency);      /* a delivery */
void stress_count(World *world, NodeId from, NodeId to, const Message *message);    /* put on the wire */
void stress_judge(World *world, Live *live);                /* adds what its links carried to what was seen */

/* classes.c, recovery.c */
void classes_count(World *world, const Live *live);         /* judged, and who had it still known */
void classes_report(World *world);
void recovery_look(World *world);                           /* once all are judged */
bool recovery_connected(World *world, uint32_t sample, double *share);     /* false: not looked at now */

/* observe.c */
void observe_schedule(World *world);
void observe_warmup(World *world);
void observe_sample(World *world);
void observe_end(World *world);
void observe_overlay(World *world);
