/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/layers.h"

#include <string.h>

#include "core/error.h"
#include "core/units.h"
#include "scenario/sweep.h"

static GArray *read_variant(const Section *section, Faults *faults)
{
    GArray *assigns = assigns_new();
    for (guint i = 0; i < section->entries->len; i++)
        assign_read(assigns, LAYER_VARIANT, &g_array_index(section->entries, Entry, i), section->title, faults);
    return assigns;
}

static void read_variants(Layers *layers, const Text *text, Faults *faults)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < text->sections->len; i++) {
        const Section *section = text->sections->pdata[i];
        if (strcmp(section->kind, "variant") != 0 || !section->name) continue;
        g_ptr_array_add(names, g_strdup(section->name));
        g_ptr_array_add(layers->assigns, read_variant(section, faults));
    }
    if (!names->len) {
        g_ptr_array_add(names, g_strdup("default"));
        g_ptr_array_add(layers->assigns, assigns_new());
    }
    g_ptr_array_add(names, NULL);
    layers->variants = (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

/* True for `0 .. 50` where no set of nodes is meant. */
static bool lacks_step(const Assign *assign, char *const *values)
{
    Vocabulary any = { .kind = assign->kind };
    const Param *param = vocabulary_find(&any, assign->key);
    bool nodes = param->type == PARAM_NODES || param->type == PARAM_MEMBERS || param->type == PARAM_TEXT ||
                 param->type == PARAM_FILE;
    return !nodes && !values[1] && strstr(values[0], "..");
}

/* The values of one key of [sweep]; NULL where they are wrong. */
static char **read_values(const Assign *assign, const Entry *entry, bool zipped, Faults *faults)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) values = (zipped ? sweep_values_in_step : sweep_values)(assign->value, &error);
    if (values && lacks_step(assign, values))
        g_set_error(&error, SIM_ERROR, SIM_ERROR_SYNTAX, "'%s' lacks its step; LOW .. HIGH step S, or factor F, is expected",
                    values[0]);
    if (!error) return g_steal_pointer(&values);
    faults_add(faults, entry->line, "sweep", entry->key, "%s", error->message);
    return NULL;
}

static void read_axis(Layers *layers, const Entry *entry, bool zipped, Faults *faults)
{
    GArray *swept = layers->swept;
    if (!assign_read(swept, LAYER_SWEEP, entry, "sweep", faults)) return;
    char **values = read_values(&g_array_index(swept, Assign, swept->len - 1), entry, zipped, faults);
    if (!values) {
        g_array_set_size(swept, swept->len - 1);
        return;
    }
    layers->axes[swept->len - 1] = (Axis){ g_strdup(entry->key), values, zipped };
}

/* True where `zip` says that this key goes in step with others: yes means all of them. */
static bool is_zipped(const Entry *zip, const char *key)
{
    g_auto(GStrv) keys = zip ? parse_list(zip->value) : NULL;
    return zip && (strcmp(zip->value, "yes") == 0 || g_strv_contains((const char *const *)keys, key));
}

/* Keys in step have as many values each, and `zip` names keys that are swept. */
static void check_zip(const Layers *layers, const Section *section, const Entry *zip, Faults *faults)
{
    const Axis *first = NULL;
    for (guint i = 0; i < layers->swept->len; i++) {
        const Axis *axis = &layers->axes[i];
        if (!axis->zipped) continue;
        if (!first) first = axis;
        guint count = g_strv_length(axis->values), expected = g_strv_length(first->values);
        if (count != expected)
            faults_add(faults, g_array_index(layers->swept, Assign, i).line, "sweep", axis->key, "has %u values and '%s' has "
                       "%u; keys in step (zip) have as many each", count, first->key, expected);
    }
    g_auto(GStrv) keys = zip ? parse_list(zip->value) : NULL;
    if (!zip || strcmp(zip->value, "yes") == 0 || strcmp(zip->value, "no") == 0) return;
    for (guint i = 0; keys[i]; i++) {
        bool known = false;
        for (guint k = 0; k < section->entries->len; k++) {
            const Entry *entry = &g_array_index(section->entries, Entry, k);
            known |= entry != zip && strcmp(entry->key, keys[i]) == 0;
        }
        if (!known)
            faults_add(faults, zip->line, "sweep", "zip", "'%s' is no key of this section; yes, or keys that are swept, are "
                       "expected", keys[i]);
    }
}

static const Entry *find_zip(const Section *section)
{
    for (guint k = 0; k < section->entries->len; k++) {
        const Entry *entry = &g_array_index(section->entries, Entry, k);
        if (strcmp(entry->key, "zip") == 0) return entry;
    }
    return NULL;
}

static void read_sweep(Layers *layers, const Text *text, Faults *faults)
{
    for (guint i = 0; i < text->sections->len; i++) {
        const Section *section = text->sections->pdata[i];
        if (strcmp(section->kind, "sweep") != 0 || section->name) continue;
        if (section->entries->len == (find_zip(section) != NULL))
            faults_add(faults, section->line, section->title, NULL,
                       "nothing is swept; section.key = a, b, c is expected");
        layers->axes = g_new0(Axis, section->entries->len + 1);
        const Entry *zip = find_zip(section);
        for (guint k = 0; k < section->entries->len; k++) {
            const Entry *entry = &g_array_index(section->entries, Entry, k);
            if (entry != zip) read_axis(layers, entry, is_zipped(zip, entry->key), faults);
        }
        check_zip(layers, section, zip, faults);
    }
}

/* A key that is swept has no one value that --set could replace. */
static void refuse_swept(Layers *layers, const char *path, Faults *faults)
{
    GArray *sets = layers->sets;
    const Assign *set = &g_array_index(sets, Assign, sets->len - 1);
    for (guint i = 0; i < layers->swept->len; i++)
        if (assign_same(set, &g_array_index(layers->swept, Assign, i))) {
            faults_add(faults, 0, NULL, path, "is swept by the file (line %d); a swept key cannot be set",
                       g_array_index(layers->swept, Assign, i).line);
            g_array_set_size(sets, sets->len - 1);
            return;
        }
}

static void read_set(Layers *layers, const char *text, Faults *faults)
{
    const char *equals = strchr(text, '=');
    if (!equals) {
        faults_add(faults, 0, NULL, text, "lacks a '='; --set section.key=value is expected");
        return;
    }
    g_autofree char *path = g_strstrip(g_strndup(text, (size_t)(equals - text)));
    g_autofree char *value = g_strstrip(g_strdup(equals + 1));
    if (!*value) faults_add(faults, 0, NULL, path, "the value is empty");
    Entry entry = { path, value, 0 };
    if (assign_read(layers->sets, LAYER_SET, &entry, NULL, faults)) refuse_swept(layers, path, faults);
}

Layers *layers_read(const Text *text, const char *const *overrides, Faults *faults)
{
    Layers *layers = g_new0(Layers, 1);
    layers->assigns = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    layers->swept = assigns_new();
    layers->sets = assigns_new();
    read_variants(layers, text, faults);
    read_sweep(layers, text, faults);
    for (guint i = 0; overrides && overrides[i]; i++) {
        if (g_utf8_validate(overrides[i], -1, NULL)) read_set(layers, overrides[i], faults);
        else faults_add(faults, 0, NULL, NULL, "the text is not UTF-8");
    }
    return layers;
}

void axes_free(Axis *axes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        g_free(axes[i].key);
        g_strfreev(axes[i].values);
    }
    g_free(axes);
}

void layers_free(Layers *layers)
{
    if (layers->axes) axes_free(layers->axes, layers->swept->len);
    g_strfreev(layers->variants);
    g_ptr_array_unref(layers->assigns);
    g_array_unref(layers->swept);
    g_array_unref(layers->sets);
    g_free(layers);
}

Setting *layers_merge(const Layers *layers, const Text *text, uint32_t variant, char *const *values, Faults *faults)
{
    g_autoptr(GArray) point = g_array_new(FALSE, FALSE, sizeof(Assign));      /* borrows every text */
    for (guint i = 0; i < layers->swept->len; i++) {
        Assign assign = g_array_index(layers->swept, Assign, i);
        assign.value = values[i];
        g_array_append_val(point, assign);
    }
    GArray *over[LAYERS] = {
        [LAYER_VARIANT] = layers->assigns->pdata[variant], [LAYER_SWEEP] = point, [LAYER_SET] = layers->sets,
    };
    return setting_merge(text, over, faults);
}
