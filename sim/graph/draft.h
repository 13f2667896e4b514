/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A topology in the making: nodes and links in the order in which a file lists them.
 *
 * Used by the readers of graph/ alone.  A reader adds nodes and links, and one
 * value a column for each link; draft_finish() makes the simple graph.
 */
#pragma once
#include "graph/text.h"
#include "graph/topology.h"

/* One quantity of each link, in the order of the links; numbers or texts. */
typedef struct {
    char *name;
    GArray *values;             /* of double; NULL for texts */
    GPtrArray *texts;           /* of char *, NULL where missing; NULL for numbers */
    GStringChunk *owner;
} DraftColumn;

typedef struct { NodeId a, b; } DraftLink;

typedef struct {
    Text *text;                 /* where it comes from; only pointed to */
    GArray *ids;                /* of uint64_t: the id of each node; its length is the number of nodes */
    GHashTable *by_id;          /* id -> node + 1, of those added by draft_node() */
    GPtrArray *names;           /* of char *, NULL where a node has none; as many as nodes, or empty */
    GArray *x, *y;              /* of double, NaN where unknown; as many as nodes, or empty */
    bool geographic;
    bool directed;              /* each link goes from a to b alone */
    GArray *links;              /* of DraftLink */
    GPtrArray *columns;         /* of DraftColumn * */
    GString *notes;
} Draft;

Draft *draft_new(Text *text);
void draft_free(Draft *draft);

/* Adds a node with this id; false and *error where the id is there already. */
bool draft_node(Draft *draft, uint64_t id, GError **error);

/* Adds the place of the newest node. */
void draft_place(Draft *draft, double x, double y);

/* The node of an id, or of a field that is read as one; false and *error where no node has it. */
bool draft_find(const Draft *draft, const char *field, NodeId *out, GError **error);
bool draft_find_id(const Draft *draft, uint64_t id, NodeId *out, GError **error);

/* Adds a column; numbers unless `texts`.  Then, for each link, one value a column. */
DraftColumn *draft_column(Draft *draft, const char *name, bool texts);
void draft_link(Draft *draft, NodeId a, NodeId b);
void draft_value(DraftColumn *column, double value);
void draft_text(DraftColumn *column, const char *value);

/* Adds a line to the notes. */
void draft_note(Draft *draft, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The topology, which takes over names and notes; or NULL and *error
 * (SIM_ERROR_TOPOLOGY) where it has no node or too many links.  A node without a
 * name is called by its id, unless every id is the node's number.  Linear but
 * for a factor log(degree). */
Topology *draft_finish(Draft *draft, GError **error);
