/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/overview.h"

#include <math.h>
#include <string.h>

#include "report/choice.h"
#include "report/digits.h"

/* What stands in the cells: means of all variants, or differences to one of them. */
typedef struct {
    const Samples *samples;
    int against;                /* -1: means */
    TableStyle style;
} Sheet;

static void add_names(const Sheet *sheet, Table *table)
{
    for (guint v = 0; v < sheet->samples->variants->len; v++)
        if ((int)v != sheet->against) table_add(table, samples_variant(sheet->samples, v));
}

static void add_cells(const Sheet *sheet, Table *table, guint point, guint metric)
{
    for (guint v = 0; v < sheet->samples->variants->len; v++) {
        if (sheet->against < 0) {
            Estimate mean = samples_mean(sheet->samples, v, point, metric);
            table_take(table, digits_estimate(&mean));
        } else if ((int)v != sheet->against) {
            Paired paired = samples_difference(sheet->samples, v, (guint)sheet->against, point, metric);
            table_take(table, digits_difference(&paired.difference));
        }
    }
}

static Table *start(const Sheet *sheet, const char *corner)
{
    guint columns = sheet->samples->variants->len + (sheet->against < 0);
    g_autofree char *kinds = g_strnfill(columns, 'r');
    kinds[0] = 'l';
    Table *table = table_new(kinds);
    table_add(table, corner);
    add_names(sheet, table);
    return table;
}

static void finish(const Sheet *sheet, Table *table, GString *out)
{
    table_write(table, sheet->style, out);
    table_free(table);
    g_string_append_c(out, '\n');
}

/* One point: a row a metric. */
static void write_single(const Sheet *sheet, const GArray *chosen, GString *out)
{
    Table *table = start(sheet, "");
    for (guint i = 0; i < chosen->len; i++) {
        guint m = g_array_index(chosen, guint, i);
        table_add(table, samples_metric(sheet->samples, m));
        add_cells(sheet, table, 0, m);
    }
    finish(sheet, table, out);
}

/* A sweep: a table a metric, with a row a point. */
static void write_sweep(const Sheet *sheet, const GArray *chosen, GString *out)
{
    for (guint i = 0; i < chosen->len; i++) {
        guint m = g_array_index(chosen, guint, i);
        Table *table = start(sheet, samples_metric(sheet->samples, m));
        for (guint p = 0; p < sheet->samples->points->len; p++) {
            table_take(table, samples_point_label(samples_point(sheet->samples, p)));
            add_cells(sheet, table, p, m);
        }
        finish(sheet, table, out);
    }
}

static void write_sheet(const Samples *samples, int against, const GArray *chosen, TableStyle style, GString *out)
{
    Sheet sheet = { samples, against, style };
    if (samples->points->len == 1) write_single(&sheet, chosen, out);
    else write_sweep(&sheet, chosen, out);
}

static void write_verdicts(const GArray *verdicts, TableStyle style, GString *out)
{
    g_autoptr(Table) table = table_new("llrl");
    const char *const head[] = { "expectation", "metric", "seen", "expected" };
    for (guint i = 0; i < G_N_ELEMENTS(head); i++) table_add(table, head[i]);
    for (guint i = 0; i < verdicts->len; i++) {
        const Verdict *verdict = &g_array_index(verdicts, Verdict, i);
        table_add(table, verdict->expect->name);
        table_add(table, verdict->expect->metric);
        table_take(table, digits_number(verdict->observed));
        table_take(table, g_strconcat(verdict->expected, verdict->holds ? ": holds" : ": FAILS", NULL));
    }
    table_write(table, style, out);
    g_string_append_c(out, '\n');
}

static bool is_chosen(const GArray *chosen, guint metric)
{
    for (guint i = 0; i < chosen->len; i++)
        if (g_array_index(chosen, guint, i) == metric) return true;
    return false;
}

/* With communication models a run has hundreds of numbers: those of single sections, and those that
 * stay 0, are told of and not named. */
static bool is_named(const Samples *samples, guint metric)
{
    return !strchr(samples_metric(samples, metric), '[') && choice_any_value(samples, metric);
}

/* Wraps the names of what is not shown at 100 columns. */
static void write_others(const Samples *samples, const GArray *chosen, GString *out)
{
    GString *names = g_string_new("Also measured, in summary.csv:");
    size_t column = names->len;
    unsigned count = 0, hidden = 0;
    bool many = choice_of_models(samples);
    const char *object = NULL;
    for (guint m = 0; m < samples->metrics->len; m++) {
        const char *name = samples_metric(samples, m);
        if (is_chosen(chosen, m)) continue;
        if (samples_measures_machine(name)) continue;
        if (many && !is_named(samples, m)) {
            if (strchr(name, '[') && !object) object = name;
            hidden++;
            continue;
        }
        g_autofree char *clean = table_clean(name);
        bool wrap = column + strlen(clean) + 2 > 100;
        g_string_append_printf(names, "%s%s%s", count++ ? "," : "", wrap ? "\n  " : " ", clean);
        column = wrap ? strlen(clean) + 2 : column + strlen(clean) + 2;
    }
    if (object) g_string_append_printf(names, "%s\n  and %u of single sections, as %s, or 0 in every run", count++ ? "," : "", hidden, object);
    if (count) g_string_append_printf(out, "%s\n", names->str);
    g_string_free(names, TRUE);
}

/* What `warmup = auto` has cut, over all runs. */
static void write_warmup(const Samples *samples, GString *out)
{
    int metric = samples_find(samples->metrics, "warmup_s");
    double least = INFINITY, most = 0;
    for (guint i = 0; metric >= 0 && i < samples->variants->len * samples->points->len; i++) {
        Estimate mean = samples_mean(samples, i / samples->points->len, i % samples->points->len, (guint)metric);
        if (!mean.count) continue;
        least = MIN(least, mean.least);
        most = MAX(most, mean.most);
    }
    if (metric < 0 || isinf(least)) return;
    g_autofree char *from = digits_number(least), *to = digits_number(most);
    g_string_append_printf(out, "warmup = auto (MSER-5) left out the first %s%s%s s of a run (metric warmup_s).\n", from,
                           least < most ? " to " : "", least < most ? to : "");
}

/* A share that is 0 or 1 in every run has no spread, which proves less than it seems. */
static void write_extremes(const Samples *samples, const GArray *chosen, GString *out)
{
    size_t fewest = 0;
    for (guint i = 0; i < chosen->len; i++)
        for (guint c = 0; c < samples->variants->len * samples->points->len; c++) {
            guint m = g_array_index(chosen, guint, i), v = c / samples->points->len, p = c % samples->points->len;
            Estimate mean = samples_mean(samples, v, p, m);
            bool share = !isnan(samples_pooled(samples, v, p, m).value);
            if (!share || mean.count < 2 || mean.variance != 0 || (mean.value != 0 && mean.value != 1)) continue;
            fewest = fewest ? MIN(fewest, mean.count) : mean.count;
        }
    if (!fewest) return;
    g_autofree char *rare = digits_number(ceil(statistics_none_of(fewest, SAMPLES_CONFIDENCE) * 100));
    g_string_append_printf(out, "0 ± 0 or 1 ± 0: so in each of %zu runs, which leaves up to %s %% of runs (95 %%) in which it is "
                                "not so.\n", fewest, rare);
}

static void write_foot(const Samples *samples, const GArray *chosen, GString *out)
{
    if (samples->replications > 1)
        g_string_append_printf(out, "Mean ± half-width of the 95 %% confidence interval (Student t) over %u replications.\n",
                               samples->replications);
    else
        g_string_append(out, "One replication: no confidence interval.\n");
    if (samples_find(samples->metrics, "delivery_ratio") >= 0)
        g_string_append(out, "delivery_ratio: of the members that were up from the publication until its deadline or the "
                             "end of the\nrun, or that got it; the source itself does not count.\n");
    write_extremes(samples, chosen, out);
    write_warmup(samples, out);
    write_others(samples, chosen, out);
}

char *overview_text(const Samples *samples, guint against, const GArray *verdicts, TableStyle style)
{
    g_autofree char *title = table_clean(samples->title);
    g_autoptr(GArray) chosen = choice_key_metrics(samples);
    GString *out = g_string_new("");
    g_string_append_printf(out, "%s: seed %" G_GUINT64_FORMAT ", %u replication%s\n\n", title, samples->seed,
                           samples->replications, samples->replications == 1 ? "" : "s");
    write_sheet(samples, -1, chosen, style, out);
    if (samples->variants->len > 1) {
        g_autofree char *name = table_clean(samples_variant(samples, against));
        g_string_append_printf(out, "Difference to %s, paired by replication:\n\n", name);
        write_sheet(samples, (int)against, chosen, style, out);
    }
    if (verdicts && verdicts->len) write_verdicts(verdicts, style, out);
    write_foot(samples, chosen, out);
    return g_string_free(out, FALSE);
}
