/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What befalls nodes, or what they do to others: attacks, shocks, misbehaviour. */
#include "fixture.h"

#define RING "kind = ring\nnodes = 10"
#define KARY "kind = kary-tree\narity = 2\nnodes = 15"

static void an_attack_takes_the_root_first(void)
{
    g_autoptr(RunResult) result = failing(KARY, "kind = attack\nby = root\ncount = 3\nat = 2 s\nevery = 1 s\nrecover-after = 9 s");
    g_autofree char *events = events_text(result);
    g_assert_true(g_str_has_prefix(events, "down 0 2, down "));
    g_assert_nonnull(strstr(events, "down 1 "));
    g_assert_nonnull(strstr(events, "down 2 "));
    g_assert_nonnull(strstr(events, "up 0 11"));
    g_autoptr(RunResult) all = failing("kind = chain\nnodes = 6", "kind = attack\nby = root\ncount = 6\nat = 1 s\nevery = 1 s");
    assert_events(all, "down 0 1, down 1 2, down 2 3, down 3 4, down 4 5, down 5 6");
    g_autoptr(RunResult) spared = failing(KARY, "kind = attack\nby = root\nbudget = 14 %\nspare = source");     /* 2 of 14 */
    g_assert_cmpuint(count_events(spared, "down"), ==, 2);
    g_assert_cmpfloat(metric_value(spared, "deliveries"), ==, 0);
    g_assert_cmpfloat_with_epsilon(metric_value(spared, "failure_f_fallen"), 1. / 7, 1e-12);
    g_assert_cmpfloat(metric_value(spared, "failure_f_fallen_asked"), ==, 0.14);
}

static void an_attack_by_degree_or_betweenness(void)
{
    /* two stars, centres 0 and 10, joined over node 20: it has two neighbors and carries everything */
    GString *edges = g_string_new(NULL);
    for (int i = 1; i < 10; i++) g_string_append_printf(edges, "0 %d\n10 %d\n", i, 10 + i);
    g_string_append(edges, "0 20\n10 20\n");
    g_autofree char *path = given_file("stars.edgelist", edges->str, -1);
    g_string_free(edges, TRUE);
    g_autofree char *overlay = g_strdup_printf("kind = file\nformat = edgelist\npath = %s", path);
    g_autoptr(RunResult) degree = failing(overlay, "kind = attack\ncount = 2\nat = 1 s");
    g_autofree char *events = events_text(degree);
    g_assert_cmpstr(events, ==, "down 0 1, down 10 1");
    g_autoptr(RunResult) between = failing(overlay, "kind = attack\nby = betweenness\ncount = 3\nat = 1 s");
    g_autofree char *three = events_text(between);
    g_assert_cmpstr(three, ==, "down 0 1, down 10 1, down 20 1");
}

/* Of a star whose leaves form pairs, an adaptive attack sees the leaves lose their centre. */
static void an_adaptive_attack_looks_again(void)
{
    g_autofree char *path = given_file("a.edgelist", "0 1\n0 2\n0 3\n1 2\n1 3\n4 5\n4 6\n", -1);
    g_autofree char *overlay = g_strdup_printf("kind = file\nformat = edgelist\npath = %s\ndisconnected = keep", path);
    g_autoptr(RunResult) plain = failing(overlay, "kind = attack\ncount = 2\nat = 1 s");
    assert_events(plain, "down 0 1, down 1 1");
    g_autoptr(RunResult) adaptive = failing(overlay, "kind = attack\nadaptive = yes\ncount = 3\nat = 1 s\nevery = 1 s");
    g_autofree char *events = events_text(adaptive);
    g_assert_nonnull(strstr(events, "down 4 "));            /* 2 neighbors left against 1 or 2 */
    assert_fault("kind = attack", "it says not how many fall");
    assert_fault("kind = attack\nbudget = 1 %\ncount = 1", "budget or count is enough");
    assert_fault("kind = attack\ncount = 1\nadaptive = yes\nby = root", "only an attack by degree looks again");
}

/* The rate of failures is what was asked, whatever share has a common cause. */
static void shocks_keep_the_rate(void)
{
    static const double common[] = { 0, 0.3, 1 };
    for (size_t i = 0; i < G_N_ELEMENTS(common); i++) {
        g_autofree char *failure = g_strdup_printf("kind = correlated\ninterval = 50 s\ncommon = %g\nhit = 50 %%\ngroups = 20\ndowntime = 1 s", common[i]);
        g_autofree char *text = failing_text("kind = ring\nnodes = 400", failure);
        g_autoptr(Plan) plan = plan_text(text);
        double struck = 0, squares = 0, hits = 0;
        enum { RUNS = 60 };
        for (uint32_t r = 0; r < RUNS; r++) {
            g_autoptr(RunResult) result = run_plan(plan, r, false);
            double n = count_events(result, "down");
            double share = metric_value(result, "failure_f_common");
            struck += n, squares += n * n, hits += n * (isnan(share) ? 0 : share);
        }
        double mean = struck / RUNS, error = sqrt((squares / RUNS - mean * mean) / RUNS);
        g_test_message("common %g: %g failures a run, standard error %g; share %g", common[i], mean, error, hits / struck);
        g_assert_cmpfloat(fabs(mean - 160), <, 4 * error + 1e-9);
        if (common[i] == 0 || common[i] == 1) g_assert_cmpfloat(hits / struck, ==, common[i]);
        else g_assert_cmpfloat(fabs(hits / struck - common[i]), <, 0.06);
    }
    assert_fault("kind = correlated\ninterval = 1 s\ndowntime = 1 s\nhit = 0", "shocks that hit nobody");
}

static void the_mute_take_and_never_give(void)
{
    g_autoptr(RunResult) result = failing("kind = chain\nnodes = 4", "kind = mute\nnodes = 2\nat = 9500 ms\nuntil = 14500 ms");
    assert_events(result, "mute 2 9.5, normal 2 14.5");
    g_assert_cmpfloat(metric_value(result, "deliveries"), ==, 20 * 3 - 5);
    g_assert_cmpfloat(metric_value(result, "dropped_withheld"), ==, 5);
    g_assert_cmpfloat(metric_value(result, "load_mean"), ==, (20 * 3 - 5) / 4.);        /* what never left is no load */
    g_autoptr(RunResult) own = failing("kind = chain\nnodes = 4", "kind = mute\nnodes = 0");
    g_assert_cmpfloat(metric_value(own, "deliveries"), ==, 60);                         /* its own still leave */
    g_autoptr(RunResult) all = failing("kind = chain\nnodes = 4", "kind = mute\nnodes = 0\nkeeps = all");
    g_assert_cmpfloat(metric_value(all, "deliveries"), ==, 0);
    assert_fault("kind = mute", "it says not who is struck");
}

static void free_riders_pass_on_a_share(void)
{
    g_autoptr(RunResult) none = failing("kind = chain\nnodes = 3", "kind = free-rider\nnodes = 1");
    g_assert_cmpfloat(metric_value(none, "deliveries"), ==, 20);
    g_autofree char *text = failing_text("kind = star\nnodes = 401", "kind = free-rider\nnodes = 0\nforwards = 25 %");
    g_autoptr(GString) far = g_string_new(text);
    g_string_replace(far, "publications = 20", "publications = 20\nsource = 1", 0);
    g_autoptr(RunResult) some = run_text(far->str, 0);
    double share = (metric_value(some, "deliveries") - 20) / (20 * 399);
    g_assert_cmpfloat(fabs(share - 0.25), <, 4 * sqrt(0.25 * 0.75 / (20 * 399)));
}

static void delayers_hold_back(void)
{
    g_autoptr(RunResult) result = failing("kind = chain\nnodes = 3", "kind = delayer\nnodes = 0..1\ndelay = 100 ms");
    g_assert_cmpfloat_with_epsilon(metric_value(result, "latency_max_ms"), 120, 1e-9);
    g_assert_cmpfloat_with_epsilon(metric_value(result, "latency_mean_ms"), 65, 1e-9);
    assert_fault("kind = delayer\nnodes = 1", "'delay' is missing");
}

static void spammers_send_junk(void)
{
    g_autoptr(RunResult) result = failing(RING, "kind = spammer\ncount = 5\nrate = 50 /s\nsize = 100 B\nuntil = 10 s");
    double junk = metric_value(result, "control_messages");
    g_assert_cmpfloat(fabs(junk - 2500), <, 4 * 50);
    g_assert_cmpfloat(metric_value(result, "control_bytes"), ==, 100 * junk);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    g_assert_cmpuint(count_events(result, "spam"), ==, 5);
    assert_fault("kind = spammer\ncount = 1\nrate = 0 /s", "nothing is ever sent");
}

static void what_was_drawn_stands_beside_what_was_asked(void)
{
    g_autoptr(RunResult) share = failing(RING, "kind = crash\nfraction = 25 %\nspare = source");
    g_assert_cmpfloat(metric_value(share, "failure_f_crashed_share"), ==, 2. / 9);
    g_assert_cmpfloat(metric_value(share, "failure_f_crashed_share_asked"), ==, 0.25);
    g_autoptr(RunResult) count = failing(RING, "kind = crash\ncount = 12");
    g_assert_cmpfloat(metric_value(count, "failure_f_crashed"), ==, 10);
    g_assert_cmpfloat(metric_value(count, "failure_f_crashed_asked"), ==, 12);
    g_autoptr(RunResult) named = failing(RING, "kind = crash\nnodes = 0..3\nspare = source");
    g_assert_cmpfloat(metric_value(named, "failure_f_crashed"), ==, 3);
    g_assert_null(metric_row(named, "failure_f_crashed_asked"));
    g_autoptr(RunResult) cut = failing(RING, "kind = link-cut\nfraction = 25 %");
    g_assert_cmpfloat(metric_value(cut, "failure_f_cut_share"), ==, 0.3);
    g_assert_cmpfloat(metric_value(cut, "failure_f_cut_share_asked"), ==, 0.25);
}

#define CASE(name) g_test_add_func("/nodes/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(an_attack_takes_the_root_first);
    CASE(an_attack_by_degree_or_betweenness);
    CASE(an_adaptive_attack_looks_again);
    CASE(shocks_keep_the_rate);
    CASE(the_mute_take_and_never_give);
    CASE(free_riders_pass_on_a_share);
    CASE(delayers_hold_back);
    CASE(spammers_send_junk);
    CASE(what_was_drawn_stands_beside_what_was_asked);
    int status = g_test_run();
    given_remove();
    return status;
}
