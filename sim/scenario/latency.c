/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `latency = NAME(arguments)`, or a distribution. */
#include <string.h>

#include "core/suggest.h"
#include "scenario/make.h"

/* Nothing that a scenario could name: no network, no law. */
static void unknown_latency(const Keys *keys, const char *text)
{
    g_autofree char *name = g_strchomp(g_strndup(text, strcspn(text, "(")));
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; networks[i]; i++) g_ptr_array_add(names, (gpointer)networks[i]->variant.name);
    for (unsigned i = 0; distribution_name(i); i++) g_ptr_array_add(names, (gpointer)distribution_name(i));
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = suggest(name, (const char *const *)names->pdata);
    keys_fault(keys, "latency", "no network and no distribution is called '%s'%s", name, hint);
}

static bool is_law(const char *name)
{
    for (unsigned i = 0; distribution_name(i); i++)
        if (strcmp(distribution_name(i), name) == 0) return true;
    return false;
}

/* The variant that the text names, with *inner set to its arguments; or NULL. */
static const Variant *latency_variant(const char *text, char **inner)
{
    const Room *room = room_of("network");
    g_autofree char *name = parse_call(text, inner);
    const Variant *variant = room_find(room, name ? name : text, NULL);
    if (variant && !*inner) *inner = g_strdup("");
    bool quantity = g_ascii_isdigit(*text) || strchr("+-.", *text);
    if (variant || !(name ? is_law(name) : quantity)) return variant;
    g_free(*inner);
    *inner = g_strdup(text);
    return room_find(room, "distribution", NULL);
}

void making_latency(Making *making)
{
    const Keys *keys = making_keys(making, "network", NULL);
    const char *text = making->scenario->network.latency;
    if (!keys || !text) return;
    g_autofree char *inner = NULL;
    const Variant *variant = latency_variant(text, &inner);
    if (!variant) {
        unknown_latency(keys, text);
        return;
    }
    Part *part = &making->scenario->latency;
    part->name = g_strdup("network");
    part_fill(part, making->parts, &(PartSource){
        .variant = variant, .kind = section_kind("network"), .keys = keys, .call = "latency", .inner = inner });
}
