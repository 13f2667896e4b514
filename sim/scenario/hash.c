/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/hash.h"

#include <string.h>

/* Each text behind its length, so that no two lists of texts hash alike. */
static void add(GChecksum *sum, const char *text)
{
    g_autofree char *length = g_strdup_printf("%zu:", strlen(text));
    g_checksum_update(sum, (const guchar *)length, -1);
    g_checksum_update(sum, (const guchar *)text, -1);
}

static gint by_key(gconstpointer a, gconstpointer b)
{
    return strcmp((*(const Given *const *)a)->key, (*(const Given *const *)b)->key);
}

/* How many replications are run and which comes first extends the results; it
 * changes no run. */
static bool is_left_out(const Block *block, const char *key)
{
    static const char *const left_out[] = {
        "title", "replications", "first-replication", "precision", "replications-max", NULL
    };
    return strcmp(block->kind->name, "scenario") == 0 && g_strv_contains(left_out, key);
}

static void add_block(GChecksum *sum, const Block *block)
{
    g_autoptr(GPtrArray) givens = g_ptr_array_new();
    for (guint i = 0; i < block->givens->len; i++) {
        Given *given = &g_array_index(block->givens, Given, i);
        if (!is_left_out(block, given->key)) g_ptr_array_add(givens, given);
    }
    if (!givens->len && !block->kind->model) return;        /* what a model describes is there without a key, too */
    g_ptr_array_sort(givens, by_key);
    add(sum, block->title);
    for (guint i = 0; i < givens->len; i++) {
        const Given *given = givens->pdata[i];
        add(sum, given->key);
        add(sum, given->value);
    }
}

/* Sections of one kind count in the order of the file. */
static void add_setting(GChecksum *sum, const Setting *setting)
{
    for (const SectionKind *kind = section_kinds(); kind->name; kind++)
        for (guint i = 0; i < setting->blocks->len; i++) {
            const Block *block = setting->blocks->pdata[i];
            if (block->kind == kind) add_block(sum, block);
        }
    add(sum, "");
}

char *settings_hash(const Plan *plan, Setting *const *settings)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (uint32_t v = 0; v < plan->variant_count; v++) {
        add(sum, plan->variants[v]);
        for (uint32_t p = 0; p < plan->point_count; p++) {
            add(sum, plan->points[p].json);
            add_setting(sum, settings[v * plan->point_count + p]);
        }
    }
    return g_strdup(g_checksum_get_string(sum));
}
