/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "overlay/narada_table.h"

/* An update is the sender's degree and then entries, each with its path: the hops to
 * the member, which is the last of them. */
typedef struct { uint32_t node, number, dead, hops, cost[2]; } Entry;
typedef struct { uint32_t node, cost[2]; } Cost;

enum { ENTRY_WORDS = sizeof(Entry) / sizeof(uint32_t), COST_WORDS = sizeof(Cost) / sizeof(uint32_t) };
enum { ADDRESS_BYTES = 6, NUMBER_BYTES = 4, COST_BYTES = 4 };

static SimTime cost_of(const uint32_t words[2]) { return (SimTime)((uint64_t)words[1] << 32 | words[0]); }

static void cost_set(uint32_t words[2], SimTime cost)
{
    words[0] = (uint32_t)(uint64_t)cost;
    words[1] = (uint32_t)((uint64_t)cost >> 32);
}

static Entry entry_at(const uint32_t *update, uint32_t place)
{
    Entry entry;
    memcpy(&entry, update + place, sizeof entry);
    return entry;
}

void narada_table_init(NaradaTable *table, NodeId self, uint32_t nodes)
{
    *table = (NaradaTable){ .self = self, .nodes = nodes, .alive = 1, .members = g_new0(NaradaMember, nodes),
                            .costs = g_new(SimTime, nodes), .next = g_new(NodeId, nodes), .told = g_new(NodeId, nodes),
                            .offered = g_new0(bool, nodes) };
    table->members[self].state = NARADA_ALIVE;
    for (NodeId v = 0; v < nodes; v++) {
        table->costs[v] = SIM_NEVER;
        table->next[v] = table->told[v] = NODE_NONE;
    }
}

static void neighbor_clear(NaradaNeighbor *neighbor)
{
    g_free(neighbor->update);
    g_free(neighbor->places);
}

void narada_table_clear(NaradaTable *table)
{
    for (uint32_t i = 0; i < table->count; i++) neighbor_clear(&table->neighbors[i]);
    g_free(table->neighbors);
    g_free(table->members);
    g_free(table->costs);
    g_free(table->next);
    g_free(table->told);
    g_free(table->offered);
    *table = (NaradaTable){ 0 };
}

NaradaNeighbor *narada_neighbor(const NaradaTable *table, NodeId node)
{
    for (uint32_t i = 0; i < table->count; i++)
        if (table->neighbors[i].node == node) return &table->neighbors[i];
    return NULL;
}

NaradaNeighbor *narada_neighbor_add(NaradaTable *table, NodeId node, SimTime now)
{
    g_assert(node != table->self && node < table->nodes && !narada_neighbor(table, node));
    if (table->count == table->room) {
        table->room = table->room ? 2 * table->room : 8;
        table->neighbors = g_renew(NaradaNeighbor, table->neighbors, table->room);
    }
    NaradaNeighbor *neighbor = &table->neighbors[table->count++];
    *neighbor = (NaradaNeighbor){ .node = node, .latency = -1, .heard = now, .since = now };
    return neighbor;
}

void narada_neighbor_remove(NaradaTable *table, NodeId node)
{
    NaradaNeighbor *neighbor = narada_neighbor(table, node);
    if (!neighbor) return;
    neighbor_clear(neighbor);
    memmove(neighbor, neighbor + 1, (size_t)(&table->neighbors[--table->count] - neighbor) * sizeof *neighbor);
}

static void set_state(NaradaTable *table, NodeId node, uint8_t state, SimTime now)
{
    NaradaMember *member = &table->members[node];
    table->alive += (state == NARADA_ALIVE) - (member->state == NARADA_ALIVE);
    member->state = state;
    member->heard = now;
}

void narada_learn(NaradaTable *table, NodeId node, uint32_t number, bool dead, SimTime now)
{
    NaradaMember *member = &table->members[node];
    if (node == table->self || (dead && (member->state == NARADA_UNKNOWN || narada_neighbor(table, node)))) return;
    bool newer = member->state == NARADA_UNKNOWN || number > member->number;
    if (!newer && !(dead && number == member->number && member->state == NARADA_ALIVE)) return;
    member->number = number;
    set_state(table, node, dead ? NARADA_DEAD : NARADA_ALIVE, now);
}

void narada_bury(NaradaTable *table, NodeId node, SimTime now)
{
    if (table->members[node].state == NARADA_ALIVE) set_state(table, node, NARADA_DEAD, now);
}

NodeId narada_silent(const NaradaTable *table, SimTime since, uint32_t *count)
{
    NodeId first = NODE_NONE;
    *count = 0;
    for (NodeId v = 0; v < table->nodes; v++) {
        const NaradaMember *member = &table->members[v];
        if (member->state != NARADA_ALIVE || member->heard > since || member->probed) continue;
        if (v == table->self || narada_neighbor(table, v)) continue;
        ++*count;
        if (first == NODE_NONE || member->heard < table->members[first].heard) first = v;
    }
    return first;
}

NodeId narada_dead(NaradaTable *table, SimTime since, Random *random, uint32_t *count)
{
    NodeId pick = NODE_NONE;
    *count = 0;
    for (NodeId v = 0; v < table->nodes; v++) {
        if (table->members[v].state != NARADA_DEAD) continue;
        if (table->members[v].heard <= since) set_state(table, v, NARADA_UNKNOWN, 0);
        else if (random_below(random, ++*count) == 0) pick = v;
    }
    return pick;
}

NodeId narada_stranger(const NaradaTable *table, Random *random)
{
    NodeId pick = NODE_NONE;
    uint64_t seen = 0;
    for (NodeId v = 0; v < table->nodes; v++) {
        if (table->members[v].state != NARADA_ALIVE || v == table->self || narada_neighbor(table, v)) continue;
        if (random_below(random, ++seen) == 0) pick = v;
    }
    return pick;
}

void narada_keep(NaradaTable *table, NaradaNeighbor *neighbor, const uint32_t *update, uint32_t length, SimTime now)
{
    g_free(neighbor->update);
    neighbor->update = g_memdup2(update, length * sizeof *update);
    neighbor->length = length;
    if (!neighbor->places) neighbor->places = g_new(uint32_t, table->nodes);
    memset(neighbor->places, 0, table->nodes * sizeof *neighbor->places);
    neighbor->degree = update[0];
    neighbor->relies = 0;
    for (uint32_t at = 1; at < length; ) {
        Entry entry = entry_at(update, at);
        narada_learn(table, entry.node, entry.number, entry.dead, now);
        neighbor->places[entry.node] = at;
        neighbor->relies += entry.hops && update[at + ENTRY_WORDS] == table->self;
        at += ENTRY_WORDS + entry.hops;
    }
}

static bool leads_through(const uint32_t *path, uint32_t hops, NodeId node)
{
    for (uint32_t i = 0; i < hops; i++)
        if (path[i] == node) return true;
    return false;
}

/* The ways that one neighbor offers. */
static void consider(NaradaTable *table, const NaradaNeighbor *neighbor)
{
    for (uint32_t at = 1; at < neighbor->length; ) {
        Entry entry = entry_at(neighbor->update, at);
        const uint32_t *path = neighbor->update + at + ENTRY_WORDS;
        at += ENTRY_WORDS + entry.hops;
        NodeId to = entry.node;
        if (table->members[to].state != NARADA_ALIVE || to == table->self) continue;
        if ((!entry.hops && to != neighbor->node) || leads_through(path, entry.hops, table->self)) continue;
        if (table->told[to] == neighbor->node) table->offered[to] = true;
        SimTime cost = cost_of(entry.cost) + neighbor->latency;
        if (cost > table->costs[to] || (cost == table->costs[to] && neighbor->node > table->next[to])) continue;
        table->costs[to] = cost;
        table->next[to] = neighbor->node;
    }
}

bool narada_choose(NaradaTable *table)
{
    for (NodeId v = 0; v < table->nodes; v++) {
        table->costs[v] = SIM_NEVER;
        table->next[v] = NODE_NONE;
        table->offered[v] = false;
    }
    for (uint32_t i = 0; i < table->count; i++)
        if (table->neighbors[i].update && table->neighbors[i].latency >= 0) consider(table, &table->neighbors[i]);
    bool broken = false;
    for (NodeId v = 0; v < table->nodes; v++)
        broken |= table->told[v] != NODE_NONE && !table->offered[v] && table->members[v].state == NARADA_ALIVE;
    return broken;
}

static void add_entry(NaradaTable *table, GArray *words, NodeId to, uint32_t number, uint32_t *bytes)
{
    const NaradaMember *member = &table->members[to];
    if (to != table->self) number = member->number;
    Entry entry = { .node = to, .number = number, .dead = member->state == NARADA_DEAD };
    const NaradaNeighbor *via = table->next[to] != NODE_NONE ? narada_neighbor(table, table->next[to]) : NULL;
    uint32_t place = via ? via->places[to] : 0;
    if (via) {
        entry.hops = entry_at(via->update, place).hops + 1;
        cost_set(entry.cost, table->costs[to]);
    }
    g_array_append_vals(words, &entry, ENTRY_WORDS);
    *bytes += ADDRESS_BYTES + NUMBER_BYTES;
    if (!via) return;
    g_array_append_val(words, via->node);
    g_array_append_vals(words, via->update + place + ENTRY_WORDS, entry.hops - 1);
    *bytes += COST_BYTES + ADDRESS_BYTES * (entry.hops - 1);
}

uint32_t *narada_tell(NaradaTable *table, uint32_t number, uint32_t *length, uint32_t *bytes)
{
    GArray *words = g_array_sized_new(FALSE, FALSE, sizeof(uint32_t), 16 * table->alive);
    g_array_append_val(words, table->count);
    *bytes = 0;
    for (NodeId v = 0; v < table->nodes; v++) {
        table->told[v] = table->next[v];
        if (table->members[v].state != NARADA_UNKNOWN) add_entry(table, words, v, number, bytes);
    }
    *length = words->len;
    return (uint32_t *)g_array_free(words, FALSE);
}

NodeId narada_next_hop(const NaradaTable *table, NodeId of, NodeId to)
{
    if (of == table->self) return table->as_told ? table->told[to] : table->next[to];
    const NaradaNeighbor *neighbor = narada_neighbor(table, of);
    if (!neighbor || !neighbor->update || !neighbor->places[to]) return NODE_NONE;
    uint32_t place = neighbor->places[to];
    return entry_at(neighbor->update, place).hops ? neighbor->update[place + ENTRY_WORDS] : NODE_NONE;
}

static uint32_t relies(const NaradaTable *table, NodeId neighbor)
{
    uint32_t count = 0;
    for (NodeId v = 0; v < table->nodes; v++) count += table->next[v] == neighbor;
    return count;
}

const NaradaNeighbor *narada_least_used(const NaradaTable *table, SimTime since, uint32_t *cost)
{
    const NaradaNeighbor *least = NULL;
    for (uint32_t i = 0; i < table->count; i++) {
        const NaradaNeighbor *neighbor = &table->neighbors[i];
        if (!neighbor->update || neighbor->since > since) continue;
        uint32_t used = MAX(neighbor->relies, relies(table, neighbor->node));
        if (least && used >= *cost) continue;
        *cost = used;
        least = neighbor;
    }
    return least;
}

double narada_utility(const NaradaTable *table, SimTime latency, const uint32_t *words, uint32_t count)
{
    double utility = 0;
    for (uint32_t at = 1; at + COST_WORDS <= count; at += COST_WORDS) {
        Cost entry;
        memcpy(&entry, words + at, sizeof entry);
        if (entry.node == table->self || table->members[entry.node].state != NARADA_ALIVE) continue;
        double now = (double)table->costs[entry.node], new = (double)(cost_of(entry.cost) + latency);
        if (table->costs[entry.node] == SIM_NEVER) utility += 1;
        else if (new < now) utility += (now - new) / now;
    }
    return utility;
}

uint32_t *narada_costs(const NaradaTable *table, uint32_t *length, uint32_t *bytes)
{
    GArray *words = g_array_sized_new(FALSE, FALSE, sizeof(uint32_t), COST_WORDS * table->alive + 1);
    g_array_append_val(words, table->count);
    for (NodeId v = 0; v < table->nodes; v++) {
        Cost entry = { .node = v };
        if (v != table->self && table->next[v] == NODE_NONE) continue;
        if (v != table->self) cost_set(entry.cost, table->costs[v]);
        g_array_append_vals(words, &entry, COST_WORDS);
    }
    *length = words->len;
    *bytes = (words->len - 1) / COST_WORDS * (ADDRESS_BYTES + COST_BYTES);
    return (uint32_t *)g_array_free(words, FALSE);
}
