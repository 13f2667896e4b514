/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `report`: results as one page to read, keep and hand on. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "core/error.h"
#include "core/suggest.h"
#include "report/page.h"

static char *file, *format;

static const GOptionEntry options[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &file, "the page (report.html, .md, .tex beside the results)", "FILE" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &format, "html, md or tex (by the ending of FILE, else html)", "FORMAT" },
    { 0 }
};

static const char *const endings[] = { [PAGE_HTML] = "html", [PAGE_MARKDOWN] = "md", [PAGE_LATEX] = "tex", NULL };

static bool choose_format(PageFormat *chosen, GError **error)
{
    const char *dot = file ? strrchr(file, '.') : NULL, *name = format ? format : dot ? dot + 1 : "html";
    *chosen = PAGE_HTML;
    for (guint i = 0; endings[i]; i++)
        if (strcmp(endings[i], name) == 0) return *chosen = (PageFormat)i, true;
    if (!format) return true;
    g_autofree char *hint = suggest(format, endings);
    g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "--format %s: no such format; html, md or tex%s", format, hint);
    return false;
}

static char *default_file(const char *results, PageFormat chosen)
{
    g_autofree char *name = g_strdup_printf("report.%s", endings[chosen]);
    bool directory = g_file_test(results, G_FILE_TEST_IS_DIR);
    g_autofree char *beside = directory ? g_strdup(results) : g_path_get_dirname(results);
    return g_build_filename(beside, name, NULL);
}

static bool run(char **arguments, GError **error)
{
    PageFormat chosen;
    if (!choose_format(&chosen, error)) return false;
    g_autofree char *text = page_text(arguments[0], chosen, error);
    if (!text) return false;
    g_autofree char *path = file ? g_strdup(file) : default_file(arguments[0], chosen);
    g_autoptr(GError) why = NULL;
    if (!g_file_set_contents(path, text, -1, &why)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "%s", why->message);
        return false;
    }
    puts(path);
    return true;
}

const Command command_report = {
    .name = "report",
    .usage = "RESULTS [-o FILE] [--format html|md|tex]",
    .summary = "write one self-contained page: question, answer, figures, a replay, how to repeat it",
    .details =
        "RESULTS is the directory that 'banyan run' wrote, or its results.db.\n"
        "\n"
        "The HTML page holds everything and fetches nothing: it can be mailed, printed and kept. Its replay shows\n"
        "replication 0 of up to four variants: Space plays and pauses, the arrows step; above 2,000 nodes it shows\n"
        "those nearest to the source, and says so. The first comment of the scenario is the question.\n"
        "\n"
        "md and tex are for the appendix of a paper; their figures stand in plots/ beside the results.",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
