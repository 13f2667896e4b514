/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What decides the outcome of an experiment's runs, as one number. */
#pragma once
#include "scenario/merge.h"

/* SHA-256 in hexadecimal over all merged settings (variant by variant, point by
 * point): equal for files that differ in comments, blanks, the order of keys, title,
 * how many replications, [plot] and [expect] alone.  Free it. */
char *settings_hash(const Plan *plan, Setting *const *settings);
