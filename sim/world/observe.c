/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was seen of a run becomes rows of its result. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "world/state.h"

enum { SERIES_STEPS = 100 };

struct Report { RunResult *result; };

void report_value(Report *report, const char *name, double value)
{
    MetricRow row = { result_text(report->result, name), value, NAN, NAN };
    g_array_append_val(report->result->metrics, row);
}

void report_ratio(Report *report, const char *name, double numerator, double denominator)
{
    if (denominator == 0) return;
    MetricRow row = { result_text(report->result, name), numerator / denominator, numerator, denominator };
    g_array_append_val(report->result->metrics, row);
}

void observe_warmup(World *world)
{
    liveness_count_time(world);
    world->before = world->counters;
    world->load_before = g_memdup2(world->load, world->nodes * sizeof *world->load);
}

static void series_add(World *world, const char *name, SimTime time, double value)
{
    SeriesRow row = { name, (double)time / 1e9, value };
    g_array_append_val(world->result->series, row);
}

void observe_schedule(World *world)
{
    if (!world->recording.series) return;
    for (int i = 1; i <= SERIES_STEPS; i++) {
        SimTime at = (SimTime)((__int128)world->end * i / SERIES_STEPS);
        engine_at(world->engine, at, EVENT_SAMPLE, 0, 0, 0);
    }
}

void observe_sample(World *world)
{
    uint64_t sent = world->counters.sent[0] + world->counters.sent[1];
    series_add(world, "available", world->now, world->nodes ? (double)world->up_count / world->nodes : 0);
    series_add(world, "messages", world->now, (double)(sent - world->step_sent));
    series_add(world, "deliveries", world->now, (double)(world->deliveries - world->step_deliveries));
    uint64_t found = world->seen.detections.found;
    if (world->detector) series_add(world, "detections", world->now, (double)(found - world->step_found));
    world->step_found = found;
    double share;
    if (recovery_connected(world, world->samples++, &share)) series_add(world, "connected", world->now, share);
    world->step_sent = sent;
    world->step_deliveries = world->deliveries;
}

/* Delivery ratio of the publications of each step, where it has any. */
static void series_ratio(World *world)
{
    double delivered[SERIES_STEPS] = { 0 }, expected[SERIES_STEPS] = { 0 };
    for (uint32_t i = 0; i < world->live_count; i++) {
        const Live *live = &world->lives[i];
        if (!live->counted || live->state == LIVE_PLANNED || world->end == 0) continue;
        int step = (int)((__int128)live->public.published * SERIES_STEPS / world->end);
        step = MIN(step, SERIES_STEPS - 1);
        delivered[step] += (double)live->delivered;
        expected[step] += (double)live->expected;
    }
    for (int i = 0; i < SERIES_STEPS; i++) {
        SimTime at = (SimTime)((__int128)world->end * (i + 1) / SERIES_STEPS);
        if (expected[i] > 0) series_add(world, "delivery_ratio", at, delivered[i] / expected[i]);
    }
}

static void histogram_rows(RunResult *result, const char *name, const Histogram *histogram)
{
    uint32_t position = 0;
    HistogramRow row = { .name = name };
    while (histogram_next(histogram, &position, &row.low, &row.high, &row.count))
        g_array_append_val(result->histograms, row);
}

/* Everything since the end of the warm-up. */
static void counters_since(World *world, Counters *since)
{
    const Counters *now = &world->counters, *before = &world->before;
    *since = *now;
    for (int p = 0; p < 2; p++) {
        since->sent[p] -= before->sent[p];
        since->bytes[p] -= before->bytes[p];
        since->arrived[p] -= before->arrived[p];
    }
    for (int r = 0; r < DROP_REASONS; r++) since->dropped[r] -= before->dropped[r];
    since->reached -= before->reached;
    since->timers -= before->timers;
    since->publications -= before->publications;
    since->up_time -= before->up_time;
    for (NodeId v = 0; world->load_before && v < world->nodes; v++) world->load[v] -= world->load_before[v];
}

static void count_in_flight(void *data, const Event *event)
{
    if (event->class == EVENT_MESSAGE && event->to != event->from) ++*(uint64_t *)data;
}

static void ledger_fill(World *world)
{
    Observation *seen = &world->seen;
    const Counters *all = &world->counters;
    seen->ledger.sent = all->sent[0] + all->sent[1];
    seen->ledger.arrived = all->arrived[0] + all->arrived[1];
    for (int r = 0; r < DROP_REASONS; r++) seen->ledger.dropped += all->dropped[r];
    engine_pending(world->engine, count_in_flight, &seen->ledger.in_flight);
    seen->ledger.in_flight += world->waiting.count;
    seen->ledger.in_flight -= world->resets;
    if (!world->ipc) return;            /* its packets are in books of their own; what it carries is in flight */
    seen->ledger.in_flight -= world->packets.sent - world->packets.arrived - world->packets.dropped;
    if (world->carrier) seen->ledger.in_flight += carrier_held(world->carrier);
}

static void small_histograms(World *world)
{
    Histogram load = { 0 }, degree = { 0 };
    for (NodeId v = 0; v < world->nodes; v++) {
        histogram_add(&load, world->load[v]);
        histogram_add(&degree, node_degree(world_node(world, v)));
    }
    histogram_rows(world->result, "latency", &world->seen.latency);
    histogram_rows(world->result, "hops", &world->seen.hops);
    histogram_rows(world->result, "load", &load);
    histogram_rows(world->result, "degree", &degree);
    histogram_clear(&load);
    histogram_clear(&degree);
}

void observe_end(World *world)
{
    world->now = world->end;
    liveness_count_time(world);
    publications_judge(world);
    recovery_look(world);
    classes_report(world);
    models_report(world);
    Observation *seen = &world->seen;
    ledger_fill(world);
    counters_since(world, &seen->counters);
    seen->nodes = world->nodes;
    seen->start = world->warmup;
    seen->warmup_found = world->warmup_found;
    seen->end = world->end;
    seen->unmade = world->unmade;
    seen->load = world->load;
    seen->packets = world->ipc ? &world->packets : NULL;
    seen->components = world->components;
    seen->largest = world->largest;
    if (world->recording.series) series_ratio(world);
    small_histograms(world);
    Report report = { world->result };
    for (int i = 0; metrics[i]; i++) metrics[i]->report(seen, &report);
    for (guint i = 0; i < world->notes->len; i++) {
        const Note *note = &g_array_index(world->notes, Note, i);
        if (note->denominator != 0) report_ratio(&report, note->name, note->value, note->denominator);
        else report_value(&report, note->name, note->value);
    }
    world->result->event_count = seen->counters.reached + seen->counters.timers + seen->counters.publications + world->packets.arrived;
}

static void place_of(const World *world, NodeId node, double *x, double *y)
{
    const Topology *topology = world->topology;
    *x = *y = NAN;
    if (topology->x) *x = topology->x[node], *y = topology->y[node];
    else if (world->network->position) (void)world->network->position(world->network_state, node, x, y);
}

static void link_row(World *world, NodeId a, const Link *link)
{
    SimTime latency = link->latency != LATENCY_ESCAPED ? link->latency : world_latency(world, a, link->to);
    LinkRow row = { MIN(a, link->to), MAX(a, link->to), (double)latency / 1e6 };
    g_array_append_val(world->result->links, row);
}

/* A live overlay's links as they are now: those that either end sees. */
static void views_record(World *world)
{
    for (NodeId v = 0; v < world->nodes; v++)
        for (uint32_t i = 0; i < world->views[v].count; i++) {
            const Link *link = &world->views[v].links[i];
            const View *other = &world->views[link->to];
            bool mutual = false;
            for (uint32_t j = 0; j < other->count; j++) mutual |= other->links[j].to == v;
            if (v < link->to || !mutual) link_row(world, v, link);
        }
}

void observe_overlay(World *world)
{
    const Topology *topology = world->topology;
    for (NodeId v = 0; v < world->nodes; v++) {
        NodeRow row = { .node = v, .name = result_text(world->result, topology->names ? topology->names[v] : NULL) };
        place_of(world, v, &row.x, &row.y);
        g_array_append_val(world->result->nodes, row);
    }
    if (world->views) views_record(world);
    for (NodeId v = 0; world->graph && v < world->nodes; v++)
        for (uint32_t i = world->graph->first[v]; i < world->graph->first[v + 1]; i++)
            if (world->graph->links[i].to > v) link_row(world, v, &world->graph->links[i]);
}
