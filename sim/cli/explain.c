/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `explain`: what one name means. */
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

/* Names that were asked about and found so far, or all names there are. */
typedef struct {
    const char *name;           /* that is looked for */
    const char *section;        /* its section where the name is `section.key`, else NULL */
    const char *key;
    unsigned found;
    GPtrArray *names;           /* every name that could be explained */
} Search;

static void blank_line(Search *search)
{
    if (search->found++) g_print("\n");
}

static void print_keys(const Param *params)
{
    for (const Param *p = params; p && p->type; p++) {
        g_autofree char *value = words_value(p);
        g_print("  %s: %s\n      %s\n", p->name, p->help, value);
    }
}

static void print_key(Search *search, const char *where, const Param *param)
{
    g_autofree char *type = param_type_text(param), *range = param_range_text(param);
    blank_line(search);
    g_print("%s, a key of %s: %s\n", param->name, where, param->help);
    g_print("  value    %s\n", type);
    if (range) g_print("  range    %s\n", range);
    g_print("  default  %s\n", param->fallback ? words_default(param) : "it has to be given");
}

static void print_variant(Search *search, const Room *room, const Variant *variant)
{
    blank_line(search);
    g_print("%s (%s): %s\n", variant->name, room->section, variant->summary);
    if (variant->source) g_print("  source: %s\n", variant->source);
    print_keys(variant->params);
}

static void print_section(Search *search, const SectionKind *kind)
{
    blank_line(search);
    g_print(kind->named ? "[%s NAME]: %s\n" : "[%s]: %s\n", kind->name, kind->summary);
    if (kind->kind) g_print("  kind: %s\n", kind->kind->help);
    print_keys(kind->params);
}

static void print_metric(Search *search, const MetricName *metric, const char *source)
{
    blank_line(search);
    g_print("%s, a metric: %s\n", metric->name, metric->help);
    g_print("  unit     %s\n", strcmp(metric->unit, "1") == 0 ? "none (a ratio)" : metric->unit);
    if (source) g_print("  source   %s\n", source);
}

static bool is_wanted(Search *search, const char *name)
{
    g_ptr_array_add(search->names, (gpointer)name);
    return strcmp(name, search->name) == 0;
}

/* The keys of one table that have the name; `where` says whose they are. */
static void search_keys(Search *search, const char *section, const char *where, const Param *params)
{
    if (search->section && strcmp(search->section, section) != 0) return;
    for (const Param *p = params; p && p->type; p++) {
        g_ptr_array_add(search->names, (gpointer)p->name);
        if (strcmp(p->name, search->key) == 0) print_key(search, where, p);
    }
}

static void search_room(Search *search, const Room *room)
{
    for (guint i = 0; room->variants[i]; i++) {
        const Variant *variant = room->variants[i];
        g_autofree char *where = g_strdup_printf("the %s %s", room->section, variant->name);
        bool is_metric = strcmp(room->section, "metric") == 0;
        if (!is_metric && is_wanted(search, variant->name)) print_variant(search, room, variant);
        search_keys(search, room->section, where, variant->params);
    }
}

static void search_sections(Search *search)
{
    for (const SectionKind *kind = section_kinds(); kind->name; kind++) {
        g_autofree char *where = g_strdup_printf("[%s]", kind->name);
        if (is_wanted(search, kind->name)) print_section(search, kind);
        search_keys(search, kind->name, where, kind->params);
        bool has_kind = kind->kind && search->section && strcmp(search->section, kind->name) == 0;
        if (has_kind && strcmp(search->key, "kind") == 0) print_key(search, where, kind->kind);
    }
}

static void search_metrics(Search *search)
{
    for (guint i = 0; metrics[i]; i++)
        for (const MetricName *m = metrics[i]->names; m->name; m++)
            if (is_wanted(search, m->name)) print_metric(search, m, metrics[i]->variant.source);
    for (const MetricName *m = run_metrics; m->name; m++)
        if (is_wanted(search, m->name)) print_metric(search, m, NULL);
}

/* The numbers of the communication models, and those of their books. */
static void search_models(Search *search)
{
    for (guint i = 0; models[i]; i++) {
        for (const MetricName *m = models[i]->metrics; m && m->name; m++)
            if (is_wanted(search, m->name)) print_metric(search, m, models[i]->variant.source);
        for (const MetricName *column = book_columns; models[i]->books && column->name; column++) {
            g_autofree char *name = g_strconcat(models[i]->books, "_", column->name, NULL);
            MetricName row = { name, column->unit, column->help };
            bool reason = g_str_has_suffix(name, "…") && strncmp(search->name, name, strlen(name) - strlen("…")) == 0;
            if (reason) row.name = search->name;
            if (reason || strcmp(name, search->name) == 0) print_metric(search, &row, "the books: each message ends in exactly one way");
        }
    }
}

static void search_commands(Search *search)
{
    for (guint i = 0; commands[i]; i++) {
        if (!is_wanted(search, commands[i]->name)) continue;
        g_autofree char *usage = words_usage(commands[i]);
        blank_line(search);
        g_print("%s, a command: %s\n  usage: %s\n", commands[i]->name, commands[i]->summary, usage);
    }
}

/* `overlay.degree`, `failure.NAME.at` or `degree`, without brackets. */
static void take_apart(Search *search, char *name)
{
    char *last = strrchr(name, '.');
    search->key = last ? last + 1 : name;
    if (!last) return;
    name[strcspn(name, ".")] = '\0';
    search->section = name;
}

static bool run(char **arguments, GError **error)
{
    if (!plugins_load(plugins, error)) return false;
    g_autofree char *name = g_strdup(arguments[0]), *parts = NULL;
    if (*name == '[') memmove(name, name + 1, strlen(name));
    name[strcspn(name, "]")] = '\0';
    name[strcspn(name, "[")] = '\0';                     /* rpc_executions[NAME]: of one section */
    g_strchomp(name);
    parts = g_strdup(name);
    Search search = { .name = name, .names = g_ptr_array_new() };
    take_apart(&search, parts);
    search_sections(&search);
    for (const Room *room = rooms; room->name; room++) search_room(&search, room);
    search_metrics(&search);
    search_models(&search);
    search_commands(&search);
    g_ptr_array_add(search.names, NULL);
    g_autofree char *hint = suggest(search.key, (const char *const *)search.names->pdata);
    g_ptr_array_unref(search.names);
    if (search.found) return true;
    bool near = g_str_has_prefix(hint, "; did");
    g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "explain: nothing is called '%s'%s", name,
                near ? hint : "; `banyan list` prints every name");
    return false;
}

const Command command_explain = {
    .name = "explain",
    .usage = "NAME",
    .summary = "what a variant, key, section or metric means",
    .details = "NAME is a variant (gossip), a key (fanout, overlay.degree), a section (failure), a metric "
               "(delivery_ratio) or a command.  Prints meaning, kind of value, range, default and source of all "
               "that have this name.",
    .options = options, .least = 1, .most = 1, .run = run,
};
