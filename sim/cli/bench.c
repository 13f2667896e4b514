/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `bench`: the speed of this machine on the standard workloads. */
#include <json-glib/json-glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/bench_measure.h"
#include "cli/words.h"
#include "core/error.h"
#include "experiment/version.h"

static char **sizes;
static int repeats = 3, publications;
static char *output, *format, *edges;

static const GOptionEntry options[] = {
    { "nodes", 'n', 0, G_OPTION_ARG_STRING_ARRAY, &sizes,
      "at this size alone; may be repeated; default 1000, 10000 ... 10000000", "N" },
    { "publications", 'p', 0, G_OPTION_ARG_INT, &publications, "this many (timers: seconds); default the workload's own", "M" },
    { "repeats", 'r', 0, G_OPTION_ARG_INT, &repeats,
      "runs of each below 10000000 nodes, of which the median counts; default 3", "N" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "write the figures as JSON", "FILE" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &format, "how to print: table (default), lines (name=value) or none", "NAME" },
    { "edges", 0, 0, G_OPTION_ARG_FILENAME, &edges,
      "write the links for other simulators: latencies become whole microseconds", "FILE" },
    { 0 }
};

typedef enum { FORMAT_TABLE, FORMAT_LINES, FORMAT_NONE } Format;

static const uint32_t standard_sizes[] = { 1000, 10000, 100000, 1000000, 10000000 };

enum { LARGE = 10000000, SETUP_LEAST = 1000000 };

/* The figures that are printed, of one result. */
typedef struct {
    double setup_s, ns_per_event, bytes_per_event, bytes_per_node;
    double budget;              /* peak / (100 B a node + 8 B a directed link + 32 B a pending event) */
} Derived;

static Derived derive(const BenchTask *task, const BenchResult *result)
{
    const RunCost *cost = &result->cost;
    double events = (double)MAX(result->events, 1), nodes = task->nodes, pending = (double)MAX(cost->pending_most, 1);
    double budget = 100 * nodes + 8 * (double)result->links + 32 * (double)cost->pending_most;
    return (Derived){
        .setup_s = cost->overlay_s + cost->network_s + cost->start_s,
        .ns_per_event = cost->loop_cpu_s * 1e9 / events,
        .bytes_per_event = (double)cost->pending_bytes / pending,
        .bytes_per_node = (double)result->peak_bytes / nodes,
        .budget = (double)result->peak_bytes / budget,
    };
}

static double rate(double events, double seconds)
{
    return seconds > 0 ? events / seconds : 0;
}

static void print_head(void)
{
    g_print("%-15s %9s %11s %9s %9s %8s %8s %7s %8s %8s %8s %9s %7s\n", "workload", "nodes", "events", "loop", "process",
            "loop", "pending", "memory", "overlay", "network", "start", "peak", "budget");
    g_print("%-15s %9s %11s %9s %9s %8s %8s %7s %8s %8s %8s %9s %7s\n", "", "", "", "M/s", "M/s", "ns each", "B each",
            "B/node", "s", "s", "s", "MiB", "%");
}

static void print_row(const BenchTask *task, const BenchResult *r)
{
    Derived d = derive(task, r);
    double events = (double)r->events;
    g_print("%-15s %9u %11" G_GUINT64_FORMAT " %9.2f %9.2f %8.1f %8.1f %7.0f %8.3f %8.3f %8.3f %9.1f %7.0f\n",
            task->load->name, task->nodes, r->events, rate(events, r->cost.loop_cpu_s) / 1e6, rate(events, r->process_s) / 1e6,
            d.ns_per_event, d.bytes_per_event, d.bytes_per_node, r->cost.overlay_s, r->cost.network_s, r->cost.start_s,
            (double)r->peak_bytes / 1048576, 100 * d.budget);
}

/* As the peers of tests/bench/peers print it: by processor time, which others on the machine change little. */
static void print_line(const BenchTask *task, const BenchResult *r)
{
    Derived d = derive(task, r);
    g_print("peer=banyan workload=%s n=%u m=%" G_GUINT64_FORMAT " received=%" G_GUINT64_FORMAT " delivered=%"
            G_GUINT64_FORMAT " duplicates=%" G_GUINT64_FORMAT " max_us=%.3f mean_us=%.3f build_s=%.4f loop_s=%.4f "
            "loop_ev_s=%.0f peak_kib=%" G_GUINT64_FORMAT "\n", task->load->name, task->nodes, r->publications,
            r->received, r->delivered, r->received - r->delivered, r->max_us, r->mean_us, d.setup_s, r->cost.loop_cpu_s,
            rate((double)r->received, r->cost.loop_cpu_s), r->peak_bytes / 1024);
}

static void number(JsonBuilder *json, const char *name, double value)
{
    json_builder_set_member_name(json, name);
    if (value == floor(value) && fabs(value) < 0x1p53) json_builder_add_int_value(json, (gint64)value);
    else json_builder_add_double_value(json, value);
}

static void text(JsonBuilder *json, const char *name, const char *value)
{
    json_builder_set_member_name(json, name);
    json_builder_add_string_value(json, value);
}

static void add_json(JsonBuilder *json, const BenchTask *task, const BenchResult *r)
{
    Derived d = derive(task, r);
    const struct { const char *name; double value; } rows[] = {
        { "nodes", task->nodes }, { "links", (double)r->links / 2 }, { "publications", (double)r->publications },
        { "events", (double)r->events }, { "received", (double)r->received }, { "delivered", (double)r->delivered },
        { "latency_mean_us", r->mean_us }, { "latency_max_us", r->max_us },
        { "loop_s", r->loop_s }, { "loop_cpu_s", r->cost.loop_cpu_s }, { "process_s", r->process_s }, { "overlay_s", r->cost.overlay_s },
        { "network_s", r->cost.network_s }, { "start_s", r->cost.start_s }, { "end_s", r->cost.end_s },
        { "events_per_s", rate((double)r->events, r->loop_s) },
        { "events_per_processor_s", rate((double)r->events, r->cost.loop_cpu_s) },
        { "events_per_s_of_process", rate((double)r->events, r->process_s) },
        { "ns_per_event", d.ns_per_event }, { "pending_most", (double)r->cost.pending_most },
        { "bytes_per_pending_event", d.bytes_per_event }, { "bytes_per_node", d.bytes_per_node },
        { "peak_bytes", (double)r->peak_bytes }, { "share_of_memory_budget", d.budget },
    };
    json_builder_begin_object(json);
    text(json, "workload", task->load->name);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) number(json, rows[i].name, rows[i].value);
    json_builder_end_object(json);
}

static gint by_loop(gconstpointer a, gconstpointer b)
{
    double x = ((const BenchResult *)a)->cost.loop_cpu_s, y = ((const BenchResult *)b)->cost.loop_cpu_s;
    return (x > y) - (x < y);
}

static gint by_process(gconstpointer a, gconstpointer b)
{
    double x = ((const BenchResult *)a)->process_s, y = ((const BenchResult *)b)->process_s;
    return (x > y) - (x < y);
}

/* The run whose event loop, or set-up, took the median time. */
static bool measure(const BenchTask *task, BenchResult *out, GError **error)
{
    int runs = task->nodes < LARGE ? repeats : 1;
    g_autofree BenchResult *all = g_new0(BenchResult, (size_t)runs);
    for (int i = 0; i < runs; i++)
        if (!bench_measure(task, &all[i], error)) return false;
    qsort(all, (size_t)runs, sizeof *all, task->load->setup ? by_process : by_loop);
    *out = all[(runs - 1) / 2];
    return true;
}

/* Memory that the machine has to spare, bytes; UINT64_MAX where it does not say. */
static uint64_t available(void)
{
    g_autofree char *all = NULL;
    const char *line = g_file_get_contents("/proc/meminfo", &all, NULL, NULL) ? strstr(all, "MemAvailable:") : NULL;
    return line ? g_ascii_strtoull(line + strlen("MemAvailable:"), NULL, 10) * 1024 : UINT64_MAX;
}

static bool measure_and_show(const BenchTask *task, Format shown, JsonBuilder *json, GError **error)
{
    BenchResult result;
    uint64_t needed = bench_estimate(task);
    if (needed > available()) {
        g_printerr("banyan: bench: %s at %u nodes is left out: it may take %.1f GB, more than is free\n",
                   task->load->name, task->nodes, (double)needed / 1e9);
        return true;
    }
    if (!measure(task, &result, error)) return false;
    if (shown == FORMAT_TABLE) print_row(task, &result);
    if (shown == FORMAT_LINES) print_line(task, &result);
    (void)fflush(stdout);
    add_json(json, task, &result);
    return true;
}

/* The workload at every size that was asked for, or at its own. */
static bool measure_load(const BenchLoad *load, const GArray *asked, Format shown, JsonBuilder *json, GError **error)
{
    BenchTask task = { .load = load, .publications = (uint32_t)publications, .edges = edges };
    const uint32_t *all = asked->len ? (const uint32_t *)asked->data : standard_sizes;
    for (size_t i = 0; i < (asked->len ? asked->len : G_N_ELEMENTS(standard_sizes)); i++) {
        task.nodes = all[i];
        if (!asked->len && load->setup && task.nodes < SETUP_LEAST) continue;
        if (!measure_and_show(&task, shown, json, error)) return false;
    }
    return true;
}

static bool fault(GError **error, const char *what)
{
    g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "bench: %s", what);
    return false;
}

static bool read_options(GArray *asked, Format *shown, GError **error)
{
    for (char **size = sizes; size && *size; size++) {
        uint64_t nodes;
        if (!parse_count(*size, &nodes, NULL) || nodes < 10 || nodes > 200000000)
            return fault(error, "--nodes is a whole number from 10 to 200000000");
        uint32_t count = (uint32_t)nodes;
        g_array_append_val(asked, count);
    }
    if (repeats < 1 || repeats > 1000) return fault(error, "--repeats is a whole number from 1 to 1000");
    if (publications < 0) return fault(error, "--publications is a whole number above 0");
    if (edges && asked->len != 1) return fault(error, "--edges writes one graph; give one --nodes and one workload");
    if (format && strcmp(format, "lines") == 0) *shown = FORMAT_LINES;
    else if (format && strcmp(format, "none") == 0) *shown = FORMAT_NONE;
    else if (format && strcmp(format, "table") != 0) return fault(error, "--format is table, lines or none");
    return true;
}

static bool write_json(JsonBuilder *json, GError **error)
{
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    g_autoptr(JsonGenerator) generator = json_generator_new();
    json_generator_set_root(generator, root);
    json_generator_set_pretty(generator, TRUE);
    if (json_generator_to_file(generator, output, error)) return true;
    (*error)->domain = SIM_ERROR, (*error)->code = SIM_ERROR_MACHINE;
    return false;
}

/* The standard ones, in their order, or those that are named. */
static bool measure_all(char **names, const GArray *asked, Format shown, JsonBuilder *json, GError **error)
{
    for (char **name = names; *name; name++) {
        const BenchLoad *load = bench_load_find(*name, error);
        if (!load || !measure_load(load, asked, shown, json, error)) return false;
    }
    for (const BenchLoad *load = bench_loads; !*names && load->name; load++)
        if (strcmp(load->name, "stream") != 0 && !measure_load(load, asked, shown, json, error)) return false;
    return true;
}

static bool run(char **arguments, GError **error)
{
    Format shown = FORMAT_TABLE;
    g_autoptr(GArray) asked = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    if (!read_options(asked, &shown, error)) return false;
    if (edges && g_strv_length(arguments) != 1) return fault(error, "--edges writes one graph; give one workload");
    for (char **name = arguments; *name; name++)
        if (!bench_load_find(*name, error)) return false;
    g_autoptr(JsonBuilder) json = json_builder_new();
    g_autofree char *libraries = version_libraries();
    json_builder_begin_object(json);
    text(json, "version", BANYAN_VERSION);
    text(json, "libraries", libraries);
    text(json, "compiler", __VERSION__);
    number(json, "processors", g_get_num_processors());
    json_builder_set_member_name(json, "results");
    json_builder_begin_array(json);
    if (shown == FORMAT_TABLE) print_head();
    if (!measure_all(arguments, asked, shown, json, error)) return false;
    json_builder_end_array(json);
    json_builder_end_object(json);
    return !output || write_json(json, error);
}

const Command command_bench = {
    .name = "bench",
    .usage = "[WORKLOAD]... [options]",
    .summary = "the speed of this machine on the standard workloads",
    .details =
        "WORKLOAD is flood, gossip, tree, timers (failure detectors that set and cancel time-outs), storm (floods of "
        "many sources at once), stream (a long series of publications down a tree), or one of random-regular, "
        "erdos-renyi, barabasi-albert, watts-strogatz, kary-tree and grid, which only set up; without one, all but "
        "stream.  Each run has a process of its own.\n\n"
        "Prints messages received, timers fired and publications made (events) a second of processor time of the event "
        "loop and a second of the whole process, nanoseconds an event, bytes of memory for each event that waits when most do, peak memory in "
        "bytes a node, the seconds of each stage of the set-up, and the peak against the budget of 100 bytes a node, 8 a "
        "directed link and 32 a waiting event.",
    .options = options, .least = 0, .most = -1, .run = run,
};
