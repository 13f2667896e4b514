/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes come and go: each alternates between sessions and downtimes of given
 * laws, or follows a trace of real machines.  A node's periods come from a stream of its own, so
 * more nodes, or a longer run, leave the earlier ones as they were.
 *
 * A run that begins stationary has a node up with probability E[session] /
 * (E[session] + E[downtime]), in the middle of its period (core/residual.h).
 */

#include "core/residual.h"
#include "failure/failure.h"
#include "graph/trace.h"

typedef enum { BEGIN_STATIONARY, BEGIN_UP, BEGIN_DOWN } Begin;
typedef enum { MAPPING_SAMPLE, MAPPING_IN_ORDER } Mapping;

typedef struct {
    Distribution session, downtime;
    int begin, spare, format, mapping;
    double graceful;            /* share of departures in order */
    SimTime at, until;
    Nodes nodes;
    char *path;
    SimTime origin, window;
    double speed;
    Trace *trace;
} Config;

static const Param params[] = {
    { "session", PARAM_DURATION_LAW, offsetof(Config, session), "", 0, 0, "how long a node stays up", NULL },
    { "downtime", PARAM_DURATION_LAW, offsetof(Config, downtime), "", 0, 0, "how long it stays away", NULL },
    { "begin", PARAM_CHOICE, offsetof(Config, begin), "stationary", 0, 0,
      "the state at `at`: in the long-run balance, all up, or all down", "stationary|up|down" },
    { "trace", PARAM_FILE, offsetof(Config, path), "", 0, 0, "instead of laws: a file of recorded sessions", NULL },
    { "format", PARAM_CHOICE, offsetof(Config, format), "guess", 0, 0, "the trace's format", TRACE_FORMATS },
    { "origin", PARAM_DURATION, offsetof(Config, origin), "0 s", 0, 0, "the trace is entered this long after its first record", NULL },
    { "window", PARAM_DURATION, offsetof(Config, window), "off", 0, 0, "how much of the trace is replayed; off: to its end", NULL },
    { "speed", PARAM_NUMBER, offsetof(Config, speed), "1", 1e-9, 1e12, "trace seconds that pass in one second of the run", NULL },
    { "mapping", PARAM_CHOICE, offsetof(Config, mapping), "sample", 0, 0,
      "sample: nodes draw a recorded machine each, different ones as long as they last; in-order: by number, the rest is not touched",
      "sample|in-order" },
    { "graceful", PARAM_SHARE, offsetof(Config, graceful), "0", 0, 0,
      "share of the departures in order: a live overlay says goodbye; the others crash", NULL },
    { "at", PARAM_DURATION, offsetof(Config, at), "0 s", 0, 0, "when it begins", NULL },
    { "until", PARAM_DURATION, offsetof(Config, until), "off", 0, 0,
      "nobody leaves after this; who is away still comes back; off: the end of the run", NULL },
    { "nodes", PARAM_NODES, offsetof(Config, nodes), "all", 0, 0, "which nodes come and go", NULL },
    { "spare", PARAM_CHOICE, offsetof(Config, spare), "none", 0, 0, "nodes that never leave: none, or all that publish",
      "none|source" },
    PARAM_END
};

static const char *const law_keys[] = { "session", "downtime", "begin", NULL };
static const char *const trace_keys[] = { "format", "origin", "window", "speed", "mapping", NULL };

static void blame(const Keys *keys, const char *const *which, const char *what)
{
    for (int i = 0; which[i]; i++)
        if (keys_given(keys, which[i])) keys_fault(keys, which[i], "%s", what);
}

static void check_mean(const Keys *keys, const char *key, const Distribution *law, const char *what)
{
    if (law->kind != LAW_ABSENT && !residual_exists(law)) keys_fault(keys, key, "%s", what);
}

static void check_laws(const Config *config, const Keys *keys)
{
    static const char endless[] = "its mean is 0 or infinite, so there is no long-run balance; begin = up, or another law";
    bool session = config->session.kind != LAW_ABSENT, downtime = config->downtime.kind != LAW_ABSENT;
    blame(keys, trace_keys, "it belongs to `trace`, which is not given");
    if (!session && !downtime) keys_fault(keys, NULL, "it says not who comes and goes; session and downtime, or trace");
    else if (!session) keys_fault(keys, "session", "'session' is missing; how long a node stays up is expected");
    else if (!downtime) keys_fault(keys, "downtime", "'downtime' is missing; how long a node stays away is expected");
    if (session && distribution_mean(&config->session) <= 0)
        keys_fault(keys, "session", "sessions of no length; a mean above 0 is expected");
    else if (config->begin == BEGIN_STATIONARY) {
        check_mean(keys, "session", &config->session, endless);
        check_mean(keys, "downtime", &config->downtime, endless);
    }
}

static void check(void *data, const Keys *keys)
{
    Config *config = data;
    g_autoptr(GError) error = NULL;
    failure_check_span(keys, config->at, config->until);
    if (!config->path) {
        check_laws(config, keys);
        return;
    }
    blame(keys, law_keys, "the trace says who is up, and how long; one of the two is enough");
    config->trace = trace_load(config->path, (TraceFormat)config->format, &error);
    if (!config->trace) keys_fault(keys, "trace", "%s", error->message);
    else if (config->origin > config->trace->last - config->trace->first)
        keys_fault(keys, "origin", "the trace is over by then");
}

static void clear(void *data)
{
    g_clear_pointer(&((Config *)data)->trace, trace_free);
}

static void refers(const void *data, const Nodes **nodes)
{
    *nodes = &((const Config *)data)->nodes;
}

/* One section at work. */
typedef struct {
    const Config *config;
    FailureScope *scope;
    SimTime until;              /* of departures */
    uint64_t key;               /* of the nodes' streams */
    double sessions, session_sum, downs, down_sum;      /* whole periods drawn, ns */
    double up_at_begin;
} Churn;

static void depart(Churn *churn, Random *random, NodeId node, SimTime at, SimTime until)
{
    bool graceful = random_unit(random) < churn->config->graceful;
    (graceful ? failure_node_leave : failure_node_down)(churn->scope, node, at, until);
}

static SimTime session_draw(Churn *churn, Random *random)
{
    SimTime length = distribution_time(&churn->config->session, random);
    churn->sessions++, churn->session_sum += (double)length;
    return length;
}

static SimTime downtime_draw(Churn *churn, Random *random)
{
    SimTime length = distribution_time(&churn->config->downtime, random);
    churn->downs++, churn->down_sum += (double)length;
    return length;
}

/* Sessions and downtimes of one node in turn, from a session that ends at `time`. */
static void alternate(Churn *churn, Random *random, NodeId node, SimTime time)
{
    while (time <= churn->until) {
        SimTime back = failure_later(time, downtime_draw(churn, random));
        depart(churn, random, node, time, back);
        if (back > churn->until) return;
        time = failure_later(back, session_draw(churn, random));
    }
}

static void node_begin(Churn *churn, NodeId node)
{
    const Config *config = churn->config;
    Random random = random_keyed(churn->key, node);
    double up = 0, first = random_unit(&random);
    SimTime rest;
    if (config->begin == BEGIN_STATIONARY) {
        double on = distribution_mean(&config->session), off = distribution_mean(&config->downtime);
        up = first < on / (on + off);
        rest = residual_time(up ? &config->session : &config->downtime, &random);
    } else {
        up = config->begin == BEGIN_UP;
        rest = up ? session_draw(churn, &random) : downtime_draw(churn, &random);
    }
    churn->up_at_begin += up;
    SimTime ends = failure_later(config->at, rest);
    if (up > 0) {
        alternate(churn, &random, node, ends);
        return;
    }
    if (config->at == 0) failure_node_absent(churn->scope, node, ends);
    else depart(churn, &random, node, config->at, ends);
    if (ends <= churn->until) alternate(churn, &random, node, failure_later(ends, session_draw(churn, &random)));
}

static void note_laws(const Churn *churn, uint32_t count)
{
    const Config *config = churn->config;
    double on = distribution_mean(&config->session), off = distribution_mean(&config->downtime);
    if (churn->sessions > 0) failure_note(churn->scope, "session_mean_ms", churn->session_sum / churn->sessions / 1e6, on / 1e6);
    if (churn->downs > 0) failure_note(churn->scope, "downtime_mean_ms", churn->down_sum / churn->downs / 1e6, off / 1e6);
    if (count) failure_note(churn->scope, "up_at_begin", churn->up_at_begin / count, config->begin == BEGIN_STATIONARY ? on / (on + off) : NAN);
}

/* Each node plays the part of a recorded machine: different ones as long as they
 * last, then some of them again. */
static uint32_t *parts_draw(Churn *churn, uint32_t count)
{
    uint32_t machines = churn->config->trace->nodes;
    Random *random = failure_random(churn->scope);
    uint32_t *part = g_new(uint32_t, count + 1);
    if (churn->config->mapping == MAPPING_IN_ORDER) {
        for (uint32_t i = 0; i < count; i++) part[i] = i < machines ? i : UINT32_MAX;
        return part;
    }
    g_autofree uint32_t *deck = g_new(uint32_t, machines);
    for (uint32_t i = 0; i < machines; i++) deck[i] = i;
    random_shuffle(random, deck, machines);
    for (uint32_t i = 0; i < count; i++) part[i] = i < machines ? deck[i] : (uint32_t)random_below(random, machines);
    return part;
}

/* A node follows its machine through the window of the trace. */
static void follow(Churn *churn, NodeId node, uint32_t machine)
{
    const Config *config = churn->config;
    Random random = random_keyed(churn->key, node);
    TraceWindow window = { config->origin, config->window, config->speed, config->at, failure_end(churn->scope) };
    g_autoptr(GArray) away = trace_absences(config->trace, machine, &window);
    churn->up_at_begin++;
    for (guint i = 0; i < away->len; i++) {
        TraceAbsence absence = g_array_index(away, TraceAbsence, i);
        if (absence.from > churn->until) break;
        bool first = absence.from <= config->at;
        if (first) churn->up_at_begin--;
        churn->downs += !first;
        if (first && config->at == 0) failure_node_absent(churn->scope, node, absence.until);
        else depart(churn, &random, node, absence.from, absence.until);
    }
}

static void plan_trace(Churn *churn, const NodeId *nodes, uint32_t count)
{
    const Trace *trace = churn->config->trace;
    g_autofree uint32_t *part = parts_draw(churn, count);
    uint32_t played = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (part[i] == UINT32_MAX) continue;
        follow(churn, nodes[i], part[i]);
        played++;
    }
    failure_note(churn->scope, "trace_nodes", MIN(played, trace->nodes), trace->nodes);
    failure_note(churn->scope, "trace_departures", churn->downs, NAN);
    if (played) failure_note(churn->scope, "up_at_begin", churn->up_at_begin / played, NAN);
}

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    SimTime end = failure_end(scope);
    Churn churn = { .config = config, .scope = scope, .key = random_bits(failure_random(scope)) | 1,
                    .until = config->until >= 0 ? MIN(config->until, end) : end };
    uint32_t count;
    g_autofree NodeId *nodes = failure_candidates(scope, &config->nodes, config->spare == 1, &count);
    if (config->trace) {
        plan_trace(&churn, nodes, count);
        return;
    }
    for (uint32_t i = 0; i < count; i++) node_begin(&churn, nodes[i]);
    note_laws(&churn, count);
}

const Failure failure_churn = {
    .variant = {
        .name = "churn",
        .summary = "nodes come and go, by laws of their sessions or by a trace",
        .source = "D. R. Cox, Renewal Theory, 1962; D. Stutzbach, R. Rejaie, IMC 2006 (churn in peer-to-peer networks)",
        .params = params, .config_size = sizeof(Config), .check = check, .clear = clear,
    },
    .refers = refers, .plan = plan,
};
