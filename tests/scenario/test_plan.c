/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a right scenario becomes. */
#include "given.h"

#include <math.h>

/* The fields of a configuration by the name of their row. */
static const void *field(const Part *part, const char *name)
{
    const Param *param = params_find(part->variant->params, name);
    g_assert_nonnull(param);
    return (const char *)part->config + param->offset;
}

static uint32_t count_of(const Part *part, const char *name)
{
    return *(const uint32_t *)field(part, name);
}

static Plan *good_with(const char *text, const char *set)
{
    g_autofree char *faults = NULL;
    Plan *plan = given_plan(text, set, &faults);
    if (!plan) g_error("%s", faults);
    return plan;
}

static void defaults_are_those_of_the_contract(void)
{
    g_autoptr(Plan) plan = given_good(WHOLE);
    const Scenario *s = plan->scenarios[0];
    g_assert_cmpstr(plan->stem, ==, "x");
    g_assert_cmpstr(plan->title, ==, "x");
    g_assert_cmpuint(plan->seed, ==, 1);
    g_assert_cmpuint(plan->replications, ==, 10);
    g_assert_cmpuint(plan->first_replication, ==, 0);
    g_assert_cmpuint(plan->replications_max, ==, 1000);
    g_assert_true(isnan(plan->precision));
    g_assert_cmpstr(plan->variants[0], ==, "default");
    g_assert_cmpuint(plan->variant_count * plan->point_count, ==, 1);
    g_assert_cmpstr(plan->points[0].json, ==, "{}");
    g_assert_cmpstr(plan->points[0].label, ==, "");
    g_assert_cmpint(s->settings.duration, ==, -1);
    g_assert_cmpint(s->settings.drain, ==, 10 * SIM_S);
    g_assert_cmpint(s->settings.warmup, ==, 0);
    g_assert_cmpint(s->settings.deadline, ==, -1);
    g_assert_cmpint(s->record.deliveries, ==, RECORD_FIRST);
    g_assert_true(s->record.series);
    g_assert_null(s->record.trace);
    g_assert_cmpuint(s->nodes, ==, 15);
    g_assert_cmpint(s->end, ==, 19 * SIM_S);            /* ten publications a second apart, and the drain */
    g_assert_cmpstr(s->latency.variant->name, ==, "distribution");
    g_assert_cmpstr(((const Part *)s->workloads->pdata[0])->name, ==, "news");
    g_assert_cmpstr(s->overlay.name, ==, "overlay");
}

static void what_is_given_is_taken(void)
{
    g_autoptr(Plan) plan = given_good(
        WHOLE "[scenario]\nseed = 18446744073709551614\nreplications = 3\nprecision = 1 %\nreplications-max = 50\n"
        "duration = 2 min\nwarmup = 5 s\ndeadline = 500 ms\nfirst-replication = 7\n"
        "[record]\ndeliveries = yes\nseries = no\n[group g]\nmembers = 20 %\noverlay = members\n");
    const Scenario *s = plan->scenarios[0];
    g_assert_cmpuint(plan->seed, ==, G_MAXUINT64 - 1);
    g_assert_cmpuint(plan->replications, ==, 3);
    g_assert_cmpuint(plan->first_replication, ==, 7);
    g_assert_cmpuint(plan->replications_max, ==, 50);
    g_assert_cmpfloat(plan->precision, ==, 0.01);
    g_assert_cmpint(s->settings.duration, ==, 120 * SIM_S);
    g_assert_cmpint(s->settings.warmup, ==, 5 * SIM_S);
    g_assert_cmpint(s->settings.deadline, ==, 500 * SIM_MS);
    g_assert_cmpint(s->record.deliveries, ==, RECORD_ALL);
    g_assert_false(s->record.series);
    const Group *group = s->groups->pdata[0];
    g_assert_cmpstr(group->name, ==, "g");
    g_assert_cmpint(group->members.kind, ==, NODES_SHARE);
    g_assert_cmpint(group->overlay, ==, GROUP_MEMBERS_ONLY);
}

static void later_layers_win(void)
{
    static const char text[] = WHOLE "[variant a]\noverlay.arity = 3\nnetwork.loss = 5 %\n"
                               "[variant b]\n[sweep]\nnetwork.loss = 1 %, 2 %\n";
    g_autoptr(Plan) plan = given_good(text);
    g_assert_cmpuint(plan->variant_count, ==, 2);
    g_assert_cmpuint(plan->point_count, ==, 2);
    g_assert_cmpuint(count_of(&plan->scenarios[0]->overlay, "arity"), ==, 3);       /* variant over file */
    g_assert_cmpuint(count_of(&plan->scenarios[2]->overlay, "arity"), ==, 2);
    g_assert_cmpfloat(plan->scenarios[0]->network.loss.good, ==, 0.01);                  /* sweep over variant */
    g_assert_cmpfloat(plan->scenarios[1]->network.loss.good, ==, 0.02);
    g_autoptr(Plan) set = good_with(text, "overlay.arity=4");
    g_assert_cmpuint(count_of(&set->scenarios[0]->overlay, "arity"), ==, 4);        /* --set over variant */
    g_assert_cmpuint(count_of(&set->scenarios[2]->overlay, "arity"), ==, 4);
    g_autoptr(Plan) seeded = good_with(text, "scenario.seed = 5");
    g_assert_cmpuint(seeded->seed, ==, 5);
}

static void another_kind_takes_the_keys_it_knows(void)
{
    g_autoptr(Plan) plan = given_good(
        NETWORK "[overlay]\nkind = random-regular\nnodes = 16\ndegree = 4\n"
        "[protocol]\nkind = gossip\nfanout = 2\nmode = pull\n" NEWS
        "[variant erdos]\noverlay.kind = erdos-renyi\n[variant ring]\noverlay.kind = ring\n"
        "[variant tree]\noverlay.kind = kary-tree\noverlay.arity = 2\nprotocol.kind = flood\n"
        "[variant cube]\noverlay.kind = hypercube\noverlay.dimension = 4\n[variant same]\n");
    const Scenario *erdos = plan->scenarios[0];
    g_assert_cmpstr(erdos->overlay.variant->name, ==, "erdos-renyi");
    g_assert_cmpfloat(*(const double *)field(&erdos->overlay, "degree"), ==, 4);
    g_assert_cmpstr(plan->scenarios[1]->overlay.variant->name, ==, "ring");
    g_assert_cmpuint(plan->scenarios[2]->nodes, ==, 16);
    g_assert_cmpuint(plan->scenarios[3]->nodes, ==, 16);
    g_assert_cmpfloat(*(const double *)field(&plan->scenarios[4]->protocol, "fanout"), ==, 2);
}

static void a_swept_kind_drops_keys_too(void)
{
    g_autoptr(Plan) plan = given_good(NETWORK TREE "[protocol]\nkind = gossip\nfanout = 2\n" NEWS
                                      "[sweep]\nprotocol.kind = gossip, flood\n");
    g_assert_cmpstr(plan->scenarios[1]->protocol.variant->name, ==, "flood");
    g_assert_cmpstr(plan->points[1].json, ==, "{\"protocol.kind\": \"flood\"}");
}

static void a_set_kind_drops_the_keys_of_variants(void)
{
    g_autofree char *edges = given_file("three.edges", "0 1\n1 2\n", -1);
    static const char text[] = NETWORK TREE FLOOD NEWS "[variant a]\nprotocol.kind = gossip\nprotocol.fanout = 3\n"
                               "[variant b]\noverlay.kind = file\noverlay.path = three.edges\n"
                               "overlay.format = edgelist\n";
    g_autoptr(Plan) plan = good_with(text, "protocol.kind=flood");
    g_assert_cmpstr(plan->scenarios[0]->protocol.variant->name, ==, "flood");
    g_assert_cmpuint(plan->scenarios[1]->nodes, ==, 3);             /* the file's `nodes` is not for a file kind */
}

static void variants_complete_and_extend_the_file(void)
{
    g_autoptr(Plan) plan = given_good(
        NETWORK "[protocol]\nfanout = 3\n" NEWS
        "[variant a]\noverlay.kind = star\noverlay.nodes = 9\nprotocol.kind = gossip\n"
        "[variant b]\noverlay.kind = chain\noverlay.nodes = 8\nprotocol.kind = flood\n"
        "failure.storm.kind = crash\nfailure.storm.fraction = 10 %\nrecord.series = no\n");
    g_assert_cmpfloat(*(const double *)field(&plan->scenarios[0]->protocol, "fanout"), ==, 3);
    g_assert_cmpuint(plan->scenarios[0]->failures->len, ==, 0);
    g_assert_cmpuint(plan->scenarios[1]->failures->len, ==, 1);
    g_assert_cmpstr(((const Part *)plan->scenarios[1]->failures->pdata[0])->name, ==, "storm");
    g_assert_cmpuint(plan->scenarios[1]->nodes, ==, 8);
    g_assert_false(plan->scenarios[1]->record.series);
}

static void a_tree_is_taken_from_its_mesh(void)
{
    g_autoptr(Plan) plan = given_good(
        NETWORK "[overlay]\nkind = shortest-path-tree\nnodes = 16\ndegree = 4\n" FLOOD NEWS
        "[variant regular]\n[variant cube]\noverlay.mesh = hypercube\noverlay.dimension = 4\n"
        "[variant bounded]\noverlay.kind = degree-bounded-tree\n");
    g_assert_cmpstr(plan->scenarios[0]->mesh.variant->name, ==, "random-regular");
    g_assert_cmpuint(count_of(&plan->scenarios[0]->mesh, "degree"), ==, 4);
    g_assert_cmpstr(plan->scenarios[1]->mesh.variant->name, ==, "hypercube");
    g_assert_cmpuint(count_of(&plan->scenarios[2]->overlay, "degree"), ==, 4);
    g_assert_cmpuint(plan->scenarios[1]->nodes, ==, 16);
}

static void points_are_a_grid_the_last_axis_fastest(void)
{
    g_autoptr(Plan) plan = given_good(
        WHOLE "[group g]\nmembers = 3\n[failure f]\nkind = crash\nfraction = 0\n"
        "[sweep]\nfailure.f.fraction = 0 % .. 20 % step 20 %\noverlay.nodes = 15, 31\n"
        "network.latency = 10 ms, uniform(1 ms, 2 ms)\n");
    static const char *const json[] = {
        "{\"failure.f.fraction\": 0, \"overlay.nodes\": 15, \"network.latency\": \"10 ms\"}",
        "{\"failure.f.fraction\": 0, \"overlay.nodes\": 15, \"network.latency\": \"uniform(1 ms, 2 ms)\"}",
        "{\"failure.f.fraction\": 0, \"overlay.nodes\": 31, \"network.latency\": \"10 ms\"}",
    };
    g_assert_cmpuint(plan->axis_count, ==, 3);
    g_assert_cmpuint(plan->point_count, ==, 8);
    for (size_t i = 0; i < G_N_ELEMENTS(json); i++) g_assert_cmpstr(plan->points[i].json, ==, json[i]);
    g_assert_cmpstr(plan->points[7].json, ==,
                    "{\"failure.f.fraction\": 0.2, \"overlay.nodes\": 31, \"network.latency\": \"uniform(1 ms, 2 ms)\"}");
    g_assert_cmpstr(plan->points[7].label, ==, "fraction = 20 %, nodes = 31, latency = uniform(1 ms, 2 ms)");
    g_assert_cmpstr(plan->points[7].values[1], ==, "31");
    g_assert_cmpuint(plan->scenarios[7]->nodes, ==, 31);
}

static void counts_and_shares_are_numbers_all_else_is_text(void)
{
    static const struct { const char *axis, *json, *label; } rows[] = {
        { "group.g.members = 20 %", "{\"group.g.members\": 0.2}", "members = 20 %" },
        { "group.g.members = 7", "{\"group.g.members\": 7}", "members = 7" },
        { "group.g.members = 1..3", "{\"group.g.members\": \"1..3\"}", "members = 1..3" },
        { "network.loss = 0.25", "{\"network.loss\": 0.25}", "loss = 0.25" },
        { "network.jitter = 5 ms", "{\"network.jitter\": \"5 ms\"}", "jitter = 5 ms" },
        { "network.reorder = yes", "{\"network.reorder\": \"yes\"}", "reorder = yes" },
        { "workload.news.size = 2 kB", "{\"workload.news.size\": \"2 kB\"}", "size = 2 kB" },
        { "workload.news.source = 3", "{\"workload.news.source\": \"3\"}", "source = 3" },
        { "workload.news.publications = 12", "{\"workload.news.publications\": 12}", "publications = 12" },
        { "scenario.deadline = 1 s", "{\"scenario.deadline\": \"1 s\"}", "deadline = 1 s" },
        { "protocol.fanout = 2.5", "{\"protocol.fanout\": 2.5}", "fanout = 2.5" },
        { "record.trace = a\"b\\", "{\"record.trace\": \"a\\\"b\\\\\"}", "trace = a\"b\\" },
        { "network.seed = 18446744073709551614", "{\"network.seed\": 18446744073709551614}",
          "seed = 18446744073709551614" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strconcat(NETWORK TREE "[protocol]\nkind = gossip\n" NEWS
                                            "[group g]\nmembers = 3\n[sweep]\n", rows[i].axis, "\n", NULL);
        g_autoptr(Plan) plan = given_good(text);
        g_assert_cmpstr(plan->points[0].json, ==, rows[i].json);
        g_assert_cmpstr(plan->points[0].label, ==, rows[i].label);
    }
    g_autoptr(Plan) both = given_good(WHOLE "[sweep]\nnetwork.seed = 1\noverlay.seed = 2\n");
    g_assert_cmpstr(both->points[0].label, ==, "network.seed = 1, overlay.seed = 2");
}

static void the_form_of_the_file_leaves_room(void)
{
    g_autoptr(Plan) plan = given_good("\xEF\xBB\xBF# x\r\n  [ network ]\r\n\tlatency=50ms  \r\n\r\n" TREE FLOOD
                                      "[ workload   news ]\nkind=publish");
    g_assert_cmpuint(plan->scenarios[0]->nodes, ==, 15);
    g_assert_cmpstr(((const Part *)plan->scenarios[0]->workloads->pdata[0])->name, ==, "news");
}

static void titles_are_text(void)
{
    g_autoptr(Plan) plan = given_good(WHOLE "[scenario]\ntitle = Über `x` \"y\" C#\\n system('rm') = 3\n");
    g_assert_cmpstr(plan->title, ==, "Über `x` \"y\" C#\\n system('rm') = 3");
}

static void files_stand_beside_the_scenario(void)
{
    g_autofree char *path = given_file("delays.txt", "5 ms\n", -1);
    g_autoptr(Plan) plan = given_good("[network]\nlatency = empirical(delays.txt)\n" TREE FLOOD NEWS
                                      "[record]\ntrace = t.txt\n");
    g_assert_true(g_str_has_prefix(plan->scenarios[0]->record.trace, given_directory()));
}

static void the_end_follows_from_what_is_published(void)
{
    static const struct { const char *text; SimTime end; } rows[] = {
        { WHOLE "start = 1 s\n", 20 * SIM_S },
        { WHOLE "interval = exponential(1 s)\n", -1 },
        { WHOLE "[scenario]\ndrain = 1 s\n", 10 * SIM_S },
        { WHOLE "[scenario]\ndrain = 1 s\nduration = 9 s\n", 9 * SIM_S },
        { WHOLE "interval = exponential(1 s)\n[scenario]\nduration = 1 s\n", 1 * SIM_S },
        { WHOLE "[workload more]\nkind = publish\nstart = 1 min\n", 79 * SIM_S },
        { NETWORK TREE FLOOD "[scenario]\nduration = 3 s\n", 3 * SIM_S },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Plan) plan = given_good(rows[i].text);
        g_assert_cmpint(plan->scenarios[0]->end, ==, rows[i].end);
    }
    g_autoptr(Plan) automatic = given_good(WHOLE "[scenario]\nwarmup = auto\n");
    g_assert_cmpint(automatic->scenarios[0]->settings.warmup, ==, WARMUP_AUTO);
}

static void large_runs_keep_no_deliveries_unless_told(void)
{
    static const struct { const char *nodes, *record; int keeps; } rows[] = {
        { "10000", "", RECORD_FIRST }, { "10001", "", RECORD_NONE },
        { "10001", "[record]\ndeliveries = first\n", RECORD_FIRST }, { "10001", "[record]\ndeliveries = yes\n", RECORD_ALL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strconcat(NETWORK "[overlay]\nkind = star\nnodes = ", rows[i].nodes,
                                            "\n" FLOOD NEWS, rows[i].record, NULL);
        g_autoptr(Plan) plan = given_good(text);
        g_assert_cmpint(plan->scenarios[0]->record.deliveries, ==, rows[i].keeps);
    }
}

static void equal_parts_are_shared_and_others_are_not(void)
{
    g_autoptr(Plan) plan = given_good(WHOLE "[variant a]\n[variant b]\noverlay.arity = 3\n"
                                      "[sweep]\nnetwork.loss = 0, 0.1\n");
    g_assert_true(plan->scenarios[0]->overlay.config == plan->scenarios[1]->overlay.config);
    g_assert_true(plan->scenarios[0]->overlay.config != plan->scenarios[2]->overlay.config);
    g_assert_true(plan->scenarios[0]->latency.config == plan->scenarios[3]->latency.config);
}

static void what_loading_left_out_is_noted_once(void)
{
    g_autofree char *edges = given_file("loop.edges", "0 1\n1 2\n2 2\n", -1);
    g_autoptr(Plan) plan = given_good(NETWORK "[overlay]\nkind = file\npath = loop.edges\nformat = edgelist\n" FLOOD NEWS
                                      "[variant a]\n[variant b]\noverlay.disconnected = keep\n"
                                      "[sweep]\nnetwork.loss = 0, 1 %\n");
    g_assert_cmpuint(plan->notes->len, ==, 1);
    g_assert_true(g_str_has_prefix(plan->notes->pdata[0], "loop.edges: "));
}

static void expectations_are_read(void)
{
    g_autoptr(Plan) plan = given_good(
        WHOLE "[expect a]\nmetric = delivery_ratio\nop = within\nvalue = 90 % .. 1\nuse = pooled\n"
        "where = network.loss = 0.2, overlay.arity=2\n"
        "[expect b]\nmetric = latency_mean_ms\nop = lt\nvalue = 0.2 s\nof = default\n"
        "[sweep]\nnetwork.loss = 10 %, 20 %\noverlay.arity = 2, 3\n"
        "[plot p]\ny = delivery_ratio\nx = network.loss\nformat = svg\n[plot q]\nx = cdf(latency)\n");
    const Expect *a = plan->expects->pdata[0], *b = plan->expects->pdata[1];
    g_assert_cmpstr(a->name, ==, "a");
    g_assert_cmpint(a->op, ==, EXPECT_WITHIN);
    g_assert_true(a->pooled);
    g_assert_null(a->of);
    g_assert_cmpfloat(a->value, ==, 0.9);
    g_assert_cmpfloat(a->high, ==, 1);
    g_assert_cmpstr(a->where[0], ==, "network.loss=20 %");          /* as the sweep writes it */
    g_assert_cmpstr(a->where[1], ==, "overlay.arity=2");
    g_assert_cmpfloat(b->value, ==, 200);
    g_assert_cmpstr(b->of, ==, "default");
    g_assert_null(b->where);
    const PlotRequest *p = plan->plots->pdata[0], *q = plan->plots->pdata[1];
    g_assert_cmpstr(p->format, ==, "svg");
    g_assert_null(q->y);
    g_assert_cmpstr(q->x, ==, "cdf(latency)");
}

static char *hash_of(const char *text, const char *set)
{
    g_autoptr(Plan) plan = good_with(text, set);
    g_assert_cmpuint(strlen(plan->hash), ==, 64);
    return g_strdup(plan->hash);
}

static void the_hash_is_of_what_decides_a_run(void)
{
    static const struct { const char *text, *set; bool same; } rows[] = {
        { WHOLE, "scenario.replications=99", true },
        { WHOLE, "scenario.precision=1 %", true },
        { WHOLE, "scenario.title=x", true },
        { WHOLE, "overlay.arity=2", true },
        { WHOLE "\n# a comment\n", NULL, true },
        { FLOOD TREE NETWORK NEWS, NULL, true },
        { NETWORK "[overlay]\narity = 2\nnodes = 15\nkind = kary-tree\n" FLOOD NEWS, NULL, true },
        { WHOLE "[plot p]\ny = delivery_ratio\n[expect e]\nmetric = messages\nop = ge\nvalue = 0\n", NULL, true },
        { WHOLE, "scenario.seed=2", false },
        { WHOLE, "scenario.deadline=2 s", false },
        { WHOLE, "overlay.arity=3", false },
        { WHOLE, "network.loss=1 %", false },
        { WHOLE, "record.series=no", false },
        { WHOLE "[variant default]\n", NULL, true },
        { WHOLE "[variant a]\n", NULL, false },
        { WHOLE "[sweep]\noverlay.arity = 2\n", NULL, false },
        { WHOLE "[workload more]\nkind = publish\n", NULL, false },
    };
    g_autofree char *plain = hash_of(WHOLE, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *hash = hash_of(rows[i].text, rows[i].set);
        g_test_message("row %zu", i);
        g_assert_cmpint(strcmp(hash, plain) == 0, ==, rows[i].same);
    }
}

static void three_variants_at_a_hundred_points_take_no_second(void)
{
    g_autoptr(GTimer) timer = g_timer_new();
    g_autoptr(Plan) plan = given_good(
        WHOLE "[failure f]\nkind = crash\nfraction = 0\n[variant a]\n[variant b]\noverlay.arity = 3\n"
        "[variant c]\noverlay.kind = star\n[sweep]\nfailure.f.fraction = 0 % .. 99 % step 1 %\n");
    g_assert_cmpuint(plan->variant_count * plan->point_count, ==, 300);
    g_test_message("%.3f s", g_timer_elapsed(timer, NULL));
    g_assert_cmpfloat(g_timer_elapsed(timer, NULL), <, 1);
}

#define CASE(name) g_test_add_func("/plan/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(defaults_are_those_of_the_contract);
    CASE(what_is_given_is_taken);
    CASE(later_layers_win);
    CASE(another_kind_takes_the_keys_it_knows);
    CASE(a_swept_kind_drops_keys_too);
    CASE(a_set_kind_drops_the_keys_of_variants);
    CASE(variants_complete_and_extend_the_file);
    CASE(a_tree_is_taken_from_its_mesh);
    CASE(points_are_a_grid_the_last_axis_fastest);
    CASE(counts_and_shares_are_numbers_all_else_is_text);
    CASE(the_form_of_the_file_leaves_room);
    CASE(titles_are_text);
    CASE(files_stand_beside_the_scenario);
    CASE(the_end_follows_from_what_is_published);
    CASE(large_runs_keep_no_deliveries_unless_told);
    CASE(equal_parts_are_shared_and_others_are_not);
    CASE(what_loading_left_out_is_noted_once);
    CASE(expectations_are_read);
    CASE(the_hash_is_of_what_decides_a_run);
    CASE(three_variants_at_a_hundred_points_take_no_second);
    int status = g_test_run();
    given_remove();
    return status;
}
