/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the command, runs it, turns its outcome into an exit status. */
#include <stdio.h>
#include <string.h>

#include "cli/words.h"
#include "core/error.h"
#include "core/suggest.h"
#include "experiment/version.h"

static void print_version(void)
{
    g_autofree char *libraries = version_libraries();
    g_print("banyan %s (results schema %d; %s)\n", BANYAN_VERSION, BANYAN_SCHEMA, libraries);
}

/* Said once, here and nowhere else; a scenario's faults carry their own FILE:LINE. */
static int fail(const GError *error, int status)
{
    bool listed = g_error_matches(error, SIM_ERROR, SIM_ERROR_SCENARIO);
    g_printerr("%s%s\n", listed ? "" : "banyan: ", error->message);
    return status;
}

/* GOption's "Unknown option --x" with a did-you-mean. */
static void explain_option(const Command *command, GError **error)
{
    const char *dashes = strstr((*error)->message, "--");
    if (!g_error_matches(*error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION) || !dashes) return;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const GOptionEntry *o = command->options; o && o->long_name; o++)
        g_ptr_array_add(names, (gpointer)o->long_name);
    g_ptr_array_add(names, (gpointer)"help");
    g_ptr_array_add(names, NULL);
    g_autofree char *name = g_strndup(dashes + 2, strcspn(dashes + 2, "="));
    g_autofree char *hint = suggest(name, (const char *const *)names->pdata);
    g_autofree char *text = g_strdup_printf("unknown option --%s%s", name, hint);
    g_clear_error(error);
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, text);
}

/* GOption wants a blank between a short option and its value; many people write -j4. */
static char **split_short(const Command *command, char **arguments)
{
    GPtrArray *out = g_ptr_array_new();
    bool options = true;
    for (char **word = arguments; *word; word++) {
        bool split = false;
        options = options && strcmp(*word, "--") != 0;
        for (const GOptionEntry *o = command->options; options && o && o->long_name; o++)
            split |= o->short_name && o->arg != G_OPTION_ARG_NONE && (*word)[0] == '-' && (*word)[1] == o->short_name &&
                     (*word)[2] != '\0' && (*word)[2] != '=';
        if (split) g_ptr_array_add(out, g_strndup(*word, 2));
        g_ptr_array_add(out, g_strdup(split ? *word + 2 : *word));
    }
    g_ptr_array_add(out, NULL);
    g_strfreev(arguments);
    return (char **)g_ptr_array_free(out, FALSE);
}

static bool parse_options(const Command *command, char ***arguments, gboolean *help, GError **error)
{
    const GOptionEntry own[] = { { "help", 'h', 0, G_OPTION_ARG_NONE, help, NULL, NULL }, { 0 } };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_add_main_entries(context, own, NULL);
    if (command->options) g_option_context_add_main_entries(context, command->options, NULL);
    if (g_option_context_parse_strv(context, arguments, error)) return true;
    explain_option(command, error);
    g_prefix_error(error, "%s: ", command->name);
    return false;
}

static bool count_arguments(const Command *command, int count, GError **error)
{
    if (count >= command->least && (command->most < 0 || count <= command->most)) return true;
    g_autofree char *usage = words_usage(command);
    g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "%s: %s; usage: %s", command->name,
                count < command->least ? "an argument is missing" : "there are too many arguments", usage);
    return false;
}

static int run(const Command *command, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) arguments = split_short(command, g_strdupv(argv));
    gboolean help = FALSE;
    if (!parse_options(command, &arguments, &help, &error)) return fail(error, 2);
    char **rest = arguments + 1;
    if (*rest && strcmp(*rest, "--") == 0) rest++;
    char *topic[] = { (char *)command->name, NULL };
    bool done = help ? words_command("help", NULL)->run(topic, &error)
                     : count_arguments(command, (int)g_strv_length(rest), &error) && command->run(rest, &error);
    if (!done) return fail(error, sim_error_status(error));
    if (fflush(stdout) == 0 && !ferror(stdout)) return 0;
    g_printerr("banyan: standard output cannot be written\n");
    return 1;
}

int main(int argc, char **argv)
{
    char *none[] = { argv[0], NULL };
    g_autoptr(GError) error = NULL;
    /* Texts are UTF-8 whatever the locale says; without this GLib prints '?'. */
    g_setenv("CHARSET", "UTF-8", TRUE);
    g_set_prgname("banyan");
    if (argc < 2) {
        run(words_command("help", NULL), none);
        return 2;
    }
    if (strcmp(argv[1], "--version") == 0) return print_version(), 0;
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) return run(words_command("help", NULL), none);
    const Command *command = words_command(argv[1], &error);
    return command ? run(command, argv + 1) : fail(error, 2);
}
