/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GossipSub: its meshes, its gossip, its fanouts, and what they cost. */
#include "core/keys.h"
#include "registry.h"
#include "run_text.h"
#include "validation/judge.h"

#define ADD(name) g_test_add_func("/gossipsub/" #name, name)

static char *text_of(const char *before, const char *network, const char *overlay, const char *keys, const char *rest)
{
    return g_strdup_printf("[scenario]\n%s\n[network]\n%s\n[overlay]\n%s\n[protocol]\nkind = gossipsub\n%s\n%s\n", before, network,
                           overlay, keys, rest);
}

#define MESH "kind = random-regular\ndegree = 20\nnodes = 500"
#define NEWS "[workload w]\nkind = publish\nsource = 0..4\npublications = 20\nstart = 5 s\n"

static void everybody_gets_everything_at_the_cost_of_the_mesh(void)
{
    g_autofree char *text = text_of("warmup = 4 s", "latency = uniform(10 ms, 50 ms)", MESH, "flood-publish = no", NEWS);
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    g_assert_cmpfloat(metric_value(result, "redundancy"), >, 5 - 2);        /* d-low .. d-high links of 20 */
    g_assert_cmpfloat(metric_value(result, "redundancy"), <, 12 - 1);
    g_assert_cmpfloat(metric_value(result, "latency_max_ms"), <, 500);      /* without waiting for a heartbeat */
}

/* The source with 12 neighbors: 10 messages of 2 kB a minute are 240 kB a minute (A-55b, B-65). */
static void traffic_is_rate_by_size_by_connections(void)
{
    static const struct { uint32_t connections; double gb_month; } rows[] = {
        { 4, 3.456 }, { 8, 6.912 }, { 12, 10.368 }, { 24, 20.736 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *star = g_strdup_printf("kind = star\nnodes = %u", rows[i].connections + 1);
        g_autofree char *text = text_of("duration = 61 s", "latency = 50 ms", star, "",
                                        "[workload w]\nkind = publish\npublications = 10\ninterval = 6 s\nsize = 2 kB\n");
        g_autoptr(RunResult) result = run_text(text, 0);
        g_assert_cmpfloat(metric_value(result, "payload_bytes"), ==, 20000.0 * rows[i].connections);
        double month = metric_value(result, "payload_bytes") * 60 * 24 * 30 / 1e9;
        g_assert_cmpfloat_with_epsilon(month, rows[i].gb_month, 1e-9);
    }
}

/* with no mesh at all, three heartbeats of gossip are all there is. */
static void gossip_reaches_a_share_in_three_heartbeats(void)
{
    static const struct { const char *factor; double expected; } rows[] = { { "0.25", 0.578125 }, { "0.4", 0.784 } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *keys = g_strdup_printf("d = 0\nd-low = 0\nd-lazy = 0\nflood-publish = no\ngossip-factor = %s", rows[i].factor);
        g_autofree char *text = text_of("", "latency = 10 ms", "kind = star\nnodes = 401", keys,
                                        "[workload w]\nkind = publish\npublications = 1\nstart = 2 s\n");
        Sample sample = sample_metric(text, "delivery_ratio", 200);
        judge_ratio("A-46", &sample, rows[i].expected, 0);
    }
}

static void what_is_lost_is_asked_for(void)
{
    g_autofree char *text = text_of("", "latency = uniform(10 ms, 50 ms)\nloss = 30 %", MESH, "", NEWS);
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), >, 0.9999);
    g_autofree char *mute = text_of("", "latency = uniform(10 ms, 50 ms)\nloss = 30 %", MESH, "mcache-gossip = 0\nd = 3\nd-low = 2\nd-high = 4", NEWS);
    g_autoptr(RunResult) quiet = run_text(mute, 0);
    g_assert_cmpfloat(metric_value(quiet, "delivery_ratio"), <, 0.999);     /* the mesh alone loses some */
}

static void a_group_has_its_own_mesh_and_others_get_nothing(void)
{
    g_autofree char *text = text_of("warmup = 4 s", "latency = 10 ms", MESH, "flood-publish = no",
        "[group a]\nmembers = 50 %\n[group b]\nmembers = 0..99\n"
        "[workload v]\nkind = publish\nsource = 400..404\npublications = 10\nstart = 5 s\ngroup = b\n"
        "[workload w]\nkind = publish\nsource = 0..4\npublications = 10\nstart = 5 s\ngroup = a\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), >, 0.99);
    g_assert_cmpfloat(metric_value(result, "payload_messages"), <, 20 * 250 * 12);
    for (guint i = 0; i < result->deliveries->len; i++) {
        const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, i);
        if (strcmp(row->workload, "v") == 0) g_assert_cmpuint(row->node, <, 100);
    }
}

/* A source outside the group sends to d members and keeps them for fanout-ttl. */
static void a_source_outside_sends_to_a_fanout(void)
{
    g_autofree char *text = text_of("", "latency = 10 ms", "kind = complete\nnodes = 40", "d = 3\nd-low = 3\nd-high = 20\nflood-publish = no\nd-lazy = 0\ngossip-factor = 0",
        "[group a]\nmembers = 1..39\n[workload w]\nkind = publish\nsource = 0\npublications = 5\nstart = 5 s\ngroup = a\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    uint64_t first_hops = 0;
    g_autoptr(GHashTable) nodes = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < result->deliveries->len; i++) {
        const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, i);
        if (row->hops != 1) continue;
        first_hops++;
        g_hash_table_add(nodes, GUINT_TO_POINTER(row->node));
    }
    g_assert_cmpuint(first_hops, ==, 15);
    g_assert_cmpuint(g_hash_table_size(nodes), ==, 3);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
}

static void a_mesh_of_failed_neighbors_is_gossiped_around(void)
{
    g_autofree char *text = text_of("", "latency = 10 ms", MESH, "",
        NEWS "[failure f]\nkind = crash\nat = 10.5 s\nfraction = 60 %\nspare = source\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
}

static void it_follows_neighbors_that_come_and_go(void)
{
    g_autofree char *text = text_of("duration = 120 s", "latency = uniform(1 ms, 20 ms)",
        "kind = hyparview\nnodes = 300\nactive = 8\njoin = uniform(0 s, 20 s)\nshuffle-period = 2 s\nkeep-alive = 5 s", "d = 4\nd-low = 3",
        "[workload w]\nkind = publish\nsource = 0..9\npublications = 80\nstart = 30 s\n"
        "[failure f]\nkind = crash\nat = uniform(30 s, 90 s)\nfraction = 30 %\nspare = source\nrecover-after = 10 s\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), >, 0.999);
}

static void an_order_of_degrees_is_kept(void)
{
    static const struct { const char *key, *value, *told; } rows[] = {
        { "d-low", "7", "t:2: [protocol] d-low: it is more than 'd'; at most that is expected" },
        { "d", "13", "t:2: [protocol] d: it is more than 'd-high'; at most that is expected" },
        { "mcache-gossip", "6", "t:2: [protocol] mcache-gossip: it is more than 'mcache-len'; at most that is expected" },
    };
    const Variant *variant = room_find(room_of("protocol"), "gossipsub", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Faults *faults = faults_new("t");
        Keys *keys = keys_new(faults, "protocol", 1, ".");
        g_autofree void *config = g_malloc0(variant->config_size);
        keys_add(keys, rows[i].key, rows[i].value, 2);
        params_fill(variant->params, keys, config);
        variant->check(config, keys);
        g_autofree char *told = faults_text(faults);
        g_assert_cmpstr(told, ==, rows[i].told);
        keys_free(keys);
        faults_free(faults);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(everybody_gets_everything_at_the_cost_of_the_mesh);
    ADD(traffic_is_rate_by_size_by_connections);
    ADD(gossip_reaches_a_share_in_three_heartbeats);
    ADD(what_is_lost_is_asked_for);
    ADD(a_group_has_its_own_mesh_and_others_get_nothing);
    ADD(a_source_outside_sends_to_a_fanout);
    ADD(a_mesh_of_failed_neighbors_is_gossiped_around);
    ADD(it_follows_neighbors_that_come_and_go);
    ADD(an_order_of_degrees_is_kept);
    return g_test_run();
}
