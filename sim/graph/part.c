/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/topology.h"

/* The places in `links` of the kept nodes' rows, in the order they have in the part. */
static uint32_t *kept_places(const Graph *graph, const NodeId *number, uint32_t *count)
{
    uint32_t *places = g_new(uint32_t, graph->first[graph->nodes] + 1), n = 0;
    for (NodeId v = 0; v < graph->nodes; v++)
        for (uint32_t i = graph->first[v]; number[v] != NODE_NONE && i < graph->first[v + 1]; i++) places[n++] = i;
    *count = n;
    return places;
}

static Graph *graph_part(const Graph *graph, const NodeId *number, uint32_t nodes)
{
    uint64_t most = graph_links(graph), n = 0;
    g_autofree NodeId *a = g_new(NodeId, most + 1), *b = g_new(NodeId, most + 1);
    for (NodeId v = 0; v < graph->nodes; v++)
        for (uint32_t i = graph->first[v]; number[v] != NODE_NONE && i < graph->first[v + 1]; i++)
            if (graph->links[i].to > v) a[n] = number[v], b[n++] = number[graph->links[i].to];
    return graph_new(nodes, a, b, n);
}

static void columns_part(const Topology *from, const NodeId *number, Topology *to)
{
    uint32_t count;
    g_autofree uint32_t *places = kept_places(from->graph, number, &count);
    for (guint c = 0; c < from->columns->len; c++) {
        const LinkColumn *old = from->columns->pdata[c];
        LinkColumn *new = g_new0(LinkColumn, 1);
        new->name = g_strdup(old->name);
        if (old->values) new->values = g_new(double, count + 1);
        if (old->texts) new->texts = g_new0(char *, count + 1), new->owner = g_string_chunk_new(256);
        for (uint32_t i = 0; i < count; i++) {
            if (old->values) new->values[i] = old->values[places[i]];
            const char *text = old->texts ? old->texts[places[i]] : NULL;
            if (text) new->texts[i] = g_string_chunk_insert_const(new->owner, text);
        }
        g_ptr_array_add(to->columns, new);
    }
}

Topology *topology_part(const Topology *topology, const NodeId *number, uint32_t nodes)
{
    Topology *part = topology_new(nodes, graph_part(topology->graph, number, nodes));
    columns_part(topology, number, part);
    if (topology->names) part->names = g_new0(char *, nodes);
    if (topology->x) part->x = g_new(double, nodes), part->y = g_new(double, nodes);
    part->geographic = topology->geographic;
    for (uint32_t t = 0; t < topology->trees; t++) topology_add_tree(part, g_new(NodeId, nodes));
    for (NodeId v = 0; v < topology->nodes; v++) {
        if (number[v] == NODE_NONE) continue;
        if (part->names) part->names[number[v]] = g_strdup(topology->names[v]);
        if (part->x) part->x[number[v]] = topology->x[v], part->y[number[v]] = topology->y[v];
        for (uint32_t t = 0; t < topology->trees; t++) {
            NodeId parent = topology->parents[t][v];
            part->parents[t][number[v]] = parent == NODE_NONE ? NODE_NONE : number[parent];
        }
    }
    g_string_assign(part->notes, topology->notes->str);
    part->found = topology->found;
    return part;
}
