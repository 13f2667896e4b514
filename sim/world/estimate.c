/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "world/world.h"

/* Measured on the runs of scenarios/: what the program takes, and what its arrays do. */
enum { BYTES_FIXED = 15 << 20, BYTES_NODE = 40, BYTES_LINK = 8, BYTES_PENDING = 32, BYTES_ROW = 72, LIVE_AT_ONCE = 16 };
enum { DEGREE_GUESS = 8, BYTES_STATION = 64, BYTES_WAITING = 48 };      /* the pool of those that wait doubles */
#define NS_WAY 50e6             /* one way, where the network is not asked */
#define SECONDS_RUN 0.5e-3
#define SECONDS_NODE 0.3e-6
#define SECONDS_LINK 0.05e-6
#define SECONDS_ROW 1e-6
#define SECONDS_MESSAGE 55e-9

/* The number behind a key of this part, or NaN where it has no such key. */
static double number_of(const Part *part, const char *key)
{
    const Param *param = part->variant ? params_find(part->variant->params, key) : NULL;
    const char *at = param ? (const char *)part->config + param->offset : NULL;
    if (param && param->type == PARAM_COUNT) return *(const uint32_t *)at == PARAM_NO_COUNT ? NAN : *(const uint32_t *)at;
    if (param && (param->type == PARAM_NUMBER || param->type == PARAM_SHARE)) return *(const double *)at;
    return NAN;
}

/* The mean of the law behind a key of this part, or `otherwise` where it has none. */
static double mean_of(const Part *part, const char *key, double otherwise)
{
    const Param *param = part->variant ? params_find(part->variant->params, key) : NULL;
    bool law = param && (param->type == PARAM_DURATION_LAW || param->type == PARAM_SIZE_LAW);
    return law ? distribution_mean((const Distribution *)(const void *)((const char *)part->config + param->offset)) : otherwise;
}

static bool is_unicast(const Scenario *scenario) { return strcmp(scenario_protocol(scenario)->variant.name, "unicast") == 0; }
static bool is_complete(const Scenario *scenario) { return strcmp(scenario->overlay.variant->name, "complete") == 0; }

/* Directed links, from the keys that decide them; what has none of these is a tree. */
static double links_guess(const Scenario *scenario)
{
    static const struct { const char *key; double factor; } keys[] = {
        { "degree", 1 }, { "edges", 2 }, { "dimension", 1 }, { "trees", 2 },
    };
    double nodes = scenario->nodes;
    const Part *part = &scenario->overlay;
    if (scenario_overlay(scenario)->live) return nodes * DEGREE_GUESS;
    if (scenario_overlay(scenario)->from_file) return nodes * DEGREE_GUESS / 2;
    for (size_t i = 0; !scenario->mesh.variant && i < G_N_ELEMENTS(keys); i++) {
        double value = number_of(part, keys[i].key);
        if (!isnan(value)) return nodes * value * keys[i].factor;
    }
    return nodes * (params_find(part->variant->params, "width") ? 4 : 2);
}

/* Messages of one publication: a tree and the source alone send one a node, gossip its
 * fanout, and what floods one over each link but the one it came by. */
static double copies_guess(const Scenario *scenario)
{
    const Protocol *protocol = scenario_protocol(scenario);
    double nodes = scenario->nodes, fanout = number_of(&scenario->protocol, "fanout");
    if (!isnan(fanout)) return nodes * fanout;
    if (protocol->fixed_overlay || protocol->paths || is_unicast(scenario)) return nodes;
    return is_complete(scenario) ? nodes * nodes : MAX(nodes, links_guess(scenario) - nodes);
}

/* The share of nodes that still send, where some crash for good. */
static double alive_guess(const Scenario *scenario)
{
    double alive = 1;
    for (guint i = 0; i < scenario->failures->len; i++) {
        double fraction = number_of(scenario->failures->pdata[i], "fraction");
        if (fraction > 0) alive *= 1 - fraction;
    }
    return alive;
}

static double publications_guess(const Scenario *scenario)
{
    double sum = 0;
    for (guint i = 0; i < scenario->workloads->len; i++) {
        double own = number_of(scenario->workloads->pdata[i], "publications");
        if (own > 0) sum += own;
    }
    return sum;
}

/* How long a run takes, in simulated seconds. */
static double duration_guess(const Scenario *scenario)
{
    double last = 0;
    if (scenario->end >= 0) return (double)scenario->end / SIM_S;
    for (guint i = 0; i < scenario->workloads->len; i++) {
        const Part *part = scenario->workloads->pdata[i];
        last = fmax(last, fmax(number_of(part, "publications"), 0) * mean_of(part, "interval", 0));
    }
    return (last + (double)scenario->settings.drain) / SIM_S;
}

/* Messages that are sent whether or not something is published. */
static double idle_guess(const Scenario *scenario)
{
    const Protocol *protocol = scenario_protocol(scenario);
    double rate = protocol->idle ? protocol->idle(scenario->protocol.config) : 0;
    return rate > 0 ? rate * scenario->nodes * duration_guess(scenario) : 0;
}

/* Rows beside the metrics that replication number `replication` leaves. */
static double rows_guess(const Scenario *scenario, uint32_t replication)
{
    Recording recording = world_recording(scenario, replication);
    double nodes = scenario->nodes, rows = 0;
    if (recording.overlay) rows += nodes + (is_complete(scenario) ? 0 : links_guess(scenario) / 2);
    if (recording.deliveries) rows += publications_guess(scenario) * nodes * alive_guess(scenario);
    return rows;
}

/* What is published by one workload, for the lines before access links. */
typedef struct {
    double count, bytes, time;          /* publications, of each with its header, ns from first to last */
    double sources;                     /* that take turns */
} Stream;

static Stream stream_of(const Scenario *scenario, const Part *part)
{
    double count = fmax(number_of(part, "publications"), 0);
    const Param *param = params_find(part->variant->params, "source");
    const Nodes *from = param && param->type == PARAM_NODES ? (const void *)((const char *)part->config + param->offset) : NULL;
    Stream stream = { count, mean_of(part, "size", 0) + (double)scenario->network.header, count * mean_of(part, "interval", 0), 1 };
    if (!from || from->kind == NODES_ABSENT) return stream;
    double among = from->kind == NODES_RANDOM ? from->count : from->kind == NODES_LISTED ? 0 : scenario->nodes;
    for (uint32_t i = 0; from->kind == NODES_LISTED && i < from->count; i++) among += from->ranges[i].last - from->ranges[i].first + 1.0;
    stream.sources = fmax(1, fmin(among, count));
    return stream;
}

/* The most messages that wait where each takes `tau` ns.  A source piles up what it publishes sooner
 * than it can send; another node what several sources together send sooner than it can pass on; and
 * each for a while the copies that it hands over at once. */
static double line_guess(const Scenario *scenario, const Stream *stream, double tau)
{
    double nodes = scenario->nodes, copies = copies_guess(scenario) * alive_guess(scenario);
    bool alone = is_unicast(scenario);
    double each = alone ? copies : copies / nodes, all = stream->count * each;
    double most = scenario->network.queue == UINT64_MAX ? INFINITY : (double)scenario->network.queue / stream->bytes + 1;
    double own = fmax(0, all / stream->sources - stream->time / tau);
    double passing = alone ? 0 : fmax(0, all - fmax(stream->time / tau, all / stream->sources));
    double burst = each * each * tau / (NS_WAY + each * tau) / 2;
    return stream->sources * fmin(own, most) + (alone ? 0 : nodes * fmin(fmax(passing, burst), most));
}

/* Memory of the lines before access links and processors: a station for each node, and what waits
 * where it is slowest. */
static double lines_guess(const Scenario *scenario)
{
    const NetworkSettings *network = &scenario->network;
    const Distribution *rates[] = { &network->rate, &network->upload, &network->download };
    double stations = 2 * (network->class_count > 0), waiting = 0;
    double per_byte[G_N_ELEMENTS(rates) + 1] = { 0 }, processing = distribution_mean(&network->processing);
    for (size_t i = 0; i < G_N_ELEMENTS(rates); i++) {
        bool limited = rates[i]->kind != LAW_ABSENT && !(i && network->class_count);
        if (limited) per_byte[i] = 8e9 / distribution_mean(rates[i]), stations++;
    }
    for (uint32_t c = 0; c < network->class_count; c++)
        per_byte[3] = fmax(per_byte[3], 8e9 / network->class_list[c].upload);
    for (guint w = 0; w < scenario->workloads->len; w++) {
        Stream stream = stream_of(scenario, scenario->workloads->pdata[w]);
        double slowest = processing;
        for (size_t i = 0; i < G_N_ELEMENTS(per_byte); i++) slowest = fmax(slowest, per_byte[i] * stream.bytes);
        if (slowest > 0 && stream.count > 0) waiting += line_guess(scenario, &stream, slowest);
    }
    return (stations + (processing > 0)) * scenario->nodes * BYTES_STATION + waiting * BYTES_WAITING;
}

void world_estimate(const Scenario *scenario, uint64_t *bytes, double *messages)
{
    double nodes = scenario->nodes, links = is_complete(scenario) ? 0 : links_guess(scenario);
    double publications = publications_guess(scenario), copies = copies_guess(scenario);
    const LiveOverlay *live = scenario_overlay(scenario)->live;
    double state = (double)(scenario_protocol(scenario)->state_size + scenario_protocol(scenario)->heap_size) +
                   (live ? (double)live->state_size : 0);
    double pairs = live ? nodes * nodes * (double)live->pair_size : 0;
    double memory = BYTES_FIXED + nodes * (BYTES_NODE + state) + pairs + links * BYTES_LINK +
                    MIN(copies, 8 * nodes) / 4 * BYTES_PENDING + MIN(publications, LIVE_AT_ONCE) * nodes / 8 +
                    rows_guess(scenario, 0) * BYTES_ROW + lines_guess(scenario);
    *bytes = (uint64_t)memory;
    *messages = (publications * copies + idle_guess(scenario)) * alive_guess(scenario);
}

double world_seconds(const Scenario *scenario, uint32_t replication)
{
    uint64_t bytes;
    double messages, links = is_complete(scenario) ? 0 : links_guess(scenario);
    world_estimate(scenario, &bytes, &messages);
    return SECONDS_RUN + scenario->nodes * SECONDS_NODE + links * SECONDS_LINK + messages * SECONDS_MESSAGE +
           rows_guess(scenario, replication) * SECONDS_ROW;
}
