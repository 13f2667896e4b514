/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The standard workloads of `bench`.  Used by the files of bench alone. */
#pragma once
#include "scenario/scenario.h"

/* One kind of run, at any number of nodes. */
typedef struct {
    const char *name;
    const char *summary;        /* one line for `help` */
    const char *text;           /* of the scenario, without nodes and publications */
    uint32_t publications[5];   /* at 1,000, 10,000 … 10,000,000 nodes */
    const Protocol *protocol;   /* in place of the scenario's, or NULL */
    bool setup;                 /* ends before anything happens */
} BenchLoad;

extern const BenchLoad bench_loads[];   /* ended by a NULL name */

/* The entry of that name; or NULL and *error (SIM_ERROR_UNKNOWN, with a did-you-mean). */
const BenchLoad *bench_load_find(const char *name, GError **error);

/* The scenario of this many nodes and, unless 0, this many publications, or
 * seconds where a protocol of its own runs; free it. */
char *bench_load_text(const BenchLoad *load, uint32_t nodes, uint32_t publications);
