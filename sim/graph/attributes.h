/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names, places and columns of GraphML, GML and Pajek, by igraph's readers.
 *
 * igraph 0.10.2 invents nodes for unknown ids, merges repeated ones, passes over
 * nested graphs and tells lines that are not the file's.  So a reader of ours
 * goes through the file first, fills ids and links of a draft, and writes a sound
 * text in which node i has the id i (1 .. n in Pajek); igraph reads that one, and
 * what it finds must agree.
 */
#pragma once
#include <igraph.h>

#include "graph/draft.h"

typedef struct {
    igraph_error_t (*read)(igraph_t *graph, FILE *stream);
    const char *const *names;       /* attributes that name a node, the best first; NULL-terminated */
} AttributeReader;

/* Reads `sound` into names, places and columns of the draft.  False and *error
 * where igraph cannot read it or finds other nodes or links. */
bool attributes_read(Draft *draft, const AttributeReader *reader, const GString *sound, GError **error);
