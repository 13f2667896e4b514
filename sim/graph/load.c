/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/load.h"

#include "graph/format.h"

static const struct {
    const char *name;
    bool (*read)(Text *text, Draft *draft, GError **error);
} formats[FORMATS] = {
    [FORMAT_GRAPHML] = { "graphml", format_graphml },
    [FORMAT_GML] = { "gml", format_gml },
    [FORMAT_EDGELIST] = { "edgelist", format_edgelist },
    [FORMAT_PAJEK] = { "pajek", format_pajek },
    [FORMAT_BRITE] = { "brite", format_brite },
    [FORMAT_INET] = { "inet", format_inet },
    [FORMAT_ORBIS] = { "orbis", format_orbis },
    [FORMAT_ROCKETFUEL] = { "rocketfuel", format_rocketfuel },
    [FORMAT_GT_ITM] = { "gt-itm", format_gt_itm },
    [FORMAT_REPETITA] = { "repetita", format_repetita },
    [FORMAT_LIGHTNING] = { "lightning", format_lightning },
};

const char *topology_format_name(TopologyFormat format)
{
    return formats[format].name;
}

Topology *topology_load(const char *path, TopologyFormat format, GError **error)
{
    Text text;
    if (!text_open(&text, path, error)) return NULL;
    Draft *draft = draft_new(&text);
    Topology *topology = NULL;
    /* GraphML says its encoding itself. */
    if ((format == FORMAT_GRAPHML || text_check_encoding(&text, error)) && formats[format].read(&text, draft, error))
        topology = draft_finish(draft, error);
    draft_free(draft);
    text_clear(&text);
    return topology;
}
