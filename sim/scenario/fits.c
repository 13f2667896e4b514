/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks across the sections of one setting.  What is impossible is said at every
 * key that has a part in it. */
#include <math.h>

#include "core/suggest.h"
#include "scenario/make.h"

/* Says it at the keys that give the number of nodes. */
static void blame_size(const Making *making, const char *what)
{
    const Keys *keys = making_keys(making, "overlay", NULL);
    if (keys_given(keys, "nodes")) {
        keys_fault(keys, "nodes", "%s", what);
        return;
    }
    bool any = making_blame_params(keys, making->scenario->overlay.variant, NULL, what);
    if (!making_blame_params(keys, making->scenario->mesh.variant, NULL, what) && !any) making_blame(keys, "kind", what);
}

/* True if overlay and mesh, where there is one, could be filled. */
static bool overlay_is_whole(const Scenario *scenario)
{
    const Overlay *overlay = scenario_overlay(scenario);
    return overlay && scenario->overlay.config && (!overlay->from_mesh || scenario->mesh.config);
}

static uint32_t implied(const Part *part)
{
    const Overlay *overlay = (const Overlay *)part->variant;
    return part->config && overlay->nodes ? overlay->nodes(part->config) : 0;
}

/* The group that the overlay is made of, or NULL. */
static const Group *overlay_group(const Scenario *scenario)
{
    const Group *group = scenario->groups->len == 1 ? scenario->groups->pdata[0] : NULL;
    return group && group->overlay == GROUP_MEMBERS_ONLY ? group : NULL;
}

static uint32_t members_count(const Nodes *members, uint32_t nodes)
{
    uint32_t count;
    switch (members->kind) {
    case NODES_COUNT: case NODES_RANDOM: return members->count;
    case NODES_SHARE: return (uint32_t)floor(members->share * nodes + 0.5);
    case NODES_LISTED:
        g_free(nodes_resolve(members, nodes, NULL, 0, NULL, &count));
        return count;
    default: return nodes;
    }
}

static void sizes_disagree(const Making *making, uint32_t given, uint32_t made)
{
    const Keys *keys = making_keys(making, "overlay", NULL);
    g_autofree char *what = g_strdup_printf("'nodes' is %u, but the keys of the kind make %u; leave 'nodes' out", given, made);
    making_blame(keys, "nodes", what);
    making_blame_params(keys, making->scenario->overlay.variant, NULL, what);
    making_blame_params(keys, making->scenario->mesh.variant, NULL, what);
}

static void check_fits(const Making *making, uint32_t nodes)
{
    const Keys *keys = making_keys(making, "overlay", NULL);
    const Part *const parts[] = { &making->scenario->overlay, &making->scenario->mesh };
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        const Overlay *overlay = (const Overlay *)parts[i]->variant;
        if (parts[i]->config && overlay->fits) overlay->fits(parts[i]->config, nodes, keys);
    }
}

/* An overlay of a group's members has as many nodes as they are. */
static void check_members_fit(const Making *making, const Group *group, bool sized)
{
    static const char what[] = "an overlay of the members only cannot be of a kind that makes its own number of nodes";
    if (!sized) {
        check_fits(making, members_count(&group->members, making->scenario->nodes));
        return;
    }
    making_blame(making_keys(making, "overlay", NULL), "kind", what);
    making_blame(making_keys(making, "group", group->name), "overlay", what);
}

void fits_nodes(Making *making)
{
    Scenario *scenario = making->scenario;
    if (!overlay_is_whole(scenario)) return;
    uint32_t given = scenario->overlay_settings.nodes, own = implied(&scenario->overlay), mesh = implied(&scenario->mesh);
    uint32_t made = own ? own : mesh;
    const Group *group = overlay_group(scenario);
    if (!made && given == PARAM_NO_COUNT) {
        const Keys *keys = making_keys(making, "overlay", NULL);
        if (!keys_given(keys, "nodes")) keys_fault(keys, "nodes", "'nodes' is missing; the number of nodes is expected");
        return;
    }
    if (own && mesh && own != mesh) sizes_disagree(making, mesh, own);
    else if (made && given != PARAM_NO_COUNT && given != made) sizes_disagree(making, given, made);
    scenario->nodes = made ? made : given;
    if (group) check_members_fit(making, group, made > 0);
    else check_fits(making, scenario->nodes);
}

static void unknown_group(const Making *making, const Keys *keys, const char *key, const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < making->scenario->groups->len; i++)
        g_ptr_array_add(names, ((Group *)making->scenario->groups->pdata[i])->name);
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = suggest(name, (const char *const *)names->pdata);
    keys_fault(keys, key, "no group is called '%s'%s", name, names->len > 1 ? hint : "; there is no [group NAME]");
}

static bool group_exists(const Scenario *scenario, const char *name)
{
    for (guint i = 0; i < scenario->groups->len; i++)
        if (g_strcmp0(((const Group *)scenario->groups->pdata[i])->name, name) == 0) return true;
    return false;
}

/* A set of nodes against those there are. */
static void check_nodes(const Making *making, const Keys *keys, const char *key, const Nodes *nodes)
{
    uint32_t total = making->scenario->nodes;
    NodeId largest = nodes_largest(nodes);
    bool drawn = nodes->kind == NODES_RANDOM || nodes->kind == NODES_COUNT;
    if (nodes->kind == NODES_MEMBERS && !group_exists(making->scenario, nodes->group))
        unknown_group(making, keys, key, nodes->group);
    if (!total) return;
    if (largest != NODE_NONE && largest >= total)
        keys_fault(keys, key, "there is no node %u; the nodes are 0 .. %u", largest, total - 1);
    if (drawn && nodes->count > total)
        keys_fault(keys, key, "%u nodes of %u cannot be drawn; at most all of them", nodes->count, total);
    if (drawn && !nodes->count) keys_fault(keys, key, "no node at all; at least 1 is expected");
}

static void check_group(const Making *making, const Group *group)
{
    const Keys *keys = making_keys(making, "group", group->name);
    uint32_t total = making->scenario->nodes;
    if (group->members.kind == NODES_MEMBERS || group->members.kind == NODES_EACH)
        keys_fault(keys, "members", "a group's members are a share, a count, a range, all or random(COUNT)");
    else
        check_nodes(making, keys, "members", &group->members);
    if (total && group->members.kind == NODES_SHARE && !members_count(&group->members, total))
        keys_fault(keys, "members", "this share of %u nodes is no node at all; at least 1 member is expected", total);
    if (group->overlay == GROUP_MEMBERS_ONLY && making->scenario->groups->len > 1)
        keys_fault(keys, "overlay", "an overlay is made of the members of one group only; there are %u groups",
                   making->scenario->groups->len);
}

/* The row that fills the field at `field` of the configuration. */
static const char *key_of(const Part *part, const void *field)
{
    for (const Param *p = part->variant->params; p && p->type; p++)
        if ((const char *)part->config + p->offset == field) return p->name;
    return "kind";
}

/* The row whose text is `text`. */
static const char *key_of_text(const Part *part, const char *text)
{
    for (const Param *p = part->variant->params; p && p->type; p++)
        if (p->type == PARAM_TEXT && *(char *const *)((const char *)part->config + p->offset) == text) return p->name;
    return "kind";
}

static void check_workload(const Making *making, const Part *part)
{
    const Workload *workload = (const Workload *)part->variant;
    const Keys *keys = making_keys(making, "workload", part->name);
    const Nodes *nodes = NULL;
    const char *group = NULL;
    if (!part->config || !workload->refers) return;
    workload->refers(part->config, &nodes, &group);
    if (nodes) check_nodes(making, keys, key_of(part, nodes), nodes);
    if (group && g_strcmp0(group, "all") != 0 && !group_exists(making->scenario, group))
        unknown_group(making, keys, key_of_text(part, group), group);
}

static void check_failure(const Making *making, const Part *part)
{
    const Failure *failure = (const Failure *)part->variant;
    const Nodes *nodes = NULL;
    if (part->config && failure->targets) fits_target(making, part);
    if (!part->config || !failure->refers) return;
    failure->refers(part->config, &nodes);
    if (nodes) check_nodes(making, making_keys(making, "failure", part->name), key_of(part, nodes), nodes);
}

void fits_members(Making *making)
{
    const Scenario *scenario = making->scenario;
    for (guint i = 0; i < scenario->groups->len; i++) check_group(making, scenario->groups->pdata[i]);
    for (guint i = 0; i < scenario->workloads->len; i++) check_workload(making, scenario->workloads->pdata[i]);
    for (guint i = 0; i < scenario->failures->len; i++) check_failure(making, scenario->failures->pdata[i]);
}

void fits_places(Making *making)
{
    const Scenario *scenario = making->scenario;
    const Network *network = scenario_network(scenario);
    const Overlay *overlay = scenario_overlay(scenario);
    const Keys *keys = making_keys(making, "network", NULL);
    if (!scenario->latency.config) return;
    if (network->after_overlay && overlay && !overlay->from_file) {
        making_blame(keys, "latency", "its links come with an overlay that is read from a file; kind = file is expected");
        making_blame(making_keys(making, "overlay", NULL), "kind",
                     "its links have no latency of their own, which [network] latency asks for");
    }
    uint32_t places = network->places ? network->places(scenario->latency.config) : 0;
    if (!places || scenario->nodes <= places || scenario->network.placement == PLACEMENT_RANDOM) return;
    g_autofree char *what = g_strdup_printf("%u nodes do not fit on %u places, one on each", scenario->nodes, places);
    making_blame(keys, "placement", what);
    making_blame(keys, "latency", what);
    blame_size(making, what);
}

static void check_detector(const Making *making)
{
    const DetectorSettings *settings = &making->scenario->overlay_settings.detector;
    const Keys *keys = making_keys(making, "overlay", NULL);
    if (settings->kind != DETECTOR_SWIM || settings->timeout < settings->period) return;
    making_blame(keys, "detector-timeout", "a probe is repeated within its period; less than detector-period is expected");
    making_blame(keys, "detector-period", "a probe is repeated within its period; more than detector-timeout is expected");
}

void fits_live(Making *making)
{
    const Overlay *overlay = scenario_overlay(making->scenario);
    const Protocol *protocol = scenario_protocol(making->scenario);
    if (!overlay || !protocol) return;
    check_detector(making);
    if (protocol->routed && !(overlay->live && overlay->live->route)) {
        making_blame(making_keys(making, "protocol", NULL), "kind",
                     "it routes by key, which only a structured overlay can; chord, kademlia or pastry");
        making_blame(making_keys(making, "overlay", NULL), "kind", "it cannot route by key, and the protocol does; chord, kademlia or pastry");
    }
    if (protocol->paths && overlay->live && !overlay->live->next_hop) {
        making_blame(making_keys(making, "protocol", NULL), "kind",
                     "it follows the ways that an overlay keeps between its nodes; narada, or a static overlay");
        making_blame(making_keys(making, "overlay", NULL), "kind",
                     "it keeps no ways between its nodes, which the protocol follows; narada, or a static overlay");
    }
    if (protocol->clustered && !(overlay->live && overlay->live->cluster)) {
        making_blame(making_keys(making, "protocol", NULL), "kind", "it forwards from cluster to cluster, which only 'nice' has");
        making_blame(making_keys(making, "overlay", NULL), "kind", "it has no clusters, and the protocol needs them; nice");
    }
    if (!overlay->live || !protocol->fixed_overlay) return;
    making_blame(making_keys(making, "protocol", NULL), "kind",
                 "it is laid out over fixed links, which an overlay that maintains itself has not");
    making_blame(making_keys(making, "overlay", NULL), "kind",
                 "its links change as it runs, and the protocol needs fixed ones");
}
