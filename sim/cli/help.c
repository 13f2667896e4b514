/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `help`: the commands, one command, the man page, the completion. */
#include "cli/help_pages.h"
#include "cli/words.h"
#include "core/error.h"

static gboolean man, completion;

static const GOptionEntry options[] = {
    { "man", 0, 0, G_OPTION_ARG_NONE, &man, "print the man page (roff)", NULL },
    { "completion", 0, 0, G_OPTION_ARG_NONE, &completion, "print the completion for bash", NULL },
    { 0 }
};

static void print_overview(void)
{
    g_print("usage: banyan COMMAND [arguments]\n\n");
    g_print("Simulates multicast over overlays: who gets the message, how late, at what cost, when nodes fail.\n\n");
    for (guint i = 0; commands[i]; i++) words_row(10, commands[i]->name, commands[i]->summary);
    g_print("\nbanyan help COMMAND   its options\n");
    g_print("banyan list           everything a scenario can name\n");
    g_print("banyan --version      version of the program, its results and its libraries\n");
}

static void print_command(const Command *command)
{
    g_autofree char *usage = words_usage(command);
    g_print("usage: %s\n\n%s: %s\n", usage, command->name, command->summary);
    if (command->details) g_print("\n%s\n", command->details);
    if (command->options && command->options->long_name) g_print("\n");
    for (const GOptionEntry *o = command->options; o && o->long_name; o++) {
        g_autofree char *option = words_option(o);
        words_row(28, option, o->description ? o->description : "");
    }
}

static bool run(char **arguments, GError **error)
{
    if (man || completion) {
        g_autofree char *page = man ? help_man() : help_completion();
        g_print("%s", page);
        return true;
    }
    if (!arguments[0]) return print_overview(), true;
    const Command *command = words_command(arguments[0], error);
    if (command) print_command(command);
    return command != NULL;
}

const Command command_help = {
    .name = "help",
    .usage = "[COMMAND]",
    .summary = "the commands, or one command and its options",
    .details = "The man page and the completion come from the same tables as all else:\n"
               "    banyan help --man > banyan.1\n"
               "    banyan help --completion > /usr/share/bash-completion/completions/banyan",
    .options = options, .least = 0, .most = 1, .run = run,
};
