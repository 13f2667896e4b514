/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One setting of the sweep, as JSON for the results and in words for people. */
#pragma once
#include "scenario/plan.h"

/* A value as JSON: counts, numbers and shares are numbers (20 % is 0.2), every
 * other value is the text.  `param` NULL: unknown, a text.  Free it. */
char *point_value(const Param *param, const char *text);

/* Fills json and label of a point from the values that it has on each axis;
 * params[i] is the row of axis i, or NULL. */
void point_describe(Point *point, const Axis *axes, uint32_t axis_count, const Param *const *params);
