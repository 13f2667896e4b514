/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/export.h"

#include <json-glib/json-glib.h>

#include "results.h"

static const char hostile[] = "a \"title\", `$(reboot)` \\ \n\t\x1b[31m '; DROP TABLE run; --";

/* tree: 1/2, 2/4, 30/40; mesh: always 1; a metric that only replication 0 has. */
static void fill(RunResult *result, const RunKey *key)
{
    static const double above[] = { 1, 2, 30 }, below[] = { 2, 4, 40 };
    bool tree = strcmp(key->variant, "tree") == 0;
    double a = tree ? above[key->replication] : 10, b = tree ? below[key->replication] : 10;
    synthetic_metric(result, "delivery_ratio", a / b, a, b);
    synthetic_metric(result, "latency_mean_ms", tree ? 0.1 : 1e-9, NAN, NAN);
    if (key->replication == 0) synthetic_metric(result, "reach_99_ms", 5, NAN, NAN);
    result->event_count = 7;
    result->wall_s = 0.5;
}

static void csv_has_a_line_for_each_metric(Results *results, gconstpointer unused)
{
    (void)unused;
    g_autoptr(Samples) samples = results_make(results, fill);
    g_autofree char *csv = export_csv(samples);
    g_auto(GStrv) lines = g_strsplit(csv, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 1 + 2 * 2 * 6 + 1);
    g_assert_cmpstr(lines[0], ==, "variant,point,metric,mean,ci_low,ci_high,n,min,max,pooled");
    g_assert_true(g_str_has_prefix(lines[1], "tree,\"{\"\"failure.crashes.fraction\"\": 0.1}\",delivery_ratio,0.58333333333333"));
    g_assert_true(g_str_has_suffix(lines[1], ",3,0.5,0.75,0.717391304347826"));     /* 33/46, pooled */
    g_assert_cmpstr(lines[2], ==, "tree,\"{\"\"failure.crashes.fraction\"\": 0.1}\",latency_mean_ms,0.1,0.1,0.1,3,0.1,0.1,");
    g_assert_cmpstr(lines[3], ==, "tree,\"{\"\"failure.crashes.fraction\"\": 0.1}\",reach_99_ms,5,,,1,5,5,");
}

static void runs_have_a_line_each(Results *results, gconstpointer unused)
{
    (void)unused;
    g_autoptr(Samples) samples = results_make(results, fill);
    g_autofree char *csv = export_runs(samples);
    g_auto(GStrv) lines = g_strsplit(csv, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 1 + 2 * 2 * 3 + 1);
    g_assert_cmpstr(lines[0], ==, "variant,failure.crashes.fraction,replication,delivery_ratio,latency_mean_ms,reach_99_ms,events");
    g_assert_cmpstr(lines[1], ==, "tree,0.1,0,0.5,0.1,5,7");
    g_assert_cmpstr(lines[2], ==, "tree,0.1,1,0.5,0.1,,7");
    g_assert_cmpstr(lines[12], ==, "mesh,0.2,2,1,1e-09,,7");
}

static void quantiles_have_intervals_of_order_statistics(Results *results, gconstpointer unused)
{
    (void)unused;
    results->plan->replications = 3;
    g_autoptr(Samples) samples = results_make(results, fill);
    g_autofree char *csv = export_quantiles(samples);
    g_assert_nonnull(strstr(csv, "\ntree,{},delivery_ratio,0.5,0.5,,,,3\n"));          /* three runs are too few */
    g_assert_nonnull(strstr(csv, "\ntree,{},delivery_ratio,0.9,0.75,,,,3\n"));
    g_assert_null(strstr(csv, "wall_s"));
}

static void csv_quotes_what_rfc_4180_asks_for(Results *results, gconstpointer unused)
{
    (void)unused;
    g_free(results->plan->variants[0]);
    results->plan->variants[0] = g_strdup("a,\"b\"\nc");
    g_free(results->plan->variants[1]);
    results->plan->variants[1] = g_strdup(" blank");
    g_autoptr(Samples) samples = results_make(results, fill);
    g_autofree char *csv = export_csv(samples);
    g_assert_nonnull(strstr(csv, "\n\"a,\"\"b\"\"\nc\",{},delivery_ratio,"));
    g_assert_nonnull(strstr(csv, "\n\" blank\",{},delivery_ratio,1,1,1,3,1,1,1\n"));
}

static JsonObject *parse(JsonParser *parser, const char *text)
{
    g_autoptr(GError) error = NULL;
    json_parser_load_from_data(parser, text, -1, &error);
    g_assert_no_error(error);
    return json_node_get_object(json_parser_get_root(parser));
}

static void json_has_the_shape_of_the_contract(Results *results, gconstpointer unused)
{
    (void)unused;
    g_autoptr(Samples) samples = results_make(results, fill);
    g_autofree char *json = export_json(samples, 0, NULL);
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *root = parse(parser, json);
    g_assert_cmpstr(json_object_get_string_member(root, "scenario"), ==, "two");
    g_assert_cmpint(json_object_get_int_member(root, "seed"), ==, 1);
    g_assert_cmpint(json_object_get_int_member(root, "replications"), ==, 3);

    JsonArray *variants = json_object_get_array_member(root, "variants");
    g_assert_cmpuint(json_array_get_length(variants), ==, 4);
    JsonObject *first = json_array_get_object_element(variants, 0);
    g_assert_cmpstr(json_object_get_string_member(first, "name"), ==, "tree");
    JsonObject *point = json_object_get_object_member(first, "point");
    g_assert_cmpfloat(json_object_get_double_member(point, "failure.crashes.fraction"), ==, 0.1);
    JsonObject *metric_names = json_object_get_object_member(first, "metrics");
    JsonObject *ratio = json_object_get_object_member(metric_names, "delivery_ratio");
    g_assert_cmpfloat_with_epsilon(json_object_get_double_member(ratio, "mean"), 1.75 / 3, 1e-15);
    g_assert_cmpfloat(json_object_get_double_member(ratio, "pooled"), ==, 33.0 / 46);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(ratio, "ci95")), ==, 2);
    JsonObject *once = json_object_get_object_member(metric_names, "reach_99_ms");
    g_assert_true(json_object_get_null_member(once, "ci95"));
    g_assert_false(json_object_has_member(once, "pooled"));
    g_assert_true(json_object_has_member(metric_names, "events_per_s"));
}

static void comparisons_leave_the_machine_out(Results *results, gconstpointer unused)
{
    (void)unused;
    g_autoptr(Samples) samples = results_make(results, fill);
    g_autofree char *json = export_json(samples, 0, NULL);
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonArray *list = json_object_get_array_member(parse(parser, json), "comparisons");
    g_assert_cmpuint(json_array_get_length(list), ==, 2 * 4);
    for (guint i = 0; i < json_array_get_length(list); i++) {
        JsonObject *entry = json_array_get_object_element(list, i);
        g_assert_false(samples_measures_machine(json_object_get_string_member(entry, "metric")));
        g_assert_cmpstr(json_object_get_string_member(entry, "variant"), ==, "mesh");
        g_assert_cmpstr(json_object_get_string_member(entry, "against"), ==, "tree");
    }
    JsonObject *first = json_array_get_object_element(list, 0);
    g_assert_cmpfloat_with_epsilon(json_object_get_double_member(first, "difference"), 1.25 / 3, 1e-15);
    g_assert_cmpint(json_object_get_int_member(first, "n"), ==, 3);
}

static void doubles_stand_shortest_and_exact(Results *results, gconstpointer unused)
{
    (void)unused;
    g_autoptr(Samples) samples = results_make(results, fill);
    g_autofree char *json = export_json(samples, 0, NULL);
    g_assert_nonnull(strstr(json, "\"latency_mean_ms\": {\"mean\": 0.1, \"ci95\": [0.1, 0.1], \"n\": 3"));
    g_assert_nonnull(strstr(json, "\"latency_mean_ms\": {\"mean\": 1e-09,"));
}

static void a_hostile_title_is_only_text(Results *results, gconstpointer unused)
{
    (void)unused;
    g_free(results->plan->title), g_free(results->plan->stem);
    results->plan->title = g_strdup(hostile);
    results->plan->stem = g_strdup("\"stem\\");
    g_autoptr(Samples) samples = results_make(results, fill);
    g_autofree char *json = export_json(samples, 0, NULL);
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonObject *root = parse(parser, json);
    g_assert_cmpstr(json_object_get_string_member(root, "title"), ==, hostile);
    g_assert_cmpstr(json_object_get_string_member(root, "scenario"), ==, "\"stem\\");
    g_assert_null(strchr(json, '\x1b'));
}

static void order_of_completion_leaves_no_trace(Results *results, gconstpointer unused)
{
    (void)unused;
    g_autoptr(Samples) forward = results_make(results, fill);
    g_autofree char *first = export_json(forward, 0, NULL), *csv = export_csv(forward);
    g_autoptr(GError) error = NULL;
    Store *store = store_open(results->directory, results->plan, NULL, true, &error);
    for (uint64_t run = results->plan->replications * numbering_groups(results->plan); run-- > 0; ) {
        g_autoptr(RunResult) result = result_new();
        RunKey key = numbering_key(results->plan, run);
        fill(result, &key);
        g_assert_true(store_put(store, &key, result, &error));
    }
    store_free(store);
    g_autoptr(Samples) backward = samples_read(results->directory, SAMPLES_ALL, &error);
    g_autofree char *second = export_json(backward, 0, NULL), *csv_second = export_csv(backward);
    g_assert_cmpstr(first, ==, second);
    g_assert_cmpstr(csv, ==, csv_second);
}

#define CASE(name, swept) g_test_add("/export/" #name, Results, swept, results_set_up, name, results_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(csv_has_a_line_for_each_metric, "swept");
    CASE(runs_have_a_line_each, "swept");
    CASE(quantiles_have_intervals_of_order_statistics, NULL);
    CASE(csv_quotes_what_rfc_4180_asks_for, NULL);
    CASE(json_has_the_shape_of_the_contract, "swept");
    CASE(comparisons_leave_the_machine_out, "swept");
    CASE(doubles_stand_shortest_and_exact, NULL);
    CASE(a_hostile_title_is_only_text, NULL);
    CASE(order_of_completion_leaves_no_trace, "swept");
    return g_test_run();
}
