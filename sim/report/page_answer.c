/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "report/choice.h"
#include "report/comparison.h"
#include "report/digits.h"
#include "report/page_parts.h"
#include "report/plot_label.h"

enum { FEW_METRICS = 6, MODEL_METRICS = 24, MOST_ROWS = 60 };

static const char *const key_metrics[] = { "delivery_ratio", "latency_mean_ms", "latency_p99_ms", "redundancy",
                                           "messages", NULL };

/* The places of the metrics that a reader looks at first. */
static GArray *choose(const Samples *samples)
{
    GArray *chosen = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; key_metrics[i]; i++) {
        int place = samples_find(samples->metrics, key_metrics[i]);
        if (place >= 0) g_array_append_val(chosen, place);
    }
    for (guint m = 0; m < samples->metrics->len && chosen->len < FEW_METRICS; m++)
        if (samples_find(samples->metrics, key_metrics[0]) < 0 && !samples_measures_machine(samples_metric(samples, m)))
            g_array_append_val(chosen, m);
    return chosen;
}

static void add_head(GPtrArray *cells, const Samples *samples)
{
    if (samples->points->len > 1) g_ptr_array_add(cells, g_strdup("setting"));
    for (guint v = 0; v < samples->variants->len; v++) g_ptr_array_add(cells, g_strdup(samples_variant(samples, v)));
    for (guint v = 1; v < samples->variants->len; v++)
        g_ptr_array_add(cells, g_strdup_printf("%s against %s", samples_variant(samples, v),
                                               samples_variant(samples, 0)));
}

static void add_row(GPtrArray *cells, const Samples *samples, guint point, guint metric)
{
    if (samples->points->len > 1) g_ptr_array_add(cells, samples_point_label(samples_point(samples, point)));
    for (guint v = 0; v < samples->variants->len; v++) {
        Estimate mean = samples_mean(samples, v, point, metric);
        g_ptr_array_add(cells, digits_estimate(&mean));
    }
    for (guint v = 1; v < samples->variants->len; v++)
        g_ptr_array_add(cells, comparison_verdict(samples, v, 0, point, metric));
}

static void write_metric(Page *page, const Samples *samples, guint metric)
{
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) columns = g_string_new(samples->points->len > 1 ? "l" : "");
    for (guint v = 0; v < samples->variants->len; v++) g_string_append_c(columns, 'r');
    for (guint v = 1; v < samples->variants->len; v++) g_string_append_c(columns, 'l');
    g_autofree char *label = plot_label(samples_metric(samples, metric));
    page_heading(page, 3, label);
    add_head(cells, samples);
    for (guint p = 0; p < MIN(samples->points->len, MOST_ROWS); p++) add_row(cells, samples, p, metric);
    page_table(page, columns->str, cells);
}

/* What the communication models reported, over all their sections: each its row, in one table. */
static void write_models(Page *page, const Samples *samples)
{
    g_autoptr(GArray) chosen = choice_key_metrics(samples);
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) columns = g_string_new("l");
    guint rows = 0;
    g_ptr_array_add(cells, g_strdup("metric"));
    for (guint v = 0; v < samples->variants->len; v++) {
        g_string_append_c(columns, 'r');
        g_ptr_array_add(cells, g_strdup(samples_variant(samples, v)));
    }
    for (guint i = 0; i < chosen->len && rows < MODEL_METRICS; i++) {
        guint metric = g_array_index(chosen, guint, i);
        if (g_str_has_prefix(samples_metric(samples, metric), "failure_")) continue;
        rows++;
        g_ptr_array_add(cells, plot_label(samples_metric(samples, metric)));
        for (guint v = 0; v < samples->variants->len; v++) {
            Estimate mean = samples_mean(samples, v, 0, metric);
            g_ptr_array_add(cells, digits_estimate(&mean));
        }
    }
    page_table(page, columns->str, cells);
}

void page_answer(Page *page, const Samples *samples)
{
    bool silent = choice_of_models(samples) && samples_find(samples->metrics, key_metrics[0]) < 0;   /* nobody multicast */
    g_autoptr(GArray) chosen = silent ? choice_key_metrics(samples) : choose(samples);
    page_heading(page, 2, "Answer");
    if (silent && samples->points->len == 1) {
        write_models(page, samples);
        g_array_set_size(chosen, 0);
    }
    for (guint i = 0; i < chosen->len; i++) write_metric(page, samples, g_array_index(chosen, guint, i));
    g_autofree char *how = samples->replications > 1 ?
        g_strdup_printf("Mean ± half-width of the 95 %% confidence interval (Student t) over %u replications.",
                        samples->replications) : g_strdup("One replication: no confidence interval.");
    page_paragraph(page, how);
    if (samples->variants->len > 1 && !(silent && samples->points->len == 1))
        page_paragraph(page, "Variants are compared by the paired differences of their replications; all verdicts on "
                             "one metric hold together (Holm, 5 %).");
    if (samples->points->len > MOST_ROWS)
        page_paragraph(page, "The first 60 settings are shown; all are in summary.csv.");
}
