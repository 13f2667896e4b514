/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/topology.h"

#include <string.h>

static void column_free(gpointer data)
{
    LinkColumn *column = data;
    g_free(column->name);
    g_free(column->values);
    g_free(column->texts);
    if (column->owner) g_string_chunk_free(column->owner);
    g_free(column);
}

Topology *topology_new(uint32_t nodes, Graph *graph)
{
    Topology *topology = g_new0(Topology, 1);
    topology->nodes = nodes;
    topology->graph = graph;
    topology->complete = graph == NULL;
    topology->columns = g_ptr_array_new_with_free_func(column_free);
    topology->notes = g_string_new(NULL);
    return topology;
}

void topology_free(Topology *topology)
{
    if (!topology) return;
    for (uint32_t i = 0; i < topology->trees; i++) g_free(topology->parents[i]);
    for (uint32_t i = 0; topology->names && i < topology->nodes; i++) g_free(topology->names[i]);
    g_free(topology->parents);
    g_free(topology->names);
    g_free(topology->x);
    g_free(topology->y);
    graph_free(topology->graph);
    g_ptr_array_unref(topology->columns);
    g_string_free(topology->notes, TRUE);
    g_free(topology);
}

Topology *topology_copy(const Topology *topology)
{
    uint32_t nodes = topology->nodes;
    Topology *copy = topology_new(nodes, topology->graph ? graph_copy(topology->graph) : NULL);
    for (uint32_t i = 0; i < topology->trees; i++)
        topology_add_tree(copy, g_memdup2(topology->parents[i], nodes * sizeof(NodeId)));
    if (topology->names) {
        copy->names = g_new(char *, nodes);
        for (uint32_t i = 0; i < nodes; i++) copy->names[i] = g_strdup(topology->names[i]);
    }
    copy->x = g_memdup2(topology->x, nodes * sizeof(double));
    copy->y = g_memdup2(topology->y, nodes * sizeof(double));
    copy->geographic = topology->geographic;
    g_ptr_array_unref(copy->columns);
    copy->columns = g_ptr_array_ref(topology->columns);
    g_string_append(copy->notes, topology->notes->str);
    copy->found = topology->found;
    return copy;
}

void topology_add_tree(Topology *topology, NodeId *parents)
{
    topology->parents = g_renew(NodeId *, topology->parents, topology->trees + 1);
    topology->parents[topology->trees++] = parents;
}

const LinkColumn *topology_column(const Topology *topology, const char *name)
{
    for (guint i = 0; i < topology->columns->len; i++) {
        const LinkColumn *column = topology->columns->pdata[i];
        if (strcmp(column->name, name) == 0) return column;
    }
    return NULL;
}
