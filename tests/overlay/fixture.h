/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An overlay as a scenario would write it: kind, nodes and keys. */
#pragma once
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "graph/analyse.h"
#include "graph/tree.h"
#include "registry.h"

#define ADD(name) g_test_add_func("/overlay/" #name, name)

static inline const Overlay *kind_of(const char *kind)
{
    g_autoptr(GError) error = NULL;
    const Overlay *overlay = (const Overlay *)room_find(room_of("overlay"), kind, &error);
    g_assert_no_error(error);
    return overlay;
}

/* Fills a configuration from "key=value key=value" (one line each) and runs what
 * a scenario runs on it; the faults as text ("" where there are none). */
static inline char *configure(const Overlay *overlay, uint32_t nodes, const char *text, void **config)
{
    Faults *faults = faults_new("test.ini");
    Keys *keys = keys_new(faults, "overlay", 1, ".");
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    int line = 2;
    for (int i = 0; words[i] && *words[i]; i++) {
        char *equals = strchr(words[i], '=');
        *equals = '\0';
        keys_add(keys, words[i], equals + 1, line++);
    }
    *config = g_malloc0(overlay->variant.config_size + 1);
    params_fill(overlay->variant.params, keys, *config);
    if (!faults_count(faults) && overlay->variant.check) overlay->variant.check(*config, keys);
    if (!faults_count(faults) && overlay->fits) overlay->fits(*config, nodes, keys);
    char *told = faults_text(faults);
    keys_free(keys);
    faults_free(faults);
    return told;
}

static inline Topology *made_on(const char *kind, uint32_t nodes, const char *keys, uint64_t seed, const Graph *mesh)
{
    const Overlay *overlay = kind_of(kind);
    g_autofree void *config = NULL;
    g_autofree char *told = configure(overlay, nodes, keys, &config);
    g_autoptr(GError) error = NULL;
    OverlayScope scope = { .nodes = nodes, .seed = seed, .mesh = mesh };
    g_assert_cmpstr(told, ==, "");
    Topology *topology = overlay->build(config, &scope, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(topology->nodes, ==, nodes);
    return topology;
}

static inline Topology *made(const char *kind, uint32_t nodes, const char *keys, uint64_t seed)
{
    return made_on(kind, nodes, keys, seed, NULL);
}

/* A graph of pairs "0-1:7 1-2:3 …": latencies in ms. */
static inline Graph *drawn(uint32_t nodes, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    NodeId a[100], b[100];
    uint32_t weight[100], count = 0;
    for (; words[count]; count++) sscanf(words[count], "%u-%u:%u", &a[count], &b[count], &weight[count]);
    Graph *graph = graph_new(nodes, a, b, count);
    for (uint32_t i = 0; i < count; i++) {
        graph_set_latency(graph, graph_find(graph, a[i], b[i]), weight[i] * SIM_MS);
        graph_set_latency(graph, graph_find(graph, b[i], a[i]), weight[i] * SIM_MS);
    }
    return graph;
}

static inline void assert_simple(const Graph *graph)
{
    for (uint32_t v = 0; v < graph->nodes; v++)
        for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++) {
            g_assert_cmpuint(graph->links[i].to, !=, v);
            g_assert_cmpuint(graph->links[i].to, <, graph->nodes);
            if (i > graph->first[v]) g_assert_cmpuint(graph->links[i].to, >, graph->links[i - 1].to);
            g_assert_cmpuint(graph_find(graph, graph->links[i].to, v), !=, UINT32_MAX);
        }
}

static inline uint32_t components_of(const Graph *graph)
{
    g_autofree uint32_t *labels = g_new(uint32_t, graph->nodes + 1);
    return graph_components(graph, labels);
}

/* Hops from node 0 along the parents. */
static inline uint32_t depth_of(const NodeId *parents, NodeId v)
{
    uint32_t depth = 0;
    for (; parents[v] != NODE_NONE; v = parents[v]) depth++;
    return depth;
}
