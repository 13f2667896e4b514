/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the warm-up of a series of measurements ends: MSER-5.
 *
 * Values are averaged by fives; cut where the estimated error of the mean of what
 * is left, its variance over its count, is least.
 *
 * Source: K. P. White, M. J. Cobb and S. C. Spratt, "A comparison of five steady-state
 * truncation heuristics for simulation", WSC 2000.
 */
#pragma once
#include <stddef.h>

/* How many values from the start belong to the warm-up: a multiple of 5, at most
 * half of the series; 0 for fewer than 10. */
size_t truncation_mser5(const double *series, size_t count);
