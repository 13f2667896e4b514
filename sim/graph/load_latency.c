/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/suggest.h"
#include "graph/load.h"

#define EARTH_KM 6371.0088              /* mean radius, IUGG */
#define FIBRE_NS_PER_KM 5000.0          /* 200 km a ms: two thirds of light in vacuum */

static const struct { const char *name; double ns; } units[] = {
    { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 }, { "km", FIBRE_NS_PER_KM }
};

double great_circle_km(double longitude_a, double latitude_a, double longitude_b, double latitude_b)
{
    const double degree = G_PI / 180;
    double north = sin((latitude_b - latitude_a) * degree / 2), east = sin((longitude_b - longitude_a) * degree / 2);
    double half_chord2 = north * north + cos(latitude_a * degree) * cos(latitude_b * degree) * east * east;
    return 2 * EARTH_KM * asin(fmin(1, sqrt(half_chord2)));
}

double great_circle_ns(double longitude_a, double latitude_a, double longitude_b, double latitude_b)
{
    return FIBRE_NS_PER_KM * great_circle_km(longitude_a, latitude_a, longitude_b, latitude_b);
}

static char *node_text(const Topology *topology, NodeId node)
{
    if (!topology->names) return g_strdup_printf("%u", node);
    return g_strdup_printf("%u (%s)", node, topology->names[node]);
}

static bool link_fault(const Topology *topology, NodeId a, NodeId b, GError **error, const char *what)
{
    g_autofree char *from = node_text(topology, a), *to = node_text(topology, b);
    g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "the link from node %s to node %s %s", from, to, what);
    return false;
}

static bool great_circle(const Topology *topology, double *out_ns, GError **error)
{
    const Graph *graph = topology->graph;
    const double *x = topology->x, *y = topology->y;
    if (!x || !topology->geographic) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY,
                    "great-circle needs nodes with longitude and latitude, which the file does not have");
        return false;
    }
    for (NodeId a = 0; a < graph->nodes; a++)
        for (uint32_t i = graph->first[a]; i < graph->first[a + 1]; i++) {
            NodeId b = graph->links[i].to;
            if (isnan(x[a]) || isnan(x[b]))
                return link_fault(topology, a, b, error, isnan(x[a]) ? "starts at a node without a place"
                                                                     : "ends at a node without a place");
            out_ns[i] = great_circle_ns(x[a], y[a], x[b], y[b]);
        }
    return true;
}

static const LinkColumn *find_column(const Topology *topology, const char *attribute, GError **error)
{
    const LinkColumn *column = topology_column(topology, attribute);
    if (column) return column;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < topology->columns->len; i++)
        g_ptr_array_add(names, ((const LinkColumn *)topology->columns->pdata[i])->name);
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = suggest(attribute, (const char *const *)names->pdata);
    g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "the links of the file have no '%s'%s", attribute,
                names->len > 1 ? hint : "; they have no values at all");
    return NULL;
}

/* Sets *factor to the ns of one unit, 0 where none is given. */
static bool find_unit(const char *unit, double *factor, GError **error)
{
    *factor = 0;
    if (!unit || !*unit) return true;
    for (size_t i = 0; i < G_N_ELEMENTS(units) && !*factor; i++)
        if (strcmp(units[i].name, unit) == 0) *factor = units[i].ns;
    if (!*factor)
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "'%s' is not a unit of latency; ns, us, ms, s, or km of fibre",
                    unit);
    return *factor != 0;
}

/* The value of one place in ns; returns NULL, or what is wrong with it, to be freed. */
static char *value_ns(const LinkColumn *column, uint32_t place, double factor, double *ns)
{
    g_autoptr(GError) reason = NULL;
    const char *text = column->texts ? column->texts[place] : NULL;
    double number = column->values ? column->values[place] : NAN;
    if (text && !parse_number(text, &number, NULL)) {
        if (parse_quantity(text, UNIT_TIME, ns, &reason)) return NULL;
        return g_strdup_printf("has %s '%s': %s", column->name, text, reason->message);
    }
    if (isnan(number)) return g_strdup_printf("has no %s", column->name);
    if (!factor)
        return g_strdup_printf("has a %s without a unit; say the unit: ns, us, ms, s, or km of fibre", column->name);
    *ns = number * factor;
    if (isfinite(*ns) && *ns >= 0) return NULL;
    g_autofree char *shown = format_number(number);
    return g_strdup_printf("has %s %s; a finite number, 0 or more, is expected", column->name, shown);
}

bool topology_latencies(const Topology *topology, const char *attribute, const char *unit, double *out_ns,
                        GError **error)
{
    double factor;
    const Graph *graph = topology->graph;
    g_assert(graph != NULL);
    if (strcmp(attribute, "great-circle") == 0) return great_circle(topology, out_ns, error);
    const LinkColumn *column = find_column(topology, attribute, error);
    if (!column || !find_unit(unit, &factor, error)) return false;
    for (NodeId a = 0; a < graph->nodes; a++)
        for (uint32_t i = graph->first[a]; i < graph->first[a + 1]; i++) {
            g_autofree char *wrong = value_ns(column, i, factor, &out_ns[i]);
            if (wrong) return link_fault(topology, a, graph->links[i].to, error, wrong);
        }
    return true;
}
