/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/help_pages.h"

#include <string.h>

#include "cli/words.h"
#include "scenario/expect.h"

static void word(GString *out, const char *text)
{
    g_string_append_printf(out, "%s%s", out->len ? " " : "", text);
}

static void put_case(GString *out, const char *name, const char *words)
{
    g_string_append_printf(out, "        %s) words='%s' ;;\n", name, words);
}

static char *command_words(void)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; commands[i]; i++) word(out, commands[i]->name);
    return g_string_free(out, FALSE);
}

static char *room_words(void)
{
    GString *out = g_string_new(NULL);
    for (const Room *room = rooms; room->name; room++) word(out, room->name);
    word(out, "sections");
    word(out, "commands");
    return g_string_free(out, FALSE);
}

static char *variant_words(const char *section)
{
    GString *out = g_string_new(NULL);
    const Room *room = room_of(section);
    for (guint i = 0; room->variants[i]; i++) word(out, room->variants[i]->name);
    return g_string_free(out, FALSE);
}

/* Everything that `explain` knows but plain keys, which repeat. */
static char *name_words(void)
{
    GString *out = g_string_new(NULL);
    for (const SectionKind *kind = section_kinds(); kind->name; kind++) {
        word(out, kind->name);
        for (const Param *p = kind->params; p && p->type; p++) {
            g_autofree char *key = g_strdup_printf("%s.%s", kind->name, p->name);
            word(out, key);
        }
    }
    for (const Room *room = rooms; room->name; room++)
        for (guint i = 0; room->variants[i] && strcmp(room->section, "metric") != 0; i++)
            word(out, room->variants[i]->name);
    for (guint i = 0; metrics[i]; i++)
        for (const MetricName *m = metrics[i]->names; m->name; m++) word(out, m->name);
    return g_string_free(out, FALSE);
}

static char *option_words(const Command *command)
{
    GString *out = g_string_new(NULL);
    for (const GOptionEntry *o = command->options; o && o->long_name; o++) {
        if (o->short_name) {
            char letter[] = { '-', o->short_name, '\0' };
            word(out, letter);
        }
        g_autofree char *option = g_strdup_printf("--%s", o->long_name);
        word(out, option);
    }
    word(out, "--help");
    return g_string_free(out, FALSE);
}

static void put_arguments(GString *out)
{
    g_autofree char *all = command_words(), *list = room_words(), *names = name_words();
    g_autofree char *overlays_list = variant_words("overlay");
    g_string_append(out, "    case $command in\n");
    put_case(out, "''", all);
    put_case(out, "help", all);
    put_case(out, "list", list);
    put_case(out, "explain", names);
    put_case(out, "topology", overlays_list);
    g_string_append(out, "    esac\n");
}

static void put_options(GString *out)
{
    g_string_append(out, "    case $command in\n");
    put_case(out, "''", "--help --version");
    for (guint i = 0; commands[i]; i++) {
        g_autofree char *options = option_words(commands[i]);
        put_case(out, commands[i]->name, options);
    }
    g_string_append(out, "    esac\n");
}

char *help_completion(void)
{
    GString *out = g_string_new(
        "# bash completion for banyan; made by `banyan help --completion`\n"
        "_banyan()\n"
        "{\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} command='' words=''\n"
        "    (( COMP_CWORD > 1 )) && command=${COMP_WORDS[1]}\n"
        "    if [[ $word == -* ]]; then\n");
    put_options(out);
    g_string_append(out, "        COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n        return\n    fi\n");
    put_arguments(out);
    g_string_append(out,
        "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
        "    case $command in\n"
        "        ''|help|list|explain) ;;\n"
        "        *) COMPREPLY+=($(compgen -f -- \"$word\")) ;;\n"
        "    esac\n"
        "}\n"
        "complete -o filenames -F _banyan banyan\n");
    return g_string_free(out, FALSE);
}
