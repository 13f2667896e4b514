/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/words.h"

#include <string.h>

#include "core/error.h"
#include "core/suggest.h"

const char *words_default(const Param *param)
{
    return param->fallback && *param->fallback ? param->fallback : "none";
}

char *words_value(const Param *param)
{
    g_autofree char *type = param_type_text(param), *range = param_range_text(param);
    GString *text = g_string_new(type);
    if (range) g_string_append_printf(text, ", %s", range);
    if (!param->fallback) g_string_append(text, "; required");
    else if (*param->fallback) g_string_append_printf(text, "; default %s", param->fallback);
    return g_string_free(text, FALSE);
}

char *words_usage(const Command *command)
{
    return g_strdup_printf("banyan %s%s%s", command->name, *command->usage ? " " : "", command->usage);
}

char *words_option(const GOptionEntry *option)
{
    GString *text = g_string_new(NULL);
    if (option->short_name) g_string_append_printf(text, "-%c, ", option->short_name);
    g_string_append_printf(text, "--%s", option->long_name);
    if (option->arg_description) g_string_append_printf(text, "=%s", option->arg_description);
    return g_string_free(text, FALSE);
}

const Command *words_command(const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; commands[i]; i++) {
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
        g_ptr_array_add(names, (gpointer)commands[i]->name);
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = suggest(name, (const char *const *)names->pdata);
    g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "no command is called '%s'%s", name, hint);
    return NULL;
}

void words_row(int width, const char *name, const char *text)
{
    g_print("  %-*s  %s\n", width, name, text);
}
