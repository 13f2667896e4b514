/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/bench_measure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "core/memory.h"
#include "scenario/plan.h"
#include "world/world.h"

/* How a network draws where other simulators, which count microseconds, shall
 * find the same latencies: the scenario's own, whole microseconds of it. */
static Network rounded;
static const Network *rounded_from;

static SimTime whole_us(const void *network, NodeId a, NodeId b)
{
    return rounded_from->latency(network, a, b) / SIM_US * SIM_US;
}

static Plan *plan_of(const BenchTask *task, GError **error)
{
    g_autofree char *text = bench_load_text(task->load, task->nodes, task->publications), *path = NULL;
    int file = g_file_open_tmp("banyan-bench-XXXXXX.ini", &path, error);
    if (file < 0) return NULL;
    close(file);
    Plan *plan = g_file_set_contents(path, text, -1, error) ? plan_read(path, NULL, error) : NULL;
    (void)unlink(path);
    return plan;
}

uint64_t bench_estimate(const BenchTask *task)
{
    uint64_t bytes;
    double messages;
    g_autoptr(Plan) plan = plan_of(task, NULL);
    if (!plan) return 0;
    world_estimate(plan->scenarios[0], &bytes, &messages);
    return bytes;
}

static bool edges_write(FILE *file, const Scenario *scenario, const Graph *graph, void *network)
{
    int32_t head[2] = { (int32_t)graph->nodes, (int32_t)graph_links(graph) };
    bool good = fwrite(head, sizeof *head, 2, file) == 2;
    for (NodeId v = 0; good && v < graph->nodes; v++)
        for (uint32_t i = graph->first[v]; good && i < graph->first[v + 1]; i++) {
            NodeId u = graph->links[i].to;
            if (u < v) continue;
            SimTime latency = scenario_network(scenario)->latency(network, v, u);
            int32_t row[3] = { (int32_t)v, (int32_t)u, (int32_t)(latency / SIM_US) };
            good = fwrite(row, sizeof *row, 3, file) == 3;
        }
    return good;
}

/* Writes the overlay that a run of this seed has, built once more: int32 nodes
 * and links, then of each link both ends and its latency in us. */
static bool edges_save(const Scenario *scenario, uint64_t seed, const char *path, GError **error)
{
    OverlayScope scope = { .nodes = scenario->nodes, .seed = seed };
    NetworkScope place = { .nodes = scenario->nodes, .seed = seed };
    g_autoptr(Topology) overlay = scenario_overlay(scenario)->build(scenario->overlay.config, &scope, error);
    void *network = overlay ? scenario_network(scenario)->build(scenario->latency.config, &place, error) : NULL;
    if (!network) return false;
    FILE *file = fopen(path, "wb");
    bool good = file && edges_write(file, scenario, overlay->graph, network);
    if (file && fclose(file) != 0) good = false;
    if (!good) g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "cannot write '%s': %s", path, g_strerror(errno));
    if (scenario_network(scenario)->free) scenario_network(scenario)->free(network);
    return good;
}

static double metric_of(const RunResult *result, const char *name)
{
    for (guint i = 0; i < result->metrics->len; i++) {
        const MetricRow *row = &g_array_index(result->metrics, MetricRow, i);
        if (strcmp(row->name, name) == 0) return row->value;
    }
    return 0;
}

static uint64_t links_of(const RunResult *result)
{
    double links = 0;
    for (guint i = 0; i < result->histograms->len; i++) {
        const HistogramRow *row = &g_array_index(result->histograms, HistogramRow, i);
        if (strcmp(row->name, "degree") == 0) links += (double)row->low * (double)row->count;
    }
    return (uint64_t)links;
}

/* Memory of this process now, bytes. */
static uint64_t resident(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%*u %lu", &pages) != 1) pages = 0;
    if (file) (void)fclose(file);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool measure_here(const BenchTask *task, BenchResult *out, GError **error)
{
    uint64_t before = resident();
    gint64 begun = g_get_monotonic_time();
    g_autoptr(Plan) plan = plan_of(task, error);
    if (!plan) return false;
    Scenario *scenario = plan->scenarios[0];
    uint64_t seed = random_replication_seed(plan->seed, 0);
    if (task->load->protocol) scenario->protocol.variant = &task->load->protocol->variant;
    const Variant *network = scenario->latency.variant;
    if (task->edges) {
        rounded = *(rounded_from = scenario_network(scenario));
        rounded.latency = whole_us;
        scenario->latency.variant = &rounded.variant;
    }
    g_autoptr(RunResult) result = world_run(scenario, seed, &(Recording){ 0 }, error);
    if (!result) return false;
    *out = (BenchResult){
        .links = links_of(result), .loop_s = result->wall_s, .cost = result->cost, .events = result->event_count,
        .publications = (uint64_t)metric_of(result, "publications"), .received = (uint64_t)metric_of(result, "arrived"),
        .delivered = (uint64_t)metric_of(result, "deliveries"), .mean_us = metric_of(result, "latency_mean_ms") * 1000,
        .max_us = metric_of(result, "latency_max_ms") * 1000,
        .process_s = (double)(g_get_monotonic_time() - begun) / 1e6,
    };
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    out->peak_bytes = (uint64_t)usage.ru_maxrss * 1024 - before;
    bool saved = !task->edges || edges_save(scenario, seed, task->edges, error);
    scenario->latency.variant = network;
    return saved;
}

/* What the child sends: a result, or an error's code and words. */
typedef struct {
    BenchResult result;
    int failed, code;
    char words[2048];
} Answer;

/* The process ends without what others do at their end; `make pgo` needs the counts of its compiler. */
static void counts_save(void)
{
#ifdef TRAINING
    extern void __gcov_dump(void);
    __gcov_dump();
#endif
}

static void answer(const BenchTask *task, int to)
{
    Answer *all = g_new0(Answer, 1);
    g_autoptr(GError) error = NULL;
    all->failed = !measure_here(task, &all->result, &error);
    if (error) {
        all->code = error->domain == SIM_ERROR ? error->code : SIM_ERROR_MACHINE;
        g_strlcpy(all->words, error->message, sizeof all->words);
    }
    const char *at = (const char *)all;
    for (size_t left = sizeof *all; left; ) {
        ssize_t written = write(to, at, left);
        if (written <= 0) _exit(1);
        at += written, left -= (size_t)written;
    }
    counts_save();
    _exit(0);
}

static bool hear(int from, Answer *all)
{
    size_t got = 0;
    for (ssize_t n; got < sizeof *all && (n = read(from, (char *)all + got, sizeof *all - got)) > 0; ) got += (size_t)n;
    return got == sizeof *all;
}

bool bench_measure(const BenchTask *task, BenchResult *out, GError **error)
{
    int ends[2], status;
    pid_t child = pipe(ends) == 0 ? fork() : -1;
    if (child < 0) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "bench: no process can be made: %s", g_strerror(errno));
        return false;
    }
    if (child == 0) answer(task, ends[1]);
    (void)close(ends[1]);
    g_autofree Answer *all = g_new0(Answer, 1);
    bool heard = hear(ends[0], all);
    (void)close(ends[0]);
    (void)waitpid(child, &status, 0);
    if (!heard)
        g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "bench: %s at %u nodes ended with %s %d", task->load->name,
                    task->nodes, WIFSIGNALED(status) ? "signal" : "status",
                    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    else if (all->failed) g_set_error_literal(error, SIM_ERROR, all->code, all->words);
    else *out = all->result;
    return heard && !all->failed;
}
