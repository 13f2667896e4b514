/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A GraphML file taken apart: keys, nodes, edges and their data, with lines.
 *
 * GLib's parser knows no entities but the five of XML and opens no other file,
 * so a bomb of entities or a reference to the machine's files comes to nothing.
 * Used by format_graphml.c alone.
 */
#pragma once
#include "graph/draft.h"

#define GRAPHML_NAMESPACE "http://graphml.graphdrawing.org/xmlns"

/* A node or a link as it stands in the file. */
typedef struct {
    unsigned line;
    char *id, *target;          /* of a node its id, of an edge its source and target */
    char *data;                 /* its <data> elements in a row, keys numbered k0, k1, … */
} GraphmlItem;

typedef struct {
    bool directed;
    GArray *nodes, *edges;      /* of GraphmlItem */
    GString *heads;             /* <key> elements, numbered the same way */
    unsigned graphs;            /* in the file; the first is taken */
    unsigned integers;          /* keys whose type is "integer", which is not in the standard */
    unsigned unknown;           /* data of keys that are not declared, left out */
} Graphml;

/* Takes the text, which is UTF-8, apart; false and *error where it is not sound.
 * graphml_clear() comes after either. */
bool graphml_scan(Text *text, Graphml *graphml, GError **error);
void graphml_clear(Graphml *graphml);
