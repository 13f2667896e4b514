/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scenario file as the plan of an experiment: variants × points of the sweep.
 *
 * The file is read and every combination is checked in full before anything
 * runs; all faults are reported at once.
 */
#pragma once
#include "scenario/scenario.h"

/* One key of the sweep. */
typedef struct {
    char *key;                  /* as written: "failure.crashes.fraction" */
    char **values;              /* texts, NULL-terminated */
    bool zipped;                /* goes in step with the other zipped ones, which have as many values */
} Axis;

/* One setting of the sweep. */
typedef struct {
    char **values;              /* one text for each axis, in their order; owned by the axes */
    char *json;                 /* {"failure.crashes.fraction": 0.2}: counts and shares are numbers */
    char *label;                /* for people: "fraction = 20 %"; "" where nothing is swept */
} Point;

typedef enum { EXPECT_EQ, EXPECT_NE, EXPECT_LT, EXPECT_LE, EXPECT_GT, EXPECT_GE, EXPECT_WITHIN } ExpectOp;

typedef struct {
    char *name, *metric;
    char *of;                   /* variant, or NULL for every one */
    char **where;               /* key=value texts, or NULL for every point */
    bool pooled;
    ExpectOp op;
    double value, high;         /* high: EXPECT_WITHIN only */
    int line;
} Expect;

typedef struct {
    char *name, *y, *x, *format, *of;   /* NULL where not given */
    SimTime from, until;                /* -1: not given */
    int line;
} PlotRequest;

typedef struct {
    char *path;                 /* absolute */
    char *stem;                 /* "tree-vs-mesh" */
    char *text;                 /* the whole file */
    char *hash;                 /* hex digest of what decides a run's outcome, --set included */
    char *title;                /* or the stem */
    uint64_t seed;
    uint32_t replications, first_replication, replications_max;
    double precision;           /* NaN: off */
    char **variants;            /* names in the order of the file; {"default"} where it has none */
    uint32_t variant_count;
    Axis *axes;
    uint32_t axis_count;
    Point *points;              /* the grid, last axis fastest, zipped ones as one; one empty point where nothing is swept */
    uint32_t point_count;
    Scenario **scenarios;       /* [variant * point_count + point] */
    GPtrArray *objects;         /* of char *: names of the sections of communication models */
    GPtrArray *families;        /* of const Model *: theirs */
    GPtrArray *expects;         /* of Expect * */
    GPtrArray *plots;           /* of PlotRequest * */
    GPtrArray *notes;           /* of char *: what a loader dropped or filled, for people */
} Plan;

/* Reads and checks the file.  `overrides` are the texts of --set,
 * "section.key=value", NULL-terminated, or NULL.  Returns NULL and sets *error
 * (SIM_ERROR_SCENARIO, its message all faults, one a line). */
Plan *plan_read(const char *path, const char *const *overrides, GError **error);
void plan_free(Plan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plan, plan_free)
