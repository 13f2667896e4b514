/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tree that is mended: when, by whom, and what is had after all. */
#include "core/error.h"
#include "protocol/tree.h"
#include "registry.h"
#include "run_text.h"

#define ADD(name) g_test_add_func("/tree/" #name, name)

/* Beats at whole seconds, publications half a second later, 10 ms a hop. */
static char *text_of(const char *before, const char *overlay, const char *keys, const char *rest)
{
    return g_strdup_printf("[scenario]\n%s\n[network]\nlatency = 10 ms\n[overlay]\n%s\n[protocol]\nkind = tree\nclock = synchronous\n%s\n"
                           "%s\n", before, overlay, keys, rest);
}

static const char binary[] = "kind = kary-tree\narity = 2\nnodes = 15";
static const char news[] = "[workload w]\nkind = publish\npublications = 20\nstart = 500 ms\n";

/* Runs the binary tree with these failures and news every second from node 0. */
static RunResult *run_binary(const char *before, const char *keys, const char *failure)
{
    g_autofree char *rest = g_strconcat(news, failure, NULL), *text = text_of(before, binary, keys, rest);
    return run_text(text, 0);
}

/* When a node had a publication first, ms after it was made; -1: never. */
static double latency_at(const RunResult *result, uint32_t publication, NodeId node, uint32_t *hops)
{
    for (guint i = 0; i < result->deliveries->len; i++) {
        const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, i);
        if (row->publication != publication || row->node != node) continue;
        if (hops) *hops = row->hops;
        return (double)(row->delivered - row->published) / 1e6;
    }
    return -1;
}

/* period I = 1 s, timeout T = 3.5 s after the last beat, crash uniform in the period. */
static void a_crash_is_detected_as_the_timers_say(void)
{
    enum { POINTS = 20 };
    double sum = 0;
    for (int i = 0; i <= POINTS + 1; i++) {
        gint64 after = i < POINTS ? (2 * i + 1) * G_GINT64_CONSTANT(1000000000) / (2 * POINTS) : i == POINTS ? 1 : 1000000000;
        g_autofree char *text = g_strdup_printf(
            "[scenario]\nduration = 20 s\n[network]\nlatency = 0 s\n[overlay]\nkind = chain\nnodes = 3\n[protocol]\nkind = tree\n"
            "repair = grandparent\nclock = synchronous\nheartbeat = 1 s\ntimeout = 3.5 s\n[workload w]\nkind = publish\npublications = 1\n"
            "[failure f]\nkind = crash\nnodes = 1\nat = %" G_GINT64_FORMAT " ns\n", 10 * SIM_S + after);
        g_autoptr(RunResult) result = run_text(text, 0);
        g_assert_cmpfloat(metric_value(result, "detections"), ==, 2);           /* by its parent and its child */
        g_assert_cmpfloat(metric_value(result, "false_suspicions"), ==, 0);
        double time = metric_value(result, "detection_ms");
        g_assert_cmpfloat(metric_value(result, "detection_min_ms"), ==, time);
        g_assert_cmpfloat(metric_value(result, "detection_max_ms"), ==, time);
        if (i < POINTS) sum += time;
        else if (i == POINTS) g_assert_cmpfloat(fabs(time - (3500 - 1e-6)), <, 1e-9);   /* just after a beat: T */
        else g_assert_cmpfloat(fabs(time - 2500), <, 1e-9);                             /* just before one: T - I */
    }
    g_assert_cmpfloat(fabs(sum / POINTS - 3000), <, 1e-9);                              /* T - I/2 */
}

static void an_orphan_goes_where_its_mode_says(void)
{
    /* Node 1 crashes at 10.25 s; 3 and 4 heard it last at 10.01 s, ask at 13.51 s, and are taken at 13.53 s. */
    static const struct { const char *keys, *failure; double detected, repaired, recovered; uint32_t hops; } rows[] = {
        { "repair = grandparent", "nodes = 1", 3260, 3280, 4250, 2 },
        { "repair = root", "nodes = 1", 3260, 3280, 4250, 2 },
        { "repair = backup", "nodes = 1", 3260, 3280, 4250, 3 },        /* node 2, the next sibling of node 1 */
        { "repair = grandparent\nheartbeat = 500 ms", "nodes = 1", 1510, 1530, 2250, 2 },
        { "repair = grandparent\ntimeout = 2500 ms", "nodes = 1", 2260, 2280, 3250, 2 },
        { "repair = grandparent", "nodes = 1, 3", 3260, 4280, 5250, 1 },     /* 7 waits a second for node 1, then asks 0 */
        { "repair = root", "nodes = 1, 3", 3260, 3280, 4250, 1 },
        { "repair = backup", "nodes = 1, 3", 3260, 4300, 5250, 1 },     /* 7's backup, 4, is an orphan itself: 1, then 0 */
        { "repair = backup", "nodes = 1, 2", 3260, 4280, 5250, 2 },     /* the backup is down too */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s, %s", rows[i].keys, rows[i].failure);
        g_autofree char *failure = g_strdup_printf("[failure f]\nkind = crash\n%s\nat = 10.25 s\n", rows[i].failure);
        g_autoptr(RunResult) result = run_binary("", rows[i].keys, failure);
        uint32_t hops = 0;
        g_assert_cmpfloat(latency_at(result, 19, 7, &hops), >, 0);
        g_assert_cmpfloat(metric_value(result, "detection_max_ms"), ==, rows[i].detected);
        g_assert_cmpfloat(metric_value(result, "repair_max_ms"), ==, rows[i].repaired);
        g_assert_cmpfloat(metric_value(result, "recovery_ms"), ==, rows[i].recovered);
        g_assert_cmpuint(hops, ==, rows[i].hops);
        g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);
    }
}

static void a_quiet_tree_pays_its_beats_alone(void)
{
    g_autoptr(RunResult) plain = run_binary("duration = 30.5 s", "", "");
    g_autoptr(RunResult) mended = run_binary("duration = 30.5 s", "repair = grandparent", "");
    static const char *const same[] = { "delivery_ratio", "latency_mean_ms", "latency_max_ms", "hops_mean", "payload_messages" };
    for (size_t i = 0; i < G_N_ELEMENTS(same); i++)
        g_assert_cmpfloat(metric_value(plain, same[i]), ==, metric_value(mended, same[i]));
    g_assert_cmpfloat(metric_value(plain, "control_messages"), ==, 0);
    g_assert_cmpfloat(metric_value(mended, "control_messages"), ==, 31 * 2 * 14);       /* both ways, from 0 to 30 s */
    /* 14 to the parent, and to a child at depth d the d - 1 ancestors of its parent: 4 at 2, 8 at 3 */
    g_assert_cmpfloat(metric_value(mended, "control_bytes"), ==, 31 * (28 * 20 + 6 * (4 * 1 + 8 * 2)));
    g_assert_cmpfloat(metric_value(mended, "detections"), ==, 0);
    g_assert_null(metric_row(plain, "detections"));
}

static void what_an_orphan_missed_it_gets_once(void)
{
    static const char *const modes[] = { "grandparent", "root", "backup" };
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_autofree char *keys = g_strdup_printf("repair = %s\nrecover = yes", modes[i]);
        g_autoptr(RunResult) result = run_binary("", keys, "[failure f]\nkind = crash\nnodes = 1\nat = 10.25 s\n");
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);
        /* Of 10.5 s: accepted at 13.53 s, asks, is answered 20 ms later; and one hop to those below. */
        g_assert_cmpfloat(latency_at(result, 10, 3, NULL), ==, 3050);
        g_assert_cmpfloat(latency_at(result, 10, 7, NULL), ==, 3060);
        g_assert_cmpfloat(latency_at(result, 13, 3, NULL), ==, 50);
        g_assert_cmpfloat(metric_value(result, "recovery_ms"), ==, 0);
    }
}

static void what_comes_while_it_moves_comes_once(void)
{
    static const char dense[] = "[workload w]\nkind = publish\npublications = 60\nstart = 13.4 s\ninterval = 5 ms\n"
                                "[failure f]\nkind = crash\nnodes = 1\nat = 10.25 s\n";
    static const char *const modes[] = { "grandparent", "root", "backup" };
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_autofree char *keys = g_strdup_printf("repair = %s\nrecover = yes", modes[i]), *text = text_of("", binary, keys, dense);
        g_autoptr(RunResult) result = run_text(text, 0);
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);
    }
}

static void a_small_buffer_keeps_only_the_last(void)
{
    g_autoptr(RunResult) result = run_binary("", "repair = grandparent\nrecover = yes\nbuffer = 2",
                                             "[failure f]\nkind = crash\nnodes = 1\nat = 10.25 s\n");
    g_assert_cmpfloat(latency_at(result, 10, 3, NULL), ==, -1);
    g_assert_cmpfloat(latency_at(result, 11, 3, NULL), ==, -1);
    g_assert_cmpfloat(latency_at(result, 12, 3, NULL), ==, 1050);
    g_assert_cmpfloat(latency_at(result, 13, 3, NULL), ==, 50);
}

static void a_source_below_an_orphan_is_heard(void)
{
    static const char leaf[] = "[workload w]\nkind = publish\npublications = 20\nsource = 7\nstart = 500 ms\n"
                               "[failure f]\nkind = crash\nnodes = 1\nat = 10.25 s\n";
    static const struct { const char *keys; double all; } rows[] = { { "recover = no", 0 }, { "recover = yes", 1 } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *keys = g_strdup_printf("repair = grandparent\n%s", rows[i].keys), *text = text_of("", binary, keys, leaf);
        g_autoptr(RunResult) result = run_text(text, 0);
        g_assert_cmpfloat(metric_value(result, "delivery_ratio") == 1, ==, rows[i].all);
        g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);
        g_assert_cmpfloat(latency_at(result, 19, 4, NULL), ==, 30);     /* 7, 3, 0, 4 */
        /* 3 is taken at 13.53 s and says what it has; 0 asks for it, gets it, and passes it on to 4. */
        g_assert_cmpfloat(latency_at(result, 10, 4, NULL), ==, rows[i].all ? 3070 : -1);
    }
}

static void a_gap_is_asked_for_by_one_node(void)
{
    /* The link between 0 and 1 is cut while the publication of 3.5 s passes; that of 4.5 s shows it. */
    g_autoptr(RunResult) result = run_binary("", "recover = yes",
        "[failure f]\nkind = partition\nnodes = 1, 3, 4, 7..10\nat = 3.4 s\nuntil = 3.6 s\n");
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);
    g_assert_cmpfloat(metric_value(result, "control_messages"), ==, 1);
    g_assert_cmpfloat(metric_value(result, "control_bytes"), ==, 20 + 12 + 4);
    g_assert_cmpfloat(latency_at(result, 3, 1, NULL), ==, 1030);
    g_assert_cmpfloat(latency_at(result, 3, 7, NULL), ==, 1050);
}

static void a_silent_child_is_forgotten(void)
{
    /* Beats of 11, 12 and 13 s and publications from 10.5 to 12.5 s go to node 7 in vain; at 13.51 s it is silent too long. */
    g_autoptr(RunResult) result = run_binary("", "repair = root", "[failure f]\nkind = crash\nnodes = 7\nat = 10.25 s\n");
    g_assert_cmpfloat(metric_value(result, "dropped_node_down"), ==, 6);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
}

static void ancestors_hear_of_moves_at_once(void)
{
    /* 2 moves below 0 at 13.53 s, and 4 knows it at 13.55 s.  So it asks 2 when it misses 3 at 17.05 s, and 0 a second later. */
    g_autofree char *rest = g_strconcat(news, "[failure f]\nkind = crash\nnodes = 1\nat = 10.25 s\n"
                                        "[failure g]\nkind = crash\nnodes = 2, 3\nat = 13.6 s\n", NULL);
    g_autofree char *text = text_of("", "kind = chain\nnodes = 6", "repair = grandparent", rest);
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "detections"), ==, 4);
    g_assert_cmpfloat(metric_value(result, "detection_max_ms"), ==, 3450);
    g_assert_cmpfloat(metric_value(result, "repair_max_ms"), ==, 4470);
}

static void false_alarms_are_cleared_up(void)
{
    /* Nobody hears node 1 from 10.25 to 13.6 s: its children move to node 0, which forgets node 1 too.  At its next beat
     * node 1 hears both, comes back to 0, and does not send to its former children. */
    g_autoptr(RunResult) result = run_binary("", "repair = grandparent",
        "[failure f]\nkind = loss\nloss = 100 %\nnodes = 1\nends = from\nat = 10.25 s\nuntil = 13.6 s\n");
    g_assert_cmpfloat(metric_value(result, "detections"), ==, 0);
    g_assert_cmpfloat(metric_value(result, "false_suspicions"), ==, 3);
    g_assert_cmpfloat(latency_at(result, 14, 1, NULL), ==, 10);
    g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);
}

/* A tree that goes wrong: at 10.3 s node 1 takes node 7, which hangs below it, for its parent; or asks it to be that. */
enum { WRONG = TREE_TAGS * 1000 + TREE_TICK, LOOK };
static bool only_asks;

static void wrong_start(Node *self)
{
    tree_mended.start(self);
    node_after(self, 10 * SIM_S + 300 * SIM_MS, WRONG);
    node_after(self, 10 * SIM_S + 325 * SIM_MS, LOOK);
}

static void wrong_turn(Node *self)
{
    TreePlace *place = tree_place(node_state(self), 0);
    if (node_id(self) == 7 && !only_asks) tree_child_add(place, 1)->heard = node_now(self);
    if (node_id(self) != 1) return;
    place->parent = only_asks ? NODE_NONE : 7;
    place->asked = only_asks ? 7 : NODE_NONE;
    Message message = { .publication = PUBLICATION_NONE, .kind = TREE_ATTACH, .size = 20 };
    if (only_asks) node_send(self, 7, &message);
}

static void wrong_timer(Node *self, uint32_t tag)
{
    if (tag == WRONG) wrong_turn(self);
    else if (tag != LOOK) tree_mended.timer(self, tag);
    else if (only_asks && node_id(self) == 7) g_assert_null(tree_child(tree_place(node_state(self), 0), 1));
}

static void a_loop_is_seen_and_left(void)
{
    static Protocol wrong;
    g_autoptr(GError) error = NULL;
    wrong = tree_mended;
    wrong.variant = *room_find(room_of("protocol"), "tree", NULL);
    wrong.variant.name = "wrong-tree";
    wrong.start = wrong_start, wrong.timer = wrong_timer;
    g_assert_true(registry_add("protocol", &wrong.variant, &error));
    for (int i = 0; i < 2; i++) {
        only_asks = i;
        g_autofree char *text = text_of("", binary, "repair = grandparent\nkind = wrong-tree", news);
        g_auto(GStrv) parts = g_strsplit(text, "kind = tree\n", 2);
        g_autofree char *bad = g_strjoinv("", parts);
        g_autoptr(RunResult) result = run_text(bad, 0);
        for (NodeId v = 1; v < 15; v++) g_assert_cmpfloat(latency_at(result, 12, v, NULL), >, 0);
        g_assert_cmpfloat(metric_value(result, "duplicates"), ==, only_asks ? 0 : 2);   /* of 10.5 s, at 1 and 7 */
    }
}

/* Until 40 s nodes come and go, a twentieth is lost, and once a part is cut off; then it is quiet. */
static char *storm(const char *overlay, const char *keys, const char *loads)
{
    return g_strdup_printf(
        "[scenario]\nduration = 90 s\nwarmup = 79.9 s\n[network]\nlatency = uniform(1 ms, 8 ms)\n[overlay]\n%s\n[protocol]\nkind = tree\n%s\n%s\n"
        "[failure come]\nkind = churn\nsession = exponential(15 s)\ndowntime = exponential(5 s)\nuntil = 40 s\nspare = source\n"
        "[failure lost]\nkind = loss\nloss = 5 %%\nuntil = 40 s\n[failure part]\nkind = partition\ngroups = 2\nat = 15 s\nuntil = 25 s\n",
        overlay, keys, loads);
}

/* From 80 s on: everybody has each publication once, so the links are a tree with all of them in it. */
static void after_a_storm_all_hang_on_the_root(void)
{
    static const char *const modes[] = { "grandparent", "root", "backup" };
    static const char *const kinds[] = { "kind = kary-tree\narity = 3\nnodes = 150", "kind = random-regular\ndegree = 6\nnodes = 150",
                                            "kind = complete\nnodes = 150", "kind = chain\nnodes = 100",
                                            "kind = multi-tree\ntrees = 3\narity = 4\nnodes = 150" };
    static const char *const more[] = { "", "\nmax-degree = 4\nrecover = yes",
                                        "\njoin = latency\nmax-degree = 6\nrecover = yes\nimprove = 1 s" };
    for (size_t o = 0; o < G_N_ELEMENTS(kinds); o++)
        for (size_t m = 0; m < G_N_ELEMENTS(modes) * 3; m++) {
            g_autofree char *keys = g_strdup_printf("repair = %s%s", modes[m / 3], more[m % 3]);
            g_autofree char *text = storm(kinds[o], keys, "[workload w]\nkind = publish\nsource = 0, 7\npublications = 86\ninterval = 1 s\n");
            g_test_message("%s, %s", kinds[o], keys);
            for (uint32_t r = 0; r < (g_test_slow() ? 8 : 1); r++) {
                g_autoptr(RunResult) result = run_text(text, r);
                const MetricRow *row = metric_row(result, "delivery_ratio");
                g_assert_cmpfloat(row->value, ==, 1);
                g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, row->numerator);
                g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);
            }
        }
}

static void who_restarts_comes_back_and_gets_what_it_missed(void)
{
    static const char failure[] = "[failure f]\nkind = crash\nnodes = 1\nat = 5.25 s\nrecover-after = %s\n";
    static const char *const away[] = { "6 s", "300 ms", "3 s" };      /* noticed by its children, or not yet */
    static const char *const modes[] = { "none", "grandparent", "root", "backup" };
    for (size_t i = 0; i < G_N_ELEMENTS(away) * G_N_ELEMENTS(modes); i++) {
        g_autofree char *down = g_strdup_printf(failure, away[i / 4]), *keys = g_strdup_printf("repair = %s\nrecover = yes", modes[i % 4]);
        g_test_message("%s, away %s", keys, away[i / 4]);
        g_autoptr(RunResult) result = run_binary("", keys, down);
        g_assert_cmpfloat(metric_value(result, "delivery_ratio_all"), ==, 1);
        g_assert_cmpfloat(latency_at(result, 19, 1, NULL), ==, 10);
    }
}

static void parts_wait_for_their_root(void)
{
    /* Node 0 is away from 10.25 to 16.25 s.  Node 7 reaches those below node 1 meanwhile, and the others afterwards. */
    static const char away[] = "[workload w]\nkind = publish\npublications = 20\nsource = 7\nstart = 500 ms\n"
                               "[failure f]\nkind = crash\nnodes = 0\nat = 10.25 s\nrecover-after = 6 s\n";
    static const char *const modes[] = { "grandparent", "root", "backup" };
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        g_autofree char *keys = g_strdup_printf("repair = %s\nrecover = yes", modes[i]), *text = text_of("", binary, keys, away);
        g_autoptr(RunResult) result = run_text(text, 0);
        g_assert_cmpfloat(metric_value(result, "delivery_ratio_all"), ==, 1);
        g_assert_cmpfloat(latency_at(result, 13, 4, NULL), ==, 30);
        /* Node 1 misses it at 13.51 s and asks every second: at 16.51 s it answers, and is asked for what it has. */
        g_assert_cmpfloat(latency_at(result, 13, 0, NULL), ==, 3010 + 50);
        g_assert_cmpfloat(latency_at(result, 19, 6, NULL), ==, 50);
    }
}

/* Four orphans come to a root that has no room: each goes to a child of it. */
static void who_has_no_room_sends_orphans_on(void)
{
    g_autofree char *rest = g_strconcat(news, "[failure f]\nkind = crash\nnodes = 1\nat = 10.25 s\n", NULL);
    static const struct { const char *keys; uint32_t hops; double load; } rows[] = {
        { "max-degree = 0", 1, 7 }, { "max-degree = 5", 2, 5 }, { "max-degree = 4", 3, 4 }, { "max-degree = 7", 1, 7 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *keys = g_strdup_printf("repair = grandparent\n%s", rows[i].keys);
        g_autofree char *text = text_of("warmup = 19.4 s", "kind = kary-tree\narity = 4\nnodes = 21", keys, rest);
        g_autoptr(RunResult) result = run_text(text, 0);
        uint32_t most = 0, first = 0;
        for (NodeId v = 5; v < 9; v++) {
            uint32_t hops = 0;
            g_assert_cmpfloat(latency_at(result, 19, v, &hops), >, 0);
            most = MAX(most, hops);
        }
        for (guint d = 0; d < result->deliveries->len; d++) first += g_array_index(result->deliveries, DeliveryRow, d).hops == 1;
        g_assert_cmpuint(most, ==, rows[i].hops);
        g_assert_cmpfloat(first, ==, rows[i].load);
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);
    }
}

static void what_climbs_waits_for_a_parent(void)
{
    g_autofree char *text = text_of("", binary, "repair = grandparent\nvia-root = yes\nrecover = yes",
        "[workload w]\nkind = publish\npublications = 20\nsource = 7\nstart = 500 ms\n[failure f]\nkind = crash\nnodes = 1\nat = 10.25 s\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    /* 10.5 to 13.5 s wait at node 3 for the parent it has at 13.53 s; that of 10.5 s is in node 4 then 20 ms later. */
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    g_assert_cmpfloat(latency_at(result, 10, 4, NULL), ==, 3050);
    g_assert_cmpfloat(latency_at(result, 19, 4, NULL), ==, 30);
}

static void losses_are_made_good(void)
{
    static const struct { const char *keys; double least, most; } rows[] = {
        { "", 0.70, 0.80 }, { "recover = yes\nretry = 200 ms", 0.995, 1 },
        { "repair = grandparent\nrecover = yes\nretry = 200 ms", 0.99, 1 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf("[scenario]\n[network]\nlatency = uniform(5 ms, 50 ms)\nloss = 5 %%\n[overlay]\nkind = kary-tree\n"
            "arity = 2\nnodes = 255\n[protocol]\nkind = tree\n%s\n[workload w]\nkind = publish\npublications = 300\ninterval = 100 ms\n", rows[i].keys);
        g_autoptr(RunResult) result = run_text(text, 0);
        double ratio = metric_value(result, "delivery_ratio");
        g_test_message("%s: %g, redundancy %g", rows[i].keys, ratio, metric_value(result, "redundancy"));
        g_assert_cmpfloat(ratio, >=, rows[i].least);
        g_assert_cmpfloat(ratio, <=, rows[i].most);
        g_assert_cmpfloat(metric_value(result, "redundancy"), <, 0.12);
    }
}

/* Node v is v^2 ms down a line, so the one before it is the closest; they join in any order, and each finds that one. */
static void near_parents_are_found(void)
{
    enum { NODES = 12 };
    g_autoptr(GString) matrix = g_string_new(NULL);
    for (int a = 0; a < NODES; a++)
        for (int b = 0; b < NODES; b++) g_string_append_printf(matrix, "%d%c", ABS(a * a - b * b), b + 1 < NODES ? ' ' : '\n');
    g_autofree char *path = g_strdup_printf("%s/banyan-line-%d.txt", g_get_tmp_dir(), (int)getpid());
    g_assert_true(g_file_set_contents(path, matrix->str, -1, NULL));
    static const struct { const char *keys; bool line; } rows[] = {
        { "improve = 5 s", true }, { "improve = 5 s\nmax-degree = 2\nrecover = yes", true },
        { "improve = 1 h", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf("[scenario]\nduration = 301 s\n[network]\nlatency = matrix(%s, ms, one-way)\nplacement = in-order\n"
            "[overlay]\nkind = complete\nnodes = %d\njoin = uniform(0 s, 60 s)\n[protocol]\nkind = tree\nrepair = grandparent\njoin = latency\n%s\n"
            "[workload w]\nkind = publish\npublications = 300\n", path, NODES, rows[i].keys);
        g_test_message("%s", rows[i].keys);
        g_autoptr(RunResult) result = run_text(text, 1);
        bool line = true;
        for (NodeId v = 1; v < NODES; v++) {
            uint32_t hops = 0;
            g_assert_cmpfloat(latency_at(result, 299, v, &hops), >=, v * v);
            line &= hops == v && latency_at(result, 299, v, NULL) == v * v;
        }
        g_assert_cmpint(line, ==, rows[i].line);
        g_assert_cmpfloat(metric_value(result, "detections"), ==, 0);
    }
    g_assert_cmpint(unlink(path), ==, 0);
}

/* The more often nodes look for a closer parent, the shorter a hop; and a move costs hardly a publication. */
static void parents_come_closer(void)
{
    static const char *const periods[] = { "1 h", "2 s" };
    double hop[2];
    for (int i = 0; i < 2; i++) {
        g_autofree char *text = g_strdup_printf("[scenario]\nduration = 160 s\n[network]\nlatency = euclidean(100 ms)\n[overlay]\n"
            "kind = complete\nnodes = 100\njoin = uniform(0 s, 20 s)\n[protocol]\nkind = tree\nrepair = grandparent\njoin = latency\n"
            "max-degree = 4\nimprove = %s\n[workload w]\nkind = publish\npublications = 1200\nstart = 30 s\ninterval = 100 ms\n", periods[i]);
        g_autoptr(RunResult) result = run_text(text, 0);
        hop[i] = metric_value(result, "latency_mean_ms") / metric_value(result, "hops_mean");
        g_test_message("%s: %g ms a hop", periods[i], hop[i]);
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        g_assert_cmpfloat(metric_value(result, "duplicates"), <, 4);
    }
    g_assert_cmpfloat(hop[1], <, 0.7 * hop[0]);
}

static void what_cannot_be_mended_is_refused(void)
{
    g_autofree char *text = text_of("", "kind = chain\nnodes = 30000", "repair = root", news);
    g_autoptr(Plan) plan = plan_text(text);
    g_autoptr(GError) error = NULL;
    Recording recording = { 0 };
    g_assert_null(world_run(plan->scenarios[0], 1, &recording, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_RANGE);
    g_assert_nonnull(strstr(error->message, "4.5e+08 ancestors"));
    static const struct { const char *keys, *said; } rows[] = {
        { "repair = root\ntimeout = 1 s", "timeout: it passes between two heartbeats" },
        { "join = latency", "join: nodes that find their parents need to know when they lose them" },
        { "repair = uncle", "repair" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) fault = NULL;
        g_autofree char *bad = text_of("", binary, rows[i].keys, news), *path = NULL;
        close(g_file_open_tmp("banyan-XXXXXX.ini", &path, NULL));
        g_assert_true(g_file_set_contents(path, bad, -1, NULL));
        g_assert_null(plan_read(path, NULL, &fault));
        g_assert_error(fault, SIM_ERROR, SIM_ERROR_SCENARIO);
        g_assert_nonnull(strstr(fault->message, rows[i].said));
        g_assert_cmpint(unlink(path), ==, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_crash_is_detected_as_the_timers_say);
    ADD(an_orphan_goes_where_its_mode_says);
    ADD(a_quiet_tree_pays_its_beats_alone);
    ADD(what_an_orphan_missed_it_gets_once);
    ADD(what_comes_while_it_moves_comes_once);
    ADD(a_small_buffer_keeps_only_the_last);
    ADD(a_source_below_an_orphan_is_heard);
    ADD(a_gap_is_asked_for_by_one_node);
    ADD(a_silent_child_is_forgotten);
    ADD(ancestors_hear_of_moves_at_once);
    ADD(false_alarms_are_cleared_up);
    ADD(a_loop_is_seen_and_left);
    ADD(after_a_storm_all_hang_on_the_root);
    ADD(who_restarts_comes_back_and_gets_what_it_missed);
    ADD(parts_wait_for_their_root);
    ADD(who_has_no_room_sends_orphans_on);
    ADD(what_climbs_waits_for_a_parent);
    ADD(losses_are_made_good);
    ADD(near_parents_are_found);
    ADD(parents_come_closer);
    ADD(what_cannot_be_mended_is_refused);
    return g_test_run();
}
