/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cyclon: its traffic, its mixing, and how it forgets the dead. */
#include "../run_text.h"
#include "fixture.h"

#undef ADD
#define ADD(name) g_test_add_func("/cyclon/" #name, name)

static char *text_of(const char *scenario, const char *keys, const char *rest)
{
    return g_strdup_printf("[scenario]\n%s\n[network]\nlatency = uniform(1 ms, 20 ms)\n[overlay]\nkind = cyclon\nnodes = 1000\n"
                           "period = 1 s\ntimeout = 100 ms\n%s\n[protocol]\nkind = flood\n%s\n", scenario, keys, rest);
}

/* B-23: two messages a node and period, of `shuffle` entries of 10 bytes. */
static void its_traffic_is_two_messages_a_period(void)
{
    g_autofree char *text = text_of("warmup = 30 s\nduration = 50 s", "", "");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat_with_epsilon(metric_value(result, "control_messages"), 2 * 20 * 1000, 20);    /* on the way at the ends */
    g_assert_cmpfloat_with_epsilon(metric_value(result, "control_bytes"), 2 * 20 * 1000 * 80, 20 * 80);
}

/* Links of each node in both directions, each pair once. */
static uint32_t *ends(const RunResult *result)
{
    uint32_t *count = g_new0(uint32_t, result->nodes->len);
    for (guint i = 0; i < result->links->len; i++) {
        count[g_array_index(result->links, LinkRow, i).a]++;
        count[g_array_index(result->links, LinkRow, i).b]++;
    }
    return count;
}

static void caches_fill_and_everybody_is_known_alike(void)
{
    static const char *const bootstraps[] = { "", "bootstrap = chain", "join = uniform(0 s, 20 s)" };
    for (size_t b = 0; b < G_N_ELEMENTS(bootstraps); b++) {
        g_test_message("'%s'", bootstraps[b]);
        g_autofree char *text = text_of("duration = 120 s", bootstraps[b], "");
        g_autoptr(RunResult) result = run_text(text, 0);
        g_autofree uint32_t *count = ends(result);
        double squares = 0;
        for (guint v = 0; v < 1000; v++) squares += (count[v] - 40.0) * (count[v] - 40.0);
        g_assert_cmpuint(result->links->len, >, 19500);         /* of 20,000, some of which are mutual */
        g_assert_cmpfloat(sqrt(squares / 1000), <, 3);          /* a random graph has sqrt(20) = 4.5 */
    }
}

static uint32_t dead_links(const char *keys, const char *seconds)
{
    g_autofree char *scenario = g_strdup_printf("duration = %s", seconds);
    g_autofree char *text = text_of(scenario, keys, "[failure f]\nkind = crash\nat = 60 s\nfraction = 50 %\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_autofree bool *down = g_new0(bool, 1000);
    uint32_t dead = 0;
    for (guint i = 0; i < result->events->len; i++) down[g_array_index(result->events, EventRow, i).node] = true;
    for (guint i = 0; i < result->links->len; i++) {
        const LinkRow *row = &g_array_index(result->links, LinkRow, i);
        dead += down[row->a] || down[row->b];
    }
    return dead;
}

/* B-21, on a smaller overlay. */
static void the_dead_are_forgotten_the_oldest_first(void)
{
    g_assert_cmpuint(dead_links("retry = yes", "60.2 s"), >, 4000);
    g_assert_cmpuint(dead_links("retry = yes", "80 s"), <, 100);
    g_assert_cmpuint(dead_links("retry = yes", "90 s"), ==, 0);
    g_assert_cmpuint(dead_links("retry = yes\nselect = random", "90 s"), >, 1000);
    g_assert_cmpuint(dead_links("", "100 s"), ==, 0);
}

static void the_restarted_join_again(void)
{
    g_autofree char *text = text_of("duration = 120 s", "",
        "[failure f]\nkind = crash\nat = 40 s\nfraction = 30 %\nrecover-after = uniform(1 s, 20 s)\n"
        "[workload w]\nkind = publish\nsource = 0..9\npublications = 10\nstart = 100 s\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    g_assert_cmpuint(result->links->len, >, 19000);
}

static void loss_costs_entries_but_not_the_overlay(void)
{
    g_autofree char *text = g_strdup(
        "[scenario]\nduration = 100 s\n[network]\nlatency = 5 ms\nloss = 20 %\n[overlay]\nkind = cyclon\nnodes = 500\nperiod = 1 s\n"
        "timeout = 500 ms\n[protocol]\nkind = gossip\nfanout = 8\ninfect = forever\nrounds = 3\n[workload w]\nkind = publish\npublications = 5\nstart = 60 s\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), >, 0.99);
}

static void impossible_keys_are_told(void)
{
    g_autofree void *other = NULL;
    g_autofree char *late = configure(kind_of("cyclon"), 10, "retry=yes timeout=10s", &other);
    g_assert_cmpstr(late, ==, "test.ini:3: [overlay] timeout: a retry after it is no sooner than the next period; "
                              "less than 'period' is expected");
    g_autofree void *config = NULL;
    g_autofree char *told = configure(kind_of("cyclon"), 10, "cache=5 shuffle=6", &config);
    g_assert_cmpstr(told, ==,
                    "test.ini:2: [overlay] cache: it has fewer places than the 6 entries of a shuffle; at least 'shuffle'\n"
                    "test.ini:3: [overlay] shuffle: a cache of 5 has no 6 entries to send; at most 'cache'");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(its_traffic_is_two_messages_a_period);
    ADD(caches_fill_and_everybody_is_known_alike);
    ADD(the_dead_are_forgotten_the_oldest_first);
    ADD(the_restarted_join_again);
    ADD(loss_costs_entries_but_not_the_overlay);
    ADD(impossible_keys_are_told);
    return g_test_run();
}
