/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli/cli.h"
#include "core/error.h"
#include "report/plot.h"

static char *directory, *format;
static int columns;
static gboolean animate;

static const GOptionEntry options[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &directory, "where the figures go (plots/ beside the results)", "DIR" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &format, "svg (default), pdf, png or tex; several with commas", "FORMAT" },
    { "animate", 0, 0, G_OPTION_ARG_NONE, &animate, "draw a publication as it spreads: a film (gif), or its frames",
      NULL },
    { "columns", 0, 0, G_OPTION_ARG_INT, &columns, "width: 1 or 2 columns of a paper (what suits)", "N" },
    { 0 }
};

static bool run(char **arguments, GError **error)
{
    if (columns < 0 || columns > 2) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "--columns: %d; 1 or 2", columns);
        return false;
    }
    g_autoptr(GPtrArray) drawn = g_ptr_array_new_with_free_func(g_free);
    PlotOrder order = { arguments[0], directory, format, animate, (unsigned)columns };
    bool done = plot_results(&order, drawn, error);
    for (guint i = 0; i < drawn->len; i++) puts(drawn->pdata[i]);
    if (done && !drawn->len)
        fputs("banyan: plot: nothing was varied, and no sequence was written down; name a figure in a [plot NAME], or have the\n"
              "  sequence recorded ([record] sequence = yes) and draw a part of it (x = sequence, from, until)\n", stderr);
    return done;
}

const Command command_plot = {
    .name = "plot",
    .usage = "RESULTS [-o DIR] [--format svg|pdf|png|tex] [--columns 1|2] [--animate]",
    .summary = "draw every [plot] of the scenario, or a default set, with gnuplot",
    .details =
        "RESULTS is the directory that 'banyan run' wrote, or its results.db.\n"
        "\n"
        "A scenario asks for a figure in [plot NAME] by x: a key of the sweep; two keys (a map); time; a metric\n"
        "(cost against benefit); variant (bars); difference (paired, to the first variant); cdf(latency),\n"
        "ccdf(load), histogram(hops) or box(latency); overlay (nodes and links of replication 0 with what failed).\n"
        "y is the metric drawn; of an overlay latency or degree colours the nodes. Without [plot] the figures are\n"
        "chosen from what the experiment varied.\n"
        "\n"
        "Beside each NAME.svg stand NAME.tsv (data), NAME.labels.tsv (titles and axes) and NAME.gp (the script):\n"
        "edit any and draw again with 'gnuplot NAME.gp'. style.gp holds the look of all figures and is kept if it\n"
        "is there. A tex figure is NAME-tex.tex to \\input, and NAME-tex.pdf, which it includes.\n"
        "--animate draws spread.gif: the last publication of replication 0 as it spreads; --format svg or png makes\n"
        "its frames instead.",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
