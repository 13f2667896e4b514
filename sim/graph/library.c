/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/library.h"

#include <igraph.h>

const char *graph_library(void)
{
    const char *version;
    igraph_version(&version, NULL, NULL, NULL);
    return version;
}
