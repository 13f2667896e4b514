/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network as a scenario would make it, from the text of `latency`. */
#pragma once
#include <string.h>

#include "core/error.h"
#include "registry.h"

#define DATA "../shared/data/"

typedef struct {
    const Network *variant;
    void *config, *network;
    NetworkScope scope;
    char *faults;               /* "" where the text is right */
} Fixture;

/* Reads `text` by the rules of [network]; only looks at the file system. */
static inline Fixture *fixture_read(const char *text)
{
    Fixture *f = g_new0(Fixture, 1);
    g_autofree char *inner = NULL, *name = parse_call(text, &inner);
    f->variant = name ? (const Network *)room_find(room_of("network"), name, NULL) : NULL;
    bool call = f->variant != NULL;
    if (!call) f->variant = (const Network *)room_find(room_of("network"), "distribution", NULL);
    const Variant *variant = &f->variant->variant;
    Faults *faults = faults_new("x.ini");
    g_autofree char *here = g_get_current_dir();
    Keys *keys = keys_new(faults, "network", 1, here);
    keys_add(keys, "latency", text, 2);
    f->config = g_malloc0(variant->config_size);
    params_fill_call(variant->params, call ? inner : text, keys, "latency", f->config);
    if (!faults_count(faults) && variant->check) variant->check(f->config, keys);
    f->faults = faults_text(faults);
    keys_free(keys);
    faults_free(faults);
    return f;
}

/* Builds it for one run; the network of an earlier build goes away. */
static inline void fixture_build(Fixture *f, uint32_t nodes, uint64_t seed, Placement placement)
{
    g_autoptr(GError) error = NULL;
    g_assert_cmpstr(f->faults, ==, "");
    if (f->network) f->variant->free(f->network);
    f->scope.nodes = nodes;
    f->scope.seed = seed;
    f->scope.placement = placement;
    f->network = f->variant->build(f->config, &f->scope, &error);
    g_assert_no_error(error);
    g_assert_nonnull(f->network);
}

static inline Fixture *fixture_new(const char *text, uint32_t nodes, uint64_t seed, Placement placement)
{
    Fixture *f = fixture_read(text);
    fixture_build(f, nodes, seed, placement);
    return f;
}

static inline SimTime fixture_latency(const Fixture *f, NodeId a, NodeId b)
{
    return f->variant->latency(f->network, a, b);
}

static inline void fixture_free(Fixture *f)
{
    if (f->network) f->variant->free(f->network);
    if (f->variant->variant.clear) f->variant->variant.clear(f->config);
    params_clear(f->variant->variant.params, f->config);
    g_free(f->config);
    g_free(f->faults);
    g_free(f);
}
