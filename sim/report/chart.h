/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sequence of a run as a message-sequence chart: lifelines of nodes beside each other, time
 * downwards, packets as arrows.  Read from the tables packet, step and event, then placed. */
#pragma once
#include "core/units.h"
#include "report/plot_data.h"

typedef enum { CHART_ARRIVED, CHART_LOST, CHART_UNDER_WAY } ChartFate;

/* SYN and its like; data; "call print". */
typedef enum { CHART_TRANSPORT, CHART_BYTES, CHART_MESSAGE } ChartWeight;

/* A node; several named processes share its lifeline. */
typedef struct {
    NodeId node;
    GPtrArray *processes;       /* of char *: their names */
    guint packets;
} ChartColumn;

/* Packets of one way, begin, end and fate are one arrow.  y: mm below the first instant, as everywhere. */
typedef struct {
    SimTime sent, ended;        /* ended: -1 where it is under way */
    guint from, to;             /* columns */
    ChartFate fate;
    char *label;                /* of several the weightiest: "greeting, ready ×2" */
    char *before;               /* while it is read: what stands before the last, and how often that came */
    guint again;
    ChartWeight weight;
    guint count;
    double y1, y2;
} ChartArrow;

typedef struct {
    SimTime time;
    guint column;
    char *text;
    bool bad;                   /* something was dropped, or failed */
    bool late;                  /* to be said only where no packet arrives there at that instant */
    double y;
} ChartNote;

/* Somebody is at work, or waits. */
typedef struct { SimTime begin, end; guint column, level; bool work; double y1, y2; } ChartBar;

/* A node or all of its processes are down. */
typedef struct { SimTime begin, end; guint column; bool crash; double y1, y2; } ChartOutage;

/* Something that concerns all: a link is cut, a partition begins. */
typedef struct { SimTime time; char *text; double y; } ChartLine;

typedef struct { double y1, y2; SimTime length; } ChartBreak;       /* nothing happens that long */
typedef struct { SimTime time; double y; } ChartTick;

typedef struct {
    GPtrArray *columns;         /* of ChartColumn *, in the order in which they first send or receive */
    GArray *arrows, *notes, *bars, *outages, *lines;
    GArray *breaks, *ticks;     /* once placed */
    guint packets, left_out;    /* drawn; those of nodes for which there is no room */
    SimTime until;              /* nothing later is drawn; -1: all is */
    double depth;               /* mm */
} Chart;

/* A run from `from` until `until` (-1: the end).  NULL without *error where it has no sequence. */
Chart *chart_read(const PlotData *data, gint64 run, SimTime from, SimTime until, GError **error);
void chart_free(Chart *chart);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Chart, chart_free)

/* Adds bars, notes and outages; the columns are known.  False and *error where the tables cannot be read. */
bool chart_read_steps(Chart *chart, const PlotData *data, gint64 run, SimTime from, SimTime until, GError **error);

/* The column of a node; G_MAXUINT: none. */
guint chart_column(const Chart *chart, NodeId node);
static inline ChartColumn *chart_column_at(const Chart *chart, guint i) { return chart->columns->pdata[i]; }

/* Gives everything its place: instants apart so far that texts have room, idle time cut out.  What
 * lies below `most` mm is left out. */
void chart_place(Chart *chart, double most);
