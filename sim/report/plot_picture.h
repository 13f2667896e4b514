/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An overlay as a picture: where its nodes are drawn, and what became of each. */
#pragma once
#include "graph/topology.h"
#include "report/plot_data.h"
#include "report/plot_sheet.h"

typedef enum { PICTURE_REACHED, PICTURE_DEAD, PICTURE_CUT_OFF, PICTURE_SOURCE, PICTURE_ASIDE } PictureState;

typedef struct { NodeId a, b; bool cut; } PictureLink;

typedef struct {
    guint nodes;
    double *x, *y;              /* NaN where unknown, until plot_picture_place() */
    char **names;               /* NULL: their numbers */
    NodeId *ids;                /* their numbers in the run */
    PictureState *states;
    double *latency;            /* ms until the last publication first reached it; NaN where it did not */
    GArray *links;              /* of PictureLink */
} Picture;

Picture *plot_picture_new(guint nodes);
void plot_picture_free(Picture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Picture, plot_picture_free)

/* The overlay of a run as the tables node, link, event and delivery have it; a
 * node is dead if it is down at the end of the run, cut off if it is up but the
 * last publication that reached anybody did not reach it, aside if it is no member.  NULL without *error
 * where the run recorded no nodes. */
Picture *plot_picture_read(const PlotData *data, gint64 run, GError **error);

/* Places every node in 0..1: where all places are known, by those, else by a
 * layout (graph/layout.h).  False and *error (SIM_ERROR_TOPOLOGY) past its size. */
bool plot_picture_place(Picture *picture, GError **error);

/* Keeps at most that many nodes, those nearest to the source, and the links between them. */
void plot_picture_sample(Picture *picture, guint most);

/* Draws a topology alone into `file` (.svg, .pdf or .png), with nothing beside
 * it; for `banyan topology --draw`.  False and *error (SIM_ERROR: SYNTAX for
 * another ending, TOPOLOGY for one without links to draw, MACHINE). */
bool plot_picture_draw(const Topology *topology, const char *title, const char *file, GError **error);
