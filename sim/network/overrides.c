/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Latencies that a file gives for single pairs of nodes. */
#include <stdlib.h>

#include "core/error.h"
#include "network/network.h"

static int by_pair(const void *a, const void *b)
{
    uint64_t x = ((const LatencyOverride *)a)->pair, y = ((const LatencyOverride *)b)->pair;
    return (x > y) - (x < y);
}

static void add(GArray *list, uint64_t from, uint64_t to, SimTime ns)
{
    LatencyOverride override = { from << 32 | to, ns };
    g_array_append_val(list, override);
}

/* Appends both directions that a line gives; false and *error where it is wrong. */
static bool read_line(const char *line, uint32_t nodes, GArray *list, GError **error)
{
    g_auto(GStrv) fields = parse_list(line);
    guint count = g_strv_length(fields);
    uint64_t a, b;
    SimTime there, back;
    if (count != 3 && count != 4) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "'%s' is no pair; 'NODE, NODE, LATENCY' is expected", line);
        return false;
    }
    if (!parse_count(fields[0], &a, error) || !parse_count(fields[1], &b, error) ||
        !parse_duration(fields[2], &there, error) || !parse_duration(fields[count - 1], &back, error)) return false;
    if (a >= nodes || b >= nodes || a == b) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s' needs two different nodes of 0 to %u", line, nodes - 1);
        return false;
    }
    add(list, a, b, there);
    add(list, b, a, back);
    return true;
}

LatencyOverride *network_overrides_read(const char *path, uint32_t nodes, uint32_t *count, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) reason = NULL;
    if (!g_file_get_contents(path, &text, NULL, &reason)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_FILE, "%s", reason->message);
        return NULL;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(LatencyOverride));
    for (guint i = 0; lines[i]; i++) {
        g_strstrip(lines[i]);
        if (!*lines[i] || *lines[i] == '#' || read_line(lines[i], nodes, list, &reason)) continue;
        g_set_error(error, SIM_ERROR, reason->code, "%s:%u: %s", path, i + 1, reason->message);
        return NULL;
    }
    g_array_sort(list, by_pair);
    for (guint i = 1; i < list->len; i++) {
        uint64_t pair = g_array_index(list, LatencyOverride, i).pair;
        if (pair != g_array_index(list, LatencyOverride, i - 1).pair) continue;
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "%s: the pair of nodes %u and %u is given twice", path,
                    (NodeId)(pair >> 32), (NodeId)pair);
        return NULL;
    }
    *count = list->len;
    return (LatencyOverride *)g_array_free(g_steal_pointer(&list), FALSE);
}

const Param link_params[] = {
    { "latency", PARAM_DURATION, offsetof(LinkRule, latency), "", 0, 0x1p62, "of each way; absent: the network's", NULL },
    { "loss", PARAM_LOSS, offsetof(LinkRule, loss), "0", 0, 0, "in place of the network's", NULL },
    { "bandwidth", PARAM_BANDWIDTH_LAW, offsetof(LinkRule, bandwidth), "unlimited", 0, 0,
      "of each way, one message after the other; a distribution is drawn once for each run", NULL },
    { "mtu", PARAM_SIZE, offsetof(LinkRule, mtu), "unlimited", 1, 0x1p32,
      "a larger message travels as several packets, each with a header, and is lost with any of them", NULL },
    PARAM_END
};

static bool has_link(const NetworkSettings *network, const LatencyOverride *override)
{
    NodeId from = (NodeId)(override->pair >> 32), to = (NodeId)override->pair;
    for (uint32_t i = 0; i < network->link_count; i++) {
        const LinkRule *link = &network->links[i];
        if (link->latency >= 0 && link->a == MIN(from, to) && link->b == MAX(from, to)) return true;
    }
    return false;
}

void network_links_override(NetworkSettings *network)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(LatencyOverride));
    for (uint32_t i = 0; i < network->override_count; i++)
        if (!has_link(network, &network->override_list[i])) g_array_append_val(list, network->override_list[i]);
    for (uint32_t i = 0; i < network->link_count; i++) {
        const LinkRule *link = &network->links[i];
        if (link->latency < 0) continue;
        add(list, link->a, link->b, link->latency);
        add(list, link->b, link->a, link->latency);
    }
    g_array_sort(list, by_pair);
    g_free(network->override_list);
    network->override_count = list->len;
    network->override_list = (LatencyOverride *)g_array_free(list, FALSE);
}

const LatencyOverride *network_override(const NetworkSettings *network, NodeId from, NodeId to)
{
    LatencyOverride wanted = { .pair = (uint64_t)from << 32 | to };
    return bsearch(&wanted, network->override_list, network->override_count, sizeof wanted, by_pair);
}
