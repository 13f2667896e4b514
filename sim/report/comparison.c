/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/comparison.h"

#include <math.h>
#include <string.h>

#include "report/crossover.h"
#include "report/digits.h"
#include "report/sentence.h"
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

static Finding finding_at(const Family *family, guint variant, guint point)
{
    const Samples *samples = family->samples;
    guint place = variant * samples->points->len + point;
    return (Finding){
        .metric = samples_metric(samples, family->metric),
        .variant = samples_variant(samples, variant), .against = samples_variant(samples, family->against),
        .paired = family->pairs[place], .p = family->p[place],
        .base = samples_mean(samples, family->against, point, family->metric),
        .other = samples_mean(samples, variant, point, family->metric),
    };
}

/* What pairing did to the variance of the difference: "−98 %". */
static char *variance_text(const Paired *paired)
{
    if (isnan(paired->variance_ratio)) return g_strdup("–");
    double change = round((paired->variance_ratio - 1) * 100);
    return g_strdup_printf("%s%.0f %%", change > 0 ? "+" : change < 0 ? "−" : "", fabs(change));
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
    Finding finding = finding_at(family, variant, point);
    table_add(table, name);
    table_take(table, digits_number(finding.base.value));
    table_take(table, digits_number(finding.other.value));
    table_take(table, digits_difference(&finding.paired.difference));
    table_take(table, variance_text(&finding.paired));
    table_take(table, finding_verdict(&finding));
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
        g_string_append_printf(out, "The winner changes at %s.\n", clean);
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

/* Adds to a sentence, wrapped at 100 columns. */
static void say(GString *out, size_t *column, const char *clause, const char *separator)
{
    g_autofree char *clean = table_clean(clause);
    size_t length = (size_t)g_utf8_strlen(clean, -1) + 2;
    g_string_append(out, separator);
    if (*column + length > 100) {
        g_string_append(out, "\n   ");
        *column = 3;
    }
    g_string_append_printf(out, " %s", clean);
    *column += length;
}

/* One point in words: what differs, then what does not. */
static void summarize(const Samples *samples, guint variant, guint point, Family *const *families, GString *out)
{
    g_autofree char *label = samples_point_label(samples_point(samples, point));
    size_t start = out->len, column = strlen(label) + 4;
    const char *subject = samples_variant(samples, variant), *separator = "";
    g_string_append_printf(out, "  %s%s", label, *label ? ":" : " ");
    for (Family *const *family = families; *family; family++) {
        Finding finding = finding_at(*family, variant, point);
        if (!finding_holds(&finding)) continue;
        g_autofree char *clause = finding_clause(&finding, subject);
        if (g_str_has_prefix(clause, subject)) subject = "it";
        say(out, &column, clause, separator);
        separator = ";";
    }
    const char *first = "no difference found at this precision in";
    for (Family *const *family = families; *family; family++) {
        Finding finding = finding_at(*family, variant, point);
        const Estimate *difference = &finding.paired.difference;
        if (finding_holds(&finding) || difference->count < 2 || difference->variance == 0) continue;
        g_autofree char *name = finding_name(&finding), *precision = finding_precision(&finding);
        g_autofree char *clause = g_strdup_printf("%s%s%s (half-width %s)", first, *first ? " " : "", name, precision);
        say(out, &column, clause, *first ? separator : ",");
        first = "", separator = ";";
    }
    first = "the same in every replication:";
    for (Family *const *family = families; *family; family++) {
        Finding finding = finding_at(*family, variant, point);
        const Estimate *difference = &finding.paired.difference;
        if (difference->count < 2 || difference->variance != 0 || difference->value != 0) continue;
        g_autofree char *name = finding_name(&finding), *clause = g_strconcat(first, *first ? " " : "", name, NULL);
        say(out, &column, clause, *first ? separator : ",");
        first = "", separator = ";";
    }
    if (*separator) g_string_append(out, ".\n");
    else g_string_truncate(out, start);
}

static void write_summary(const Samples *samples, guint variant, guint against, const GArray *chosen, GString *out)
{
    enum { SAID = 7 };                  /* metrics in a paragraph; the tables have all */
    guint count = MIN(chosen->len, SAID);
    Family list[SAID];
    Family *families[SAID + 1] = { NULL };
    for (guint i = 0; i < count; i++) {
        list[i] = family_new(samples, against, g_array_index(chosen, guint, i));
        families[i] = &list[i];
    }
    for (guint p = 0; p < samples->points->len; p++) summarize(samples, variant, p, families, out);
    for (guint i = 0; i < count; i++) family_clear(&list[i]);
    g_string_append_c(out, '\n');
}

static void write_foot(const Samples *samples, GString *out)
{
    guint comparisons = (samples->variants->len - 1) * samples->points->len;
    g_string_append(out, "difference: A − B, paired by replication, ± half-width of the 95 % confidence interval (Student t);\n"
                         "shares in points of a hundred.  variance: of the difference, against what runs that are not paired\n"
                         "would have had.\n");
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
        g_string_append_printf(out, "%s against %s\n\n", name, base);
        write_summary(samples, v, against, chosen, out);
        if (samples->points->len == 1) write_single(samples, v, against, chosen, out);
        else write_sweep(samples, v, against, chosen, out);
    }
    write_foot(samples, out);
    return g_string_free(out, FALSE);
}

char *comparison_verdict(const Samples *samples, guint variant, guint against, guint point, guint metric)
{
    g_auto(Family) family = family_new(samples, against, metric);
    Finding finding = finding_at(&family, variant, point);
    return finding_verdict(&finding);
}
