/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `merge`: results of several machines become one. */
#include <stdio.h>

#include "cli/cli.h"
#include "core/error.h"
#include "experiment/merge.h"
#include "report/export.h"
#include "report/overview.h"

static char *directory;

static const GOptionEntry options[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &directory, "directory of the joined results; required", "DIR" },
    { 0 }
};

static bool run(char **arguments, GError **error)
{
    if (!directory) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "merge: -o DIR is missing: where the joined results are to stand");
        return false;
    }
    if (!merge_results((const char *const *)arguments, directory, error)) return false;
    g_autoptr(Samples) samples = samples_read(directory, SAMPLES_ALL, error);
    if (!samples || !export_write(samples, directory, NULL, error)) return false;
    g_autofree char *text = overview_text(samples, 0, NULL, TABLE_PLAIN);
    fputs(text, stdout);
    return true;
}

const Command command_merge = {
    .name = "merge",
    .usage = "RESULTS... -o DIR",
    .summary = "join replications that were run on several machines",
    .details = "Each machine makes replications of its own of the same scenario, as in\n"
               "  banyan run SCENARIO --set scenario.first-replication=100 --replications 100\n"
               "and `merge` joins their results as if one machine had made them all.  Results of different scenarios, and "
               "two with the same run, are refused.  `banyan run SCENARIO -o DIR` goes on from the joined results.",
    .options = options, .least = 1, .most = -1, .run = run,
};
