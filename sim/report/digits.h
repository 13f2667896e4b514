/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as a person wants to read them: no more digits than are known. */
#pragma once
#include "experiment/statistics.h"

/* Six significant digits, without locale; "–" for NaN.  Free it. */
char *digits_number(double value);

/* "0.712 ± 0.021": the half-width with two significant digits and the mean with as
 * many decimals; the mean alone where the half-width is unknown.  Free it. */
char *digits_estimate(const Estimate *estimate);

/* The same with a sign in front, for differences.  Free it. */
char *digits_difference(const Estimate *estimate);
