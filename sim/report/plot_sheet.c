/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/plot_sheet.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "core/error.h"
#include "core/units.h"

struct PlotSheet {
    const char *script;
    GString *data, *labels;
    bool block_empty;
};

PlotSheet *plot_sheet_new(const char *script, const char *columns)
{
    PlotSheet *sheet = g_new0(PlotSheet, 1);
    sheet->script = script;
    sheet->data = g_string_new(columns);
    sheet->labels = g_string_new(NULL);
    g_string_append_c(sheet->data, '\n');
    return sheet;
}

void plot_sheet_free(PlotSheet *sheet)
{
    g_string_free(sheet->data, TRUE);
    g_string_free(sheet->labels, TRUE);
    g_free(sheet);
}

/* gnuplot ends a field at a quote, reads escapes after a backslash, and knows no
 * way to write either; style.gp reads these names back. */
static void append_text(GString *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '&') g_string_append(out, "&amp;");
        else if (*c == '"') g_string_append(out, "&quot;");
        else if (*c == '\\') g_string_append(out, "&#92;");
        else if (*c == '\n') g_string_append(out, "&#10;");
        else g_string_append_c(out, (guchar)*c < ' ' || *c == 0x7f ? ' ' : *c);
    }
}

char *plot_sheet_tex(const char *text)
{
    static const struct { char plain; const char *tex; } marks[] = {
        { '\\', "\\textbackslash{}" }, { '{', "\\{" }, { '}', "\\}" }, { '$', "\\$" }, { '&', "\\&" }, { '#', "\\#" },
        { '_', "\\_" }, { '%', "\\%" }, { '~', "\\textasciitilde{}" }, { '^', "\\textasciicircum{}" },
        { '<', "\\textless{}" }, { '>', "\\textgreater{}" }, { '|', "\\textbar{}" }, { '`', "\\textasciigrave{}" },
        { '"', "{\\ttfamily\\symbol{34}}" },
    };
    GString *out = g_string_new(NULL);
    for (const char *c = text; *c; c++) {
        const char *tex = NULL;
        for (size_t i = 0; i < G_N_ELEMENTS(marks) && !tex; i++)
            if (marks[i].plain == *c) tex = marks[i].tex;
        if (tex) g_string_append(out, tex);
        else g_string_append_c(out, *c);
    }
    g_string_replace(out, "≤", "\\ensuremath{\\leq}", 0);
    g_string_replace(out, "±", "\\ensuremath{\\pm}", 0);
    return g_string_free(out, FALSE);
}

static void append_number(GString *out, double number)
{
    g_autofree char *text = format_number(number);
    g_string_append(out, isnan(number) ? "NaN" : text);
}

void plot_sheet_block(PlotSheet *sheet)
{
    if (sheet->block_empty) g_string_append(sheet->data, "NaN\n");      /* or gnuplot would miscount the blocks */
    g_string_append(sheet->data, "\n\n");
    sheet->block_empty = true;
}

void plot_sheet_row(PlotSheet *sheet, const char *kinds, ...)
{
    va_list values;
    va_start(values, kinds);
    for (const char *kind = kinds; *kind; kind++) {
        if (kind != kinds) g_string_append_c(sheet->data, '\t');
        if (*kind == 's') append_text(sheet->data, va_arg(values, const char *));
        else append_number(sheet->data, va_arg(values, double));
    }
    va_end(values);
    g_string_append_c(sheet->data, '\n');
    sheet->block_empty = false;
}

/* The text, or its start where it is longer than a column of a paper is wide; free it. */
static char *fitting(const char *text, glong room)
{
    if (g_utf8_strlen(text, -1) <= room) return g_strdup(text);
    g_autofree char *start = g_utf8_substring(text, 0, room - 1);
    return g_strconcat(start, "…", NULL);
}

void plot_sheet_mark(PlotSheet *sheet, const char *key, const char *long_text, double at)
{
    glong room = strcmp(key, "curve") == 0 ? PLOT_SHEET_LETTERS - 14 : PLOT_SHEET_LETTERS;      /* a sample beside it */
    g_autofree char *text = strcmp(key, "title") == 0 ? g_strdup(long_text) : fitting(long_text, room);
    g_autofree char *tex = plot_sheet_tex(text);
    g_string_append_printf(sheet->labels, "%s\t", key);
    append_text(sheet->labels, text);
    g_string_append_c(sheet->labels, '\t');
    append_text(sheet->labels, tex);
    g_string_append_c(sheet->labels, '\t');
    append_number(sheet->labels, at);
    g_string_append_c(sheet->labels, '\n');
}

void plot_sheet_text(PlotSheet *sheet, const char *key, const char *text)
{
    plot_sheet_mark(sheet, key, text, NAN);
}

void plot_sheet_number(PlotSheet *sheet, const char *key, double number)
{
    plot_sheet_mark(sheet, key, "", number);
}

/* Breaks one line where it is longer than `room` characters. */
static void append_line(GString *lines, const char *text, glong room)
{
    g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);
    glong length = 0;
    for (guint i = 0; words[i]; i++) {
        glong word = g_utf8_strlen(words[i], -1);
        bool fresh = i == 0 || length + 1 + word > room;
        if (lines->len) g_string_append_c(lines, fresh ? '\n' : ' ');
        length = fresh ? word : length + 1 + word;
        g_string_append(lines, words[i]);
    }
}

void plot_sheet_title(PlotSheet *sheet, const char *title, unsigned columns)
{
    g_auto(GStrv) given = g_strsplit(title, "\n", -1);
    g_autoptr(GString) lines = g_string_new(NULL);
    for (guint i = 0; given[i]; i++) append_line(lines, given[i], columns == 2 ? 100 : PLOT_SHEET_LETTERS);
    double count = lines->len > 0;
    for (const char *c = lines->str; *c; c++) count += *c == '\n';
    plot_sheet_text(sheet, "title", lines->str);
    plot_sheet_number(sheet, "lines", count);
    plot_sheet_number(sheet, "columns", columns);
}

void plot_sheet_rows(PlotSheet *sheet, guint rows, glong longest, unsigned columns)
{
    bool above = longest > (columns == 2 ? 40 : 14);
    plot_sheet_number(sheet, "ymin", 0.4);
    plot_sheet_number(sheet, "ymax", rows + 0.6);
    plot_sheet_number(sheet, "above", above);
    plot_sheet_number(sheet, "body", 2 + (above ? 9 : 5.5) * rows);
}

bool plot_sheet_ready(GError **error)
{
    g_autofree char *program = g_find_program_in_path("gnuplot");
    if (program) return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE,
                "gnuplot is not installed, and it draws the figures; install it (Debian, Ubuntu: "
                "apt install gnuplot-nox; Fedora: dnf install gnuplot; macOS: brew install gnuplot)");
    return false;
}

static bool write_file(const char *directory, const char *name, const char *ending, const char *text, GError **error)
{
    g_autofree char *base = g_strconcat(name, ending, NULL);
    g_autofree char *path = g_build_filename(directory, base, NULL);
    g_autoptr(GError) why = NULL;
    if (g_file_set_contents(path, text, -1, &why)) return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "%s", why->message);
    return false;
}

const char *plot_script_text(const char *name)
{
    for (const PlotScript *script = plot_scripts; script->name; script++)
        if (strcmp(script->name, name) == 0) return script->text;
    g_assert_not_reached();
}

/* A style.gp that is there already may be the user's, and stays, unless it is older than the scripts. */
static bool keep_style(const char *directory)
{
    g_autofree char *path = g_build_filename(directory, "style.gp", NULL), *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL)) return false;
    if (strstr(text, "# edition 2")) return true;
    g_autofree char *aside = g_strconcat(path, ".old", NULL);
    (void)g_rename(path, aside);
    g_printerr("%s is of an earlier version and now called style.gp.old\n", path);
    return false;
}

static bool write_files(const PlotSheet *sheet, const char *directory, const char *name, GError **error)
{
    if (g_mkdir_with_parents(directory, 0777)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_FILE, "%s: %s", directory, g_strerror(errno));
        return false;
    }
    return (keep_style(directory) ||
            write_file(directory, "style", ".gp", plot_script_text("style.gp"), error)) &&
           write_file(directory, name, ".gp", plot_script_text(sheet->script), error) &&
           write_file(directory, name, ".tsv", sheet->data->str, error) &&
           write_file(directory, name, ".labels.tsv", sheet->labels->str, error);
}

/* -d: neither the system's nor the user's start-up file may change a figure. */
static bool run_gnuplot(const char *directory, const char *name, const char *image, GError **error)
{
    g_autofree char *script = g_strconcat(name, ".gp", NULL), *data = g_strconcat(name, ".tsv", NULL);
    char *command[] = { "gnuplot", "-d", "-c", script, data, (char *)image, NULL };
    g_autofree char *said = NULL;
    g_autoptr(GError) why = NULL;
    int status = 0;
    if (!g_spawn_sync(directory, command, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                      &said, &status, &why) || !g_spawn_check_wait_status(status, &why)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "gnuplot could not draw %s/%s: %s%s%s", directory, image,
                    why->message, said && *said ? "\n" : "", said ? g_strchomp(said) : "");
        return false;
    }
    bool counts = g_str_has_suffix(g_strchomp(said), " frames in animation sequence") && !strchr(said, '\n');
    if (*said && !counts) g_printerr("gnuplot on %s/%s: %s\n", directory, image, g_strstrip(said));
    return true;
}

bool plot_sheet_draw(const PlotSheet *sheet, const char *directory, const char *name, char *const *formats,
                     GPtrArray *drawn, GError **error)
{
    if (!plot_sheet_ready(error) || !write_files(sheet, directory, name, error)) return false;
    for (guint i = 0; formats[i]; i++) {
        const char *apart = strcmp(formats[i], "tex") == 0 ? "-tex" : "";       /* it comes with a .pdf of its own */
        g_autofree char *image = g_strdup_printf("%s%s.%s", name, apart, formats[i]);
        if (!run_gnuplot(directory, name, image, error)) return false;
        g_ptr_array_add(drawn, g_steal_pointer(&image));
    }
    return true;
}
