/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/keys.h"

#include <string.h>

typedef struct { int line; unsigned order; char *text; } Fault;

struct Faults {
    char *file;
    GPtrArray *list;                /* of Fault, in order of arrival */
    GHashTable *texts;              /* set of their texts */
    unsigned reports;
};

static void fault_free(gpointer data)
{
    Fault *fault = data;
    g_free(fault->text);
    g_free(fault);
}

Faults *faults_new(const char *file)
{
    Faults *faults = g_new0(Faults, 1);
    faults->file = g_strdup(file);
    faults->list = g_ptr_array_new_with_free_func(fault_free);
    faults->texts = g_hash_table_new(g_str_hash, g_str_equal);
    return faults;
}

void faults_free(Faults *faults)
{
    if (!faults) return;
    g_hash_table_unref(faults->texts);
    g_ptr_array_unref(faults->list);
    g_free(faults->file);
    g_free(faults);
}

unsigned faults_count(const Faults *faults)
{
    return faults->list->len;
}

unsigned faults_reports(const Faults *faults)
{
    return faults->reports;
}

static void add(Faults *faults, int line, const char *section, const char *key, const char *format, va_list args)
{
    g_autofree char *what = g_strdup_vprintf(format, args);
    GString *text = g_string_new(NULL);
    faults->reports++;
    if (line) g_string_printf(text, "%s:%d: ", faults->file, line);
    else g_string_assign(text, "--set: ");
    if (section) g_string_append_printf(text, "[%s] ", section);
    if (key) g_string_append_printf(text, "%s: ", key);
    g_string_append(text, what);
    if (g_hash_table_contains(faults->texts, text->str)) {
        g_string_free(text, TRUE);
        return;
    }
    Fault *fault = g_new(Fault, 1);
    *fault = (Fault){ line, faults->list->len, g_string_free(text, FALSE) };
    g_hash_table_add(faults->texts, fault->text);
    g_ptr_array_add(faults->list, fault);
}

void faults_add(Faults *faults, int line, const char *section, const char *key, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(faults, line, section, key, format, args);
    va_end(args);
}

static gint by_line(gconstpointer a, gconstpointer b)
{
    const Fault *x = *(Fault *const *)a, *y = *(Fault *const *)b;
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

char *faults_text(const Faults *faults)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    for (guint i = 0; i < faults->list->len; i++) g_ptr_array_add(sorted, faults->list->pdata[i]);
    g_ptr_array_sort(sorted, by_line);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < sorted->len; i++)
        g_string_append_printf(text, "%s%s", i ? "\n" : "", ((Fault *)sorted->pdata[i])->text);
    return g_string_free(text, FALSE);
}

typedef struct { char *key, *value; int line; } Given;

struct Keys {
    Faults *faults;
    char *section, *directory;
    int line;
    GArray *given;
};

static void given_clear(gpointer data)
{
    Given *given = data;
    g_free(given->key);
    g_free(given->value);
}

Keys *keys_new(Faults *faults, const char *section, int line, const char *directory)
{
    Keys *keys = g_new0(Keys, 1);
    *keys = (Keys){ .faults = faults, .section = g_strdup(section), .directory = g_strdup(directory), .line = line };
    keys->given = g_array_new(FALSE, FALSE, sizeof(Given));
    g_array_set_clear_func(keys->given, given_clear);
    return keys;
}

void keys_free(Keys *keys)
{
    if (!keys) return;
    g_array_unref(keys->given);
    g_free(keys->section);
    g_free(keys->directory);
    g_free(keys);
}

void keys_add(Keys *keys, const char *key, const char *value, int line)
{
    Given given = { g_strdup(key), g_strdup(value), line };
    g_array_append_val(keys->given, given);
}

const char *keys_section(const Keys *keys)
{
    return keys->section;
}

const char *keys_directory(const Keys *keys)
{
    return keys->directory;
}

static const Given *find(const Keys *keys, const char *key)
{
    for (guint i = 0; i < keys->given->len; i++) {
        const Given *given = &g_array_index(keys->given, Given, i);
        if (g_strcmp0(given->key, key) == 0) return given;
    }
    return NULL;
}

const char *keys_value(const Keys *keys, const char *key)
{
    const Given *given = find(keys, key);
    return given ? given->value : NULL;
}

int keys_line(const Keys *keys, const char *key)
{
    const Given *given = find(keys, key);
    return given ? given->line : keys->line;
}

const char *keys_name(const Keys *keys, unsigned i)
{
    return i < keys->given->len ? g_array_index(keys->given, Given, i).key : NULL;
}

void keys_fault(const Keys *keys, const char *key, const char *format, ...)
{
    const Given *given = find(keys, key);
    va_list args;
    va_start(args, format);
    add(keys->faults, given ? given->line : keys->line, keys->section, key, format, args);
    va_end(args);
}
