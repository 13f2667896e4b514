/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An overlay from the words of a command line. */
#pragma once
#include "graph/topology.h"

/* The topology that words[0] names, a kind on the menu or a file, with the
 * key=value texts that follow, NULL-terminated.  What a reader of the figures
 * should know goes into its notes.  NULL and *error: SIM_ERROR_SCENARIO with
 * every fault of the keys, a line each; UNKNOWN, FILE or TOPOLOGY. */
Topology *topology_make(char *const *words, GError **error);
