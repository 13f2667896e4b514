/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `list`: the menu. */
#include <string.h>

#include "cli/plugin.h"
#include "cli/words.h"
#include "core/error.h"
#include "core/suggest.h"
#include "scenario/expect.h"

static char **plugins;

static const GOptionEntry options[] = {
    { "plugin", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &plugins, "load variants built against the installed headers; may be repeated",
      "FILE.so" },
    { 0 }
};

static int longest_variant(const Room *room)
{
    size_t longest = 0;
    for (guint i = 0; room->variants[i]; i++) longest = MAX(longest, strlen(room->variants[i]->name));
    return (int)longest;
}

static int longest_metric(void)
{
    size_t longest = 0;
    for (guint i = 0; metrics[i]; i++)
        for (const MetricName *m = metrics[i]->names; m->name; m++) longest = MAX(longest, strlen(m->name));
    return (int)longest;
}

/* Metrics by the names that a table shows. */
static void list_metrics(void)
{
    int width = longest_metric();
    for (guint i = 0; metrics[i]; i++)
        for (const MetricName *m = metrics[i]->names; m->name; m++) words_row(width, m->name, m->help);
    for (const MetricName *m = run_metrics; m->name; m++) words_row(width, m->name, m->help);
    for (guint i = 0; models[i]; i++)
        for (const MetricName *m = models[i]->metrics; m && m->name; m++) words_row(width, m->name, m->help);
}

static void list_room(const Room *room)
{
    g_print("%s: %s\n", room->name, room->summary);
    if (strcmp(room->section, "metric") == 0) {
        list_metrics();
        return;
    }
    int width = longest_variant(room);
    for (guint i = 0; room->variants[i]; i++) words_row(width, room->variants[i]->name, room->variants[i]->summary);
}

static void list_commands(void)
{
    g_print("commands: what the program does\n");
    for (guint i = 0; commands[i]; i++) words_row(10, commands[i]->name, commands[i]->summary);
}

static void list_sections(void)
{
    enum { BRACKETS = 7 };              /* of [… NAME] */
    int width = 0;
    for (const SectionKind *kind = section_kinds(); kind->name; kind++)
        width = MAX(width, (int)strlen(kind->name) + (kind->named ? BRACKETS : 2));
    g_print("sections: what a scenario is made of\n");
    for (const SectionKind *kind = section_kinds(); kind->name; kind++) {
        g_autofree char *title = g_strdup_printf(kind->named ? "[%s NAME]" : "[%s]", kind->name);
        words_row(width, title, kind->summary);
    }
}

static void list_all(void)
{
    for (const Room *room = rooms; room->name; room++) {
        list_room(room);
        g_print("\n");
    }
    list_sections();
    g_print("\n");
    list_commands();
}

static bool unknown(const char *name, GError **error)
{
    const char *names[16];
    size_t n = 0;
    for (const Room *room = rooms; room->name; room++) names[n++] = room->name;
    names[n++] = "sections";
    names[n++] = "commands";
    names[n] = NULL;
    g_autofree char *hint = suggest(name, names);
    g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "list: no room is called '%s'%s", name, hint);
    return false;
}

static bool run(char **arguments, GError **error)
{
    if (!plugins_load(plugins, error)) return false;
    const char *name = arguments[0];
    if (!name) return list_all(), true;
    if (strcmp(name, "commands") == 0) return list_commands(), true;
    if (strcmp(name, "sections") == 0) return list_sections(), true;
    for (const Room *room = rooms; room->name; room++)
        if (strcmp(room->name, name) == 0 || strcmp(room->section, name) == 0) return list_room(room), true;
    return unknown(name, error);
}

const Command command_list = {
    .name = "list",
    .usage = "[networks|overlays|protocols|workloads|failures|metrics|sections|commands]",
    .summary = "everything a scenario can name",
    .details = "Prints each name with one line on what it is; without an argument, all of them.",
    .options = options, .least = 0, .most = 1, .run = run,
};
