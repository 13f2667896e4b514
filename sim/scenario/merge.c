/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/merge.h"

#include <string.h>

#include "core/suggest.h"

static void block_free(gpointer data)
{
    Block *block = data;
    g_array_unref(block->givens);
    g_free(block->title);
    g_free(block);
}

static Block *block_add(Setting *setting, const SectionKind *kind, const char *name, int line)
{
    Block *block = g_new0(Block, 1);
    *block = (Block){ .kind = kind, .name = name, .line = line };
    block->title = name ? g_strdup_printf("%s %s", kind->name, name) : g_strdup(kind->name);
    block->givens = g_array_new(FALSE, FALSE, sizeof(Given));
    g_ptr_array_add(setting->blocks, block);
    return block;
}

void setting_free(Setting *setting)
{
    if (!setting) return;
    g_ptr_array_unref(setting->blocks);
    g_free(setting);
}

const Block *setting_block(const Setting *setting, const SectionKind *kind, const char *name)
{
    for (guint i = 0; i < setting->blocks->len; i++) {
        const Block *block = setting->blocks->pdata[i];
        if (block->kind == kind && g_strcmp0(block->name, name) == 0) return block;
    }
    return NULL;
}

const Given *block_given(const Block *block, const char *key)
{
    for (guint i = 0; i < block->givens->len; i++) {
        const Given *given = &g_array_index(block->givens, Given, i);
        if (strcmp(given->key, key) == 0) return given;
    }
    return NULL;
}

static const char *value_of(const Block *block, const char *key)
{
    const Given *given = block_given(block, key);
    return given ? given->value : NULL;
}

Vocabulary block_vocabulary(const Block *block)
{
    return vocabulary_of(block->kind, value_of(block, "kind"), value_of(block, "mesh"));
}

static void block_set(Block *block, Given given)
{
    Given *old = (Given *)block_given(block, given.key);
    if (old) *old = given;
    else g_array_append_val(block->givens, given);
}

static void lay_file(Setting *setting, const Text *base)
{
    for (guint i = 0; i < base->sections->len; i++) {
        const Section *section = base->sections->pdata[i];
        const SectionKind *kind = section_kind(section->kind);
        if (!kind || !kind->decides || kind->named != (section->name != NULL)) continue;
        Block *block = block_add(setting, kind, section->name, section->line);
        for (guint k = 0; k < section->entries->len; k++) {
            const Entry *entry = &g_array_index(section->entries, Entry, k);
            block_set(block, (Given){ entry->key, entry->value, entry->line, LAYER_FILE });
        }
    }
}

/* Forgets the keys from below that the section does not know, where `layer` gave
 * it another kind. */
static void prune(Block *block, Layer layer)
{
    const Given *kind = block_given(block, "kind"), *mesh = block_given(block, "mesh");
    bool changed = (kind && kind->layer == layer) || (mesh && mesh->layer == layer);
    Vocabulary words = block_vocabulary(block);
    if (!block->kind->kind || !changed || !words.variant) return;
    for (guint i = block->givens->len; i-- > 0;) {
        const Given *given = &g_array_index(block->givens, Given, i);
        if (given->layer < layer && !vocabulary_find(&words, given->key)) g_array_remove_index(block->givens, i);
    }
}

static void lay(Setting *setting, const GArray *assigns, Layer layer)
{
    for (guint i = 0; i < assigns->len; i++) {
        const Assign *assign = &g_array_index(assigns, Assign, i);
        Block *block = (Block *)setting_block(setting, assign->kind, assign->name);
        if (!block) block = block_add(setting, assign->kind, assign->name, assign->line);
        block_set(block, (Given){ assign->key, assign->value, assign->line, layer });
    }
    for (guint i = 0; i < setting->blocks->len; i++) prune(setting->blocks->pdata[i], layer);
}

/* The file's own keys are checked by base_check(). */
static void check_keys(const Block *block, Faults *faults)
{
    Vocabulary words = block_vocabulary(block);
    for (guint i = 0; i < block->givens->len; i++) {
        const Given *given = &g_array_index(block->givens, Given, i);
        if (given->layer == LAYER_FILE || vocabulary_find(&words, given->key)) continue;
        g_autofree char *fault = vocabulary_fault(&words, given->key);
        faults_add(faults, given->line, block->title, given->key, "%s", fault);
    }
}

Setting *setting_merge(const Text *base, GArray *const layers[LAYERS], Faults *faults)
{
    Setting *setting = g_new0(Setting, 1);
    setting->blocks = g_ptr_array_new_with_free_func(block_free);
    lay_file(setting, base);
    for (Layer layer = LAYER_VARIANT; layer < LAYERS; layer++)
        if (layers[layer]) lay(setting, layers[layer], layer);
    for (guint i = 0; i < setting->blocks->len; i++) check_keys(setting->blocks->pdata[i], faults);
    return setting;
}

static const char *entry_value(const Section *section, const char *key)
{
    const Entry *entry = section_entry(section, key);
    return entry ? entry->value : NULL;
}

static void check_section_keys(const Section *section, const SectionKind *kind, Faults *faults)
{
    Vocabulary words = vocabulary_of(kind, entry_value(section, "kind"), entry_value(section, "mesh"));
    for (guint i = 0; i < section->entries->len; i++) {
        Entry *entry = &g_array_index(section->entries, Entry, i);
        if (vocabulary_find(&words, entry->key)) continue;
        g_autofree char *fault = vocabulary_fault(&words, entry->key);
        faults_add(faults, entry->line, section->title, entry->key, "%s", fault);
        char *right = vocabulary_hyphens(&words, entry->key);
        if (!right) continue;
        g_free(entry->key);
        entry->key = right;
    }
}

/* A kind that is on no menu is reported here, for the variants may all replace it. */
static void check_section_kind(const Section *section, const SectionKind *kind, const char *key, Faults *faults)
{
    const Entry *entry = section_entry(section, key);
    g_autoptr(GError) error = NULL;
    if (entry && *entry->value && !room_find(room_of(kind->name), entry->value, &error))
        faults_add(faults, entry->line, section->title, key, "%s", error->message);
}

static char *unknown_section(const char *name)
{
    const char *names[SECTION_KINDS];
    size_t n = 0;
    for (const SectionKind *kind = section_kinds(); kind->name; kind++) names[n++] = kind->name;
    names[n] = NULL;
    g_autofree char *hint = suggest(name, names);
    return g_strdup_printf("no section is called '%s'%s", name, hint);
}

static void check_section(const Section *section, Faults *faults)
{
    const SectionKind *kind = section_kind(section->kind);
    if (!kind) {
        g_autofree char *fault = unknown_section(section->kind);
        faults_add(faults, section->line, section->title, NULL, "%s", fault);
        return;
    }
    if (kind->named && !section->name)
        faults_add(faults, section->line, section->title, NULL, "a name is missing; [%s NAME] is expected", kind->name);
    if (!kind->named && section->name)
        faults_add(faults, section->line, section->title, NULL, "the section has no name; [%s] is expected", kind->name);
    if (!kind->params && !kind->kind) return;
    if (kind->kind) check_section_kind(section, kind, "kind", faults);
    if (strcmp(kind->name, "overlay") == 0) check_section_kind(section, kind, "mesh", faults);
    check_section_keys(section, kind, faults);
}

void base_check(Text *base, Faults *faults)
{
    for (guint i = 0; i < base->sections->len; i++) check_section(base->sections->pdata[i], faults);
}
