/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filling the parts of a scenario.  Equal sections of many settings share one
 * configuration, so that a sweep over 100 points reads a large file once; a file
 * with a fault is read once for each line that names it. */
#pragma once
#include "scenario/merge.h"

typedef struct Parts Parts;             /* the configurations made so far */

Parts *parts_new(Faults *faults);       /* only points to them */
void parts_free(Parts *parts);          /* configurations in use live on */

/* What a part is filled from: the keys of a section, or the arguments `inner` of
 * its key `call` (NULL: from the keys). */
typedef struct {
    const Variant *variant;
    const SectionKind *kind;
    const Keys *keys;
    const char *call, *inner;
} PartSource;

/* Fills part->variant and part->config.  Where there is a fault, it is reported and
 * config is NULL. */
void part_fill(Part *part, Parts *parts, const PartSource *source);

/* Gives up its share of the configuration and frees what it owns. */
void part_clear(Part *part);
