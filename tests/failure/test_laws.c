/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws that every failure keeps, present and future. */
#include "fixture.h"

/* Each kind at work in the middle of a run. */
static const struct { const char *kind, *rest; } storms[] = {
    { "arrivals", "rate = 5 /s\nsession = exponential(5 s)" },
    { "attack", "by = betweenness\nbudget = 10 %\nat = 3 s\nevery = 100 ms\nrecover-after = exponential(2 s)" },
    { "churn", "session = exponential(6 s)\ndowntime = lognormal(2 s, 1)\ngraceful = 50 %" },
    { "correlated", "interval = 20 s\ncommon = 50 %\nhit = 30 %\ndowntime = exponential(2 s)" },
    { "crash", "fraction = 20 %\nat = uniform(0 s, 9 s)\nrecover-after = 3 s" },
    { "delayer", "fraction = 20 %\ndelay = exponential(300 ms)" },
    { "flap", "up = exponential(2 s)\ndown = exponential(500 ms)" },
    { "free-rider", "fraction = 30 %\nforwards = 40 %" },
    { "link-cut", "probability = 20 %\nat = 2 s\nuntil = 9 s" },
    { "loss", "loss = gilbert-elliott(5 %, 20 %)\nat = 2 s\nuntil = 9 s" },
    { "mute", "fraction = 20 %\nkeeps = all\nat = 2 s\nuntil = 9 s" },
    { "partition", "groups = 3\nat = 2 s\nuntil = 9 s" },
    { "region", "around = 3\nradius = 40 ms\nat = 2 s\nuntil = 9 s" },
    { "slow", "fraction = 20 %\nfactor = 7\ndelay = exponential(50 ms)\nat = 2 s\nuntil = 9 s" },
    { "spammer", "fraction = 20 %\nrate = 20 /s" },
    { "spike", "factor = 3\nextra = exponential(100 ms)\nlasting = exponential(1 s)\nevery = exponential(2 s)" },
};

static const char *const overlays_at_work[] = { "kind = random-regular\ndegree = 6\nnodes = 60", "kind = complete\nnodes = 30",
                                                "kind = kary-tree\narity = 3\nnodes = 60", "kind = hyparview\nnodes = 60" };

static RunResult *storm(size_t i, const char *overlay, uint32_t replication)
{
    g_autofree char *text = g_strdup_printf(
        "[scenario]\nduration = 15 s\n[network]\nlatency = uniform(10 ms, 100 ms)\nloss = gilbert-elliott(1 %%, 30 %%)\n[overlay]\n%s\n"
        "[protocol]\nkind = gossip\nmode = push-pull\ninfect = forever\nrounds = 4\ninterval = 500 ms\n"
        "[workload w]\nkind = publish\nsource = 0..4\npublications = 12\n[failure f]\nkind = %s\n%s\n",
        overlay, storms[i].kind, storms[i].rest);
    return run_text(text, replication);
}

static void messages_add_up(const RunResult *result)
{
    double dropped = 0;
    for (int r = 0; r < DROP_REASONS; r++) {
        g_autofree char *name = g_strconcat("dropped_", drop_names[r], NULL);
        if (r != DROP_CARRIER) dropped += metric_value(result, name);
    }
    g_assert_cmpfloat(metric_value(result, "messages"), ==,
                      metric_value(result, "arrived") + dropped + metric_value(result, "in_flight"));
}

static void assert_same_events(const RunResult *a, const RunResult *b)
{
    g_autofree char *one = events_text(a), *other = events_text(b);
    g_assert_cmpstr(one, ==, other);
}

static void laws(gconstpointer data)
{
    size_t i = GPOINTER_TO_SIZE(data);
    for (size_t o = 0; o < G_N_ELEMENTS(overlays_at_work); o++) {
        g_test_message("%s on %s", storms[i].kind, overlays_at_work[o]);
        g_autoptr(RunResult) first = storm(i, overlays_at_work[o], 1), again = storm(i, overlays_at_work[o], 1);
        messages_add_up(first);
        assert_same_events(first, again);
        g_assert_cmpfloat(metric_value(first, "messages"), ==, metric_value(again, "messages"));
        g_assert_cmpfloat(metric_value(first, "latency_mean_ms"), ==, metric_value(again, "latency_mean_ms"));
        for (guint e = 1; e < first->events->len; e++)
            g_assert_cmpfloat(g_array_index(first->events, EventRow, e - 1).time_s, <=, g_array_index(first->events, EventRow, e).time_s);
        bool by_links = strcmp(storms[i].kind, "flap") == 0 || strcmp(storms[i].kind, "link-cut") == 0;
        if (by_links && o % 2) continue;                /* a complete overlay is too large to flap, a live one has no links of its own */
        g_assert_cmpuint(first->events->len, >, 0);
    }
}

static void every_kind_is_here(void)
{
    for (guint f = 0; failures[f]; f++) {
        bool found = failures[f]->targets != NULL;      /* it strikes what a communication model made; tests/world/test_models */
        for (size_t i = 0; i < G_N_ELEMENTS(storms); i++) found |= strcmp(storms[i].kind, failures[f]->variant.name) == 0;
        g_test_message("%s", failures[f]->variant.name);
        g_assert_true(found);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/laws/every_kind_is_here", every_kind_is_here);
    for (size_t i = 0; i < G_N_ELEMENTS(storms); i++) {
        g_autofree char *path = g_strconcat("/laws/", storms[i].kind, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), laws);
    }
    return g_test_run();
}
