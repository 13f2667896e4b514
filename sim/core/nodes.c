/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/nodes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

static bool node_parse(const char *text, NodeId *out, GError **error)
{
    uint64_t value;
    if (!parse_count(text, &value, error)) return false;
    if (value >= NODE_NONE) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s' is too large a node number", text);
        return false;
    }
    *out = (NodeId)value;
    return true;
}

static bool range_parse(const char *text, NodeRange *out, GError **error)
{
    const char *dots = strstr(text, "..");
    if (!dots) {
        if (!node_parse(text, &out->first, error)) return false;
        out->last = out->first;
        return true;
    }
    g_autofree char *low = g_strndup(text, (size_t)(dots - text));
    if (!node_parse(low, &out->first, error) || !node_parse(dots + 2, &out->last, error)) return false;
    if (out->last >= out->first) return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s' runs backwards; FIRST..LAST is expected", text);
    return false;
}

static bool call_parse(const char *name, const char *inner, Nodes *out, GError **error)
{
    if (strcmp(name, "random") == 0) {
        uint64_t count;
        if (!parse_count(inner, &count, error)) return false;
        *out = (Nodes){ .kind = NODES_RANDOM, .count = (uint32_t)MIN(count, NODE_NONE) };
        return true;
    }
    if (strcmp(name, "members") == 0 && *inner) {
        *out = (Nodes){ .kind = NODES_MEMBERS, .group = g_strdup(inner) };
        return true;
    }
    g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX,
                "'%s(%s)' is no set of nodes; 3, 10..19, all, random(5) or members(GROUP)", name, inner);
    return false;
}

bool nodes_parse(const char *text, Nodes *out, GError **error)
{
    g_autofree char *inner = NULL, *name = parse_call(text, &inner);
    if (name) return call_parse(name, inner, out, error);
    g_auto(GStrv) items = parse_list(text);
    if (g_strv_length(items) == 1 && strcmp(items[0], "all") == 0) return *out = (Nodes){ .kind = NODES_ALL }, true;
    if (g_strv_length(items) == 1 && strcmp(items[0], "random") == 0) return *out = (Nodes){ .kind = NODES_EACH }, true;
    g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(NodeRange));
    for (guint i = 0; items[i]; i++) {
        NodeRange range;
        if (!range_parse(items[i], &range, error)) {
            g_prefix_error(error, "no set of nodes (3, 10..19, all, random(5) or members(GROUP)): ");
            return false;
        }
        g_array_append_val(ranges, range);
    }
    if (!ranges->len) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "an empty set of nodes; 3, 10..19, all, random(5) or members(GROUP)");
        return false;
    }
    *out = (Nodes){ .kind = NODES_LISTED, .count = ranges->len };
    out->ranges = (NodeRange *)g_array_free(g_steal_pointer(&ranges), FALSE);
    return true;
}

bool nodes_parse_members(const char *text, Nodes *out, GError **error)
{
    g_autofree char *word = g_strstrip(g_strdup(text));
    uint64_t count;
    double share;
    if (parse_count(word, &count, NULL)) {
        *out = (Nodes){ .kind = NODES_COUNT, .count = (uint32_t)MIN(count, NODE_NONE) };
        return true;
    }
    if (!strstr(word, "..") && (g_ascii_isdigit(*word) || strchr("+-.", *word)) && !strchr(word, ',')) {
        if (!parse_quantity(word, UNIT_SHARE, &share, error)) return false;
        *out = (Nodes){ .kind = NODES_SHARE, .share = share };
        return true;
    }
    return nodes_parse(word, out, error);
}

void nodes_clear(Nodes *nodes)
{
    g_clear_pointer(&nodes->ranges, g_free);
    g_clear_pointer(&nodes->group, g_free);
    nodes->kind = NODES_ABSENT;
}

NodeId nodes_largest(const Nodes *nodes)
{
    if (nodes->kind != NODES_LISTED) return NODE_NONE;
    NodeId largest = 0;
    for (uint32_t i = 0; i < nodes->count; i++) largest = MAX(largest, nodes->ranges[i].last);
    return largest;
}

static int ascending(const void *a, const void *b)
{
    NodeId x = *(const NodeId *)a, y = *(const NodeId *)b;
    return (x > y) - (x < y);
}

static NodeId *listed(const Nodes *nodes, uint32_t total, uint32_t *count)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(NodeId));
    for (uint32_t i = 0; i < nodes->count; i++)
        for (uint64_t id = nodes->ranges[i].first; id <= nodes->ranges[i].last && id < total; id++) {
            NodeId node = (NodeId)id;
            g_array_append_val(found, node);
        }
    g_array_sort(found, ascending);
    NodeId *out = (NodeId *)found->data;
    uint32_t kept = 0;
    for (guint i = 0; i < found->len; i++)
        if (!kept || out[kept - 1] != out[i]) out[kept++] = out[i];
    *count = kept;
    return (NodeId *)g_array_free(found, FALSE);
}

NodeId *nodes_resolve(const Nodes *nodes, uint32_t total, const NodeId *members, uint32_t member_count,
                      Random *random, uint32_t *count)
{
    uint32_t take = total;
    if (nodes->kind == NODES_LISTED) return listed(nodes, total, count);
    if (nodes->kind == NODES_MEMBERS) {
        *count = member_count;
        return g_memdup2(members, member_count * sizeof *members);
    }
    if (nodes->kind == NODES_RANDOM || nodes->kind == NODES_COUNT) take = MIN(nodes->count, total);
    if (nodes->kind == NODES_SHARE) take = (uint32_t)floor(nodes->share * total + 0.5);
    NodeId *out = g_new(NodeId, (size_t)take + 1);
    if (nodes->kind == NODES_ALL || nodes->kind == NODES_EACH)
        for (uint32_t i = 0; i < total; i++) out[i] = i;
    else random_sample(random, total, take, out);
    *count = take;
    return out;
}
