/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/door.h"

#include "core/error.h"
#include "core/memory.h"

static char reason[512];
static GString *warnings;

/* Called once for every level of igraph's own call stack; only the first call
 * says why. */
static void note_error(const char *why, const char *file, int line, igraph_error_t code)
{
    (void)file;
    (void)line;
    if (!*reason) g_strlcpy(reason, *why ? why : igraph_strerror(code), sizeof reason);
    IGRAPH_FINALLY_FREE();
}

static void note_warning(const char *why, const char *file, int line)
{
    (void)file;
    (void)line;
    g_string_append_printf(warnings, "%s\n", why);
}

void door_enter(uint64_t seed)
{
    igraph_set_error_handler(note_error);
    igraph_set_warning_handler(note_warning);
    igraph_set_attribute_table(&igraph_cattribute_table);
    igraph_rng_seed(igraph_rng_default(), (igraph_uint_t)seed);
    *reason = '\0';
    if (!warnings) warnings = g_string_new(NULL);
    g_string_truncate(warnings, 0);
}

bool door_fail(GError **error, const char *what)
{
    g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY, "%s: %s", what, *reason ? reason : "igraph gave no reason");
    return false;
}

const char *door_reason(void)
{
    return reason;
}

const char *door_warnings(void)
{
    return warnings ? warnings->str : "";
}

bool door_to_igraph(const Graph *graph, igraph_t *out, GError **error)
{
    igraph_vector_int_t ends;
    igraph_integer_t at = 0;
    if (igraph_vector_int_init(&ends, (igraph_integer_t)(2 * graph_links(graph))) != IGRAPH_SUCCESS)
        return door_fail(error, "a graph for igraph");
    for (uint32_t v = 0; v < graph->nodes; v++)
        for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++) {
            if (graph->links[i].to < v) continue;
            VECTOR(ends)[at++] = v;
            VECTOR(ends)[at++] = graph->links[i].to;
        }
    igraph_error_t made = igraph_create(out, &ends, graph->nodes, IGRAPH_UNDIRECTED);
    igraph_vector_int_destroy(&ends);
    return made == IGRAPH_SUCCESS || door_fail(error, "a graph for igraph");
}

Graph *door_from_igraph(const igraph_t *graph)
{
    size_t count = (size_t)igraph_ecount(graph);
    NodeId *a = big_new(count, sizeof *a), *b = big_new(count, sizeof *b);
    for (size_t i = 0; i < count; i++) {
        a[i] = (NodeId)IGRAPH_FROM(graph, (igraph_integer_t)i);
        b[i] = (NodeId)IGRAPH_TO(graph, (igraph_integer_t)i);
    }
    Graph *made = graph_new((uint32_t)igraph_vcount(graph), a, b, count);
    big_free(a, count, sizeof *a);
    big_free(b, count, sizeof *b);
    return made;
}
