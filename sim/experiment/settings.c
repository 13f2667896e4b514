/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/settings.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

enum { MOST_LINES = 40 };

static bool starts_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    return strncmp(text, word, length) == 0 && !g_ascii_isalnum(text[length]) && text[length] != '-';
}

/* What results may be extended under: these are no part of the hash. */
static bool decides_nothing(const char *section, const char *line)
{
    static const char *const free_keys[] = { "replications", "replications-max", "precision", "title" };
    if (starts_word(section, "[plot") || starts_word(section, "[expect")) return true;
    if (strcmp(section, "[scenario]") != 0) return false;
    for (size_t i = 0; i < G_N_ELEMENTS(free_keys); i++)
        if (starts_word(line, free_keys[i])) return true;
    return false;
}

static bool overridden_freely(const char *line)
{
    return g_str_has_prefix(line, "scenario.") && decides_nothing("[scenario]", line + strlen("scenario."));
}

/* "[section] key = value" for each setting, blanks around "=" made even. */
static GPtrArray *settings_of(const char *text, const char *set)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1), sets = g_strsplit(set, "\n", -1);
    g_autofree char *section = g_strdup("");
    for (char **line = lines; *line; line++) {
        g_strstrip(*line);
        if (!**line || **line == '#') continue;
        if (**line == '[') {
            g_free(section);
            section = g_strdup(*line);
            continue;
        }
        if (decides_nothing(section, *line)) continue;
        g_auto(GStrv) sides = g_strsplit(*line, "=", 2);
        for (char **side = sides; *side; side++) g_strstrip(*side);
        g_autofree char *even = g_strjoinv(" = ", sides);
        g_ptr_array_add(found, g_strdup_printf("%s %s", section, even));
    }
    for (char **line = sets; *line; line++)
        if (**line && !overridden_freely(*line)) g_ptr_array_add(found, g_strdup_printf("--set %s", *line));
    return found;
}

static void add_missing(GString *out, unsigned *left, char mark, GPtrArray *these, GPtrArray *those)
{
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < those->len; i++) g_hash_table_add(known, those->pdata[i]);
    for (guint i = 0; i < these->len; i++) {
        if (g_hash_table_contains(known, these->pdata[i])) continue;
        if (*left) g_string_append_printf(out, "  %c %s\n", mark, (char *)these->pdata[i]);
        else if (!g_str_has_suffix(out->str, "…\n")) g_string_append(out, "  …\n");
        if (*left) --*left;
    }
}

char *settings_difference(const char *then, const char *set_then, const char *now, const char *set_now)
{
    g_autoptr(GPtrArray) old = settings_of(then, set_then), new = settings_of(now, set_now);
    GString *out = g_string_new("");
    unsigned left = MOST_LINES;
    add_missing(out, &left, '-', old, new);
    add_missing(out, &left, '+', new, old);
    return g_string_free(out, FALSE);
}
