/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenarios written for one case, in a directory of their own. */
#pragma once
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "scenario/plan.h"

/* Ten lines that are right; what a case adds starts at line 11. */
#define NETWORK  "[network]\nlatency = 50 ms\n"
#define TREE     "[overlay]\nkind = kary-tree\nnodes = 15\narity = 2\n"
#define FLOOD    "[protocol]\nkind = flood\n"
#define NEWS     "[workload news]\nkind = publish\n"
#define WHOLE    NETWORK TREE FLOOD NEWS

/* Eight lines without a protocol, for what communication models add. */
#define OF_MODELS "[scenario]\nduration = 9 s\n" NETWORK TREE

static inline char *given_directory(void)
{
    static char *directory;
    if (!directory) {
        g_autoptr(GError) error = NULL;
        directory = g_dir_make_tmp("banyan-scenario-XXXXXX", &error);
        g_assert_no_error(error);
    }
    return directory;
}

/* Writes `bytes` to a file of that directory and returns its path; free it. */
static inline char *given_file(const char *name, const char *bytes, gssize length)
{
    char *path = g_build_filename(given_directory(), name, NULL);
    FILE *file = g_fopen(path, "wb");
    g_assert_nonnull(file);
    size_t size = length < 0 ? strlen(bytes) : (size_t)length;
    g_assert_cmpuint(fwrite(bytes, 1, size, file), ==, size);
    g_assert_cmpint(fclose(file), ==, 0);
    return path;
}

static inline void given_remove(void)
{
    g_autoptr(GDir) list = g_dir_open(given_directory(), 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(list))) {
        g_autofree char *path = g_build_filename(given_directory(), name, NULL);
        g_unlink(path);
    }
    g_rmdir(given_directory());
}

/* The plan of a text, or NULL and *faults with the faults, file names cut off
 * ("11: [overlay] degree: …"); `set` is one override or NULL. */
static inline Plan *given_plan(const char *text, const char *set, char **faults)
{
    g_autofree char *path = given_file("x.ini", text, -1);
    g_autoptr(GError) error = NULL;
    Plan *plan = plan_read(path, (const char *[]){ set, NULL }, &error);
    *faults = NULL;
    if (plan) return plan;
    g_assert_nonnull(error);
    g_assert_cmpint(sim_error_status(error), ==, 2);
    g_autofree char *prefix = g_strconcat(path, ":", NULL);
    g_auto(GStrv) pieces = g_strsplit(error->message, prefix, -1);
    *faults = g_strjoinv("", pieces);
    return NULL;
}

/* The plan of a text that must be right. */
static inline Plan *given_good(const char *text)
{
    g_autofree char *faults = NULL;
    Plan *plan = given_plan(text, NULL, &faults);
    if (!plan) g_error("faults in\n%s\n%s", text, faults);
    return plan;
}
