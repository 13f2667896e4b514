/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line an edge, as SNAP and most tools read them; nodes without links are lost. */
#include "graph/writer.h"

static void head(const Out *out)
{
    fprintf(out->file, "# %u nodes, %s", out->graph->nodes, out->directed ? "directed; from to" : "undirected; a b");
    if (out->weights || out->latencies) fputs(out->weights ? " weight" : " latency in ms", out->file);
    fputc('\n', out->file);
}

static void edge(const Out *out, NodeId from, uint32_t place)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    const char *weight = out->weights ? writer_number(buffer, out->weights->values[place])
                       : out->latencies ? writer_number(buffer, (double)graph_latency(out->graph, place) / 1e6) : NULL;
    fprintf(out->file, "%u %u%s%s\n", from, out->graph->links[place].to, weight ? " " : "", weight ? weight : "");
}

const Writer writer_edges = { ".edges", head, NULL, edge, NULL };
