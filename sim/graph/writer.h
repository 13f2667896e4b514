/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How one format is written.  Used by graph/ alone. */
#pragma once
#include <stdbool.h>
#include <stdio.h>

#include "graph/topology.h"

/* A file being written.  A failed write shows when it is closed. */
typedef struct {
    const Topology *topology;
    const Graph *graph;
    FILE *file;
    bool directed;              /* some link differs between its directions: each is an edge */
    bool latencies;             /* some link has one */
    const LinkColumn *weights;  /* the first column of numbers without a gap, or NULL */
} Out;

typedef struct {
    const char *ending;         /* ".gml" */
    void (*head)(const Out *out);
    void (*node)(const Out *out, NodeId node);
    void (*edge)(const Out *out, NodeId from, uint32_t place);      /* along graph->links[place] */
    void (*tail)(const Out *out);
} Writer;

extern const Writer writer_graphml, writer_gml, writer_dot, writer_edges;

/* A number for the file, in a buffer of G_ASCII_DTOSTR_BUF_SIZE; NULL where it
 * is not finite and is left out. */
const char *writer_number(char *buffer, double value);

/* The text as valid UTF-8 without control characters but TAB and line ends; free it. */
char *writer_text(const char *text);

/* The latency of a place with its unit, to be freed. */
char *writer_latency(const Out *out, uint32_t place);

/* Names of the places' attributes: x and y, or Longitude and Latitude. */
static inline const char *writer_x_name(const Topology *topology) { return topology->geographic ? "Longitude" : "x"; }
static inline const char *writer_y_name(const Topology *topology) { return topology->geographic ? "Latitude" : "y"; }
