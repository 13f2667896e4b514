/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A second computation of what is counted on the way: from the rows that a run leaves, and nothing else. */
#include "run_text.h"

enum { NODES = 60, SPLIT_FROM = 40, MOST_AGES = 8, MOST_DEPTHS = 32 };

/* A thin mesh on which everything goes wrong that changes who is there and who hears whom. */
static const char text[] =
    "[scenario]\nduration = 25 s\n[network]\nlatency = 10 ms\nloss = 2 %\n[overlay]\nkind = random-regular\ndegree = 4\nnodes = 60\n"
    "[protocol]\nkind = flood\n"
    "[workload often]\nkind = publish\npublications = 40\ninterval = 500 ms\nsize = 100 B\n"
    "[workload seldom]\nkind = publish\nsource = 1\npublications = 6\ninterval = 3 s\nstart = 250 ms\nsize = 700 B\n"
    "[failure churn]\nkind = churn\nsession = exponential(9 s)\ndowntime = exponential(2 s)\nspare = source\nuntil = 14 s\n"
    "[failure crash]\nkind = crash\nfraction = 15 %\nat = 6 s\nrecover-after = 4 s\nspare = source\n"
    "[failure cut]\nkind = link-cut\nfraction = 40 %\nat = 4 s\nuntil = 12 s\n"
    "[failure split]\nkind = partition\nnodes = 40..59\nat = 8 s\nuntil = 11 s\n";
static const struct { const char *workload; uint32_t count, source; double start, gap, size; } streams[] = {
    { "often", 40, 0, 0, 0.5, 100 }, { "seldom", 6, 1, 0.25, 3, 700 },
};
static const char *const sections[] = { "churn", "crash", "cut", "split" };

typedef struct { double at; uint32_t source, expected, delivered; } Pub;

/* Everything that is counted anew. */
typedef struct {
    const RunResult *result;
    Pub pubs[46];
    guint pub_count;
    uint64_t depth[2][MOST_DEPTHS], age[2][MOST_AGES];      /* expected, delivered */
    double useful;
} Recount;

static bool is_end(const EventRow *row)
{
    return strcmp(row->kind, "up") == 0 || strcmp(row->kind, "join") == 0;
}

static bool is_of_node(const EventRow *row)
{
    return is_end(row) || strcmp(row->kind, "down") == 0 || strcmp(row->kind, "absent") == 0;
}

/* By how many failures the node is held down at `time`; *since: when it last came up. */
static int held(const RunResult *result, NodeId node, double time, double *since)
{
    int down = 0;
    *since = 0;
    for (guint i = 0; i < result->events->len; i++) {
        const EventRow *row = &g_array_index(result->events, EventRow, i);
        if (!is_of_node(row) || row->node != node || row->time_s > time) continue;
        down += is_end(row) ? -1 : 1;
        if (!down) *since = row->time_s;
    }
    return down;
}

static bool stays_up(const RunResult *result, NodeId node, double time)
{
    double since;
    if (held(result, node, time, &since)) return false;
    for (guint i = 0; i < result->events->len; i++) {
        const EventRow *row = &g_array_index(result->events, EventRow, i);
        if (is_of_node(row) && row->node == node && row->time_s > time) return false;
    }
    return true;
}

static bool was_delivered(const RunResult *result, const char *workload, uint32_t publication, NodeId node)
{
    for (guint i = 0; i < result->deliveries->len; i++) {
        const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, i);
        if (row->publication == publication && row->node == node && strcmp(row->workload, workload) == 0) return true;
    }
    return false;
}

/* Hops from `source`, by rounds over all links until nothing changes. */
static void measure(const RunResult *result, NodeId source, uint32_t *hops)
{
    for (NodeId v = 0; v < NODES; v++) hops[v] = v == source ? 0 : NODES;
    for (bool changed = true; changed; ) {
        changed = false;
        for (guint i = 0; i < result->links->len; i++) {
            const LinkRow *link = &g_array_index(result->links, LinkRow, i);
            if (hops[link->a] > hops[link->b] + 1) hops[link->a] = hops[link->b] + 1, changed = true;
            if (hops[link->b] > hops[link->a] + 1) hops[link->b] = hops[link->a] + 1, changed = true;
        }
    }
}

/* 0 below a second, then 1, 2, 4, 8 … seconds and more. */
static int class_of_age(double age)
{
    int class = 0;
    for (double least = 1; age >= least; least *= 2) class++;
    return class;
}

static void recount_pub(Recount *all, size_t s, uint32_t number, const uint32_t *hops)
{
    Pub *pub = &all->pubs[all->pub_count++];
    *pub = (Pub){ .at = streams[s].start + streams[s].gap * number, .source = streams[s].source };
    for (NodeId v = 0; v < NODES; v++) {
        double since;
        bool had = was_delivered(all->result, streams[s].workload, number, v);
        if (v == pub->source || (!had && !stays_up(all->result, v, pub->at))) continue;
        int age = held(all->result, v, pub->at, &since) ? 0 : class_of_age(pub->at - since);
        pub->expected++, all->depth[0][hops[v]]++, all->age[0][age]++;
        if (!had) continue;
        pub->delivered++, all->depth[1][hops[v]]++, all->age[1][age]++;
        all->useful += streams[s].size;
    }
}

static gint by_time(gconstpointer a, gconstpointer b)
{
    const Pub *x = a, *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

static void recount(Recount *all, const RunResult *result)
{
    *all = (Recount){ .result = result };
    for (size_t s = 0; s < G_N_ELEMENTS(streams); s++) {
        uint32_t hops[NODES];
        measure(result, streams[s].source, hops);
        for (uint32_t i = 0; i < streams[s].count; i++) recount_pub(all, s, i, hops);
    }
    qsort(all->pubs, all->pub_count, sizeof *all->pubs, by_time);
}

static void assert_histogram(const RunResult *result, const char *name, const uint64_t *counts, int classes, bool doubling)
{
    uint64_t rows = 0, used = 0;
    for (guint i = 0; i < result->histograms->len; i++) rows += strcmp(g_array_index(result->histograms, HistogramRow, i).name, name) == 0;
    for (int c = 0; c < classes; c++) {
        uint64_t low = !doubling ? (uint64_t)c : c ? (uint64_t)1 << (c - 1) : 0, found = 0;
        for (guint i = 0; i < result->histograms->len; i++) {
            const HistogramRow *row = &g_array_index(result->histograms, HistogramRow, i);
            if (strcmp(row->name, name) == 0 && row->low == low) found = row->count;
        }
        g_test_message("%s from %u: %u", name, (unsigned)low, (unsigned)counts[c]);
        g_assert_cmpuint(found, ==, counts[c]);
        used += counts[c] > 0;
    }
    g_assert_cmpuint(rows, ==, used);
    g_assert_cmpuint(used, >=, 3);                      /* the case is not empty */
}

static void classes_of_nodes(void)
{
    for (uint32_t r = 0; r < 3; r++) {
        g_autoptr(RunResult) result = run_text(text, r);
        Recount all;
        recount(&all, result);
        assert_histogram(result, "expected_by_depth", all.depth[0], MOST_DEPTHS, false);
        assert_histogram(result, "delivered_by_depth", all.depth[1], MOST_DEPTHS, false);
        assert_histogram(result, "expected_by_age", all.age[0], MOST_AGES, true);
        assert_histogram(result, "delivered_by_age", all.age[1], MOST_AGES, true);
    }
}

static void the_useful_share_of_bytes(void)
{
    for (uint32_t r = 0; r < 3; r++) {
        g_autoptr(RunResult) result = run_text(text, r);
        Recount all;
        recount(&all, result);
        g_assert_cmpfloat(metric_row(result, "useful_ratio")->numerator, ==, all.useful);
        g_assert_cmpfloat_with_epsilon(metric_value(result, "useful_ratio"), all.useful / metric_value(result, "bytes"), 1e-12);
        g_assert_cmpfloat(metric_value(result, "useful_ratio"), >, 0.2);
    }
}

/* The first harm of a section; INFINITY: it did none. */
static double begun(const RunResult *result, const char *failure)
{
    double first = INFINITY;
    for (guint i = 0; i < result->events->len; i++) {
        const EventRow *row = &g_array_index(result->events, EventRow, i);
        bool harm = strcmp(row->kind, "down") == 0 || strcmp(row->kind, "cut") == 0 || strcmp(row->kind, "part") == 0;
        if (harm && strcmp(row->failure, failure) == 0) first = fmin(first, row->time_s);
    }
    return first;
}

/* Backwards: what comes behind the last bad publication, and the first bad one before it. */
static void recovery(void)
{
    double recovered_runs = 0, ill_runs = 0;
    g_autofree char *unhealed = g_strndup(text, strlen(text) - strlen("until = 11 s\n"));
    for (uint32_t r = 0; r < 8; r++) {
        g_autoptr(RunResult) result = run_text(r % 2 ? unhealed : text, r);
        Recount all;
        double times = 0, outages = 0, recovered = 0;
        recount(&all, result);
        for (size_t f = 0; f < G_N_ELEMENTS(sections); f++) {
            double at = begun(result, sections[f]), first = NAN, back = NAN;
            bool ill = false;
            for (guint i = all.pub_count; i-- > 0 && all.pubs[i].at >= at; ) {
                const Pub *pub = &all.pubs[i];
                if (pub->delivered >= 0.99 * pub->expected) continue;
                first = pub->at;
                if (isnan(back) && !ill) {
                    ill = i + 1 == all.pub_count;
                    back = ill ? 25 : all.pubs[i + 1].at;
                }
            }
            outages += isnan(first) ? 0 : back - first;
            recovered += !ill;
            times += ill || isnan(first) ? 0 : back - at;
        }
        g_test_message("replication %u: %g of 4 recovered", r, recovered);
        g_assert_cmpfloat_with_epsilon(metric_value(result, "outage_ms"), outages / 4 * 1000, 1e-6);
        g_assert_cmpfloat(metric_value(result, "recovered_share"), ==, recovered / 4);
        if (recovered > 0) g_assert_cmpfloat_with_epsilon(metric_value(result, "recovery_ms"), times / recovered * 1000, 1e-6);
        else g_assert_null(metric_row(result, "recovery_ms"));
        recovered_runs += recovered > 0 && times > 0, ill_runs += recovered < 4;
    }
    g_assert_cmpfloat(recovered_runs, >, 0);            /* both are met */
    g_assert_cmpfloat(ill_runs, >, 0);
}

/* Whether the link works at `time`: not cut, its ends up and on one side of the split. */
static bool works(const RunResult *result, const LinkRow *link, const bool *up, double time)
{
    bool cut = false;
    if (!up[link->a] || !up[link->b]) return false;
    if (time >= 8 && time < 11 && (link->a >= SPLIT_FROM) != (link->b >= SPLIT_FROM)) return false;
    for (guint i = 0; i < result->events->len; i++) {
        const EventRow *row = &g_array_index(result->events, EventRow, i);
        if (row->other == NODE_NONE || row->time_s > time) continue;
        if (MIN(row->node, row->other) == link->a && MAX(row->node, row->other) == link->b) cut = strcmp(row->kind, "cut") == 0;
    }
    return !cut;
}

/* Labels spread over working links until none changes. */
static double largest_share(const RunResult *result, double time)
{
    bool up[NODES];
    uint32_t label[NODES], size[NODES] = { 0 }, alive = 0, largest = 0;
    double since;
    for (NodeId v = 0; v < NODES; v++) up[v] = !held(result, v, time, &since), label[v] = v, alive += up[v];
    for (bool changed = true; changed; ) {
        changed = false;
        for (guint i = 0; i < result->links->len; i++) {
            const LinkRow *link = &g_array_index(result->links, LinkRow, i);
            if (label[link->a] == label[link->b] || !works(result, link, up, time)) continue;
            label[link->a] = label[link->b] = MIN(label[link->a], label[link->b]);
            changed = true;
        }
    }
    for (NodeId v = 0; v < NODES; v++) size[label[v]] += up[v];
    for (NodeId v = 0; v < NODES; v++) largest = MAX(largest, size[v]);
    return (double)largest / alive;
}

static void what_hangs_together(void)
{
    for (uint32_t r = 0; r < 3; r++) {
        g_autoptr(RunResult) result = run_text(text, r);
        double sum = 0, least = 1, samples = 0;
        for (guint i = 0; i < result->series->len; i++) {
            const SeriesRow *row = &g_array_index(result->series, SeriesRow, i);
            if (strcmp(row->name, "connected") != 0) continue;
            double share = largest_share(result, row->time_s);
            g_assert_cmpfloat_with_epsilon(row->value, share, 1e-12);
            sum += share, least = fmin(least, share), samples++;
        }
        g_assert_cmpfloat(samples, ==, 100);
        g_assert_cmpfloat(least, <, 0.9);
        g_assert_cmpfloat_with_epsilon(metric_value(result, "connected_mean"), sum / samples, 1e-12);
        g_assert_cmpfloat_with_epsilon(metric_value(result, "connected_least"), least, 1e-12);
    }
}

#define CASE(name) g_test_add_func("/recount/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(classes_of_nodes);
    CASE(the_useful_share_of_bytes);
    CASE(recovery);
    CASE(what_hangs_together);
    return g_test_run();
}
