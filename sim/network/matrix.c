/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Latencies measured between places, from a matrix or a list of pairs; nodes
 * stand on its rows by `placement`. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/latencies.h"
#include "network/network.h"

typedef enum { DIRECTION_RTT, DIRECTION_ONE_WAY } Direction;

/* One way between rows, in ns. */
typedef struct {
    uint32_t rows;
    SimTime *cells;             /* rows * rows, from * rows + to */
    SimTime horizon;
    char *notes;
} Rows;

typedef struct {
    char *path, *from, *to, *value;
    int unit, direction, missing, diagonal, repeats;
    Rows *rows;                 /* from check() */
} Config;

typedef struct {
    const Rows *rows;
    uint32_t *place;            /* row of each node */
} Placed;

#define AT(field) offsetof(Config, field)

static const Param params[] = {
    { "file", PARAM_FILE, AT(path), NULL, 0, 0,
      "square matrix without header (TAB, comma, semicolon or blanks between), lines 'i,j value', or columns with "
      "names; may be gzip", NULL },
    { "unit", PARAM_CHOICE, AT(unit), NULL, 0, 0, "of the values", "ns|us|ms|s" },
    { "direction", PARAM_CHOICE, AT(direction), NULL, 0, 0,
      "what was measured: a round trip counts half as one way", "rtt|one-way" },
    { "from", PARAM_TEXT, AT(from), "", 0, 0, "column of a pair's start; needed where a file has more than three", NULL },
    { "to", PARAM_TEXT, AT(to), "", 0, 0, "column of a pair's end", NULL },
    { "value", PARAM_TEXT, AT(value), "", 0, 0, "column of the latency; rather a mean or least one than a maximum", NULL },
    { "missing", PARAM_CHOICE, AT(missing), "reverse", 0, 0,
      "a pair without a value (empty, NaN, 0 or negative): takes the reverse direction, else the best two hops; "
      "two hops at once; drops the rows with most of them; or is refused", MISSING_NAMES },
    { "diagonal", PARAM_CHOICE, AT(diagonal), "ignore", 0, 0,
      "latency of two nodes on one row: 0, or the diagonal of the file", "ignore|use" },
    { "repeats", PARAM_CHOICE, AT(repeats), "refuse", 0, 0, "a pair that is listed more than once", REPEATS_NAMES },
    PARAM_END
};

static int ascending(const void *a, const void *b)
{
    SimTime x = *(const SimTime *)a, y = *(const SimTime *)b;
    return (x > y) - (x < y);
}

/* About the 99th percentile, of at most 4096 cells evenly apart. */
static SimTime usual_most(const SimTime *cells, size_t count)
{
    size_t step = count / 4096 + 1, taken = 0;
    g_autofree SimTime *sample = g_new(SimTime, count / step + 1);
    for (size_t i = 0; i < count; i += step) sample[taken++] = cells[i];
    qsort(sample, taken, sizeof *sample, ascending);
    return sample[taken - 1 - taken / 100];
}

/* The cells in ns one way, or NULL where one is beyond all sense. */
static Rows *convert(const Latencies *l, const char *path, double factor, bool diagonal)
{
    size_t count = (size_t)l->rows * l->rows;
    g_autofree SimTime *cells = g_new(SimTime, count);
    for (size_t i = 0; i < count; i++) {
        bool within = i % (l->rows + 1) == 0;
        double ns = within && (!diagonal || isnan(l->cells[i])) ? 0 : l->cells[i] * factor;
        if (ns >= 0x1p60) return NULL;
        cells[i] = (SimTime)llround(ns);
    }
    Rows *rows = g_new(Rows, 1);
    SimTime horizon = usual_most(cells, count);
    g_autofree char *name = g_path_get_basename(path);
    *rows = (Rows){ l->rows, g_steal_pointer(&cells), horizon, g_strdup_printf("%s: %s", name, l->notes->str) };
    return rows;
}

static bool columns_make_sense(const Config *config, const Keys *keys)
{
    if (!config->from == !config->to && !config->to == !config->value) return true;
    static const char *const policies[] = { "reverse", "two-hop", "drop", "refuse", NULL };
    if (config->from && g_strv_contains(policies, config->from))
        keys_fault(keys, "latency", "'%s' stands where the name of a column is expected; write missing = %s",
                   config->from, config->from);
    else
        keys_fault(keys, "latency", "columns are named all three or not at all: FROM, TO, VALUE");
    return false;
}

static void check(void *data, const Keys *keys)
{
    static const double ns[] = { 1, 1e3, 1e6, 1e9 };
    Config *config = data;
    if (!columns_make_sense(config, keys)) return;
    LatencyFile file = { config->path, config->from, config->to, config->value, (Repeats)config->repeats };
    g_autoptr(GError) error = NULL;
    g_autoptr(Latencies) l = latencies_load(&file, &error);
    if (!l) {
        keys_fault(keys, "latency", "%s", error->message);
        return;
    }
    if (!latencies_fill(l, (Missing)config->missing, &error)) {
        keys_fault(keys, "latency", "%s: %s", config->path, error->message);
        return;
    }
    double factor = ns[config->unit] * (config->direction == DIRECTION_RTT ? 0.5 : 1);
    config->rows = convert(l, config->path, factor, config->diagonal);
    if (!config->rows)
        keys_fault(keys, "latency", "%s: a latency is longer than 36 years; is the unit right?", config->path);
}

static void clear(void *data)
{
    Config *config = data;
    if (!config->rows) return;
    g_free(config->rows->cells);
    g_free(config->rows->notes);
    g_clear_pointer(&config->rows, g_free);
}

static void *build(const void *config, const NetworkScope *scope, GError **error)
{
    (void)error;
    Placed *placed = g_new(Placed, 1);
    placed->rows = ((const Config *)config)->rows;
    placed->place = network_place(scope, placed->rows->rows);
    return placed;
}

static void unbuild(void *network)
{
    g_free(((Placed *)network)->place);
    g_free(network);
}

static SimTime latency(const void *network, NodeId a, NodeId b)
{
    const Placed *placed = network;
    return placed->rows->cells[(size_t)placed->place[a] * placed->rows->rows + placed->place[b]];
}

static SimTime horizon(const void *config) { return ((const Config *)config)->rows->horizon; }
static uint32_t places(const void *config) { return ((const Config *)config)->rows->rows; }
static const char *notes(const void *config) { return ((const Config *)config)->rows->notes; }

const Network network_matrix = {
    .variant = {
        .name = "matrix",
        .summary = "measured between places: `latency = matrix(FILE, ms, rtt)`",
        .source = "data sets such as PlanetLab, WonderProxy, King and RIPE Atlas",
        .params = params, .config_size = sizeof(Config), .check = check, .clear = clear,
    },
    .build = build, .free = unbuild, .latency = latency, .horizon = horizon, .places = places, .notes = notes,
};
