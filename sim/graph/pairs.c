/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/pairs.h"

#include <math.h>
#include <stdlib.h>

#include "core/error.h"

typedef struct { uint32_t from, to, order; double value; } Sample;

struct Pairs {
    GHashTable *ids;            /* name of a row -> its number + 1; points into `names` */
    GPtrArray *names;           /* of the rows in order of first mention; owned */
    GArray *samples;            /* of Sample: the lines that have a value */
    uint32_t listed;            /* all lines */
};

Pairs *pairs_new(void)
{
    Pairs *pairs = g_new0(Pairs, 1);
    pairs->ids = g_hash_table_new(g_str_hash, g_str_equal);
    pairs->names = g_ptr_array_new_with_free_func(g_free);
    pairs->samples = g_array_new(FALSE, FALSE, sizeof(Sample));
    return pairs;
}

void pairs_free(Pairs *pairs)
{
    if (!pairs) return;
    g_hash_table_unref(pairs->ids);
    if (pairs->names) g_ptr_array_unref(pairs->names);
    g_array_unref(pairs->samples);
    g_free(pairs);
}

/* The number of a row, new where it is named for the first time. */
static uint32_t row_of(Pairs *pairs, const char *name)
{
    gpointer known = g_hash_table_lookup(pairs->ids, name);
    if (known) return GPOINTER_TO_UINT(known) - 1;
    char *copy = g_strdup(name);
    g_ptr_array_add(pairs->names, copy);
    g_hash_table_insert(pairs->ids, copy, GUINT_TO_POINTER(pairs->names->len));
    return pairs->names->len - 1;
}

void pairs_add(Pairs *pairs, const char *from, const char *to, double value)
{
    uint32_t a = row_of(pairs, from), b = row_of(pairs, to);
    Sample sample = { a, b, pairs->listed++, value };
    if (!isnan(value)) g_array_append_val(pairs->samples, sample);
}

uint32_t pairs_rows(const Pairs *pairs)
{
    return pairs->names->len;
}

static int by_pair(const void *a, const void *b)
{
    const Sample *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->to != y->to) return x->to < y->to ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static int by_value(const void *a, const void *b)
{
    double x = ((const Sample *)a)->value, y = ((const Sample *)b)->value;
    return (x > y) - (x < y);
}

static double reduce(Sample *samples, guint count, Repeats repeats)
{
    if (count == 1) return samples->value;
    double sum = 0;
    for (guint i = 0; i < count; i++) sum += samples[i].value;
    if (repeats == REPEATS_MEAN) return sum / count;
    qsort(samples, count, sizeof *samples, by_value);
    if (repeats == REPEATS_MIN) return samples->value;
    return (samples[(count - 1) / 2].value + samples[count / 2].value) / 2;
}

/* Numbers the rows by their ids where all are whole numbers: new_of[old]. */
typedef struct { uint64_t id; char *name; uint32_t old; } Row;

static int by_id(const void *a, const void *b)
{
    const Row *x = a, *y = b;
    if (x->id != y->id) return x->id < y->id ? -1 : 1;
    return (x->old > y->old) - (x->old < y->old);
}

static void sort_rows(Pairs *pairs)
{
    guint count = pairs->names->len;
    g_autofree Row *rows = g_new(Row, count);
    g_autofree uint32_t *new_of = g_new(uint32_t, count);
    for (guint i = 0; i < count; i++) {
        rows[i] = (Row){ .name = pairs->names->pdata[i], .old = i };
        if (!parse_count(rows[i].name, &rows[i].id, NULL)) return;
    }
    qsort(rows, count, sizeof *rows, by_id);
    for (guint i = 0; i < count; i++) {
        new_of[rows[i].old] = i;
        pairs->names->pdata[i] = rows[i].name;
    }
    for (guint i = 0; i < pairs->samples->len; i++) {
        Sample *sample = &g_array_index(pairs->samples, Sample, i);
        sample->from = new_of[sample->from];
        sample->to = new_of[sample->to];
    }
}

/* Where no pair is given in both directions, the list means both. */
static bool mirror(double *cells, uint32_t rows)
{
    for (uint32_t i = 0; i < rows; i++)
        for (uint32_t j = 0; j < i; j++)
            if (!isnan(cells[(size_t)i * rows + j]) && !isnan(cells[(size_t)j * rows + i])) return false;
    for (uint32_t i = 0; i < rows; i++)
        for (uint32_t j = 0; j < i; j++) {
            double *low = &cells[(size_t)i * rows + j], *high = &cells[(size_t)j * rows + i];
            if (isnan(*low)) *low = *high;
            else *high = *low;
        }
    return true;
}

/* Sets one cell a pair; returns the pairs that stood there, or 0 and *error. */
static guint set_cells(Pairs *pairs, Repeats repeats, double *cells, GError **error)
{
    uint32_t rows = pairs->names->len;
    GArray *samples = pairs->samples;
    guint joined = 0;
    if (samples->len) qsort(samples->data, samples->len, sizeof(Sample), by_pair);
    for (guint i = 0, count; i < samples->len; i += count, joined++) {
        Sample *first = &g_array_index(samples, Sample, i);
        for (count = 1; i + count < samples->len; count++)
            if (first[count].from != first->from || first[count].to != first->to) break;
        const char *from = pairs->names->pdata[first->from], *to = pairs->names->pdata[first->to];
        if (count > 1 && repeats == REPEATS_REFUSE) {
            g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "the pair from %s to %s is listed %u times; "
                        "say repeats = min, mean or median", from, to, count);
            return 0;
        }
        cells[(size_t)first->from * rows + first->to] = reduce(first, count, repeats);
    }
    return joined;
}

Latencies *pairs_join(Pairs *pairs, Repeats repeats, GError **error)
{
    uint32_t rows = pairs->names->len;
    if (rows < 2) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "pairs of %u row%s; at least 2 are expected", rows,
                    rows == 1 ? "" : "s");
        return NULL;
    }
    sort_rows(pairs);
    g_autofree double *cells = g_new(double, (size_t)rows * rows);
    for (size_t i = 0; i < (size_t)rows * rows; i++) cells[i] = NAN;
    guint joined = set_cells(pairs, repeats, cells, error);
    if (!joined && pairs->samples->len) return NULL;
    bool mirrored = mirror(cells, rows);
    Latencies *l = latencies_new(rows, g_steal_pointer(&cells));
    g_ptr_array_add(pairs->names, NULL);
    l->names = (char **)g_ptr_array_free(g_steal_pointer(&pairs->names), FALSE);
    g_string_append_printf(l->notes, "%u rows, %u pairs from %u lines", rows, joined, pairs->listed);
    if (joined < pairs->samples->len) g_string_append(l->notes, ", repeated ones joined");
    if (mirrored) g_string_append(l->notes, ", each for both directions");
    return l;
}

