/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places for nodes that a file does not place. */
#pragma once
#include "graph/topology.h"

/* Gives each node without a place the middle of those neighbors that have one,
 * outwards round by round, on the sphere where places are geographic.  Returns
 * how many got one; those of a component without any stay without. */
uint32_t places_fill(Topology *topology);
