/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/distribution.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/suggest.h"

#define MOST 0x1p62         /* of a draw: 146 years, or 4.6 EB */

/* How the arguments of each law read: a quantity, or a bare positive number. */
typedef enum { ARG_NONE, ARG_QUANTITY, ARG_SHAPE } Arg;

static const struct { const char *name; LawKind kind; Arg args[2]; const char *usage; } laws[] = {
    { "constant", LAW_CONSTANT, { ARG_QUANTITY, ARG_NONE }, "constant(VALUE)" },
    { "uniform", LAW_UNIFORM, { ARG_QUANTITY, ARG_QUANTITY }, "uniform(LOW, HIGH)" },
    { "normal", LAW_NORMAL, { ARG_QUANTITY, ARG_QUANTITY }, "normal(MEAN, DEVIATION)" },
    { "lognormal", LAW_LOGNORMAL, { ARG_QUANTITY, ARG_SHAPE }, "lognormal(MEDIAN, SIGMA)" },
    { "exponential", LAW_EXPONENTIAL, { ARG_QUANTITY, ARG_NONE }, "exponential(MEAN)" },
    { "pareto", LAW_PARETO, { ARG_QUANTITY, ARG_SHAPE }, "pareto(SCALE, SHAPE)" },
    { "weibull", LAW_WEIBULL, { ARG_QUANTITY, ARG_SHAPE }, "weibull(SCALE, SHAPE)" },
    { "gamma", LAW_GAMMA, { ARG_QUANTITY, ARG_SHAPE }, "gamma(MEAN, SHAPE)" },
};

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool empirical_line(const char *line, Unit unit, GArray *values, GError **error)
{
    g_autofree char *text = g_strstrip(g_strdup(line));
    double value;
    if (!*text || *text == '#') return true;
    if (!parse_quantity(text, unit, &value, error)) return false;
    g_array_append_val(values, value);
    return true;
}

static bool empirical_read(const char *name, Unit unit, const char *directory, Distribution *out, GError **error)
{
    g_autofree char *path = g_canonicalize_filename(name, directory), *text = NULL;
    g_autoptr(GError) reason = NULL;
    if (!g_file_get_contents(path, &text, NULL, &reason)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_FILE, "cannot read '%s': %s", name, reason->message);
        return false;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = 0; lines[i]; i++)
        if (!empirical_line(lines[i], unit, values, &reason)) {
            g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "%s:%u: %s", name, i + 1, reason->message);
            return false;
        }
    if (!values->len) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_FILE, "'%s' holds no value; one with its unit on each line", name);
        return false;
    }
    g_array_sort(values, ascending);
    *out = (Distribution){ .kind = LAW_EMPIRICAL, .count = values->len };
    out->values = (double *)g_array_free(g_steal_pointer(&values), FALSE);
    return true;
}

static bool argument_read(const char *text, Arg kind, Unit unit, double *out, GError **error)
{
    if (kind == ARG_QUANTITY) return parse_quantity(text, unit, out, error);
    double value;
    if (!parse_number(text, &value, error)) return false;
    if (value <= 0) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s' is not above 0", text);
        return false;
    }
    *out = value;
    return true;
}

const char *distribution_name(unsigned i)
{
    return i < G_N_ELEMENTS(laws) ? laws[i].name : i == G_N_ELEMENTS(laws) ? "empirical" : NULL;
}

static bool unknown(const char *name, GError **error)
{
    const char *names[G_N_ELEMENTS(laws) + 2];
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) names[i] = distribution_name(i);
    g_autofree char *hint = suggest(name, names);
    g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "no distribution is called '%s'%s", name, hint);
    return false;
}

static bool law_check(const Distribution *law, const char *text, GError **error)
{
    const char *wrong = NULL;
    if (law->kind == LAW_UNIFORM && law->b < law->a) wrong = "the upper end lies below the lower";
    if (law->kind >= LAW_LOGNORMAL && law->kind <= LAW_GAMMA && law->a <= 0) wrong = "its first argument must be above 0";
    if (law->kind == LAW_GAMMA && (law->b < 1e-3 || law->b > 1e4)) wrong = "its shape must lie between 0.001 and 10000";
    if (!wrong) return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s': %s", text, wrong);
    return false;
}

bool distribution_parse(const char *text, Unit unit, const char *directory, Distribution *out, GError **error)
{
    g_autofree char *inner = NULL, *name = parse_call(text, &inner);
    Distribution law = { .kind = LAW_CONSTANT };
    if (!name) {
        if (!parse_quantity(text, unit, &law.a, error)) return false;
        *out = law;
        return true;
    }
    if (strcmp(name, "empirical") == 0) return empirical_read(inner, unit, directory, out, error);
    size_t i = 0;
    while (i < G_N_ELEMENTS(laws) && strcmp(laws[i].name, name) != 0) i++;
    if (i == G_N_ELEMENTS(laws)) return unknown(name, error);
    g_auto(GStrv) args = parse_list(inner);
    if (g_strv_length(args) != (laws[i].args[1] == ARG_NONE ? 1u : 2u)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "'%s' should read %s", text, laws[i].usage);
        return false;
    }
    law.kind = laws[i].kind;
    if (!argument_read(args[0], laws[i].args[0], unit, &law.a, error)) return false;
    if (args[1] && !argument_read(args[1], laws[i].args[1], unit, &law.b, error)) return false;
    if (!law_check(&law, text, error)) return false;
    *out = law;
    return true;
}

void distribution_clear(Distribution *law)
{
    g_clear_pointer(&law->values, g_free);
    law->kind = LAW_ABSENT;
}

/* The value that a normal law, redrawn until not negative, stays under with probability u. */
static double normal_quantile(double mean, double deviation, double u)
{
    if (deviation == 0) return mean;
    double below = gsl_cdf_ugaussian_P(-mean / deviation), left = (1 - below) * (1 - u);
    /* Each half counts from its own end: close to 1 a double has no room left. */
    double z = u < 0.5 ? gsl_cdf_ugaussian_Pinv(below + u * (1 - below)) : gsl_cdf_ugaussian_Qinv(left);
    return fmax(0, mean + deviation * z);
}

/* The gamma law of scale 1.  GSL's own inverse gives up, and ends the process, at
 * shapes below 0.3 and far out at large ones.  Newton's method, held between
 * bounds: P(x) <= x^shape / Gamma(shape + 1) gives the lower one. */
static double gamma_quantile(double shape, double u)
{
    double low = exp((log(u) + lgamma(shape + 1)) / shape), high = INFINITY, x = fmax(low, shape - 1);
    if (low < 1e-15) return low;                /* there the bound is the value */
    for (int i = 0; i < 200; i++) {
        double over = u < 0.5 ? gsl_cdf_gamma_P(x, shape, 1) - u : (1 - u) - gsl_cdf_gamma_Q(x, shape, 1);
        if (over > 0) high = x;
        else low = x;
        double next = x - over / gsl_ran_gamma_pdf(x, shape, 1);
        if (!(next > low && next < high)) next = isinf(high) ? 2 * x : (low + high) / 2;
        if (fabs(next - x) <= 1e-14 * x) return next;
        x = next;
    }
    return x;
}

double distribution_quantile(const Distribution *law, double u)
{
    switch (law->kind) {
    case LAW_CONSTANT:    return law->a;
    case LAW_UNIFORM:     return law->a + (law->b - law->a) * u;
    case LAW_NORMAL:      return normal_quantile(law->a, law->b, u);
    case LAW_LOGNORMAL:   return law->a * exp(law->b * gsl_cdf_ugaussian_Pinv(u));
    case LAW_EXPONENTIAL: return -law->a * log1p(-u);
    case LAW_PARETO:      return law->a * exp(-log1p(-u) / law->b);
    case LAW_WEIBULL:     return law->a * pow(-log1p(-u), 1 / law->b);
    case LAW_GAMMA:       return law->a / law->b * gamma_quantile(law->b, u);
    case LAW_EMPIRICAL:   return law->values[(uint32_t)(u * law->count)];
    case LAW_ABSENT:      break;
    }
    g_assert_not_reached();
}

double distribution_draw(const Distribution *law, Random *random)
{
    double value = law->kind == LAW_CONSTANT ? law->a : distribution_quantile(law, random_open(random));
    return fmin(value, MOST);
}

SimTime distribution_time(const Distribution *law, Random *random)
{
    return (SimTime)llround(distribution_draw(law, random));
}

double distribution_mean(const Distribution *law)
{
    double sum = 0;
    switch (law->kind) {
    case LAW_CONSTANT: case LAW_EXPONENTIAL: case LAW_GAMMA: return law->a;
    case LAW_UNIFORM:   return (law->a + law->b) / 2;
    case LAW_LOGNORMAL: return law->a * exp(law->b * law->b / 2);
    case LAW_PARETO:    return law->b > 1 ? law->a * law->b / (law->b - 1) : INFINITY;
    case LAW_WEIBULL:   return law->a * tgamma(1 + 1 / law->b);
    case LAW_NORMAL: {
        if (law->b == 0) return law->a;
        double z = law->a / law->b;         /* of the law cut off below 0 */
        return law->a + law->b * exp(-z * z / 2) / sqrt(2 * G_PI) / gsl_cdf_ugaussian_P(z);
    }
    case LAW_EMPIRICAL:
        for (uint32_t i = 0; i < law->count; i++) sum += law->values[i];
        return sum / law->count;
    case LAW_ABSENT: break;
    }
    g_assert_not_reached();
}

double distribution_least(const Distribution *law)
{
    switch (law->kind) {
    case LAW_CONSTANT: case LAW_UNIFORM: case LAW_PARETO: return law->a;
    case LAW_EMPIRICAL: return law->values[0];
    case LAW_NORMAL: return law->b == 0 ? law->a : 0;
    default: return 0;
    }
}
