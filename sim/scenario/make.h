/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From one merged setting to one Scenario. */
#pragma once
#include "scenario/part.h"

/* A scenario in the making: what the checks across its sections may ask. */
typedef struct {
    const Setting *setting;
    Parts *parts;
    Faults *faults;
    const char *directory;      /* that relative paths stand against */
    Keys **keys;                /* of each block of the setting, in their order */
    Scenario *scenario;
} Making;

/* Fills and checks a scenario; never NULL, usable only if no fault was reported. */
Scenario *scenario_make(const Setting *setting, Parts *parts, Faults *faults, const char *directory);

/* The keys of a section (`name` NULL where it has none); NULL where it is absent. */
const Keys *making_keys(const Making *making, const char *section, const char *name);

/* Reports an impossible combination at `key`, if it is given. */
void making_blame(const Keys *keys, const char *key, const char *what);

/* The same at each given key of the variant that `counts` (NULL: at every one);
 * true if there was one. */
bool making_blame_params(const Keys *keys, const Variant *variant, bool (*counts)(const Param *), const char *what);

/* Fills the network that `latency` names. */
void making_latency(Making *making);

/* What no section can see alone: numbers of nodes, groups, times. */
void fits_nodes(Making *making);
void fits_members(Making *making);
void fits_places(Making *making);
void fits_live(Making *making);
void fits_times(Making *making);
void fits_network(Making *making);
void fits_models(Making *making);
void fits_target(const Making *making, const Part *failure);    /* of a failure that happens to a section of a model */

/* Brings sections of communication models into the order in which they are built. */
void models_sort(GPtrArray *models);
