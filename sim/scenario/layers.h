/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The layers above the file: variants, the sweep and --set. */
#pragma once
#include "scenario/merge.h"
#include "scenario/plan.h"

typedef struct {
    char **variants;            /* names, NULL-terminated; {"default"} where the file has none */
    GPtrArray *assigns;         /* of GArray of Assign, one a variant */
    GArray *swept;              /* of Assign: the axes; values as written */
    Axis *axes;                 /* one for each of `swept` */
    GArray *sets;               /* of Assign */
} Layers;

/* Reads them all; reports every fault and leaves out what has one. */
Layers *layers_read(const Text *text, const char *const *overrides, Faults *faults);
void layers_free(Layers *layers);       /* the variants and axes too, unless taken (set to NULL) */

void axes_free(Axis *axes, uint32_t count);

/* The settings of one variant at one point: `values` has a text for each axis. */
Setting *layers_merge(const Layers *layers, const Text *text, uint32_t variant, char *const *values, Faults *faults);
