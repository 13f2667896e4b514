/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GML.  M. Himsolt, "GML: a portable graph file format", University of Passau, 1997. */
#include "graph/writer.h"

/* Keys are letters and digits, a letter first. */
static char *key_of(const char *name)
{
    GString *key = g_string_new(NULL);
    if (!g_ascii_isalpha(*name)) g_string_append(key, "column");
    for (; *name; name++) g_string_append_c(key, g_ascii_isalnum(*name) ? *name : '_');
    return g_string_free(key, FALSE);
}

static void number(const Out *out, const char *key, double value)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    if (writer_number(buffer, value)) fprintf(out->file, " %s %s", key, buffer);
}

static void text(const Out *out, const char *key, const char *value)
{
    if (!value) return;
    g_autofree char *clean = writer_text(value);
    fprintf(out->file, " %s \"", key);
    for (const char *p = clean; *p; p++)
        if (*p == '"') fputs("&quot;", out->file);
        else if (*p == '&') fputs("&amp;", out->file);
        else fputc(*p, out->file);
    fputc('"', out->file);
}

static void head(const Out *out)
{
    fprintf(out->file, "graph [\n  directed %d\n", out->directed);
}

static void node(const Out *out, NodeId v)
{
    const Topology *topology = out->topology;
    fprintf(out->file, "  node [ id %u", v);
    if (topology->names) text(out, "label", topology->names[v]);
    if (topology->x) number(out, writer_x_name(topology), topology->x[v]);
    if (topology->y) number(out, writer_y_name(topology), topology->y[v]);
    fputs(" ]\n", out->file);
}

static void edge(const Out *out, NodeId from, uint32_t place)
{
    const GPtrArray *columns = out->topology->columns;
    fprintf(out->file, "  edge [ source %u target %u", from, out->graph->links[place].to);
    g_autofree char *latency = out->latencies ? writer_latency(out, place) : NULL;
    text(out, "latency", latency);
    for (guint c = 0; c < columns->len; c++) {
        const LinkColumn *column = columns->pdata[c];
        g_autofree char *key = key_of(column->name);
        if (column->texts) text(out, key, column->texts[place]);
        else number(out, key, column->values[place]);
    }
    fputs(" ]\n", out->file);
}

static void tail(const Out *out)
{
    fputs("]\n", out->file);
}

const Writer writer_gml = { ".gml", head, node, edge, tail };
