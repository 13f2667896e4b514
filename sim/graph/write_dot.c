/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Graphviz's DOT: https://graphviz.org/doc/info/lang.html */
#include "graph/writer.h"

static void quoted(const Out *out, const char *value)
{
    g_autofree char *clean = writer_text(value);
    fputc('"', out->file);
    for (const char *p = clean; *p; p++)
        if (*p == '"' || *p == '\\') fprintf(out->file, "\\%c", *p);
        else if (*p == '\n') fputs("\\n", out->file);
        else if (*p != '\r') fputc(*p, out->file);
    fputc('"', out->file);
}

static void attribute(const Out *out, const char **before, const char *name, const char *value)
{
    if (!value) return;
    fputs(*before, out->file);
    quoted(out, name);
    fputc('=', out->file);
    quoted(out, value);
    *before = ", ";
}

static void head(const Out *out)
{
    fputs(out->directed ? "digraph {\n" : "graph {\n", out->file);
}

static void node(const Out *out, NodeId v)
{
    const Topology *topology = out->topology;
    const char *before = " [";
    char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];
    fprintf(out->file, "  %u", v);
    if (topology->names) attribute(out, &before, "label", topology->names[v]);
    if (topology->x && topology->y && writer_number(x, topology->x[v]) && writer_number(y, topology->y[v])) {
        g_autofree char *place = g_strconcat(x, ",", y, NULL);
        attribute(out, &before, "pos", place);
    }
    fputs(*before == ',' ? "];\n" : ";\n", out->file);
}

static void edge(const Out *out, NodeId from, uint32_t place)
{
    const GPtrArray *columns = out->topology->columns;
    const char *before = " [";
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    fprintf(out->file, "  %u %s %u", from, out->directed ? "->" : "--", out->graph->links[place].to);
    g_autofree char *latency = out->latencies ? writer_latency(out, place) : NULL;
    attribute(out, &before, "latency", latency);
    for (guint c = 0; c < columns->len; c++) {
        const LinkColumn *column = columns->pdata[c];
        attribute(out, &before, column->name,
                  column->texts ? column->texts[place] : writer_number(buffer, column->values[place]));
    }
    fputs(*before == ',' ? "];\n" : ";\n", out->file);
}

static void tail(const Out *out)
{
    fputs("}\n", out->file);
}

const Writer writer_dot = { ".dot", head, node, edge, tail };
