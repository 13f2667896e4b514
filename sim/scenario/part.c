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
    parts->faults = faults;
    return parts;
}

void parts_free(Parts *parts)
{
    if (!parts) return;
    g_hash_table_unref(parts->made);
    g_free(parts);
}

/* Behind its length, so that no two lists of texts read alike. */
static void identify(GString *id, const char *text)
{
    if (text) g_string_append_printf(id, "%zu:%s", strlen(text), text);
    else g_string_append_c(id, '-');
}

/* What a configuration follows from: its own keys, and those of the section that
 * its check may look at. */
static char *identity(const PartSource *source)
{
    GString *id = g_string_new(NULL);
    g_string_append_printf(id, "%p ", (const void *)source->variant);
    identify(id, source->inner);
    if (source->call) return g_string_free(id, FALSE);
    for (const Param *p = source->variant->params; p && p->type; p++) identify(id, keys_value(source->keys, p->name));
    for (const Param *p = source->kind->params; p && p->type; p++) identify(id, keys_value(source->keys, p->name));
    return g_string_free(id, FALSE);
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

void part_fill(Part *part, Parts *parts, const PartSource *source)
{
    g_autofree char *id = identity(source);
    Part *made = g_hash_table_lookup(parts->made, id);
    part->variant = source->variant;
    if (!made) {
        void *config = config_make(source, parts->faults);
        if (!config) return;
        made = g_new0(Part, 1);
        *made = (Part){ .variant = source->variant, .config = config };
        g_hash_table_insert(parts->made, g_steal_pointer(&id), made);
    }
    part->config = made->config;
    shared_of(part->config)->holders++;
}
