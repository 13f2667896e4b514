/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream of publications: multicast, one after the other. */
#include "workload/workload.h"

typedef struct {
    Nodes source;
    uint32_t publications;
    Distribution interval, size;
    SimTime start;
    char *group;
    uint32_t packets, needed;
} Config;

static const Param params[] = {
    { "source", PARAM_NODES, offsetof(Config, source), "0", 0, 0,
      "who publishes; several take turns; random draws a node for each publication", NULL },
    { "publications", PARAM_COUNT, offsetof(Config, publications), "10", 0, 4e9, "how many, in total", NULL },
    { "interval", PARAM_DURATION_LAW, offsetof(Config, interval), "1 s", 0, 0, "time from one to the next", NULL },
    { "start", PARAM_DURATION, offsetof(Config, start), "0 s", 0, 0, "time of the first", NULL },
    { "size", PARAM_SIZE_LAW, offsetof(Config, size), "1 kB", 0, 0, "bytes of each", NULL },
    { "group", PARAM_TEXT, offsetof(Config, group), "", 0, 0, "name of the group that it is for; absent: everybody", NULL },
    { "packets", PARAM_COUNT, offsetof(Config, packets), "1", 1, 65535,
      "packets that each is cut into, with forward error correction", NULL },
    { "needed", PARAM_COUNT, offsetof(Config, needed), "", 1, 65535,
      "packets that are enough to have it, each of size / needed; absent: all of them", NULL },
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    if (config->needed == PARAM_NO_COUNT || config->needed <= config->packets) return;
    const char *what = "of %u packets no %u can be needed";
    keys_fault(keys, "needed", what, config->packets, config->needed);
    if (keys_given(keys, "packets")) keys_fault(keys, "packets", what, config->packets, config->needed);
}

static SimTime last(const void *data)
{
    const Config *config = data;
    if (!config->publications) return config->start;
    if (config->interval.kind != LAW_CONSTANT) return -1;
    double end = (double)config->start + config->interval.a * (config->publications - 1.0);
    return end < 0x1p62 ? (SimTime)end : (SimTime)1 << 62;
}

static void refers(const void *data, const Nodes **nodes, const char **group)
{
    const Config *config = data;
    *nodes = &config->source;
    *group = config->group;
}

static void plan(const void *data, WorkloadScope *scope)
{
    const Config *config = data;
    uint32_t count;
    g_autofree NodeId *sources = workload_nodes(scope, &config->source, &count);
    SimTime at = config->start;
    Code code = { config->packets, config->needed == PARAM_NO_COUNT ? config->packets : config->needed };
    if (code.packets == 1) code = (Code){ 0 };
    for (uint32_t i = 0; count && i < config->publications; i++) {
        Random *random = workload_random(scope);
        NodeId source = config->source.kind == NODES_EACH ? sources[random_below(random, count)] : sources[i % count];
        double size = distribution_draw(&config->size, random);
        workload_coded(scope, at, source, (uint64_t)(size + 0.5), config->group, code);
        at += distribution_time(&config->interval, random);
    }
}

const Workload workload_publish = {
    .variant = {
        .name = "publish",
        .summary = "nodes multicast publications, one after the other",
        .source = "constant or random intervals",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .last = last, .refers = refers, .plan = plan,
};
