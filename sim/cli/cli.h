/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contract of a command: `banyan NAME …`. */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
    const char *name;
    const char *usage;              /* what follows the name: "SCENARIO [options]" */
    const char *summary;            /* one line for `help` */
    const char *details;            /* paragraphs for `help NAME` and the man page; may be NULL */

    /* What it can be told; ends with { 0 }.  main() parses them into the
     * variables that the entries point to.  NULL: none. */
    const GOptionEntry *options;
    int least, most;                /* how many arguments remain; most -1: any number */

    /* Does it; `arguments` are what remains after the options, NULL-terminated.
     * False and *error where it failed: sim_error_status() gives the exit status. */
    bool (*run)(char **arguments, GError **error);
} Command;
