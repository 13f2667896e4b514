/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/write.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "graph/writer.h"

enum { COMPLETE_MOST = 20000 };

static const Writer *const writers[] = { &writer_graphml, &writer_gml, &writer_dot, &writer_edges };

const char *writer_number(char *buffer, double value)
{
    if (!isfinite(value)) return NULL;
    g_autofree char *text = format_number(value);
    g_strlcpy(buffer, text, G_ASCII_DTOSTR_BUF_SIZE);
    return buffer;
}

char *writer_text(const char *text)
{
    static const char replacement[] = "\xef\xbf\xbd";
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *clean = g_string_new(NULL);
    for (const char *p = valid; *p; p++)
        if ((unsigned char)*p < 0x20 && !strchr("\t\n\r", *p)) g_string_append(clean, replacement);
        else g_string_append_c(clean, *p);
    return g_string_free(clean, FALSE);
}

char *writer_latency(const Out *out, uint32_t place)
{
    return format_duration(graph_latency(out->graph, place));
}

static const Writer *writer_for(const char *path, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(writers); i++)
        if (g_str_has_suffix(path, writers[i]->ending)) return writers[i];
    g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN,
                "%s: the ending names no format; .graphml, .gml, .dot or .edges is expected", path);
    return NULL;
}

static bool equal_numbers(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool places_differ(const Out *out, uint32_t i, uint32_t j)
{
    const GPtrArray *columns = out->topology->columns;
    if (out->latencies && graph_latency(out->graph, i) != graph_latency(out->graph, j)) return true;
    for (guint c = 0; c < columns->len; c++) {
        const LinkColumn *column = columns->pdata[c];
        if (column->values && !equal_numbers(column->values[i], column->values[j])) return true;
        if (column->texts && g_strcmp0(column->texts[i], column->texts[j]) != 0) return true;
    }
    return false;
}

static bool directions_differ(const Out *out)
{
    const Graph *graph = out->graph;
    if (!out->latencies && !out->topology->columns->len) return false;
    for (NodeId v = 0; v < graph->nodes; v++)
        for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++)
            if (graph->links[i].to > v && places_differ(out, i, graph_reverse(graph, v, i))) return true;
    return false;
}

static bool has_latencies(const Graph *graph)
{
    for (uint32_t i = 0; i < graph->first[graph->nodes]; i++)
        if (graph->links[i].latency) return true;
    return false;
}

static bool is_whole(const LinkColumn *column, uint32_t links)
{
    for (uint32_t i = 0; column->values && i < links; i++)
        if (!isfinite(column->values[i])) return false;
    return column->values != NULL;
}

static const LinkColumn *weights_of(const Topology *topology, const Graph *graph)
{
    for (guint c = 0; c < topology->columns->len; c++)
        if (is_whole(topology->columns->pdata[c], graph->first[graph->nodes])) return topology->columns->pdata[c];
    return NULL;
}

static void write_all(const Out *out, const Writer *writer)
{
    const Graph *graph = out->graph;
    if (writer->head) writer->head(out);
    for (NodeId v = 0; writer->node && v < graph->nodes; v++) writer->node(out, v);
    for (NodeId v = 0; v < graph->nodes; v++)
        for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++)
            if (out->directed || graph->links[i].to > v) writer->edge(out, v, i);
    if (writer->tail) writer->tail(out);
}

static bool fail(const char *path, int why, GError **error)
{
    bool machine = why == ENOSPC || why == EDQUOT || why == EIO || why == ENOMEM;
    g_set_error(error, SIM_ERROR, machine ? SIM_ERROR_MACHINE : SIM_ERROR_FILE, "%s: cannot be written: %s", path,
                g_strerror(why));
    return false;
}

static bool write_file(Out *out, const Writer *writer, const char *path, GError **error)
{
    out->file = g_fopen(path, "we");
    if (!out->file) return fail(path, errno, error);
    errno = 0;
    write_all(out, writer);
    bool broken = ferror(out->file) != 0;
    int why = broken && errno ? errno : EIO;
    if (fclose(out->file) != 0 && !broken) broken = true, why = errno;
    return !broken || fail(path, why, error);
}

/* Beside the file first, so that a failure leaves an older one alone; a pipe or
 * a device is written to as it is. */
static bool write_or_nothing(Out *out, const Writer *writer, const char *path, GError **error)
{
    if (g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return write_file(out, writer, path, error);
    g_autofree char *beside = g_strconcat(path, ".part", NULL);
    if (!write_file(out, writer, beside, error)) {
        (void)g_unlink(beside);
        return false;
    }
    return g_rename(beside, path) == 0 || fail(path, errno, error);
}

bool topology_write(const Topology *topology, const char *path, GError **error)
{
    const Writer *writer = writer_for(path, error);
    if (!writer) return false;
    if (topology->complete && topology->nodes > COMPLETE_MOST) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY,
                    "%s: the links of a complete overlay of %u nodes are too many for a file; at most %d nodes", path,
                    topology->nodes, COMPLETE_MOST);
        return false;
    }
    g_autoptr(Graph) all = topology->complete ? graph_new_complete(topology->nodes) : NULL;
    Out out = { .topology = topology, .graph = all ? all : topology->graph };
    out.latencies = has_latencies(out.graph);
    out.directed = directions_differ(&out);
    out.weights = weights_of(topology, out.graph);
    return write_or_nothing(&out, writer, path, error);
}
