/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/comparison.h"

#include <math.h>

#include "report/crossover.h"
#include "report/digits.h"
#include "report/table.h"

/* One metric: all differences, and their p-values adjusted together. */
typedef struct {
    const Samples *samples;
    guint against, metric;
    Paired *pairs;              /* [variant * points + point] */
    double *p;                  /* adjusted; NaN at the variant itself */
} Family;

static Family family_new(const Samples *samples, guint against, guint metric)
{
    guint points = samples->points->len, count = samples->variants->len * points;
    Family family = { samples, against, metric, g_new0(Paired, count + 1), g_new(double, count + 1) };
    for (guint i = 0; i < count; i++) {
        family.pairs[i] = samples_difference(samples, i / points, against, i % points, metric);
        family.p[i] = i / points == against ? NAN : family.pairs[i].p;
    }
    statistics_holm(family.p, count);
    return family;
}

static void family_clear(Family *family)
{
    g_free(family->pairs);
    g_free(family->p);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Family, family_clear)

static char *percent(double share)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strdup(g_ascii_formatd(text, sizeof text, fabs(share) < 0.1 ? "%.2g" : "%.0f", share * 100));
}

/* What pairing did to the variance of the difference: "−98 %". */
static char *variance_text(const Paired *paired)
{
    if (isnan(paired->variance_ratio)) return g_strdup("–");
    double change = round((paired->variance_ratio - 1) * 100);
    return g_strdup_printf("%s%.0f %%", change > 0 ? "+" : change < 0 ? "−" : "", fabs(change));
}

/* How many replications would show a difference of this size, if it is real. */
static char *needed_text(const Estimate *difference)
{
    double times = estimate_half_width(difference) / fabs(difference->value);
    double needed = ceil((double)difference->count * times * times);
    if (!(needed < 1e6)) return g_strdup("no difference shown");
    if (needed <= (double)difference->count) return g_strdup("no difference shown, among so many comparisons");
    return g_strdup_printf("no difference shown; one of this size takes about %.0f replications", needed);
}

static char *verdict_text(const Family *family, guint variant, guint point)
{
    const Samples *samples = family->samples;
    guint place = variant * samples->points->len + point;
    const Estimate *difference = &family->pairs[place].difference;
    if (difference->count == 0) return g_strdup("no replication that both measured");
    if (difference->count == 1) return g_strdup("one pair proves nothing: more replications are needed");
    if (difference->variance == 0 && difference->value == 0) return g_strdup("the same in every replication");
    if (!(family->p[place] < 1 - SAMPLES_CONFIDENCE)) return needed_text(difference);
    double base = samples_mean(samples, family->against, point, family->metric).value;
    const char *way = difference->value > 0 ? "higher" : "lower";
    if (base == 0) return g_strdup_printf("%s is %s", samples_variant(samples, variant), way);
    g_autofree char *by = percent(fabs(difference->value / base));
    return g_strdup_printf("%s is %s by %s %%", samples_variant(samples, variant), way, by);
}

static Table *start(const Samples *samples, guint variant, guint against, const char *corner)
{
    Table *table = table_new("lrrrrl");
    table_add(table, corner);
    table_add(table, samples_variant(samples, against));
    table_add(table, samples_variant(samples, variant));
    table_add(table, "difference");
    table_add(table, "variance");
    table_add(table, "verdict");
    return table;
}

static void add_row(Table *table, const Family *family, guint variant, guint point, const char *name)
{
    const Samples *samples = family->samples;
    Estimate base = samples_mean(samples, family->against, point, family->metric);
    Estimate other = samples_mean(samples, variant, point, family->metric);
    const Paired *paired = &family->pairs[variant * samples->points->len + point];
    table_add(table, name);
    table_take(table, digits_number(base.value));
    table_take(table, digits_number(other.value));
    table_take(table, digits_difference(&paired->difference));
    table_take(table, variance_text(paired));
    table_take(table, verdict_text(family, variant, point));
}

static void write_single(const Samples *samples, guint variant, guint against, const GArray *chosen, GString *out)
{
    g_autoptr(Table) table = start(samples, variant, against, "");
    for (guint i = 0; i < chosen->len; i++) {
        guint m = g_array_index(chosen, guint, i);
        g_auto(Family) family = family_new(samples, against, m);
        add_row(table, &family, variant, 0, samples_metric(samples, m));
    }
    table_write(table, TABLE_PLAIN, out);
    g_string_append_c(out, '\n');
}

static void write_crossovers(const Samples *samples, guint variant, guint against, guint metric, GString *out)
{
    g_autoptr(GArray) found = crossover_find(samples, variant, against, metric);
    for (guint i = 0; i < found->len; i++) {
        g_autofree char *where = crossover_text(samples, &g_array_index(found, Crossover, i));
        g_autofree char *clean = table_clean(where);
        g_string_append_printf(out, "The sign changes at %s.\n", clean);
    }
}

static void write_sweep(const Samples *samples, guint variant, guint against, const GArray *chosen, GString *out)
{
    for (guint i = 0; i < chosen->len; i++) {
        guint m = g_array_index(chosen, guint, i);
        g_auto(Family) family = family_new(samples, against, m);
        g_autoptr(Table) table = start(samples, variant, against, samples_metric(samples, m));
        for (guint p = 0; p < samples->points->len; p++) {
            g_autofree char *label = samples_point_label(samples_point(samples, p));
            add_row(table, &family, variant, p, label);
        }
        table_write(table, TABLE_PLAIN, out);
        write_crossovers(samples, variant, against, m, out);
        g_string_append_c(out, '\n');
    }
}

static void write_foot(const Samples *samples, GString *out)
{
    guint comparisons = (samples->variants->len - 1) * samples->points->len;
    g_string_append(out, "Differences are paired by replication, ± half-width of the 95 % confidence interval (Student t).\n"
                         "variance: of the difference, against what independent runs would have had.\n");
    if (comparisons > 1)
        g_string_append_printf(out, "A verdict allows for the %u comparisons of its metric (Holm, 5 %% for all together); "
                                    "an interval stands alone.\n", comparisons);
}

char *comparison_text(const Samples *samples, guint against, const GArray *chosen)
{
    g_autofree char *title = table_clean(samples->title), *base = table_clean(samples_variant(samples, against));
    GString *out = g_string_new("");
    g_string_append_printf(out, "%s: seed %" G_GUINT64_FORMAT ", %u replication%s\n\n", title, samples->seed,
                           samples->replications, samples->replications == 1 ? "" : "s");
    for (guint v = 0; v < samples->variants->len; v++) {
        if (v == against) continue;
        g_autofree char *name = table_clean(samples_variant(samples, v));
        g_string_append_printf(out, "%s − %s\n\n", name, base);
        if (samples->points->len == 1) write_single(samples, v, against, chosen, out);
        else write_sweep(samples, v, against, chosen, out);
    }
    write_foot(samples, out);
    return g_string_free(out, FALSE);
}
