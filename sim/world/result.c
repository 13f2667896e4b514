/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/result.h"

RunResult *result_new(void)
{
    RunResult *result = g_new0(RunResult, 1);
    result->metrics = g_array_new(FALSE, FALSE, sizeof(MetricRow));
    result->histograms = g_array_new(FALSE, FALSE, sizeof(HistogramRow));
    result->series = g_array_new(FALSE, FALSE, sizeof(SeriesRow));
    result->events = g_array_new(FALSE, FALSE, sizeof(EventRow));
    result->nodes = g_array_new(FALSE, FALSE, sizeof(NodeRow));
    result->links = g_array_new(FALSE, FALSE, sizeof(LinkRow));
    result->publications = g_array_new(FALSE, FALSE, sizeof(PublicationRow));
    result->deliveries = g_array_new(FALSE, FALSE, sizeof(DeliveryRow));
    result->packets = g_array_new(FALSE, FALSE, sizeof(PacketRow));
    result->steps = g_array_new(FALSE, FALSE, sizeof(StepRow));
    result->texts = g_string_chunk_new(1024);
    return result;
}

void result_free(RunResult *result)
{
    if (!result) return;
    g_array_unref(result->metrics);
    g_array_unref(result->histograms);
    g_array_unref(result->series);
    g_array_unref(result->events);
    g_array_unref(result->nodes);
    g_array_unref(result->links);
    g_array_unref(result->publications);
    g_array_unref(result->deliveries);
    g_array_unref(result->packets);
    g_array_unref(result->steps);
    g_string_chunk_free(result->texts);
    g_free(result);
}

const char *result_text(RunResult *result, const char *text)
{
    return text ? g_string_chunk_insert_const(result->texts, text) : NULL;
}
