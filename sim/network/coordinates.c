/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Network coordinates from a file; nodes stand on its places by `placement`, and
 * the latency of two is the distance of their places. */
#include <math.h>

#include "graph/load.h"
#include "network/network.h"

typedef struct {
    char *path;
    Coordinates *coordinates;           /* from check() */
    char *notes;
} Config;

typedef struct {
    const Coordinates *coordinates;
    uint32_t *place;                    /* of each node */
} Placed;

static const Param params[] = {
    { "file", PARAM_FILE, offsetof(Config, path), NULL, 0, 0,
      "OverSim's <nodelist> in two dimensions, or lines 'x y', in ms; may be gzip", NULL },
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    Config *config = data;
    g_autoptr(GError) error = NULL;
    config->coordinates = coordinates_load(config->path, &error);
    if (!config->coordinates) {
        keys_fault(keys, "latency", "%s", error->message);
        return;
    }
    g_autofree char *name = g_path_get_basename(config->path);
    config->notes = g_strdup_printf("%s: %u places", name, config->coordinates->count);
}

static void clear(void *data)
{
    Config *config = data;
    g_clear_pointer(&config->coordinates, coordinates_free);
    g_clear_pointer(&config->notes, g_free);
}

static void *build(const void *config, const NetworkScope *scope, GError **error)
{
    (void)error;
    Placed *placed = g_new(Placed, 1);
    placed->coordinates = ((const Config *)config)->coordinates;
    placed->place = network_place(scope, placed->coordinates->count);
    return placed;
}

static void unbuild(void *network)
{
    g_free(((Placed *)network)->place);
    g_free(network);
}

static bool position(const void *network, NodeId node, double *x, double *y)
{
    const Placed *placed = network;
    *x = placed->coordinates->x[placed->place[node]];
    *y = placed->coordinates->y[placed->place[node]];
    return true;
}

static SimTime latency(const void *network, NodeId a, NodeId b)
{
    double ax, ay, bx, by;
    position(network, a, &ax, &ay);
    position(network, b, &bx, &by);
    /* sqrt is rounded correctly on every machine, hypot is not. */
    double ms = sqrt((ax - bx) * (ax - bx) + (ay - by) * (ay - by));
    return (SimTime)llround(fmin(ms * 1e6, 0x1p60));
}

/* The diagonal of the box that holds all places. */
static SimTime horizon(const void *config)
{
    const Coordinates *c = ((const Config *)config)->coordinates;
    double left = c->x[0], right = left, low = c->y[0], high = low;
    for (uint32_t i = 1; i < c->count; i++) {
        left = fmin(left, c->x[i]), right = fmax(right, c->x[i]);
        low = fmin(low, c->y[i]), high = fmax(high, c->y[i]);
    }
    double ms = sqrt((right - left) * (right - left) + (high - low) * (high - low));
    return (SimTime)fmin(ms * 1e6, 0x1p60);
}

static uint32_t places(const void *config) { return ((const Config *)config)->coordinates->count; }
static const char *notes(const void *config) { return ((const Config *)config)->notes; }

const Network network_coordinates = {
    .variant = {
        .name = "coordinates",
        .summary = "distance between measured places: `latency = coordinates(FILE)`",
        .source = "I. Baumgart, B. Heep, S. Krause, \"OverSim: a flexible overlay network simulation framework\", 2007",
        .params = params, .config_size = sizeof(Config), .check = check, .clear = clear,
    },
    .build = build, .free = unbuild, .latency = latency, .horizon = horizon, .position = position, .places = places,
    .notes = notes,
};
