/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "report/plot_axis.h"
#include "report/plot_choice.h"
#include "scenario/expect.h"

enum { MOST_METRICS = 4, MOST_CURVES = 6, MOST_DRAWN_NODES = 1000, MOST_SEQUENCES = 4 };

/* Whether its mean differs between variants or points. */
static bool varies(const PlotData *data, const char *metric)
{
    g_autoptr(sqlite3_stmt) rows = plot_data_prepare(data,
        "SELECT max(mean) > min(mean) FROM (SELECT avg(value) AS mean FROM metric JOIN run ON run.id = metric.run "
        "WHERE name = ? GROUP BY variant, point)", NULL);
    if (!rows) return false;
    sqlite3_bind_text(rows, 1, metric, -1, SQLITE_STATIC);
    return plot_data_step(rows, NULL) && sqlite3_column_int(rows, 0);
}

static bool has(char **names, const char *name)
{
    return g_strv_contains((const char *const *)names, name);
}

/* Whether communication models ran and nobody multicast: of the overlay, the load of its nodes
 * and who was reached there is nothing to see then. */
static bool only_models(char **names)
{
    bool any = false;
    for (guint i = 0; names[i] && !any; i++) any = metric_of_model(names[i]) != NULL;
    return any && !has(names, "delivery_ratio");
}

/* Of the communication models: what their users got, then what it took. */
static void model_metrics(char **names, const PlotData *data, GPtrArray *chosen)
{
    static const char *const usual[] = {
        "rpc_success_ratio", "rpc_executions", "rpc_latency_mean_ms", "socket_completed", "socket_connect_mean_ms", "consumer_taken",
        "consumer_duplicates", "consumer_latency_mean_ms", "producer_failed", "producer_blocked_max_ms", "zmq_dropped", "packets", NULL
    };
    for (guint i = 0; usual[i] && chosen->len < MOST_METRICS; i++)
        if (has(names, usual[i]) && varies(data, usual[i])) g_ptr_array_add(chosen, (gpointer)usual[i]);
}

/* The metrics worth a figure each: those of multicast, or of whatever else ran. */
static GPtrArray *main_metrics(char **names, const PlotData *data)
{
    static const char *const usual[] = { "delivery_ratio", "latency_p99_ms", "redundancy", NULL };
    static const char *const never[] = { "events", "wall_s", "events_per_s", NULL };
    GPtrArray *chosen = g_ptr_array_new();
    if (only_models(names)) {
        model_metrics(names, data, chosen);
        return chosen;
    }
    for (guint i = 0; usual[i]; i++)
        if (has(names, usual[i])) g_ptr_array_add(chosen, (gpointer)usual[i]);
    for (guint i = 0; names[i] && !has(names, usual[0]) && chosen->len < MOST_METRICS; i++)
        if (!g_strv_contains(never, names[i]) && !g_strv_contains(usual, names[i])) g_ptr_array_add(chosen, names[i]);
    return chosen;
}

static void add(GPtrArray *requests, const char *metric, const char *suffix, PlotMaker *make, const char *x)
{
    g_autofree char *name = g_strconcat(metric, suffix, NULL);
    plot_choice_add(requests, g_strdelimit(name, "_", '-'), make, metric, x);
}

static void add_metrics(GPtrArray *requests, const PlotData *data, const GPtrArray *chosen)
{
    const PlotAxis *first = data->axes->len ? data->axes->pdata[0] : NULL;
    const PlotAxis *second = data->axes->len > 1 ? data->axes->pdata[1] : NULL;
    g_autofree char *both = second ? g_strdup_printf("%s, %s", first->key, second->key) : NULL;
    for (guint i = 0; i < chosen->len; i++) {
        const char *metric = chosen->pdata[i];
        if (both) add(requests, metric, "-map", plot_heat, both);
        bool few = !second || (second->count * data->variants->len <= MOST_CURVES && data->axes->len == 2 && i == 0);
        if (first && few) add(requests, metric, "", plot_sweep, first->key);
        if (!first && data->variants->len > 1) add(requests, metric, "", plot_bars, "variant");
        if (data->variants->len > 1 && i < 2) add(requests, metric, "-difference", plot_forest, "difference");
    }
}

/* Whether the run that an overlay figure would show first has one of a size to be seen. */
static bool drawable(const PlotData *data, bool *yes, GError **error)
{
    GError *broken = NULL;
    gint64 run = plot_data_first_run(data, 0, data->points->len - 1, &broken);
    g_autoptr(sqlite3_stmt) rows = broken ? NULL : plot_data_prepare(data, "SELECT count(*) FROM node WHERE run = ?",
                                                                     &broken);
    if (broken) return g_propagate_error(error, broken), false;
    sqlite3_bind_int64(rows, 1, run);
    if (!plot_data_step(rows, error)) return false;
    *yes = sqlite3_column_int(rows, 0) > 0 && sqlite3_column_int(rows, 0) <= MOST_DRAWN_NODES;
    return true;
}

/* One of each variant whose replication 0 wrote its sequence down. */
static bool add_sequences(GPtrArray *requests, const PlotData *data, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = plot_data_prepare(data, "SELECT 1 FROM packet WHERE run = ? LIMIT 1", NULL);
    for (guint i = 0, drawn = 0; rows && i < data->variants->len && drawn < MOST_SEQUENCES; i++) {
        GError *broken = NULL;
        gint64 run = plot_data_first_run(data, i, data->points->len - 1, &broken);
        if (!broken) sqlite3_bind_int64(rows, 1, run);
        bool some = !broken && plot_data_step(rows, &broken);
        sqlite3_reset(rows);
        if (broken) return g_propagate_error(error, broken), false;
        if (!some) continue;
        const char *variant = plot_data_variant(data, i);
        bool alone = data->variants->len == 1;
        g_autofree char *name = alone ? g_strdup("sequence") : g_strconcat("sequence-", variant, NULL);
        PlotRequested *request = plot_choice_add(requests, name, plot_sequence, "", "sequence");
        request->ask.of = request->of = g_strdup(variant);
        drawn++;
    }
    return true;
}

GPtrArray *plot_choice_default(const PlotData *data, GError **error)
{
    g_auto(GStrv) names = plot_data_names(data, "metric", error);
    g_auto(GStrv) laws = names ? plot_data_names(data, "histogram", error) : NULL;
    g_auto(GStrv) series = laws ? plot_data_names(data, "series", error) : NULL;
    bool overlay = false;
    if (!series || !drawable(data, &overlay, error)) return NULL;
    bool unseen = only_models(names);
    overlay = overlay && !unseen;
    g_autoptr(GPtrArray) requests = plot_choice_new();
    if (!add_sequences(requests, data, error)) return NULL;
    g_autoptr(GPtrArray) chosen = main_metrics(names, data);
    add_metrics(requests, data, chosen);
    bool several = data->variants->len > 1 || data->points->len > 1;
    if (several && has(names, "redundancy") && has(names, "delivery_ratio"))
        plot_choice_add(requests, "cost", plot_pareto, "delivery_ratio", "redundancy");
    if (several && has(names, "stretch_mean") && has(names, "stress_mean"))
        plot_choice_add(requests, "stress", plot_pareto, "stress_mean", "stretch_mean");
    if (has(laws, "latency")) plot_choice_add(requests, "latency-cdf", plot_distribution, "", "latency");
    if (has(laws, "latency") && several) plot_choice_add(requests, "latency-box", plot_box, "", "latency");
    if (has(laws, "load") && !unseen) plot_choice_add(requests, "load", plot_distribution, "", "load")->ask.law = PLOT_CCDF;
    if (has(series, "delivery_ratio")) plot_choice_add(requests, "time", plot_time, "delivery_ratio", "time");
    if (overlay) plot_choice_add(requests, "overlay", plot_overlay, "state", "overlay");
    if (overlay) plot_choice_add(requests, "overlay-latency", plot_overlay, "latency", "overlay");
    return g_steal_pointer(&requests);
}
