/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/expectation.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "report/digits.h"

static const char *const op_names[] = {
    [EXPECT_EQ] = "eq", [EXPECT_NE] = "ne", [EXPECT_LT] = "lt", [EXPECT_LE] = "le",
    [EXPECT_GT] = "gt", [EXPECT_GE] = "ge", [EXPECT_WITHIN] = "within",
};

static bool equal(double a, double b)
{
    return fabs(a - b) <= 1e-9 * MAX(fabs(a), fabs(b));
}

static bool holds_for(const Expect *expect, double value)
{
    switch (expect->op) {
    case EXPECT_EQ:     return equal(value, expect->value);
    case EXPECT_NE:     return !isnan(value) && !equal(value, expect->value);
    case EXPECT_LT:     return value < expect->value;
    case EXPECT_LE:     return value <= expect->value;
    case EXPECT_GT:     return value > expect->value;
    case EXPECT_GE:     return value >= expect->value;
    case EXPECT_WITHIN: return value >= expect->value && value <= expect->high;
    }
    return false;
}

static char *expected_text(const Expect *expect)
{
    g_autofree char *low = format_number(expect->value), *high = format_number(expect->high);
    if (expect->op == EXPECT_WITHIN) return g_strdup_printf("within %s .. %s", low, high);
    return g_strdup_printf("%s %s", op_names[expect->op], low);
}

/* "20 %" and "0.2" are one value, "10 ms" and "0.01 s" another. */
static bool same_value(const char *a, const char *b)
{
    if (strcmp(a, b) == 0) return true;
    for (Unit unit = UNIT_NONE; unit <= UNIT_SHARE; unit++) {
        double x, y;
        if (parse_quantity(a, unit, &x, NULL) && parse_quantity(b, unit, &y, NULL)) return x == y;
    }
    return false;
}

static bool point_matches(const Plan *plan, const Point *point, char **where)
{
    for (; where && *where; where++) {
        const char *equals = strchr(*where, '=');
        if (!equals) return false;
        g_autofree char *key = g_strstrip(g_strndup(*where, (size_t)(equals - *where)));
        g_autofree char *value = g_strstrip(g_strdup(equals + 1));
        uint32_t axis = 0;
        while (axis < plan->axis_count && strcmp(plan->axes[axis].key, key) != 0) axis++;
        if (axis == plan->axis_count || !same_value(point->values[axis], value)) return false;
    }
    return true;
}

static double observed_in(const Expect *expect, const Samples *samples, const char *variant, const char *point)
{
    int v = samples_find(samples->variants, variant), p = samples_find(samples->points, point);
    int m = samples_find(samples->metrics, expect->metric);
    if (v < 0 || p < 0 || m < 0) return NAN;
    if (expect->pooled) return samples_pooled(samples, (guint)v, (guint)p, (guint)m).value;
    return samples_mean(samples, (guint)v, (guint)p, (guint)m).value;
}

static Verdict judge(const Expect *expect, const Plan *plan, const Samples *samples)
{
    Verdict verdict = { .expect = expect, .observed = NAN, .expected = expected_text(expect) };
    for (uint32_t v = 0; v < plan->variant_count; v++) {
        if (expect->of && strcmp(expect->of, plan->variants[v]) != 0) continue;
        for (uint32_t p = 0; p < plan->point_count; p++) {
            const Point *point = &plan->points[p];
            if (!point_matches(plan, point, expect->where)) continue;
            double value = observed_in(expect, samples, plan->variants[v], point->json);
            bool holds = holds_for(expect, value);
            if (verdict.variant && holds) continue;
            verdict.holds = holds;
            verdict.observed = value;
            verdict.variant = plan->variants[v];
            verdict.point = point->json;
            if (!holds) return verdict;
        }
    }
    return verdict;
}

static void clear_verdict(void *data)
{
    g_free(((Verdict *)data)->expected);
}

GArray *expectation_judge(const Plan *plan, const Samples *samples)
{
    GArray *verdicts = g_array_new(FALSE, FALSE, sizeof(Verdict));
    g_array_set_clear_func(verdicts, clear_verdict);
    for (guint i = 0; i < plan->expects->len; i++) {
        Verdict verdict = judge(plan->expects->pdata[i], plan, samples);
        g_array_append_val(verdicts, verdict);
    }
    return verdicts;
}

GError *expectation_error(const Plan *plan, const GArray *verdicts)
{
    GString *text = g_string_new("");
    for (guint i = 0; i < verdicts->len; i++) {
        const Verdict *verdict = &g_array_index(verdicts, Verdict, i);
        if (verdict->holds) continue;
        g_autofree char *observed = digits_number(verdict->observed);
        g_autofree char *label = verdict->point ? samples_point_label(verdict->point) : g_strdup("");
        g_string_append_printf(text, "%s%s:%d: [expect %s] %s: %s is expected, ", text->len ? "\n" : "", plan->path,
                               verdict->expect->line, verdict->expect->name, verdict->expect->metric, verdict->expected);
        if (isnan(verdict->observed)) g_string_append(text, "there is no data");
        else g_string_append_printf(text, "%s was seen", observed);
        if (verdict->variant)
            g_string_append_printf(text, " (%s%s%s)", verdict->variant, *label ? ", " : "", label);
    }
    g_autofree char *message = g_string_free(text, FALSE);
    return *message ? g_error_new_literal(SIM_ERROR, SIM_ERROR_EXPECTATION, message) : NULL;
}
