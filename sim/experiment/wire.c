/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/wire.h"

#include <string.h>

#include "core/error.h"

enum { WIRE_RESULT = 'R', WIRE_FAILURE = 'F' };

/* Writing: rows go to `rows`; the texts they name are collected on the way. */
typedef struct {
    GByteArray *rows;
    GHashTable *numbers;        /* text -> its number + 1; looked up, never gone through */
    GPtrArray *texts;
} Writer;

static void put_whole(GByteArray *bytes, uint64_t value)
{
    guint8 out[10];
    guint n = 0;
    do {
        out[n++] = (guint8)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
    } while (value);
    g_byte_array_append(bytes, out, n);
}

/* The sign moves to the lowest bit, so that small numbers of either sign are short. */
static void put_signed(GByteArray *bytes, int64_t value)
{
    put_whole(bytes, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

static void put_double(GByteArray *bytes, double value)
{
    g_byte_array_append(bytes, (const guint8 *)&value, sizeof value);
}

static void put_string(GByteArray *bytes, const char *text)
{
    size_t length = strlen(text);
    put_whole(bytes, length);
    g_byte_array_append(bytes, (const guint8 *)text, (guint)length);
}

/* 0 stands for NULL. */
static void put_text(Writer *writer, const char *text)
{
    if (!text) {
        put_whole(writer->rows, 0);
        return;
    }
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(writer->numbers, text));
    if (!number) {
        g_ptr_array_add(writer->texts, (gpointer)text);
        number = writer->texts->len;
        g_hash_table_insert(writer->numbers, (gpointer)text, GUINT_TO_POINTER(number));
    }
    put_whole(writer->rows, number);
}

#define EACH(Type, row, array) \
    (Type *row = (Type *)(void *)(array)->data, *last = row + (array)->len; row < last; row++)

static void put_small_rows(Writer *w, const RunResult *result)
{
    put_whole(w->rows, result->metrics->len);
    for EACH(MetricRow, row, result->metrics) {
        put_text(w, row->name);
        put_double(w->rows, row->value);
        put_double(w->rows, row->numerator);
        put_double(w->rows, row->denominator);
    }
    put_whole(w->rows, result->histograms->len);
    for EACH(HistogramRow, row, result->histograms) {
        put_text(w, row->name);
        put_whole(w->rows, row->low);
        put_whole(w->rows, row->high);
        put_whole(w->rows, row->count);
    }
    put_whole(w->rows, result->series->len);
    for EACH(SeriesRow, row, result->series) {
        put_text(w, row->name);
        put_double(w->rows, row->time_s);
        put_double(w->rows, row->value);
    }
    put_whole(w->rows, result->events->len);
    for EACH(EventRow, row, result->events) {
        put_double(w->rows, row->time_s);
        put_text(w, row->failure);
        put_text(w, row->kind);
        put_whole(w->rows, row->node);
        put_whole(w->rows, row->other);
    }
}

static void put_large_rows(Writer *w, const RunResult *result)
{
    put_whole(w->rows, result->nodes->len);
    for EACH(NodeRow, row, result->nodes) {
        put_whole(w->rows, row->node);
        put_text(w, row->name);
        put_double(w->rows, row->x);
        put_double(w->rows, row->y);
    }
    put_whole(w->rows, result->links->len);
    for EACH(LinkRow, row, result->links) {
        put_whole(w->rows, row->a);
        put_whole(w->rows, row->b);
        put_double(w->rows, row->latency_ms);
    }
    put_whole(w->rows, result->publications->len);
    for EACH(PublicationRow, row, result->publications) {
        put_text(w, row->workload);
        put_whole(w->rows, row->publication);
        put_whole(w->rows, row->source);
        put_signed(w->rows, row->published);
        put_whole(w->rows, row->size);
    }
    put_whole(w->rows, result->deliveries->len);
    for EACH(DeliveryRow, row, result->deliveries) {
        put_text(w, row->workload);
        put_whole(w->rows, row->publication);
        put_whole(w->rows, row->node);
        put_signed(w->rows, row->published);
        put_signed(w->rows, row->delivered);
        put_whole(w->rows, row->hops);
    }
}

static void put_sequence(Writer *w, const RunResult *result)
{
    put_whole(w->rows, result->packets->len);
    for EACH(PacketRow, row, result->packets) {
        put_text(w, row->model);
        put_text(w, row->kind);
        put_text(w, row->label);
        put_text(w, row->fate);
        put_whole(w->rows, row->from);
        put_whole(w->rows, row->to);
        put_whole(w->rows, row->bytes);
        put_signed(w->rows, row->sent);
        put_signed(w->rows, row->ended);
    }
    put_whole(w->rows, result->steps->len);
    for EACH(StepRow, row, result->steps) {
        put_signed(w->rows, row->time);
        put_text(w, row->event);
        put_whole(w->rows, row->node);
        put_text(w, row->process);
        put_text(w, row->object);
        put_whole(w->rows, row->message);
        put_whole(w->rows, row->number);
        put_text(w, row->reason);
    }
}

void wire_write(GByteArray *bytes, const RunResult *result, const GError *failure)
{
    guint8 kind = failure ? WIRE_FAILURE : WIRE_RESULT;
    g_byte_array_append(bytes, &kind, 1);
    if (failure) {
        put_string(bytes, g_quark_to_string(failure->domain));
        put_signed(bytes, failure->code);
        put_string(bytes, failure->message);
        return;
    }
    Writer writer = { g_byte_array_new(), g_hash_table_new(g_str_hash, g_str_equal), g_ptr_array_new() };
    put_whole(writer.rows, result->event_count);
    put_double(writer.rows, result->wall_s);
    put_small_rows(&writer, result);
    put_large_rows(&writer, result);
    put_sequence(&writer, result);

    put_whole(bytes, writer.texts->len);
    for (guint i = 0; i < writer.texts->len; i++) put_string(bytes, writer.texts->pdata[i]);
    g_byte_array_append(bytes, writer.rows->data, writer.rows->len);
    g_byte_array_unref(writer.rows);
    g_hash_table_unref(writer.numbers);
    g_ptr_array_unref(writer.texts);
}

/* Reading: past the end everything is 0 and `broken` is set. */
typedef struct {
    const guint8 *at, *end;
    bool broken;
    const char **texts;
    uint64_t text_count;
} Reader;

static uint64_t take_whole(Reader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && reader->at < reader->end; shift += 7) {
        guint8 byte = *reader->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return value;
    }
    reader->broken = true;
    return 0;
}

static int64_t take_signed(Reader *reader)
{
    uint64_t value = take_whole(reader);
    return (int64_t)(value >> 1 ^ (value & 1 ? UINT64_MAX : 0));
}

static double take_double(Reader *reader)
{
    double value = 0;
    if ((size_t)(reader->end - reader->at) < sizeof value) {
        reader->broken = true;
        return 0;
    }
    memcpy(&value, reader->at, sizeof value);
    reader->at += sizeof value;
    return value;
}

/* How many rows follow; each takes at least `least` bytes, so that a false
 * count is found before memory is asked for. */
static uint64_t take_count(Reader *reader, size_t least)
{
    uint64_t count = take_whole(reader);
    if (count <= (uint64_t)(reader->end - reader->at) / least) return count;
    reader->broken = true;
    return 0;
}

static char *take_string(Reader *reader)
{
    uint64_t length = take_count(reader, 1);
    char *text = g_strndup((const char *)reader->at, length);
    reader->at += length;
    return text;
}

static const char *take_text(Reader *reader)
{
    uint64_t number = take_whole(reader);
    if (number <= reader->text_count) return number ? reader->texts[number - 1] : NULL;
    reader->broken = true;
    return NULL;
}

static void take_small_rows(Reader *r, RunResult *result)
{
    for (uint64_t i = 0, n = take_count(r, 25); i < n; i++) {
        MetricRow row = { .name = take_text(r) };
        row.value = take_double(r), row.numerator = take_double(r), row.denominator = take_double(r);
        g_array_append_val(result->metrics, row);
    }
    for (uint64_t i = 0, n = take_count(r, 4); i < n; i++) {
        HistogramRow row = { .name = take_text(r) };
        row.low = take_whole(r), row.high = take_whole(r), row.count = take_whole(r);
        g_array_append_val(result->histograms, row);
    }
    for (uint64_t i = 0, n = take_count(r, 17); i < n; i++) {
        SeriesRow row = { .name = take_text(r) };
        row.time_s = take_double(r), row.value = take_double(r);
        g_array_append_val(result->series, row);
    }
    for (uint64_t i = 0, n = take_count(r, 12); i < n; i++) {
        EventRow row = { .time_s = take_double(r) };
        row.failure = take_text(r), row.kind = take_text(r);
        row.node = (NodeId)take_whole(r), row.other = (NodeId)take_whole(r);
        g_array_append_val(result->events, row);
    }
}

static void take_large_rows(Reader *r, RunResult *result)
{
    for (uint64_t i = 0, n = take_count(r, 18); i < n; i++) {
        NodeRow row = { .node = (NodeId)take_whole(r) };
        row.name = take_text(r), row.x = take_double(r), row.y = take_double(r);
        g_array_append_val(result->nodes, row);
    }
    for (uint64_t i = 0, n = take_count(r, 10); i < n; i++) {
        LinkRow row = { .a = (NodeId)take_whole(r) };
        row.b = (NodeId)take_whole(r), row.latency_ms = take_double(r);
        g_array_append_val(result->links, row);
    }
    for (uint64_t i = 0, n = take_count(r, 5); i < n; i++) {
        PublicationRow row = { .workload = take_text(r) };
        row.publication = (uint32_t)take_whole(r), row.source = (NodeId)take_whole(r);
        row.published = take_signed(r), row.size = (uint32_t)take_whole(r);
        g_array_append_val(result->publications, row);
    }
    for (uint64_t i = 0, n = take_count(r, 6); i < n; i++) {
        DeliveryRow row = { .workload = take_text(r) };
        row.publication = (uint32_t)take_whole(r), row.node = (NodeId)take_whole(r);
        row.published = take_signed(r), row.delivered = take_signed(r), row.hops = (uint32_t)take_whole(r);
        g_array_append_val(result->deliveries, row);
    }
}

static void take_sequence(Reader *r, RunResult *result)
{
    for (uint64_t i = 0, n = take_count(r, 9); i < n; i++) {
        PacketRow row = { .model = take_text(r) };
        row.kind = take_text(r), row.label = take_text(r), row.fate = take_text(r);
        row.from = (NodeId)take_whole(r), row.to = (NodeId)take_whole(r), row.bytes = (uint32_t)take_whole(r);
        row.sent = take_signed(r), row.ended = take_signed(r);
        g_array_append_val(result->packets, row);
    }
    for (uint64_t i = 0, n = take_count(r, 8); i < n; i++) {
        StepRow row = { .time = take_signed(r) };
        row.event = take_text(r), row.node = (NodeId)take_whole(r), row.process = take_text(r), row.object = take_text(r);
        row.message = take_whole(r), row.number = take_whole(r), row.reason = take_text(r);
        g_array_append_val(result->steps, row);
    }
}

static void take_failure(Reader *reader, GError **error)
{
    g_autofree char *domain = take_string(reader);
    int code = (int)take_signed(reader);
    g_autofree char *message = take_string(reader);
    if (!reader->broken) g_set_error_literal(error, g_quark_from_string(domain), code, message);
}

static RunResult *take_result(Reader *reader)
{
    RunResult *result = result_new();
    reader->text_count = take_count(reader, 1);
    reader->texts = g_new0(const char *, reader->text_count + 1);
    for (uint64_t i = 0; i < reader->text_count; i++) {
        g_autofree char *text = take_string(reader);
        reader->texts[i] = result_text(result, text);
    }
    result->event_count = take_whole(reader);
    result->wall_s = take_double(reader);
    take_small_rows(reader, result);
    take_large_rows(reader, result);
    take_sequence(reader, result);
    g_free(reader->texts);
    return result;
}

RunResult *wire_read(const guint8 *bytes, gsize length, GError **error)
{
    Reader reader = { .at = bytes, .end = bytes + length };
    guint8 kind = length ? *reader.at++ : 0;
    RunResult *result = kind == WIRE_RESULT ? take_result(&reader) : NULL;
    if (kind == WIRE_FAILURE) take_failure(&reader, error);
    else if (!result) reader.broken = true;

    if (reader.broken || reader.at != reader.end) {
        g_clear_error(error);
        g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "a worker sent %" G_GSIZE_FORMAT " bytes that are no result",
                    length);
        result_free(result);
        return NULL;
    }
    return result;
}
