/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links that fail and come back again and again. */

#include "core/residual.h"
#include "failure/failure.h"

typedef struct {
    Distribution up, down;
    double fraction;
    SimTime at, until;
} Config;

static const Param params[] = {
    { "up", PARAM_DURATION_LAW, offsetof(Config, up), NULL, 0, 0, "how long a link works before it fails again", NULL },
    { "down", PARAM_DURATION_LAW, offsetof(Config, down), NULL, 0, 0, "how long it fails", NULL },
    { "fraction", PARAM_SHARE, offsetof(Config, fraction), "100 %", 0, 0, "share of the overlay's links that flap, rounded to the nearest number", NULL },
    FAILURE_SPAN(Config),
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    failure_check_span(keys, config->at, config->until);
    if (config->up.kind == LAW_ABSENT || config->down.kind == LAW_ABSENT) return;
    if (!residual_exists(&config->up)) keys_fault(keys, "up", "its mean is 0 or infinite; another law is expected");
    if (!residual_exists(&config->down)) keys_fault(keys, "down", "its mean is 0 or infinite; another law is expected");
}

/* What was drawn: whole periods, in ns. */
typedef struct { double ups, up_sum, downs, down_sum; } Drawn;

/* One link, stationary from `at` on. */
static void flap(const Config *config, FailureScope *scope, const Link *link, NodeId from, Drawn *drawn)
{
    Random *random = failure_random(scope);
    double on = distribution_mean(&config->up), off = distribution_mean(&config->down);
    SimTime end = failure_end(scope), time = config->at;
    if (config->until >= 0) end = MIN(end, config->until);
    bool up = random_unit(random) < on / (on + off);
    SimTime lasts = residual_time(up ? &config->up : &config->down, random);
    while (time <= end) {
        SimTime next = failure_later(time, lasts);
        if (!up) failure_link_down(scope, from, link->to, time, next);
        time = next;
        up = !up;
        if (time > end) return;
        lasts = distribution_time(up ? &config->up : &config->down, random);
        if (up) drawn->ups++, drawn->up_sum += (double)lasts;
        else drawn->downs++, drawn->down_sum += (double)lasts;
    }
}

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    const Graph *graph = failure_overlay(scope)->graph;
    uint64_t left = graph ? graph_links(graph) : 0, wanted = (uint64_t)floor(config->fraction * (double)left + 0.5), taken = wanted;
    Drawn drawn = { 0 };
    for (NodeId v = 0; graph && v < graph->nodes; v++)
        for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++) {
            if (graph->links[i].to < v) continue;
            if (random_below(failure_random(scope), left--) >= wanted) continue;
            wanted--;
            flap(config, scope, &graph->links[i], v, &drawn);
        }
    failure_note(scope, "links", (double)taken, NAN);
    if (drawn.ups > 0) failure_note(scope, "up_mean_ms", drawn.up_sum / drawn.ups / 1e6, distribution_mean(&config->up) / 1e6);
    if (drawn.downs > 0) failure_note(scope, "down_mean_ms", drawn.down_sum / drawn.downs / 1e6, distribution_mean(&config->down) / 1e6);
}

const Failure failure_flap = {
    .variant = {
        .name = "flap",
        .summary = "links of the overlay that fail and come back again and again",
        .source = "alternating renewal process of each link",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .plan = plan,
};
