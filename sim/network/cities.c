/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes in the cities of a table, one "NAME, LATITUDE, LONGITUDE, WEIGHT" a line;
 * the latency of two is the great-circle distance at the speed of light in fibre,
 * times a detour, and what the way within a city takes.
 *
 * Random placement draws a city by its weight; the others ignore weights. */
#include <math.h>

#include "core/error.h"
#include "graph/load.h"
#include "network/network.h"

typedef struct { double latitude, longitude, up_to; } City;

typedef struct {
    char *path;
    double detour;
    SimTime local;
    City *cities;                               /* from check(), as the rest */
    uint32_t count;
    char *notes;
} Config;

typedef struct {
    const Config *config;
    uint32_t *city;                             /* of each node */
} Placed;

#define AT(field) offsetof(Config, field)

static const Param params[] = {
    { "file", PARAM_FILE, AT(path), NULL, 0, 0, "lines NAME, LATITUDE, LONGITUDE, WEIGHT, in degrees", NULL },
    { "detour", PARAM_NUMBER, AT(detour), "1.5", 1, 100, "length of the way over the great-circle distance", NULL },
    { "local", PARAM_DURATION, AT(local), "1 ms", 0, 0, "added to every way, also within a city", NULL },
    PARAM_END
};

/* Appends the city of a line; `up_to` sums the weights. */
static bool read_city(const char *line, GArray *cities, GError **error)
{
    City city = { .up_to = cities->len ? g_array_index(cities, City, cities->len - 1).up_to : 0 };
    double weight;
    g_auto(GStrv) fields = parse_list(line);
    if (g_strv_length(fields) != 4) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "'%s' is no city; 'NAME, LATITUDE, LONGITUDE, WEIGHT' is expected", line);
        return false;
    }
    if (!parse_number(fields[1], &city.latitude, error) || !parse_number(fields[2], &city.longitude, error) ||
        !parse_number(fields[3], &weight, error)) return false;
    if (fabs(city.latitude) > 90 || fabs(city.longitude) > 180 || !(weight > 0)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s' lies nowhere: latitude -90 to 90, longitude -180 to 180 and a "
                    "weight above 0 are expected", line);
        return false;
    }
    city.up_to += weight;
    g_array_append_val(cities, city);
    return true;
}

static void check(void *data, const Keys *keys)
{
    Config *config = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL, *name = g_path_get_basename(config->path);
    if (!g_file_get_contents(config->path, &text, NULL, &error)) {
        keys_fault(keys, "latency", "%s", error->message);
        return;
    }
    g_autoptr(GArray) cities = g_array_new(FALSE, FALSE, sizeof(City));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        g_strstrip(lines[i]);
        if (!*lines[i] || *lines[i] == '#' || read_city(lines[i], cities, &error)) continue;
        keys_fault(keys, "latency", "%s:%u: %s", config->path, i + 1, error->message);
        return;
    }
    if (!cities->len) {
        keys_fault(keys, "latency", "%s: no city in it", config->path);
        return;
    }
    config->count = cities->len;
    config->cities = (City *)g_array_free(g_steal_pointer(&cities), FALSE);
    config->notes = g_strdup_printf("%s: %u cities", name, config->count);
}

static void clear(void *data)
{
    Config *config = data;
    g_clear_pointer(&config->cities, g_free);
    g_clear_pointer(&config->notes, g_free);
}

/* A city by its weight; each node draws from its own stream. */
static uint32_t *draw_cities(const Config *config, const NetworkScope *scope)
{
    uint32_t *city = g_new(uint32_t, scope->nodes);
    uint64_t key = random_key(scope->seed, "network/cities");
    for (uint32_t i = 0; i < scope->nodes; i++) {
        Random random = random_keyed(key, i);
        double drawn = random_unit(&random) * config->cities[config->count - 1].up_to;
        uint32_t low = 0, high = config->count - 1;
        while (low < high) {
            uint32_t middle = (low + high) / 2;
            if (config->cities[middle].up_to <= drawn) low = middle + 1;
            else high = middle;
        }
        city[i] = low;
    }
    return city;
}

static void *build(const void *data, const NetworkScope *scope, GError **error)
{
    (void)error;
    Placed *placed = g_new(Placed, 1);
    placed->config = data;
    placed->city = scope->placement == PLACEMENT_RANDOM ? draw_cities(data, scope) : network_place(scope, placed->config->count);
    return placed;
}

static void unbuild(void *network)
{
    g_free(((Placed *)network)->city);
    g_free(network);
}

static SimTime latency(const void *network, NodeId a, NodeId b)
{
    const Placed *placed = network;
    const Config *config = placed->config;
    /* The lower city first: rounding may not tell the two directions apart. */
    uint32_t low = MIN(placed->city[a], placed->city[b]), high = MAX(placed->city[a], placed->city[b]);
    if (low == high) return config->local;
    const City *from = &config->cities[low], *to = &config->cities[high];
    double ns = great_circle_ns(from->longitude, from->latitude, to->longitude, to->latitude);
    return config->local + (SimTime)llround(ns * config->detour);
}

static bool position(const void *network, NodeId node, double *x, double *y)
{
    const Placed *placed = network;
    *x = placed->config->cities[placed->city[node]].longitude;
    *y = placed->config->cities[placed->city[node]].latitude;
    return true;
}

/* Half-way round the earth. */
static SimTime horizon(const void *data)
{
    const Config *config = data;
    return config->local + (SimTime)(great_circle_ns(0, 0, 180, 0) * config->detour);
}

static uint32_t places(const void *config) { return ((const Config *)config)->count; }
static const char *notes(const void *config) { return ((const Config *)config)->notes; }

const Network network_cities = {
    .variant = {
        .name = "cities",
        .summary = "cities of a table, great circles between: `latency = cities(../topologies/cities.csv)`",
        .source = "light in fibre, 200 km a ms",
        .params = params, .config_size = sizeof(Config), .check = check, .clear = clear,
    },
    .build = build, .free = unbuild, .latency = latency, .horizon = horizon, .position = position, .places = places,
    .notes = notes,
};
