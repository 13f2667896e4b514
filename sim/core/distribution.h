/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distributions a scenario can name wherever a duration, size or bandwidth stands.
 *
 *     5 ms                    constant(5 ms)          uniform(10 ms, 100 ms)
 *     normal(50 ms, 10 ms)    lognormal(MEDIAN, SIGMA)  exponential(MEAN)
 *     pareto(SCALE, SHAPE)    weibull(SCALE, SHAPE)   gamma(MEAN, SHAPE)
 *     empirical(FILE)         one value with its unit on each line
 *
 * Every draw inverts the distribution function at one uniform number, so that
 * two variants that share a stream stay in step whatever law each one has.
 *
 * Source: the quantile functions of the GNU Scientific Library.
 */
#pragma once
#include "core/random.h"
#include "core/units.h"

typedef enum {
    LAW_ABSENT,             /* the key was not given */
    LAW_CONSTANT, LAW_UNIFORM, LAW_NORMAL, LAW_LOGNORMAL, LAW_EXPONENTIAL,
    LAW_PARETO, LAW_WEIBULL, LAW_GAMMA, LAW_EMPIRICAL
} LawKind;

/* A plain value but for `values`; distribution_clear() frees that. */
typedef struct {
    LawKind kind;
    double a, b;            /* in the value unit of units.h; shapes and sigma are bare */
    double *values;         /* LAW_EMPIRICAL: ascending */
    uint32_t count;
} Distribution;

/* Reads a distribution of quantities of `unit`.  Relative file names stand
 * against `directory`.  Returns true and sets *out, or false and sets *error
 * (SIM_ERROR: SYNTAX, RANGE, UNKNOWN with a did-you-mean, or FILE). */
bool distribution_parse(const char *text, Unit unit, const char *directory, Distribution *out, GError **error);
void distribution_clear(Distribution *law);

/* The name of law number `i`, as in "pareto"; NULL after the last. */
const char *distribution_name(unsigned i);

/* One draw, 0 to 2^62, in the value unit.  Takes exactly one number from the
 * stream, none for a constant. */
double distribution_draw(const Distribution *law, Random *random);

/* One draw as a duration: whole ns, at most 2^62 (146 years). */
SimTime distribution_time(const Distribution *law, Random *random);

/* Expected value (infinite for pareto with shape <= 1), least value, and the
 * value not exceeded with probability `share` in (0, 1). */
double distribution_mean(const Distribution *law);
double distribution_least(const Distribution *law);
double distribution_quantile(const Distribution *law, double share);
