/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/suggest.h"
#include "scenario/merge.h"

static void assign_clear(gpointer data)
{
    Assign *assign = data;
    g_free(assign->name);
    g_free(assign->key);
    g_free(assign->value);
}

GArray *assigns_new(void)
{
    GArray *assigns = g_array_new(FALSE, FALSE, sizeof(Assign));
    g_array_set_clear_func(assigns, assign_clear);
    return assigns;
}

bool assign_same(const Assign *a, const Assign *b)
{
    return a->kind == b->kind && g_strcmp0(a->name, b->name) == 0 && strcmp(a->key, b->key) == 0;
}

static char *unknown_section(const char *name)
{
    const char *names[SECTION_KINDS];
    size_t n = 0;
    for (const SectionKind *kind = section_kinds(); kind->name; kind++)
        if (kind->decides) names[n++] = kind->name;
    names[n] = NULL;
    g_autofree char *hint = suggest(name, names);
    return g_strdup_printf("no section to set is called '%s'%s", name, hint);
}

/* Why such a layer cannot set this key of this section, or NULL; free it. */
static char *misplaced(const Assign *assign, Layer layer)
{
    const SectionKind *kind = assign->kind;
    if (!kind->decides)
        return g_strdup_printf("keys of [%s] cannot be set from here; write them in their own section", kind->name);
    if (kind->named && !assign->name)
        return g_strdup_printf("[%s NAME] has a name; %s.NAME.%s is expected", kind->name, kind->name, assign->key);
    if (!kind->named && assign->name)
        return g_strdup_printf("[%s] has no name; %s.%s is expected", kind->name, kind->name, assign->key);
    if (assign->name && (!*assign->name || strpbrk(assign->name, " \t[]=:,#()/\\")))
        return g_strdup_printf("'%s' is no name of a section", assign->name);
    if (layer != LAYER_SET && strcmp(kind->name, "scenario") == 0 && settings_are_common(assign->key))
        return g_strdup("is the same for the whole experiment; set it in [scenario] or by --set");
    return NULL;
}

/* Takes `section.NAME.key` apart; false where it has no point in it. */
static bool split(const char *path, Assign *out, char **section)
{
    const char *first = strchr(path, '.'), *last = strrchr(path, '.');
    if (!first || first == path || !last[1]) return false;
    *section = g_strndup(path, (size_t)(first - path));
    out->name = last > first ? g_strndup(first + 1, (size_t)(last - first - 1)) : NULL;
    out->key = g_strdup(last + 1);
    return true;
}

/* Why the key is on no menu of its section, or NULL; free it.  A key with
 * underscores gets its right name. */
static char *misspelled(Assign *assign)
{
    Vocabulary any = { .kind = assign->kind };
    if (vocabulary_find(&any, assign->key)) return NULL;
    char *fault = vocabulary_fault(&any, assign->key), *right = vocabulary_hyphens(&any, assign->key);
    if (right) {
        g_free(assign->key);
        assign->key = right;
    }
    return fault;
}

bool assign_read(GArray *assigns, Layer layer, const Entry *entry, const char *section, Faults *faults)
{
    Assign assign = { .line = entry->line };
    g_autofree char *kind = NULL, *wrong = NULL;
    if (!split(entry->key, &assign, &kind))
        wrong = g_strdup("is no key of a section; section.key or section.NAME.key is expected");
    else if (!(assign.kind = section_kind(kind))) wrong = unknown_section(kind);
    else wrong = misplaced(&assign, layer);
    if (!wrong) wrong = misspelled(&assign);
    if (wrong) faults_add(faults, entry->line, section, entry->key, "%s", wrong);
    if (wrong || !*entry->value) {
        assign_clear(&assign);
        return false;
    }
    assign.value = g_strdup(entry->value);
    g_array_append_val(assigns, assign);
    return true;
}
