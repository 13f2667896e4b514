/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/version.h"

#include <glib.h>
#include <gsl/gsl_version.h>
#include <json-glib/json-glib.h>
#include <sqlite3.h>

#include "graph/library.h"

char *version_libraries(void)
{
    return g_strdup_printf("glib %u.%u.%u, gsl %s, igraph %s, json-glib %d.%d.%d, sqlite %s", glib_major_version,
                           glib_minor_version, glib_micro_version, gsl_version, graph_library(), JSON_MAJOR_VERSION,
                           JSON_MINOR_VERSION, JSON_MICRO_VERSION, sqlite3_libversion());
}
