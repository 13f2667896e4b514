/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets that go hop by hop along the overlay (route = overlay).
 *
 * Each node forwards by a table of shortest ways over the links that work, or over a
 * spanning tree of them (routing = tree).  A change is known everywhere `convergence`
 * after it happened: until then packets follow the old ways, and are lost where those
 * are broken.  Without `heal` the ways of the beginning stay.
 *
 * On a live overlay that routes (chord, pastry, kademlia: by key; narada: by its ways) each
 * hop goes where the overlay says at that moment.  A hop that has failed is told to the overlay
 * one latency later, and the packet goes on from there. */
#include <string.h>

#include "core/memory.h"
#include "graph/paths.h"
#include "world/state.h"

#define UNUSABLE ((SimTime)1 << 50)     /* what a broken link costs: more than any way without one */
enum { HOPS_MOST = 255, MEMORY = 256 << 20 };

/* What can be used from `due` on, once that is known everywhere. */
typedef struct { SimTime due; uint64_t *links; } Known;         /* bit a directed link */

struct Relay {
    GArray *news;               /* of Known, ascending; the first is what the tables are made from */
    Paths *paths;               /* NULL: to be made */
    NodeId **next;              /* of each destination: the hop after each node; NODE_NONE: not asked yet */
};

static void known_clear(gpointer data) { g_free(((Known *)data)->links); }

static bool is_usable(const World *world, NodeId a, uint32_t place)
{
    NodeId b = world->graph->links[place].to;
    if (!bit_get(world->up, a) || !bit_get(world->up, b)) return false;
    if (world->cut && bit_get(world->cut, place)) return false;
    return !world->partitions_active || !partition_divides(world, a, b);
}

static uint64_t *usable_links(const World *world)
{
    const Graph *graph = world->graph;
    uint64_t *links = g_new0(uint64_t, graph->first[world->nodes] / 64 + 1);
    for (NodeId v = 0; v < world->nodes; v++)
        for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++)
            if (is_usable(world, v, i)) bit_set(links, i);
    return links;
}

/* Keeps of `links` those of a tree, breadth first from the lowest node of each part. */
static void keep_tree(const Graph *graph, uint32_t nodes, uint64_t *links)
{
    g_autofree NodeId *queue = g_new(NodeId, nodes + 1);
    g_autofree uint64_t *seen = g_new0(uint64_t, nodes / 64 + 1), *tree = g_new0(uint64_t, graph->first[nodes] / 64 + 1);
    for (NodeId root = 0; root < nodes; root++) {
        uint32_t head = 0, tail = 0;
        if (bit_get(seen, root)) continue;
        bit_set(seen, root);
        queue[tail++] = root;
        while (head < tail) {
            NodeId v = queue[head++];
            for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++) {
                NodeId u = graph->links[i].to;
                if (!bit_get(links, i) || bit_get(seen, u)) continue;
                bit_set(seen, u);
                queue[tail++] = u;
                bit_set(tree, i);
                bit_set(tree, graph_find(graph, u, v));
            }
        }
    }
    memcpy(links, tree, (graph->first[nodes] / 64 + 1) * sizeof *links);
}

static void tables_clear(World *world)
{
    struct Relay *relay = world->relay;
    g_clear_pointer(&relay->paths, paths_free);
    for (NodeId v = 0; v < world->nodes; v++) g_clear_pointer(&relay->next[v], g_free);
}

static struct Relay *relay_open(World *world)
{
    struct Relay *relay = world->relay = g_new0(struct Relay, 1);
    Known first = { 0, usable_links(world) };
    relay->news = g_array_new(FALSE, FALSE, sizeof(Known));
    g_array_set_clear_func(relay->news, known_clear);
    g_array_append_val(relay->news, first);
    relay->next = g_new0(NodeId *, world->nodes);
    return relay;
}

void relay_prepare(World *world)
{
    if (world->ipc && world->graph && !world->live) (void)relay_open(world);
}

void relay_free(World *world)
{
    struct Relay *relay = world->relay;
    if (!relay) return;
    tables_clear(world);
    g_free(relay->next);
    g_array_unref(relay->news);
    g_free(relay);
    world->relay = NULL;
}

void relay_changed(World *world)
{
    const NetworkSettings *network = &world->scenario->network;
    if (!network->heal) return;
    SimTime due = network->convergence < SIM_NEVER - world->now ? world->now + network->convergence : SIM_NEVER;
    Known known = { due, usable_links(world) };
    g_array_append_val(world->relay->news, known);
}

/* Takes over what has become known since. */
static void catch_up(World *world)
{
    struct Relay *relay = world->relay;
    guint due = 0;
    while (due + 1 < relay->news->len && g_array_index(relay->news, Known, due + 1).due <= world->now) due++;
    if (!due) return;
    g_array_remove_range(relay->news, 0, due);
    tables_clear(world);
}

static Paths *paths_make(World *world)
{
    const Graph *graph = world->graph;
    uint32_t count = graph->first[world->nodes];
    uint64_t *known = g_array_index(world->relay->news, Known, 0).links;
    if (world->scenario->network.routing == ROUTING_TREE) keep_tree(graph, world->nodes, known);
    g_autofree double *ns = g_new(double, count + 1);
    for (NodeId v = 0; v < world->nodes; v++)
        for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++)
            ns[i] = bit_get(known, i) ? (double)world_latency(world, v, graph->links[i].to) : (double)UNUSABLE;
    return paths_new(graph, ns, MEMORY);
}

typedef struct { const Graph *graph; NodeId node, next; } Step;

/* The first link walked is the one at the node. */
static void step_take(void *data, uint32_t place)
{
    Step *step = data;
    if (step->next != NODE_NONE) return;
    for (uint32_t i = step->graph->first[step->node]; i < step->graph->first[step->node + 1]; i++) {
        NodeId other = step->graph->links[i].to;
        uint32_t low = other > step->node ? i : graph_find(step->graph, other, step->node);
        if (low == place) step->next = other;
    }
}

/* The hop after `node` on the way to `to`; `node` itself where there is no way. */
static NodeId next_hop(World *world, NodeId node, NodeId to)
{
    struct Relay *relay = world->relay;
    if (!relay->next[to]) {
        relay->next[to] = g_new(NodeId, world->nodes);
        for (NodeId v = 0; v < world->nodes; v++) relay->next[to][v] = NODE_NONE;
    }
    NodeId *next = &relay->next[to][node];
    if (*next != NODE_NONE) return *next;
    if (!relay->paths) relay->paths = paths_make(world);
    *next = node;
    if (paths_between(relay->paths, to, node) >= UNUSABLE) return node;
    Step step = { world->graph, node, NODE_NONE };
    paths_walk(relay->paths, to, node, step_take, &step);
    return *next = step.next;
}

static NodeId live_next_hop(World *world, NodeId node, NodeId to)
{
    const LiveOverlay *live = world->live;
    Node *self = world_node(world, node);
    if (!bit_get(world->joined, node)) return node;
    NodeId next = live->next_hop ? live->next_hop(self, node, to) : live->route(self, live->key(self, to));
    return next == NODE_NONE ? node : next;
}

void relay_send(World *world, NodeId from, NodeId to, const Message *message)
{
    Message on = *message;
    NodeId next = to;
    if (world->live) {
        next = live_next_hop(world, from, to);
        on.flags |= MESSAGE_ROUTED;
    } else if (world->relay) {
        catch_up(world);
        next = next_hop(world, from, to);
    }
    if (next == from || message->hops >= HOPS_MOST) fabric_dropped(world, message);
    else node_send(world_node(world, from), next, &on);
}

void relay_again(World *world, NodeId node, NodeId other, const Message *message)
{
    Message again = *message;
    NodeId from, to;
    again.flags = MESSAGE_IPC;
    ipc_packet_ends(world->ipc, (uint32_t)message->word, &from, &to);
    if (bit_get(world->up, node) && bit_get(world->joined, node)) {
        if (world->live->unreachable) world->live->unreachable(world_node(world, node), other, &again);
        if (other != to) {
            relay_send(world, node, to, &again);
            return;
        }
    }
    fabric_dropped(world, &again);
}
