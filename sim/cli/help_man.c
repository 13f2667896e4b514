/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/help_pages.h"

#include <string.h>

#include "cli/words.h"
#include "scenario/expect.h"

/* Appends text with what roff would take for its own made harmless. */
static void put(GString *out, const char *text)
{
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar letter = g_utf8_get_char(p);
        bool line_start = out->len == 0 || out->str[out->len - 1] == '\n';
        if (line_start && (letter == '.' || letter == '\'')) g_string_append(out, "\\&");
        if (letter == '\\') g_string_append(out, "\\e");
        else if (letter == '-') g_string_append(out, "\\-");
        else if (letter == '"') g_string_append(out, "\\(dq");
        else if (letter > 127) g_string_append_printf(out, "\\[u%04X]", letter);
        else g_string_append_c(out, (char)letter);
    }
}

static void heading(GString *out, const char *request, const char *text)
{
    g_string_append_printf(out, "%s \"", request);
    put(out, text);
    g_string_append(out, "\"\n");
}

/* A term in bold, and what it means. */
static void item(GString *out, const char *term, const char *text)
{
    g_string_append(out, ".TP\n\\fB");
    put(out, term);
    g_string_append(out, "\\fR\n");
    put(out, text);
    g_string_append(out, "\n");
}

static void put_options(GString *out, const Command *command)
{
    for (const GOptionEntry *o = command->options; o && o->long_name; o++) {
        g_autofree char *option = words_option(o);
        item(out, option, o->description ? o->description : "");
    }
}

static void put_commands(GString *out)
{
    heading(out, ".SH", "COMMANDS");
    for (guint i = 0; commands[i]; i++) {
        g_autofree char *usage = words_usage(commands[i]);
        heading(out, ".SS", usage);
        put(out, commands[i]->summary);
        g_string_append(out, ".\n");
        if (commands[i]->details) {
            g_auto(GStrv) lines = g_strsplit(commands[i]->details, "\n", -1);
            g_string_append(out, ".PP\n");
            for (guint k = 0; lines[k]; k++) {
                bool example = g_ascii_isspace(*lines[k]);
                if (example) g_string_append(out, ".br\n");
                put(out, g_strchug(lines[k]));
                g_string_append(out, "\n");
            }
        }
        put_options(out, commands[i]);
    }
}

static void put_keys(GString *out, const Param *params)
{
    for (const Param *p = params; p && p->type; p++) {
        g_autofree char *value = words_value(p), *text = g_strdup_printf("%s (%s)", p->help, value);
        item(out, p->name, text);
    }
}

static void put_sections(GString *out)
{
    heading(out, ".SH", "SCENARIO FILES");
    g_string_append(out, "Sections of keys and values, UTF\\-8; a comment stands on a line of its own and starts with #.\n");
    for (const SectionKind *kind = section_kinds(); kind->name; kind++) {
        g_autofree char *title = g_strdup_printf(kind->named ? "[%s NAME]" : "[%s]", kind->name);
        heading(out, ".SS", title);
        put(out, kind->summary);
        g_string_append(out, ".\n");
        if (kind->kind) item(out, "kind", kind->kind->help);
        put_keys(out, kind->params);
    }
}

static void put_room(GString *out, const Room *room)
{
    g_autofree char *title = g_ascii_strup(room->name, -1);
    heading(out, ".SH", title);
    put(out, room->summary);
    g_string_append(out, ".\n");
    for (guint i = 0; room->variants[i]; i++) {
        const Variant *variant = room->variants[i];
        heading(out, ".SS", variant->name);
        put(out, variant->summary);
        g_string_append(out, ".\n");
        if (variant->source) {
            g_string_append(out, ".br\nSource: ");
            put(out, variant->source);
            g_string_append(out, ".\n");
        }
        put_keys(out, variant->params);
    }
}

static void put_metrics(GString *out)
{
    heading(out, ".SH", "METRICS");
    for (guint i = 0; metrics[i]; i++)
        for (const MetricName *m = metrics[i]->names; m->name; m++) item(out, m->name, m->help);
    for (const MetricName *m = run_metrics; m->name; m++) item(out, m->name, m->help);
}

static void put_status(GString *out)
{
    heading(out, ".SH", "EXIT STATUS");
    item(out, "0", "done");
    item(out, "1", "the machine's fault: disk, memory, a killed worker");
    item(out, "2", "the user's input");
    item(out, "3", "an expectation failed");
    item(out, "130", "after Ctrl-C; what is finished is kept");
}

char *help_man(void)
{
    GString *out = g_string_new(".TH BANYAN 1 \"\" \"banyan\" \"User Commands\"\n");
    heading(out, ".SH", "NAME");
    g_string_append(out, "banyan \\- simulate multicast over overlays\n");
    heading(out, ".SH", "SYNOPSIS");
    g_string_append(out, "\\fBbanyan\\fR \\fICOMMAND\\fR [\\fIarguments\\fR]\n");
    heading(out, ".SH", "DESCRIPTION");
    g_string_append(out, "Banyan simulates multicast over overlays: who gets the message, how late, at what cost, when\n"
                         "nodes fail.  One scenario file and one command give a table with error bars, a results\n"
                         "database and plots.\n");
    put_commands(out);
    put_sections(out);
    for (const Room *room = rooms; room->name; room++)
        if (strcmp(room->section, "metric") != 0) put_room(out, room);
    put_metrics(out);
    put_status(out);
    return g_string_free(out, FALSE);
}
