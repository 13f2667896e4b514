/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is left of a period that is met at a random instant.
 *
 * A period met so is drawn by its length, for long ones cover more time, and the
 * instant is uniform within it.  A process of periods that begins with such a
 * rest is stationary from its first instant.
 *
 * Source: D. R. Cox, "Renewal Theory", 1962, chapter 5 (forward recurrence time).
 */
#pragma once
#include "core/distribution.h"

/* True where the law has an equilibrium: a mean above 0 that is finite. */
bool residual_exists(const Distribution *law);

/* One rest, 0 to 2^62, in the value unit; residual_exists().  Takes exactly two
 * numbers from the stream whatever the law. */
double residual_draw(const Distribution *law, Random *random);

/* The same as a duration in whole ns. */
SimTime residual_time(const Distribution *law, Random *random);

/* Its expected value, E[L^2] / (2 E[L]); infinite for pareto with shape <= 2. */
double residual_mean(const Distribution *law);
