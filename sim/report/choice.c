/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/choice.h"

#include "scenario/expect.h"

static const char *const key_metrics[] = {
    "delivery_ratio", "atomic_ratio", "latency_mean_ms", "latency_p99_ms", "hops_mean", "messages", "packets", "packet_bytes",
    "redundancy", NULL
};
enum { FALLBACK = 12 };             /* metrics shown where none of these was measured */

/* True where some run saw something else than 0. */
bool choice_any_value(const Samples *samples, guint metric)
{
    for (guint v = 0; v < samples->variants->len; v++)
        for (guint p = 0; p < samples->points->len; p++) {
            guint count;
            const Sample *list = samples_of(samples, v, p, metric, &count);
            for (guint i = 0; i < count; i++)
                if (list[i].value != 0) return true;
        }
    return false;
}

bool choice_of_models(const Samples *samples)
{
    for (guint m = 0; m < samples->metrics->len; m++)
        if (metric_of_model(samples_metric(samples, m))) return true;
    return false;
}

GArray *choice_key_metrics(const Samples *samples)
{
    GArray *chosen = g_array_new(FALSE, FALSE, sizeof(guint));
    bool silent = choice_of_models(samples) && samples_find(samples->metrics, "delivery_ratio") < 0;   /* nobody multicast */
    for (guint i = 0; key_metrics[i]; i++) {
        int m = samples_find(samples->metrics, key_metrics[i]);
        guint place = (guint)m;
        if (m >= 0 && (!silent || choice_any_value(samples, place))) g_array_append_val(chosen, place);
    }
    for (guint m = 0; chosen->len && m < samples->metrics->len; m++)       /* what was drawn beside what was asked */
        if (g_str_has_prefix(samples_metric(samples, m), "failure_")) g_array_append_val(chosen, m);
    for (guint m = 0; chosen->len && m < samples->metrics->len; m++)       /* what the communication models had to do */
        if (metric_of_model(samples_metric(samples, m)) && choice_any_value(samples, m)) g_array_append_val(chosen, m);
    if (chosen->len) return chosen;
    for (guint m = 0; m < samples->metrics->len && chosen->len < FALLBACK; m++)
        if (!samples_measures_machine(samples_metric(samples, m))) g_array_append_val(chosen, m);
    return chosen;
}
