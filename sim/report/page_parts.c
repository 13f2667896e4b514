/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/page_parts.h"

#include <string.h>

#include "core/error.h"
#include "experiment/database.h"
#include "registry.h"
#include "report/plot_figure.h"

enum { MOST_FAILURES = 100 };

static GPtrArray *texts_new(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

/* Comment lines before the first section; a blank line ends a paragraph. */
void page_question(Page *page, const PlotData *data)
{
    g_auto(GStrv) lines = g_strsplit(data->scenario, "\n", -1);
    g_autoptr(GString) paragraph = g_string_new(NULL);
    page_heading(page, 2, "Question");
    bool any = false;
    for (guint i = 0; lines[i] && *g_strstrip(lines[i]) != '['; i++) {
        const char *text = lines[i] + strspn(lines[i], "# ");
        if (*text) g_string_append_printf(paragraph, "%s%s", paragraph->len ? " " : "", text);
        if (*text || !paragraph->len) continue;
        page_paragraph(page, paragraph->str);
        g_string_truncate(paragraph, 0);
        any = true;
    }
    if (paragraph->len) page_paragraph(page, paragraph->str);
    else if (!any) page_paragraph(page, "The scenario does not say; a comment in its first lines would stand here.");
}

/* "complete: every pair is linked" for `kind = complete` in [overlay]. */
static char *kind_text(const char *section, const char *kind)
{
    g_auto(GStrv) words = g_strsplit(section, " ", 2);
    const Room *room = words[0] ? room_of(words[0]) : NULL;
    for (guint i = 0; room && room->variants[i]; i++)
        if (strcmp(room->variants[i]->name, kind) == 0)
            return g_strdup_printf("%s (%s)", kind, room->variants[i]->summary);
    return g_strdup(kind);
}

static char *section_text(GKeyFile *file, const char *section)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, section, NULL, NULL);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s: ", section);
    for (guint i = 0; keys && keys[i]; i++) {
        g_autofree char *value = g_key_file_get_value(file, section, keys[i], NULL);
        bool kind = strcmp(keys[i], "kind") == 0;
        g_autofree char *words = kind ? kind_text(section, value) : g_strdup_printf("%s = %s", keys[i], value);
        g_string_append_printf(text, "%s%s", i ? "; " : "", words);
    }
    return g_string_free(text, FALSE);
}

void page_setting(Page *page, const PlotData *data)
{
    static const char *const left_out[] = { "plot", "expect", "record" };
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GPtrArray) items = texts_new();
    page_heading(page, 2, "Set-up");
    if (!g_key_file_load_from_data(file, data->scenario, (gsize)-1, G_KEY_FILE_NONE, NULL)) {
        page_code(page, data->scenario);
        return;
    }
    g_auto(GStrv) sections = g_key_file_get_groups(file, NULL);
    for (guint i = 0; sections[i]; i++) {
        bool skip = false;
        for (size_t k = 0; k < G_N_ELEMENTS(left_out); k++) skip = skip || g_str_has_prefix(sections[i], left_out[k]);
        if (!skip) g_ptr_array_add(items, section_text(file, sections[i]));
    }
    page_list(page, items);
}

bool page_failures(Page *page, const PlotData *data, GError **error)
{
    g_autofree char *where = NULL;
    g_autoptr(GArray) slices = plot_slices(data, 8, &where);
    g_autoptr(GPtrArray) cells = texts_new();
    static const char *const head[] = { "time (s)", "failure", "what", "how many", "of" };
    for (size_t i = 0; i < G_N_ELEMENTS(head); i++) g_ptr_array_add(cells, g_strdup(head[i]));
    g_autoptr(sqlite3_stmt) rows = plot_data_prepare(data,
        "SELECT time_s, failure, kind, count(*) FROM event WHERE run = ? GROUP BY time_s, failure, kind "
        "ORDER BY time_s, failure, kind", error);
    if (!rows) return false;
    GError *broken = NULL;
    guint count = 0;
    for (guint i = 0; i < slices->len && !broken; i++) {
        const PlotSlice *slice = &g_array_index(slices, PlotSlice, i);
        gint64 run = plot_data_first_run(data, slice->variant, slice->point, &broken);
        sqlite3_reset(rows);
        sqlite3_bind_int64(rows, 1, run);
        while (!broken && plot_data_step(rows, &broken)) {
            if (count++ >= MOST_FAILURES) continue;
            for (int c = 0; c < 4; c++) {
                const char *text = (const char *)sqlite3_column_text(rows, c);
                g_ptr_array_add(cells, g_strdup(text ? text : ""));
            }
            g_ptr_array_add(cells, g_strdup(*slice->name ? slice->name : "the run"));
        }
    }
    if (broken) return g_propagate_error(error, broken), false;
    page_heading(page, 2, "What failed");
    g_autofree char *which = g_strdup_printf("Replication 0%s%s.", *where ? ", " : "", where);
    page_paragraph(page, count ? which : "Nothing failed in the runs shown.");
    if (count) page_table(page, "rllrl", cells);
    if (count <= MOST_FAILURES) return true;
    g_autofree char *more = g_strdup_printf("%u further rows are in the table event of results.db.",
                                            count - MOST_FAILURES);
    page_paragraph(page, more);
    return true;
}

static void add_meta(GPtrArray *cells, const PlotData *data, const char *words, const char *key)
{
    g_autofree char *value = database_meta(data->db, key);
    if (!value || !*value) return;
    g_ptr_array_add(cells, g_strdup(words));
    g_ptr_array_add(cells, g_steal_pointer(&value));
}

void page_repeat(Page *page, const PlotData *data, const Samples *samples)
{
    g_autoptr(GPtrArray) cells = texts_new();
    g_ptr_array_add(cells, g_strdup("what"));
    g_ptr_array_add(cells, g_strdup("value"));
    add_meta(cells, data, "seed", "seed");
    g_ptr_array_add(cells, g_strdup("replications"));
    g_ptr_array_add(cells, g_strdup_printf("%u", samples->replications));
    add_meta(cells, data, "banyan", "version");
    add_meta(cells, data, "libraries", "libraries");
    add_meta(cells, data, "hash of the scenario", "hash");
    add_meta(cells, data, "set on the command line", "overrides");
    page_heading(page, 2, "To repeat it");
    page_table(page, "ll", cells);
    bool special = strpbrk(samples->stem, " '\"$`\\;&|<>()*?[]#~!");
    g_autofree char *file = g_strconcat(samples->stem, ".ini", NULL);
    g_autofree char *stem = special ? g_shell_quote(file) : g_strdup(file);
    g_autofree char *command = g_strdup_printf("banyan run %s --seed %" G_GUINT64_FORMAT " --replications %u", stem,
                                               samples->seed, samples->replications);
    page_code(page, command);
    page_paragraph(page, "with this scenario:");
    page_code(page, data->scenario);
}
