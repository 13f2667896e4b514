/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/part.h"

#include <stddef.h>
#include <string.h>

/* A configuration and how many hold it; `config` follows. */
typedef struct {
    unsigned holders;
    max_align_t config[];
} Shared;

struct Parts {
    GHashTable *made;           /* text of variant and keys -> Part that holds one share */
    GHashTable *failed;         /* set of such texts, with the lines of the keys */
    Faults *faults;
};

static Shared *shared_of(void *config)
{
    return (Shared *)((char *)config - offsetof(Shared, config));
}

static void config_free(const Variant *variant, void *config)
{
    if (variant->clear) variant->clear(config);
    params_clear(variant->params, config);
    g_free(shared_of(config));
}

void part_clear(Part *part)
{
    if (part->config && --shared_of(part->config)->holders == 0) config_free(part->variant, part->config);
    g_free(part->name);
    *part = (Part){ 0 };
}

static void held_free(gpointer data)
{
    part_clear(data);
    g_free(data);
}

Parts *parts_new(Faults *faults)
{
    Parts *parts = g_new0(Parts, 1);
    parts->made = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, held_free);
    parts->failed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    parts->faults = faults;
    return parts;
}

void parts_free(Parts *parts)
{
    if (!parts) return;
    g_hash_table_unref(parts->made);
    g_hash_table_unref(parts->failed);
    g_free(parts);
}

/* Behind its length, so that no two lists of texts read alike. */
static void identify(GString *id, const char *text)
{
    if (text) g_string_append_printf(id, "%zu:%s", strlen(text), text);
    else g_string_append_c(id, '-');
}

static void identify_keys(GString *id, const Param *params, const Keys *keys)
{
    for (const Param *p = params; p && p->type; p++) identify(id, keys_value(keys, p->name));
}

/* What a configuration follows from: its own keys, and those of the section that
 * its check may look at. */
static char *identity(const PartSource *source)
{
    GString *id = g_string_new(NULL);
    g_string_append_printf(id, "%p ", (const void *)source->variant);
    identify(id, source->inner);
    if (!source->call) identify_keys(id, source->variant->params, source->keys);
    if (!source->call) identify_keys(id, source->kind->params, source->keys);
    return g_string_free(id, FALSE);
}

/* The same and where it stands: faults of equal keys differ in their lines alone. */
static char *place_of(const PartSource *source, const char *id)
{
    GString *place = g_string_new(id);
    g_string_append_printf(place, " %d", keys_line(source->keys, source->call));
    for (unsigned i = 0; !source->call && keys_name(source->keys, i); i++)
        g_string_append_printf(place, " %d", keys_line(source->keys, keys_name(source->keys, i)));
    return g_string_free(place, FALSE);
}

static void *config_make(const PartSource *source, Faults *faults)
{
    const Variant *variant = source->variant;
    Shared *shared = g_malloc0(sizeof *shared + variant->config_size);
    unsigned before = faults_reports(faults);
    shared->holders = 1;
    if (source->call) params_fill_call(variant->params, source->inner, source->keys, source->call, shared->config);
    else params_fill(variant->params, source->keys, shared->config);
    if (faults_reports(faults) == before && variant->check) variant->check(shared->config, source->keys);
    if (faults_reports(faults) == before) return shared->config;
    config_free(variant, shared->config);
    return NULL;
}

/* A new configuration that `parts` holds under `id`; NULL where there is a fault. */
static Part *make(Parts *parts, const PartSource *source, const char *id)
{
    g_autofree char *place = place_of(source, id);
    if (g_hash_table_contains(parts->failed, place)) return NULL;
    void *config = config_make(source, parts->faults);
    if (!config) {
        g_hash_table_add(parts->failed, g_steal_pointer(&place));
        return NULL;
    }
    Part *made = g_new0(Part, 1);
    *made = (Part){ .variant = source->variant, .config = config };
    g_hash_table_insert(parts->made, g_strdup(id), made);
    return made;
}

void part_fill(Part *part, Parts *parts, const PartSource *source)
{
    g_autofree char *id = identity(source);
    Part *made = g_hash_table_lookup(parts->made, id);
    part->variant = source->variant;
    if (!made) made = make(parts, source, id);
    if (!made) return;
    part->config = made->config;
    shared_of(part->config)->holders++;
}
