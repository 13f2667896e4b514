/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contract of an overlay: who is whose neighbor. */
#pragma once
#include "core/random.h"
#include "core/variant.h"
#include "graph/topology.h"

typedef enum { DISCONNECTED_DEFAULT, DISCONNECTED_KEEP, DISCONNECTED_REFUSE, DISCONNECTED_LARGEST } Disconnected;

/* The keys that every overlay has. */
typedef struct {
    uint32_t nodes;             /* PARAM_NO_COUNT where a file or the kind's own keys say it */
    int disconnected;           /* Disconnected */
    Distribution join;          /* when each node joins, ns; constant 0: all are there from the start */
    char *mesh;                 /* kind of the mesh that a tree is taken from */
    uint64_t seed;              /* the same overlay in every replication; UINT64_MAX: drawn for each */
} OverlaySettings;

extern const Param overlay_params[];

/* What an overlay may use while it is built for one run. */
typedef struct {
    uint32_t nodes;
    uint64_t seed;              /* for random_stream(seed, "overlay/…", index) */
    const Graph *mesh;          /* where `from_mesh`: its links carry the network's latencies; else NULL */
} OverlayScope;

typedef struct {
    Variant variant;
    bool from_mesh;             /* a tree taken from the mesh that `mesh` names */
    bool from_file;             /* its nodes come from a file; disconnected is refused by default */

    /* (optional) The number of nodes that the keys imply; 0: `nodes` is free. */
    uint32_t (*nodes)(const void *config);

    /* (optional) Reports by keys_fault() why these keys cannot have this many nodes. */
    void (*fits)(const void *config, uint32_t nodes, const Keys *keys);

    /* The overlay of one run; or NULL and *error (SIM_ERROR_TOPOLOGY). */
    Topology *(*build)(const void *config, const OverlayScope *scope, GError **error);
} Overlay;
