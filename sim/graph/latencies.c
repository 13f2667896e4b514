/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/latencies.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

typedef struct { uint32_t from, to; double value; } Filled;

Latencies *latencies_new(uint32_t rows, double *cells)
{
    Latencies *latencies = g_new0(Latencies, 1);
    latencies->rows = rows;
    latencies->cells = cells;
    latencies->notes = g_string_new(NULL);
    return latencies;
}

void latencies_free(Latencies *latencies)
{
    if (!latencies) return;
    g_free(latencies->cells);
    g_strfreev(latencies->names);
    if (latencies->notes) g_string_free(latencies->notes, TRUE);
    g_free(latencies);
}

static bool is_hole(const Latencies *l, uint32_t from, uint32_t to)
{
    return from != to && isnan(l->cells[(size_t)from * l->rows + to]);
}

uint64_t latencies_holes(const Latencies *l)
{
    uint64_t holes = 0;
    for (uint32_t i = 0; i < l->rows; i++)
        for (uint32_t j = 0; j < l->rows; j++) holes += is_hole(l, i, j);
    return holes;
}

/* "row 3, column 7" of the first hole, or the names that a pair list has. */
static char *first_hole(const Latencies *l)
{
    for (uint32_t i = 0; i < l->rows; i++)
        for (uint32_t j = 0; j < l->rows; j++) {
            if (!is_hole(l, i, j)) continue;
            return l->names ? g_strdup_printf("from %s to %s", l->names[i], l->names[j])
                            : g_strdup_printf("row %u, column %u", i + 1, j + 1);
        }
    g_assert_not_reached();
}

static uint64_t fill_reverse(Latencies *l)
{
    uint64_t filled = 0;
    for (uint32_t i = 0; i < l->rows; i++)
        for (uint32_t j = 0; j < l->rows; j++) {
            if (!is_hole(l, i, j) || is_hole(l, j, i)) continue;
            l->cells[(size_t)i * l->rows + j] = l->cells[(size_t)j * l->rows + i];
            filled++;
        }
    return filled;
}

static double best_two_hops(const Latencies *l, uint32_t from, uint32_t to)
{
    double best = INFINITY;
    for (uint32_t k = 0; k < l->rows; k++) {
        if (k == from || k == to) continue;
        double sum = l->cells[(size_t)from * l->rows + k] + l->cells[(size_t)k * l->rows + to];
        if (sum < best) best = sum;             /* false for a NaN */
    }
    return best;
}

/* All are found before one is set: a value filled in here fills no other. */
static uint64_t fill_two_hop(Latencies *l)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Filled));
    for (uint32_t i = 0; i < l->rows; i++)
        for (uint32_t j = 0; j < l->rows; j++) {
            if (!is_hole(l, i, j)) continue;
            Filled filled = { i, j, best_two_hops(l, i, j) };
            if (isfinite(filled.value)) g_array_append_val(found, filled);
        }
    for (guint i = 0; i < found->len; i++) {
        const Filled *filled = &g_array_index(found, Filled, i);
        l->cells[(size_t)filled->from * l->rows + filled->to] = filled->value;
    }
    return found->len;
}

/* Holes in the row and the column of each; those that are gone have none. */
static void count_holes(const Latencies *l, const bool *gone, uint64_t *holes)
{
    memset(holes, 0, l->rows * sizeof *holes);
    for (uint32_t i = 0; i < l->rows; i++)
        for (uint32_t j = 0; j < l->rows; j++)
            if (!gone[i] && !gone[j] && is_hole(l, i, j)) holes[i]++, holes[j]++;
}

static void keep_rows(Latencies *l, const bool *gone)
{
    uint32_t kept = 0;
    size_t cell = 0;
    for (uint32_t i = 0; i < l->rows; i++) {
        if (gone[i]) continue;
        for (uint32_t j = 0; j < l->rows; j++)
            if (!gone[j]) l->cells[cell++] = l->cells[(size_t)i * l->rows + j];
    }
    for (uint32_t i = 0; i < l->rows; i++) {
        if (!gone[i]) {
            if (l->names) l->names[kept] = l->names[i];
            kept++;
        } else if (l->names) {
            g_free(l->names[i]);
        }
    }
    if (l->names) l->names[kept] = NULL;
    l->rows = kept;
}

static bool drop_rows(Latencies *l, GError **error)
{
    g_autofree bool *gone = g_new0(bool, l->rows);
    g_autofree uint64_t *holes = g_new(uint64_t, l->rows);
    g_autoptr(GString) list = g_string_new(NULL);
    uint32_t dropped = 0;
    for (count_holes(l, gone, holes); ; dropped++) {
        uint32_t worst = 0;
        for (uint32_t i = 1; i < l->rows; i++)
            if (holes[i] >= holes[worst]) worst = i;
        if (!holes[worst]) break;
        for (uint32_t i = 0; i < l->rows; i++)
            if (!gone[i]) holes[i] -= (uint64_t)is_hole(l, i, worst) + is_hole(l, worst, i);
        holes[worst] = 0;
        gone[worst] = true;
        if (dropped < 8 && l->names) g_string_append_printf(list, "%s%s", dropped ? ", " : "", l->names[worst]);
        else if (dropped < 8) g_string_append_printf(list, "%s%u", dropped ? ", " : "", worst + 1);
    }
    if (l->rows - dropped < 2) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY, "dropping rows with missing values leaves %u of %u; "
                    "say missing = reverse or two-hop", l->rows - dropped, l->rows);
        return false;
    }
    g_string_append_printf(l->notes, "; %u of %u rows dropped (%s%s)", dropped, l->rows, list->str,
                           dropped > 8 ? ", …" : "");
    keep_rows(l, gone);
    return true;
}

static bool fill_from_others(Latencies *l, Missing policy, uint64_t pairs, GError **error)
{
    uint64_t reversed = policy == MISSING_REVERSE ? fill_reverse(l) : 0;
    uint64_t hops = fill_two_hop(l), more = 0, left;
    for (uint64_t round; (left = latencies_holes(l)) && (round = fill_two_hop(l)); ) more += round;
    if (left) {
        g_autofree char *where = first_hole(l);
        g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY, "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                    " ordered pairs have no latency and no way over other rows (first: %s); say missing = drop", left,
                    pairs, where);
        return false;
    }
    if (reversed)
        g_string_append_printf(l->notes, "; %" G_GUINT64_FORMAT " filled in from the reverse direction", reversed);
    if (hops) g_string_append_printf(l->notes, "; %" G_GUINT64_FORMAT " filled in by the best two hops", hops);
    if (more) g_string_append_printf(l->notes, "; %" G_GUINT64_FORMAT " filled in by more hops", more);
    return true;
}

bool latencies_fill(Latencies *l, Missing policy, GError **error)
{
    uint64_t holes = latencies_holes(l), pairs = (uint64_t)l->rows * (l->rows - 1);
    if (!holes) return true;
    if (policy == MISSING_REFUSE) {
        g_autofree char *where = first_hole(l);
        g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY, "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                    " ordered pairs have no latency (first: %s); say missing = reverse, two-hop or drop", holes, pairs,
                    where);
        return false;
    }
    g_string_append_printf(l->notes, "; %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " ordered pairs had no latency",
                           holes, pairs);
    return policy == MISSING_DROP ? drop_rows(l, error) : fill_from_others(l, policy, pairs, error);
}
