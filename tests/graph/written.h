/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small files for the readers, in a directory of their own. */
#pragma once
#include <glib/gstdio.h>
#include <string.h>

#include "core/error.h"
#include "graph/load.h"

/* A new directory; written_away() removes it with what is in it. */
static inline char *written_directory(void)
{
    g_autoptr(GError) error = NULL;
    char *directory = g_dir_make_tmp("banyan-XXXXXX", &error);
    g_assert_no_error(error);
    return directory;
}

static inline void written_away(char *directory)
{
    GDir *list = g_dir_open(directory, 0, NULL);
    for (const char *name; (name = g_dir_read_name(list));) {
        g_autofree char *path = g_build_filename(directory, name, NULL);
        g_assert_cmpint(g_unlink(path), ==, 0);
    }
    g_dir_close(list);
    g_assert_cmpint(g_rmdir(directory), ==, 0);
    g_free(directory);
}

/* Without the fsync of g_file_set_contents(), which thousands of files would wait for. */
static inline void written_file(const char *path, const char *data, gssize size)
{
    FILE *file = g_fopen(path, "wb");
    size_t length = size < 0 ? strlen(data) : (size_t)size;
    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite(data, 1, length, file), ==, length);
    g_assert_cmpint(fclose(file), ==, 0);
}

/* Loads `size` bytes (-1: a text) as the file called x; NULL and *error as topology_load(). */
static inline Topology *written_load(const char *data, gssize size, TopologyFormat format, GError **error)
{
    char *directory = written_directory();
    g_autofree char *path = g_build_filename(directory, "x", NULL);
    written_file(path, data, size);
    Topology *topology = topology_load(path, format, error);
    written_away(directory);
    return topology;
}

/* The same for a text that must be right. */
static inline Topology *written_good(const char *text, TopologyFormat format)
{
    g_autoptr(GError) error = NULL;
    Topology *topology = written_load(text, -1, format, &error);
    g_assert_no_error(error);
    return topology;
}
