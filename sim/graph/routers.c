/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/routers.h"

#define ROWS_MEMORY ((size_t)1 << 28)           /* all rows of 8,000 routers */

Routers *routers_new(uint32_t count, const GArray *links)
{
    g_autofree NodeId *a = g_new(NodeId, links->len + 1), *b = g_new(NodeId, links->len + 1);
    for (guint i = 0; i < links->len; i++) {
        a[i] = g_array_index(links, RouterLink, i).a;
        b[i] = g_array_index(links, RouterLink, i).b;
    }
    Routers *routers = g_new(Routers, 1);
    routers->graph = graph_new(count, a, b, links->len);
    g_autofree double *ns = g_new0(double, 2 * (gsize)links->len + 1);
    for (guint i = 0; i < links->len; i++) {
        double time = (double)g_array_index(links, RouterLink, i).ns;
        ns[graph_find(routers->graph, a[i], b[i])] = ns[graph_find(routers->graph, b[i], a[i])] = time;
    }
    routers->paths = paths_new(routers->graph, ns, ROWS_MEMORY);
    return routers;
}

void routers_free(Routers *routers)
{
    if (!routers) return;
    paths_free(routers->paths);
    graph_free(routers->graph);
    g_free(routers);
}

SimTime routers_latency(const Routers *routers, NodeId a, NodeId b)
{
    return a == b ? 0 : paths_between(routers->paths, a, b);
}
