/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "core/memory.h"
#include "graph/edges.h"
#include "overlay/overlay.h"

typedef struct { double degree; } Config;

static const Param params[] = {
    { "degree", PARAM_NUMBER, offsetof(Config, degree), NULL, 0, 1e9,
      "mean number of neighbors; may be fractional", NULL },
    PARAM_END
};

static void fits(const void *config, uint32_t nodes, const Keys *keys)
{
    static const char *const blamed[] = { "nodes", "degree", NULL };
    const Config *c = config;
    g_autofree char *degree = format_number(c->degree);
    if (c->degree > nodes - 1.0)
        overlay_fault(keys, blamed, "a mean of %s neighbors among %u nodes; at most %u", degree, nodes, nodes - 1);
    /* Links of a common node come together: the spread of their number is near the degree's, a share of it. */
    double links = nodes * c->degree / 2;
    overlay_fits_links(keys, blamed, links + 10 * sqrt(links * (1 + c->degree)));
}

/* The chance that two random points of the unit square are nearer than r: less
 * than pi r^2, for a point near the border has less around it. */
static double chance_nearer(double r)
{
    double square = r * r;
    if (r >= G_SQRT2) return 1;
    if (r <= 1) return square * (G_PI - 8 * r / 3 + square / 2);
    return 4.0 / 3 * sqrt(square - 1) * (2 * square + 1) - (square * square / 2 + 2 * square - 1.0 / 3)
         + 2 * square * (asin(1 / r) - acos(1 / r));
}

static double radius_for(double chance)
{
    double low = 0, high = G_SQRT2;
    if (chance >= 1) return high;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (chance_nearer(middle) < chance) low = middle;
        else high = middle;
    }
    return chance > 0 ? high : 0;
}

/* The points sorted by cells that are at least as wide as the radius, so that
 * neighbors are in the same cell or one next to it. */
typedef struct { double x, y; NodeId id; } Point;
typedef struct {
    uint32_t side;              /* cells in a row */
    uint32_t *first;            /* side * side + 1 */
    Point *points;
} Cells;

static uint32_t cell_of(uint32_t side, double x, double y)
{
    return (uint32_t)(y * side) * side + (uint32_t)(x * side);
}

static Cells sort_points(uint32_t nodes, const double *x, const double *y, double radius)
{
    double most = MAX(1, floor(sqrt(nodes)));
    Cells cells = { .side = radius * most > 1 ? (uint32_t)floor(1 / radius) : (uint32_t)most };
    cells.side = MAX(cells.side, 1);
    size_t count = (size_t)cells.side * cells.side;
    cells.first = big_new(count + 2, sizeof *cells.first);
    cells.points = big_new(nodes, sizeof *cells.points);
    uint32_t *place = cells.first + 1;      /* one cell late: it ends as the starts */
    for (uint32_t v = 0; v < nodes; v++) place[cell_of(cells.side, x[v], y[v]) + 1]++;
    for (size_t i = 0; i < count; i++) place[i + 1] += place[i];
    for (uint32_t v = 0; v < nodes; v++)
        cells.points[place[cell_of(cells.side, x[v], y[v])]++] = (Point){ x[v], y[v], v };
    return cells;
}

static void link_points(const Point *a, const Point *from, const Point *end, double radius, Edges *edges)
{
    for (const Point *b = from; b < end; b++) {
        double dx = a->x - b->x, dy = a->y - b->y;
        if (dx * dx + dy * dy < radius * radius) edges_add(edges, a->id, b->id);
    }
}

/* Each point with those after it in its cell, the cell to the right, and the
 * three cells below. */
static void link_cells(const Cells *cells, double radius, Edges *edges)
{
    for (uint32_t row = 0; row < cells->side; row++)
        for (uint32_t column = 0; column < cells->side; column++) {
            uint32_t cell = row * cells->side + column;
            uint32_t right = column + 1 < cells->side, left = column > 0, below = cell + cells->side;
            const Point *end = cells->points + cells->first[cell + 1];
            for (const Point *a = cells->points + cells->first[cell]; a < end; a++) {
                link_points(a, a + 1, cells->points + cells->first[cell + right + 1], radius, edges);
                if (row + 1 == cells->side) continue;
                link_points(a, cells->points + cells->first[below - left],
                            cells->points + cells->first[below + right + 1], radius, edges);
            }
        }
}

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)error;
    const Config *c = config;
    uint32_t nodes = scope->nodes;
    Random random = random_stream(scope->seed, "overlay/geometric", 0);
    double *x = g_new(double, nodes), *y = g_new(double, nodes);
    for (uint32_t v = 0; v < nodes; v++) x[v] = random_unit(&random), y[v] = random_unit(&random);
    double radius = radius_for(nodes > 1 ? c->degree / (nodes - 1.0) : 0);
    Cells cells = sort_points(nodes, x, y, radius);
    Edges edges = { 0 };
    link_cells(&cells, radius, &edges);
    big_free(cells.first, (size_t)cells.side * cells.side + 2, sizeof *cells.first);
    big_free(cells.points, nodes, sizeof *cells.points);
    Topology *topology = topology_new(nodes, edges_graph(&edges, nodes));
    topology->x = x;
    topology->y = y;
    return topology;
}

const Overlay overlay_geometric = {
    .variant = {
        .name = "geometric",
        .summary = "random places in a square; nodes nearer than a radius that gives the mean degree are linked",
        .source = "M. Penrose, Random Geometric Graphs, Oxford 2003; the radius accounts for the border: "
                  "J. Philip, \"The probability distribution of the distance between two random points in a box\", "
                  "2007",
        .params = params, .config_size = sizeof(Config),
    },
    .fits = fits, .build = build,
};
