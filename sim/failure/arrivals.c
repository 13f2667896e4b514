/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes arrive at a rate, stay for one session and leave for good; who comes
 * next is drawn from the nodes that are away, and starts with empty state.
 *
 * With Poisson arrivals the number of nodes up is Poisson with mean rate *
 * E[session], whatever the law of the sessions (M/G/infinity), as long as the
 * nodes suffice: arrivals that find all of them up are refused and counted.
 */

#include "core/residual.h"
#include "failure/failure.h"

typedef enum { BEGIN_STATIONARY, BEGIN_UP, BEGIN_DOWN } Begin;
typedef enum { PATTERN_POISSON, PATTERN_STAGED } Pattern;

typedef struct {
    double rate;                /* per second */
    Distribution session;
    int begin, pattern, spare;
    double graceful;
    SimTime at, until;
    Nodes nodes;
} Config;

static const Param params[] = {
    { "rate", PARAM_RATE, offsetof(Config, rate), NULL, 0, 0, "how many nodes arrive, all together", NULL },
    { "session", PARAM_DURATION_LAW, offsetof(Config, session), NULL, 0, 0, "how long each stays", NULL },
    { "pattern", PARAM_CHOICE, offsetof(Config, pattern), "poisson", 0, 0, "arrivals at random, or at even steps", "poisson|staged" },
    { "begin", PARAM_CHOICE, offsetof(Config, begin), "stationary", 0, 0,
      "who is there at first: as many as in the long-run balance, all, or nobody", "stationary|up|down" },
    { "graceful", PARAM_SHARE, offsetof(Config, graceful), "0", 0, 0,
      "share of the departures in order: a live overlay says goodbye; the others crash", NULL },
    { "at", PARAM_DURATION, offsetof(Config, at), "0 s", 0, 0, "when arrivals begin", NULL },
    { "until", PARAM_DURATION, offsetof(Config, until), "off", 0, 0, "nobody arrives or leaves after this; off: the end of the run", NULL },
    { "nodes", PARAM_NODES, offsetof(Config, nodes), "all", 0, 0, "which nodes arrive and leave", NULL },
    { "spare", PARAM_CHOICE, offsetof(Config, spare), "none", 0, 0, "nodes that are always there: none, or all that publish",
      "none|source" },
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    if (config->rate <= 0) keys_fault(keys, "rate", "nobody ever arrives; a rate above 0 is expected");
    if (config->session.kind != LAW_ABSENT && config->begin == BEGIN_STATIONARY && !residual_exists(&config->session))
        keys_fault(keys, "session", "its mean is 0 or infinite, so there is no long-run balance; begin = down, or another law");
    failure_check_span(keys, config->at, config->until);
}

static void refers(const void *data, const Nodes **nodes)
{
    *nodes = &((const Config *)data)->nodes;
}

/* The nodes that are away, for arrivals to draw from; and who comes free when. */
typedef struct { SimTime time; NodeId node; } Leaving;

static gint sooner(gconstpointer a, gconstpointer b, gpointer unused)
{
    (void)unused;
    const Leaving *x = a, *y = b;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

/* A Poisson number of this mean, by counting exponential steps. */
static uint32_t poisson(Random *random, double mean)
{
    uint32_t count = 0;
    for (double sum = -log(random_open(random)); sum < mean; sum -= log(random_open(random))) count++;
    return count;
}

typedef struct {
    GArray *away;               /* of NodeId, in no order */
    GSequence *leaving;         /* of Leaving *, soonest first */
    double arrived, refused;
} Pool;

static void leave_at(Pool *pool, NodeId node, SimTime leaves)
{
    Leaving *leaving = g_new(Leaving, 1);
    *leaving = (Leaving){ leaves, node };
    g_sequence_insert_sorted(pool->leaving, leaving, sooner, NULL);
}

/* Who left before `time` may come again. */
static void pool_refill(Pool *pool, SimTime time)
{
    for (;;) {
        GSequenceIter *first = g_sequence_get_begin_iter(pool->leaving);
        if (g_sequence_iter_is_end(first)) return;
        const Leaving *leaving = g_sequence_get(first);
        if (leaving->time >= time) return;
        g_array_append_val(pool->away, leaving->node);
        g_sequence_remove(first);
    }
}

/* The next free node, drawn at random; NODE_NONE where all are up. */
static NodeId pool_take(Pool *pool, Random *random)
{
    if (!pool->away->len) return NODE_NONE;
    guint pick = (guint)random_below(random, pool->away->len);
    NodeId node = g_array_index(pool->away, NodeId, pick);
    g_array_remove_index_fast(pool->away, pick);
    return node;
}

/* The session of a node that is there, or was last. */
typedef struct { SimTime gone; bool here, graceful; } Presence;

/* One section at work. */
typedef struct {
    const Config *config;
    FailureScope *scope;
    Random *random;
    SimTime until;
    Presence *of;               /* of each node */
    Pool pool;
    double sessions, session_sum;
} Arrivals;

static SimTime session_draw(Arrivals *all)
{
    SimTime length = distribution_time(&all->config->session, all->random);
    all->sessions++, all->session_sum += (double)length;
    return length;
}

/* The node is there until `gone`. */
static void stay(Arrivals *all, NodeId node, SimTime gone)
{
    all->of[node] = (Presence){ gone, true, random_unit(all->random) < all->config->graceful };
    leave_at(&all->pool, node, gone);
}

/* It is away from its last departure until `at`. */
static void away_until(const Arrivals *all, NodeId node, SimTime at)
{
    Presence last = all->of[node];
    if (!last.here) failure_node_absent(all->scope, node, at);
    else if (last.gone <= all->until) (last.graceful ? failure_node_leave : failure_node_down)(all->scope, node, last.gone, at);
}

/* Those there at the start: as many as the rate and the sessions keep, each in
 * the middle of its session; or all of them. */
static uint32_t begin(Arrivals *all)
{
    const Config *config = all->config;
    double mean = config->rate * distribution_mean(&config->session) / 1e9;
    uint32_t most = all->pool.away->len, first = config->begin == BEGIN_UP ? most : 0;
    if (config->begin == BEGIN_STATIONARY)
        first = config->pattern == PATTERN_POISSON ? MIN(most, poisson(all->random, mean)) : (uint32_t)MIN(most, mean + 0.5);
    for (uint32_t i = 0; i < first; i++) {
        NodeId node = pool_take(&all->pool, all->random);
        stay(all, node, failure_later(config->at, config->begin == BEGIN_UP ? session_draw(all) : residual_time(&config->session, all->random)));
    }
    return first;
}

/* All arrivals in turn. */
static void arrive(Arrivals *all)
{
    const Config *config = all->config;
    double gap = 1e9 / config->rate, time = (double)config->at;
    for (;;) {
        time += config->pattern == PATTERN_POISSON ? -gap * log(random_open(all->random)) : gap;
        if (time > (double)all->until) return;
        pool_refill(&all->pool, (SimTime)time);
        NodeId node = pool_take(&all->pool, all->random);
        if (node == NODE_NONE) {
            all->pool.refused++;
            continue;
        }
        all->pool.arrived++;
        away_until(all, node, (SimTime)time);
        stay(all, node, failure_later((SimTime)time, session_draw(all)));
    }
}

static void note(Arrivals *all, uint32_t first)
{
    const Config *config = all->config;
    double seconds = (double)(all->until - config->at) / 1e9, mean = distribution_mean(&config->session);
    if (seconds > 0) failure_note(all->scope, "arrivals_per_s", (all->pool.arrived + all->pool.refused) / seconds, config->rate);
    failure_note(all->scope, "refused", all->pool.refused, NAN);
    failure_note(all->scope, "up_at_begin", first, config->begin == BEGIN_STATIONARY ? config->rate * mean / 1e9 : NAN);
    if (all->sessions > 0) failure_note(all->scope, "session_mean_ms", all->session_sum / all->sessions / 1e6, mean / 1e6);
}

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    SimTime end = failure_end(scope);
    uint32_t count;
    g_autofree NodeId *nodes = failure_candidates(scope, &config->nodes, config->spare == 1, &count);
    g_autofree Presence *of = g_new0(Presence, failure_node_count(scope));
    Arrivals all = { .config = config, .scope = scope, .random = failure_random(scope), .of = of,
                     .until = config->until >= 0 ? MIN(config->until, end) : end,
                     .pool = { g_array_new(FALSE, FALSE, sizeof(NodeId)), g_sequence_new(g_free), 0, 0 } };
    g_array_append_vals(all.pool.away, nodes, count);
    uint32_t first = begin(&all);
    arrive(&all);
    for (uint32_t i = 0; i < count; i++) away_until(&all, nodes[i], SIM_NEVER);
    note(&all, first);
    g_array_unref(all.pool.away);
    g_sequence_free(all.pool.leaving);
}

const Failure failure_arrivals = {
    .variant = {
        .name = "arrivals",
        .summary = "nodes arrive at a rate, stay for one session and leave",
        .source = "M/G/infinity: L. Takacs, Introduction to the Theory of Queues, 1962",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .refers = refers, .plan = plan,
};
