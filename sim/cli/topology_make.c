/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/topology_make.h"

#include <string.h>

#include "core/error.h"
#include "graph/analyse.h"
#include "graph/load.h"
#include "scenario/sections.h"

enum { COMPLETE_MOST = 20000 };

/* What was asked for, filled step by step. */
typedef struct {
    const Overlay *overlay, *mesh;      /* mesh: where the overlay is taken from one, else NULL */
    Faults *faults;
    Keys *keys;
    OverlaySettings settings;
    void *config, *mesh_config;
    char *guess;                        /* why a file is taken for what format; or NULL */
} Order;

static void config_free(const Overlay *overlay, void *config)
{
    if (!config) return;
    if (overlay->variant.clear) overlay->variant.clear(config);
    params_clear(overlay->variant.params, config);
    g_free(config);
}

static void order_clear(Order *order)
{
    config_free(order->overlay, order->config);
    config_free(order->mesh, order->mesh_config);
    params_clear(overlay_params, &order->settings);
    keys_free(order->keys);
    faults_free(order->faults);
    g_free(order->guess);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Order, order_clear)

static const Overlay *find(const char *name)
{
    return (const Overlay *)room_find(room_of("overlay"), name, NULL);
}

/* A kind on the menu, or else a file, which becomes the kind `file` with its path. */
static bool find_overlay(Order *order, const char *word, GError **error)
{
    order->overlay = find(word);
    if (order->overlay) return true;
    if (!g_file_test(word, G_FILE_TEST_EXISTS)) {
        (void)room_find(room_of("overlay"), word, error);
        g_prefix_error(error, "%s: no such file, and ", word);
        return false;
    }
    order->overlay = find("file");
    keys_add(order->keys, "path", word, 0);
    return true;
}

/* "key=value" into the keys, each at its place on the command line. */
static void read_words(Order *order, char *const *words)
{
    for (int i = 0; words[i]; i++) {
        const char *equals = strchr(words[i], '=');
        g_autofree char *key = g_strndup(words[i], equals ? (gsize)(equals - words[i]) : strlen(words[i]));
        if (!equals) faults_add(order->faults, i, NULL, key, "no value; KEY=VALUE is expected");
        else if (keys_given(order->keys, key)) faults_add(order->faults, i, NULL, key, "given already");
        else keys_add(order->keys, key, equals + 1, i);
    }
}

static void check_words(Order *order)
{
    const char *mesh = keys_value(order->keys, "mesh");
    Vocabulary words = vocabulary_of(section_kind("overlay"), order->overlay->variant.name, mesh);
    for (unsigned i = 0; keys_name(order->keys, i); i++) {
        const char *key = keys_name(order->keys, i);
        if (strcmp(key, "kind") != 0 && vocabulary_find(&words, key)) continue;
        g_autofree char *wrong = vocabulary_fault(&words, key);
        keys_fault(order->keys, key, "%s", wrong);
    }
}

/* What a scenario has to say, and a look at a file can find out. */
static bool complete_file(Order *order, GError **error)
{
    const char *path = keys_value(order->keys, "path");
    TopologyFormat format;
    if (!order->overlay->from_file || !path) return true;
    if (!keys_given(order->keys, "disconnected")) keys_add(order->keys, "disconnected", "keep", 0);
    if (keys_given(order->keys, "format")) return true;
    if (!topology_guess(path, &format, &order->guess, error)) return false;
    keys_add(order->keys, "format", topology_format_name(format), 0);
    return true;
}

static void *configure(const Order *order, const Overlay *overlay)
{
    unsigned before = faults_count(order->faults);
    void *config = g_malloc0(MAX(overlay->variant.config_size, 1));
    params_fill(overlay->variant.params, order->keys, config);
    if (overlay->variant.check && faults_count(order->faults) == before) overlay->variant.check(config, order->keys);
    return config;
}

static void find_mesh(Order *order)
{
    g_autoptr(GError) error = NULL;
    if (!order->overlay->from_mesh) return;
    order->mesh = (const Overlay *)room_find(room_of("overlay"), order->settings.mesh, &error);
    if (!order->mesh) {
        keys_fault(order->keys, "mesh", "%s", error->message);
    } else if (order->mesh->from_mesh || order->mesh->live) {
        keys_fault(order->keys, "mesh", "'%s' is no mesh that a tree can be taken from", order->settings.mesh);
        order->mesh = NULL;
    }
}

static uint32_t implied(const Overlay *overlay, const void *config)
{
    return overlay && overlay->nodes ? overlay->nodes(config) : 0;
}

/* How many nodes; 0 where that cannot be said. */
static uint32_t settle_nodes(const Order *order)
{
    uint32_t own = implied(order->overlay, order->config), made = own ? own : implied(order->mesh, order->mesh_config);
    uint32_t given = order->settings.nodes;
    if (!made && given == PARAM_NO_COUNT)
        keys_fault(order->keys, "nodes", "missing; nodes=NUMBER is expected");
    else if (made && given != PARAM_NO_COUNT && given != made)
        keys_fault(order->keys, "nodes", "%u are given where the other keys make %u; leave nodes out", given, made);
    return made ? made : given;
}

static bool fill(Order *order, uint32_t *nodes)
{
    check_words(order);
    params_fill(overlay_params, order->keys, &order->settings);
    if (faults_count(order->faults)) return false;
    find_mesh(order);
    order->config = configure(order, order->overlay);
    if (order->mesh) order->mesh_config = configure(order, order->mesh);
    if (faults_count(order->faults)) return false;
    *nodes = settle_nodes(order);
    if (faults_count(order->faults)) return false;
    if (order->overlay->fits) order->overlay->fits(order->config, *nodes, order->keys);
    if (order->mesh && order->mesh->fits) order->mesh->fits(order->mesh_config, *nodes, order->keys);
    return !faults_count(order->faults);
}

/* Each fault without its FILE:LINE, which a command line does not have. */
static bool tell_faults(const Order *order, GError **error)
{
    g_autofree char *text = faults_text(order->faults);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GString *all = g_string_new(NULL);
    for (int i = 0; lines[i]; i++)
        g_string_append_printf(all, "%sbanyan: topology: %s", i ? "\n" : "", strstr(lines[i], ": ") + 2);
    g_set_error_literal(error, SIM_ERROR, SIM_ERROR_SCENARIO, all->str);
    g_string_free(all, TRUE);
    return false;
}

/* The mesh with 1 ms on every link. */
static Topology *build_mesh(const Order *order, OverlayScope scope, GError **error)
{
    Topology *mesh = order->mesh->build(order->mesh_config, &scope, error);
    if (!mesh) return NULL;
    if (mesh->complete && mesh->nodes > COMPLETE_MOST) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY,
                    "a complete mesh of %u nodes is too large to take a tree from; at most %d nodes", mesh->nodes,
                    COMPLETE_MOST);
        topology_free(mesh);
        return NULL;
    }
    if (mesh->complete) mesh->graph = graph_new_complete(mesh->nodes);
    for (uint32_t i = 0; i < mesh->graph->first[mesh->nodes]; i++) graph_set_latency(mesh->graph, i, SIM_MS);
    return mesh;
}

static void note(Topology *topology, const char *text)
{
    GString *notes = topology->notes;
    if (notes->len && notes->str[notes->len - 1] != '\n') g_string_append_c(notes, '\n');
    g_string_append(notes, text);
}

static Topology *build(const Order *order, uint32_t nodes, GError **error)
{
    uint64_t seed = order->settings.seed == UINT64_MAX ? 1 : order->settings.seed;
    OverlayScope scope = { .nodes = nodes, .seed = seed };
    g_autoptr(Topology) mesh = order->mesh ? build_mesh(order, scope, error) : NULL;
    if (order->mesh && !mesh) return NULL;
    scope.mesh = mesh ? mesh->graph : NULL;
    Topology *made = order->overlay->build(order->config, &scope, error);
    if (made && mesh) note(made, "every link of the mesh is taken to last as long as any other");
    if (made && order->guess) note(made, order->guess);
    return made;
}

/* What `disconnected` says of several components; takes `all` over. */
static Topology *treat_components(const Order *order, Topology *all, GError **error)
{
    if (!all || !all->graph || !all->nodes) return all;
    g_autoptr(Topology) whole = all;
    g_autofree uint32_t *labels = g_new(uint32_t, all->nodes), *sizes = NULL;
    uint32_t components = graph_components(all->graph, labels), largest = 0, kept = 0;
    sizes = g_new0(uint32_t, components);
    for (NodeId v = 0; v < all->nodes; v++) sizes[labels[v]]++;
    for (uint32_t c = 1; c < components; c++)
        if (sizes[c] > sizes[largest]) largest = c;
    if (components > 1 && order->settings.disconnected == DISCONNECTED_REFUSE) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY,
                    "%u components, the largest of %u of %u nodes; disconnected=keep or largest takes them", components,
                    sizes[largest], all->nodes);
        return NULL;
    }
    if (components == 1 || order->settings.disconnected != DISCONNECTED_LARGEST) return g_steal_pointer(&whole);
    for (NodeId v = 0; v < all->nodes; v++) labels[v] = labels[v] == largest ? kept++ : NODE_NONE;
    Topology *part = topology_part(all, labels, kept);
    g_autofree char *left = g_strdup_printf("%u nodes of smaller components are left out", all->nodes - kept);
    note(part, left);
    return part;
}

Topology *topology_make(char *const *words, GError **error)
{
    g_auto(Order) order = { .faults = faults_new("topology") };
    uint32_t nodes = 0;
    g_autofree char *here = g_get_current_dir();
    order.keys = keys_new(order.faults, NULL, 0, here);
    if (!find_overlay(&order, words[0], error)) return NULL;
    if (order.overlay->live) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY, "'%s' maintains itself: it has links only while a run lasts",
                    words[0]);
        return NULL;
    }
    read_words(&order, words + 1);
    if (!complete_file(&order, error)) return NULL;
    if (!fill(&order, &nodes)) return tell_faults(&order, error), NULL;
    return treat_components(&order, build(&order, nodes, error), error);
}
