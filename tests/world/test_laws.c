/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws that every protocol keeps on every kind of overlay, present and future. */
#include <sys/wait.h>

#include "run_text.h"

static const char *const overlay_texts[] = {
    "kind = random-regular\ndegree = 6\nnodes = 120", "kind = kary-tree\narity = 3\nnodes = 120",
    "kind = complete\nnodes = 60", "kind = multi-tree\ntrees = 3\narity = 4\nnodes = 120",
    "kind = hyparview\nnodes = 120\nshuffle-period = 1 s",
    "kind = cyclon\nnodes = 120\nperiod = 500 ms\nbootstrap = chain", "kind = cyclon\nnodes = 120\nperiod = 1 s\njoin = uniform(0 s, 6 s)",
    "kind = hyparview\nnodes = 120\njoin = uniform(0 s, 6 s)\nkeep-alive = 2 s\nshuffle-period = 1 s",
    "kind = hyparview\nnodes = 120\ndetector = heartbeat\ndetector-period = 500 ms", "kind = complete\nnodes = 60\ndetector = heartbeat",
    "kind = hyparview\nnodes = 120\ndetector = swim\ndetector-suspicion = 1", "kind = complete\nnodes = 60\ndetector = swim",
    "kind = chord\nnodes = 120\nstabilise = 1 s\nfix-fingers = 500 ms",
    "kind = chord\nnodes = 120\nstabilise = 1 s\nbegin = join\njoin = uniform(0 s, 6 s)",
    "kind = chord\nnodes = 60\nvirtual = 4\nstabilise = 1 s\nfix-fingers = 500 ms",
    "kind = kademlia\nnodes = 120\nk = 5\nrefresh = 2 s", "kind = kademlia\nnodes = 120\nrefresh = 2 s\nbegin = join\njoin = uniform(0 s, 6 s)",
    "kind = pastry\nnodes = 120\nleaf-set = 8\nkeep-alive = 1 s",
    "kind = pastry\nnodes = 120\nkeep-alive = 1 s\nbegin = join\njoin = uniform(0 s, 6 s)",
    "kind = narada\nnodes = 120\nrefresh = 1 s\ntimeout = 4 s\nping = 500 ms\nneighbor-timeout = 2 s\nimprove = 1 s\njoin = uniform(0 s, 6 s)",
    "kind = nice\nnodes = 120\nheartbeat = 500 ms\ntimeout = 1500 ms\nrefine = 2 s",
    "kind = nice\nnodes = 120\nheartbeat = 1 s\ntimeout = 3 s\nk = 2\njoin = uniform(0 s, 6 s)",
};

/* The overlay that a scenario text of this file names. */
static const Overlay *overlay_of(const char *text)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \n", 4);
    return (const Overlay *)room_find(room_of("overlay"), words[2], NULL);
}

/* Loss, jitter, crashes, recoveries and cuts, all at once. */
static char *storm(const char *protocol, const char *overlay)
{
    return g_strdup_printf(
        "[scenario]\nseed = 5\nduration = 20 s\n[network]\nlatency = uniform(10 ms, 100 ms)\njitter = exponential(5 ms)\nloss = 10 %%\n"
        "[overlay]\n%s\n[protocol]\nkind = %s\n[workload w]\nkind = publish\nsource = 0..2\npublications = 12\n"
        "[failure gone]\nkind = crash\nat = uniform(0 s, 4 s)\nfraction = 20 %%\n"
        "[failure away]\nkind = crash\nat = uniform(2 s, 8 s)\nfraction = 30 %%\nrecover-after = exponential(3 s)\n"
        "[failure cut]\nkind = link-cut\nat = 3 s\nuntil = 9 s\nprobability = 10 %%\n", overlay, protocol);
}

static void messages_add_up(const RunResult *result, bool connected)
{
    double dropped = 0;
    for (int r = 0; r < DROP_REASONS; r++) {
        g_autofree char *name = g_strconcat("dropped_", drop_names[r], NULL);
        if (r != DROP_CARRIER) dropped += metric_value(result, name);
    }
    if (!connected) g_assert_cmpfloat(metric_value(result, "dropped_loss"), >, 0);      /* the case is not empty */
    g_assert_cmpfloat(metric_value(result, "dropped_node_down"), >, 0);
    g_assert_cmpfloat(metric_value(result, "messages"), ==,
                      metric_value(result, "arrived") + dropped + metric_value(result, "in_flight"));
    g_assert_cmpfloat(metric_value(result, "deliveries"), ==, result->deliveries->len);
}

/* Up at this instant by the events of the run; they ascend in time. */
static bool is_up(const RunResult *result, NodeId node, double time_s)
{
    int holds = 0;
    for (guint i = 0; i < result->events->len; i++) {
        const EventRow *row = &g_array_index(result->events, EventRow, i);
        if (row->node != node || row->other != NODE_NONE || row->time_s > time_s) continue;
        bool down = strcmp(row->kind, "down") == 0 || strcmp(row->kind, "absent") == 0;
        holds += down ? 1 : -1;
    }
    return holds == 0;
}

static void nothing_is_delivered_at_a_dead_node(const RunResult *result)
{
    for (guint i = 0; i < result->deliveries->len; i++) {
        const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, i);
        g_assert_true(is_up(result, row->node, (double)row->delivered / 1e9));
        g_assert_cmpint(row->delivered, >=, row->published);
        g_assert_cmpuint(row->hops, >=, 1);
    }
}

static void nobody_gets_a_publication_twice(const RunResult *result)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (guint i = 0; i < result->deliveries->len; i++) {
        const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, i);
        gint64 pair = (gint64)row->publication << 32 | row->node;
        g_assert_true(g_hash_table_add(seen, g_memdup2(&pair, sizeof pair)));
    }
}

/* Everything a run reports, as one text. */
static char *fingerprint(const RunResult *result)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < result->metrics->len; i++) {
        const MetricRow *row = &g_array_index(result->metrics, MetricRow, i);
        g_string_append_printf(text, "%s %a %a %a\n", row->name, row->value, row->numerator, row->denominator);
    }
    for (guint i = 0; i < result->deliveries->len; i++) {
        const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, i);
        g_string_append_printf(text, "%u %u %" G_GINT64_FORMAT " %u\n", row->publication, row->node, row->delivered, row->hops);
    }
    for (guint i = 0; i < result->links->len; i++) {
        const LinkRow *row = &g_array_index(result->links, LinkRow, i);
        g_string_append_printf(text, "%u %u %a\n", row->a, row->b, row->latency_ms);
    }
    g_autofree char *all = g_string_free(text, FALSE);
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, all, -1);
}

/* The same run in another process, whose memory lies elsewhere. */
static char *fingerprint_elsewhere(const char *text)
{
    int ends[2];
    char digest[65] = { 0 };
    g_assert_cmpint(pipe(ends), ==, 0);
    pid_t child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        g_autofree void *shift = g_malloc(123457);
        g_autoptr(RunResult) result = run_text(text, 3);
        g_autofree char *print = fingerprint(result);
        _exit(write(ends[1], print, 64) == 64 ? 0 : 1);
    }
    close(ends[1]);
    for (ssize_t got = 0, n; got < 64 && (n = read(ends[0], digest + got, 64 - (size_t)got)) > 0; ) got += n;
    close(ends[0]);
    int status;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_cmpint(status, ==, 0);
    return g_strdup(digest);
}

/* One more way for a protocol to work: its `kind` and further keys. */
typedef struct { const Protocol *protocol; const char *name, *keys; } Way;

extern const Protocol protocol_nice, protocol_tree;

static const Way ways[] = {
    { &protocol_nice, "nice_prm", "nice\nprobability = 10 %\nnack = yes\ndiscover = 2 s" },
    { &protocol_tree, "tree_repair_grandparent", "tree\nrepair = grandparent" },
    { &protocol_tree, "tree_repair_backup", "tree\nrepair = backup\nrecover = yes\nmax-degree = 4" },
    { &protocol_tree, "tree_repair_root", "tree\nrepair = root\nrecover = yes\nvia-root = yes\nuse = all" },
    { &protocol_tree, "tree_join_latency", "tree\njoin = latency\nrepair = grandparent\nmax-degree = 4\nimprove = 2 s" },
    { &protocol_tree, "tree_recover", "tree\nrecover = yes\nbuffer = 4" },
};

static void laws(gconstpointer data)
{
    const Way *way = data;
    const Protocol *protocol = way->protocol;
    for (size_t i = 0; i < G_N_ELEMENTS(overlay_texts); i++) {
        g_test_message("%s on %s", way->keys, overlay_texts[i]);
        const LiveOverlay *live = overlay_of(overlay_texts[i])->live;
        if (live && protocol->fixed_overlay) continue;
        if (protocol->routed && !(live && live->route)) continue;
        if (protocol->paths && live && !live->next_hop) continue;
        if (protocol->clustered && !(live && live->cluster)) continue;
        g_autofree char *text = storm(way->keys, overlay_texts[i]);
        g_autoptr(RunResult) result = run_text(text, 3);
        messages_add_up(result, live && live->connected);
        nothing_is_delivered_at_a_dead_node(result);
        nobody_gets_a_publication_twice(result);
        g_autofree char *here = fingerprint(result), *there = fingerprint_elsewhere(text);
        g_assert_cmpstr(here, ==, there);
        g_autoptr(RunResult) other = run_text(text, 4);
        g_autofree char *differs = fingerprint(other);
        g_assert_cmpstr(here, !=, differs);
    }
}

/* What fails, the links and the workload do not depend on the protocol. */
static void protocols_meet_the_same_world(void)
{
    g_autoptr(RunResult) first = NULL;
    for (guint p = 0; protocols[p]; p++) {
        if (protocols[p]->routed || protocols[p]->clustered) continue;
        g_autofree char *text = storm(protocols[p]->variant.name, overlay_texts[0]);
        RunResult *result = run_text(text, 1);
        if (!first) {
            first = result;
            continue;
        }
        g_assert_cmpuint(first->events->len, ==, result->events->len);
        for (guint i = 0; i < result->events->len; i++) {
            const EventRow *a = &g_array_index(first->events, EventRow, i), *b = &g_array_index(result->events, EventRow, i);
            g_assert_cmpuint(a->node, ==, b->node);
            g_assert_cmpfloat(a->time_s, ==, b->time_s);
        }
        g_assert_cmpuint(first->links->len, ==, result->links->len);
        for (guint i = 0; i < result->links->len; i++)
            g_assert_cmpfloat(g_array_index(first->links, LinkRow, i).latency_ms, ==,
                              g_array_index(result->links, LinkRow, i).latency_ms);
        result_free(result);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; protocols[i]; i++) {
        const char *name = protocols[i]->variant.name;
        g_autofree char *path = g_strdup_printf("/laws/%s", name);
        Way way = { protocols[i], name, name };
        g_test_add_data_func_full(path, g_memdup2(&way, sizeof way), laws, g_free);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autofree char *path = g_strdup_printf("/laws/%s", ways[i].name);
        g_test_add_data_func(path, &ways[i], laws);
    }
    g_test_add_func("/laws/protocols_meet_the_same_world", protocols_meet_the_same_world);
    return g_test_run();
}
