/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files for one test, in a directory of their own. */
#pragma once
#include <glib/gstdio.h>

/* The path of a new file with these bytes; free it by file_remove(). */
static inline char *file_write(const char *name, const char *bytes, gssize length)
{
    g_autofree char *directory = g_dir_make_tmp("banyan-XXXXXX", NULL);
    g_assert_nonnull(directory);
    char *path = g_build_filename(directory, name, NULL);
    g_assert_true(g_file_set_contents(path, bytes, length, NULL));
    return path;
}

static inline void file_remove(char *path)
{
    g_autofree char *directory = g_path_get_dirname(path);
    g_unlink(path);
    g_rmdir(directory);
    g_free(path);
}

/* What `text` says with the directory of `path` left out of it; free it. */
static inline char *file_plain(const char *text, const char *path)
{
    g_autofree char *directory = g_path_get_dirname(path), *prefix = g_strconcat(directory, "/", NULL);
    g_auto(GStrv) parts = g_strsplit(text, prefix, -1);
    return g_strjoinv("", parts);
}
