/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/trace.h"

#include <math.h>
#include <string.h>

#include "graph/trace_reader.h"

uint32_t trace_node_new(TraceDraft *draft)
{
    TraceSpan span = { 0, 0, false };
    g_array_append_val(draft->spans, span);
    return draft->trace->nodes++;
}

uint32_t trace_node(TraceDraft *draft, const char *name, bool *fresh)
{
    uint32_t number = GPOINTER_TO_UINT(g_hash_table_lookup(draft->numbers, name));
    *fresh = !number;
    if (number) return number - 1;
    number = trace_node_new(draft);
    g_hash_table_insert(draft->numbers, g_strdup(name), GUINT_TO_POINTER(number + 1));
    return number;
}

TraceSpan *trace_span(TraceDraft *draft, uint32_t node)
{
    return &g_array_index(draft->spans, TraceSpan, node);
}

void trace_change(TraceDraft *draft, SimTime time, uint32_t node, bool up)
{
    TraceChange change = { time, node, up };
    g_array_append_val(draft->changes, change);
}

bool trace_time(TraceDraft *draft, const char *field, double unit, SimTime *out, GError **error)
{
    double value;
    if (!text_number(&draft->text, field, "time", &value, error)) return false;
    if (value < 0 || value * unit >= 0x1p63)
        return text_fault(&draft->text, SIM_ERROR_RANGE, error, "'%s' is out of range; a time from 0 on is expected", field);
    /* Whole seconds since 1970 have no room for ns in a double. */
    *out = value == floor(value) ? (SimTime)value * (SimTime)unit : (SimTime)llround(value * unit);
    return true;
}

/* The changes of each node in the order of their times, equal ones as they came. */
static void sort_changes(TraceDraft *draft, TraceChange *out)
{
    Trace *trace = draft->trace;
    g_autofree uint32_t *next = g_new0(uint32_t, trace->nodes + 1);
    trace->first_change = g_new0(uint32_t, trace->nodes + 1);
    for (guint i = 0; i < draft->changes->len; i++) trace->first_change[g_array_index(draft->changes, TraceChange, i).node + 1]++;
    for (uint32_t v = 0; v < trace->nodes; v++) next[v + 1] = trace->first_change[v + 1] += trace->first_change[v];
    for (guint i = 0; i < draft->changes->len; i++) {
        TraceChange change = g_array_index(draft->changes, TraceChange, i);
        uint32_t at = next[change.node]++;
        for (; at > trace->first_change[change.node] && out[at - 1].time > change.time; at--) out[at] = out[at - 1];
        out[at] = change;
    }
}

/* Leaves the last of several changes at one instant, and those that change something. */
static void keep_changes(TraceDraft *draft, const TraceChange *sorted)
{
    Trace *trace = draft->trace;
    for (uint32_t v = 0; v < trace->nodes; v++) {
        uint32_t from = trace->first_change[v], until = trace->first_change[v + 1];
        bool up = trace->up_first[v];
        trace->first_change[v] = trace->changes->len;
        for (uint32_t i = from; i < until; i++) {
            if ((i + 1 < until && sorted[i + 1].time == sorted[i].time) || sorted[i].up == up) continue;
            up = sorted[i].up;
            g_array_append_val(trace->changes, sorted[i]);
        }
    }
    trace->first_change[trace->nodes] = trace->changes->len;
}

/* Adds up the time that each node was up and down within its span. */
static void count_sessions(TraceDraft *draft)
{
    Trace *trace = draft->trace;
    for (uint32_t v = 0; v < trace->nodes; v++) {
        const TraceSpan *span = trace_span(draft, v);
        SimTime since = span->from;
        bool up = trace->up_first[v];
        for (uint32_t i = trace->first_change[v]; i <= trace->first_change[v + 1]; i++) {
            bool ends = i == trace->first_change[v + 1];
            const TraceChange *change = ends ? NULL : &g_array_index(trace->changes, TraceChange, i);
            SimTime until = ends ? MAX(span->until, since) : MAX(change->time, span->from);
            *(up ? &trace->up_s : &trace->down_s) += (double)(until - since) / 1e9;
            trace->sessions += up && until > since;
            if (!ends) up = change->up, since = until;
        }
    }
}

/* Files are nearly in order, and short. */
static void sort_reaches(GArray *reaches)
{
    TraceReach *all = (TraceReach *)(void *)reaches->data;
    for (guint i = 1; i < reaches->len; i++) {
        TraceReach reach = all[i];
        guint at = i;
        for (; at && all[at - 1].time > reach.time; at--) all[at] = all[at - 1];
        all[at] = reach;
    }
}

static void finish(TraceDraft *draft)
{
    Trace *trace = draft->trace;
    sort_reaches(trace->reaches);
    trace->up_first = g_new0(bool, trace->nodes + 1);
    for (uint32_t v = 0; v < trace->nodes; v++) trace->up_first[v] = trace_span(draft, v)->up;
    g_autofree TraceChange *sorted = g_new(TraceChange, draft->changes->len + 1);
    sort_changes(draft, sorted);
    keep_changes(draft, sorted);
    count_sessions(draft);
}

/* The format that the first lines look like. */
static TraceFormat guess(const TraceDraft *draft)
{
    g_auto(GStrv) lines = g_strsplit(draft->text.data, "\n", 12);
    for (int i = 0; lines[i] && i < 11; i++) {
        char *fields[16];
        double number;
        if (strstr(lines[i], "event_id")) return TRACE_FTA;
        if (strstr(lines[i], "Number of clients") || strstr(lines[i], "\tseek\t")) return TRACE_VIEWER;
        g_strdelimit(lines[i], "\r", ' ');
        if (*g_strchug(lines[i]) == '#' || !*lines[i]) continue;
        unsigned count = text_fields(lines[i], fields, G_N_ELEMENTS(fields));
        if (count == 2) return TRACE_SIMGRID;
        if (count > 2 && !text_is_number(fields[2], &number)) return TRACE_OVERSIM;
        return count >= 4 && text_is_number(fields[0], &number) ? TRACE_FTA : TRACE_PHONE;
    }
    return TRACE_FTA;
}

static bool read_all(TraceDraft *draft, TraceFormat format, GError **error)
{
    static bool (*const readers[])(TraceDraft *, GError **) = {
        [TRACE_FTA] = trace_read_fta, [TRACE_PHONE] = trace_read_phone, [TRACE_VIEWER] = trace_read_viewer,
        [TRACE_SIMGRID] = trace_read_simgrid, [TRACE_OVERSIM] = trace_read_oversim,
    };
    draft->trace->format = format ? format : guess(draft);
    if (!readers[draft->trace->format](draft, error)) return false;
    if (!draft->trace->lines) return text_fault(&draft->text, SIM_ERROR_SYNTAX, error, "the file holds no record");
    finish(draft);
    return true;
}

Trace *trace_load(const char *path, TraceFormat format, GError **error)
{
    g_autoptr(Trace) trace = g_new0(Trace, 1);
    TraceDraft draft = { .trace = trace, .changes = g_array_new(FALSE, FALSE, sizeof(TraceChange)),
                         .spans = g_array_new(FALSE, FALSE, sizeof(TraceSpan)),
                         .numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
    trace->changes = g_array_new(FALSE, FALSE, sizeof(TraceChange));
    trace->reaches = g_array_new(FALSE, FALSE, sizeof(TraceReach));
    bool ok = text_open(&draft.text, path, error) && read_all(&draft, format, error);
    text_clear(&draft.text);
    g_array_unref(draft.changes);
    g_array_unref(draft.spans);
    g_hash_table_unref(draft.numbers);
    return ok ? g_steal_pointer(&trace) : NULL;
}

void trace_free(Trace *trace)
{
    if (!trace) return;
    g_array_unref(trace->changes);
    g_array_unref(trace->reaches);
    g_free(trace->first_change);
    g_free(trace->up_first);
    g_free(trace);
}

/* A time of the record in the time of the run; SIM_NEVER after its end. */
static SimTime replayed(const TraceWindow *window, SimTime since_origin)
{
    double time = (double)window->at + (double)since_origin / window->speed;
    return time < 0x1p62 ? (SimTime)llround(time) : SIM_NEVER;
}

GArray *trace_absences(const Trace *trace, uint32_t node, const TraceWindow *window)
{
    GArray *out = g_array_new(FALSE, FALSE, sizeof(TraceAbsence));
    SimTime from = trace->first + window->origin;
    TraceAbsence absence = { window->at, SIM_NEVER };
    bool up = trace->up_first[node];
    uint32_t first = trace->first_change[node], count = trace->first_change[node + 1] - first;
    for (uint64_t i = 0; count && (trace->period || i < count); i++) {
        const TraceChange *change = &g_array_index(trace->changes, TraceChange, first + i % count);
        SimTime since = change->time - from + (SimTime)(i / count) * trace->period;
        SimTime time = since <= 0 ? window->at : replayed(window, since);
        if (time > window->end || (window->length >= 0 && since > window->length && up)) break;
        if (change->up == up) continue;         /* a record that repeats may begin as it ended */
        up = change->up;
        if (!up) absence.from = time;
        else if (time > window->at) {
            absence.until = time;
            g_array_append_val(out, absence);
        }
        if (window->length >= 0 && since > window->length) break;
    }
    absence.until = SIM_NEVER;
    if (!up) g_array_append_val(out, absence);
    return out;
}

/* The place in `cuts` of the one between these types that has no end yet; or their number. */
static guint cut_open(const GArray *cuts, uint32_t from, uint32_t to)
{
    for (guint i = 0; i < cuts->len; i++) {
        const TraceCut *cut = &g_array_index(cuts, TraceCut, i);
        if (cut->from == from && cut->to == to && cut->until == SIM_NEVER) return i;
    }
    return cuts->len;
}

GArray *trace_cuts(const Trace *trace, const TraceWindow *window)
{
    GArray *cuts = g_array_new(FALSE, FALSE, sizeof(TraceCut));
    for (guint i = 0; i < trace->reaches->len; i++) {
        const TraceReach *reach = &g_array_index(trace->reaches, TraceReach, i);
        SimTime since = reach->time - trace->first - window->origin, time = since <= 0 ? window->at : replayed(window, since);
        if (window->length >= 0 && since > window->length && !reach->yes) continue;
        guint open = cut_open(cuts, reach->from, reach->to);
        TraceCut cut = { reach->from, reach->to, time, SIM_NEVER };
        if (open == cuts->len && !reach->yes) g_array_append_val(cuts, cut);
        if (open == cuts->len || !reach->yes) continue;
        if (time > g_array_index(cuts, TraceCut, open).at) g_array_index(cuts, TraceCut, open).until = time;
        else g_array_remove_index(cuts, open);
    }
    return cuts;
}

uint32_t trace_types(const Trace *trace)
{
    uint32_t types = 0;
    for (guint i = 0; i < trace->reaches->len; i++) {
        const TraceReach *reach = &g_array_index(trace->reaches, TraceReach, i);
        types = MAX(types, MAX(reach->from, reach->to) + 1);
    }
    return types;
}
