/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GraphML.  U. Brandes et al., "GraphML progress report", Graph Drawing 2001. */
#include "graph/writer.h"

static char *escaped(const char *text)
{
    g_autofree char *clean = writer_text(text);
    return g_markup_escape_text(clean, -1);
}

static void declare(const Out *out, const char *id, const char *owner, const char *name, bool text)
{
    g_autofree char *safe = escaped(name);
    fprintf(out->file, "  <key id=\"%s\" for=\"%s\" attr.name=\"%s\" attr.type=\"%s\"/>\n", id, owner, safe,
            text ? "string" : "double");
}

static void head(const Out *out)
{
    const Topology *topology = out->topology;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
          out->file);
    if (topology->names) declare(out, "name", "node", "label", true);
    if (topology->x) declare(out, "x", "node", writer_x_name(topology), false);
    if (topology->y) declare(out, "y", "node", writer_y_name(topology), false);
    if (out->latencies) declare(out, "latency", "edge", "latency", true);
    for (guint c = 0; c < topology->columns->len; c++) {
        const LinkColumn *column = topology->columns->pdata[c];
        char id[16];
        g_snprintf(id, sizeof id, "c%u", c);
        declare(out, id, "edge", column->name, column->texts != NULL);
    }
    fprintf(out->file, "  <graph edgedefault=\"%s\">\n", out->directed ? "directed" : "undirected");
}

static void number(const Out *out, const char *id, double value)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    if (writer_number(buffer, value)) fprintf(out->file, "<data key=\"%s\">%s</data>", id, buffer);
}

static void text(const Out *out, const char *id, const char *value)
{
    if (!value) return;
    g_autofree char *safe = escaped(value);
    fprintf(out->file, "<data key=\"%s\">%s</data>", id, safe);
}

static void node(const Out *out, NodeId v)
{
    const Topology *topology = out->topology;
    fprintf(out->file, "    <node id=\"%u\">", v);
    if (topology->names) text(out, "name", topology->names[v]);
    if (topology->x) number(out, "x", topology->x[v]);
    if (topology->y) number(out, "y", topology->y[v]);
    fputs("</node>\n", out->file);
}

static void edge(const Out *out, NodeId from, uint32_t place)
{
    const GPtrArray *columns = out->topology->columns;
    fprintf(out->file, "    <edge source=\"%u\" target=\"%u\">", from, out->graph->links[place].to);
    g_autofree char *latency = out->latencies ? writer_latency(out, place) : NULL;
    text(out, "latency", latency);
    for (guint c = 0; c < columns->len; c++) {
        const LinkColumn *column = columns->pdata[c];
        char id[16];
        g_snprintf(id, sizeof id, "c%u", c);
        if (column->texts) text(out, id, column->texts[place]);
        else number(out, id, column->values[place]);
    }
    fputs("</edge>\n", out->file);
}

static void tail(const Out *out)
{
    fputs("  </graph>\n</graphml>\n", out->file);
}

const Writer writer_graphml = { ".graphml", head, node, edge, tail };
