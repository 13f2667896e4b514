/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sections of the communication models: what they make in a run, and the numbers they
 * and the books report. */
#include <string.h>

#include "world/state.h"

typedef struct { char *kind, *target; void (*call)(void *subject, const char *value); void *subject; } Control;
typedef struct { char *name; Outlet outlet; } NamedOutlet;
typedef struct { char *name; Inlet inlet; } NamedInlet;
typedef struct { char *name; double numerator, denominator; bool ratio; } Sum;      /* over all sections */

struct Models {
    void **built;               /* of each section, in the order of scenario->models */
    uint32_t count;             /* built so far */
    uint32_t serial;
    GArray *controls, *outlets, *inlets;
    GArray *sums;               /* of Sum, in the order first reported */
    GHashTable *shared;         /* name -> GHashTable; looked up alone */
};

struct ModelScope {
    World *world;
    const ModelSection *section;
    Random random;
};

static void control_clear(gpointer data) { g_free(((Control *)data)->kind), g_free(((Control *)data)->target); }
static void named_clear(gpointer data) { g_free(*(char **)data); }

static GArray *list_of(guint size, GDestroyNotify clear)
{
    GArray *list = g_array_new(FALSE, FALSE, size);
    g_array_set_clear_func(list, clear);
    return list;
}

static const ModelPart *part_at(const World *world, uint32_t i) { return world->scenario->models->pdata[i]; }

static ModelSection section_of(const ModelPart *part)
{
    return (ModelSection){ part->part.variant->name, part->part.name, part->part.config };
}

static ModelScope scope_of(World *world, const ModelSection *section)
{
    g_autofree char *name = g_strconcat(section->section, "/", section->name, NULL);
    return (ModelScope){ world, section, plan_stream(world, "model", name) };
}

void models_build(World *world)
{
    const GPtrArray *parts = world->scenario->models;
    if (!parts->len && !world->scenario->protocol_settings.over) return;
    fabric_open(world);
    sequence_open(world);                           /* before anything can be sent */
    relay_prepare(world);
    over_prepare(world);
    world->plain &= !world->carrier;
    struct Models *made = world->models = g_new0(struct Models, 1);
    made->built = g_new0(void *, parts->len);
    made->controls = list_of(sizeof(Control), control_clear);
    made->outlets = list_of(sizeof(NamedOutlet), named_clear);
    made->inlets = list_of(sizeof(NamedInlet), named_clear);
    made->sums = list_of(sizeof(Sum), named_clear);
    made->shared = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
    for (uint32_t i = 0; i < parts->len; i++) {
        ModelSection section = section_of(part_at(world, i));
        ModelScope scope = scope_of(world, &section);
        made->built[i] = part_at(world, i)->model->build(&section, &scope);
        made->count = i + 1;
    }
}

/* ---- what build() and report() may call ---- */

Ipc *model_ipc(ModelScope *scope) { return scope->world->ipc; }
uint32_t model_nodes(const ModelScope *scope) { return scope->world->nodes; }
bool model_strict(const ModelScope *scope) { return scope->world->scenario->settings.strict_rfc; }
SimTime model_end(const ModelScope *scope) { return scope->world->end; }
Random *model_random(ModelScope *scope) { return &scope->random; }

uint32_t model_serial(ModelScope *scope) { return scope->world->models->serial++; }

GHashTable *model_shared(ModelScope *scope, const char *name)
{
    GHashTable *all = scope->world->models->shared, *one = g_hash_table_lookup(all, name);
    if (one) return one;
    one = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    g_hash_table_insert(all, g_strdup(name), one);
    return one;
}

void *model_built(const ModelScope *scope, const char *section, const char *name)
{
    const World *world = scope->world;
    for (uint32_t i = 0; i < world->models->count; i++) {
        const Part *part = &part_at(world, i)->part;
        if (strcmp(part->variant->name, section) == 0 && strcmp(part->name, name) == 0) return world->models->built[i];
    }
    return NULL;
}

NodeId *models_hosts(World *world, const char *target, uint32_t *count)
{
    g_autofree char *base = g_strndup(target, strcspn(target, "["));
    uint32_t low = 0, high = UINT32_MAX, places;
    NodeId *out = g_new0(NodeId, 1);
    *count = 1;
    if (failure_host_read(target, out)) return out;
    g_free(out);
    *count = 0;
    if (strchr(target, '[')) g_free(process_range_read(target, &low, &high));       /* the check has seen to it */
    for (guint i = 0; i < world->scenario->models->len; i++) {
        ModelSection section = section_of(part_at(world, i));
        if (strcmp(section.section, "process") != 0 || strcmp(section.name, base) != 0) continue;
        ModelScope scope = scope_of(world, &section);
        g_autofree NodeId *nodes = process_section_nodes(section.config, world->nodes, &scope.random, &places);
        uint32_t made = places ? process_section_count(section.config) : 0;
        out = g_new(NodeId, made + 1);
        for (uint32_t p = low; p < made && p <= high; p++) out[(*count)++] = nodes[p % places];
        return out;
    }
    return NULL;
}

void model_outlet(ModelScope *scope, const char *name, const Outlet *outlet)
{
    NamedOutlet named = { g_strdup(name), *outlet };
    g_array_append_val(scope->world->models->outlets, named);
}

void model_inlet(ModelScope *scope, const char *name, const Inlet *inlet)
{
    NamedInlet named = { g_strdup(name), *inlet };
    g_array_append_val(scope->world->models->inlets, named);
}

const Outlet *model_outlet_of(const ModelScope *scope, const char *name)
{
    const GArray *outlets = scope->world->models->outlets;
    for (guint i = 0; i < outlets->len; i++)
        if (strcmp(g_array_index(outlets, NamedOutlet, i).name, name) == 0) return &g_array_index(outlets, NamedOutlet, i).outlet;
    return NULL;
}

const Inlet *model_inlet_of(const ModelScope *scope, const char *name)
{
    const GArray *inlets = scope->world->models->inlets;
    for (guint i = 0; i < inlets->len; i++)
        if (strcmp(g_array_index(inlets, NamedInlet, i).name, name) == 0) return &g_array_index(inlets, NamedInlet, i).inlet;
    return NULL;
}

void model_control(ModelScope *scope, const char *kind, const char *target, void (*call)(void *subject, const char *value),
                   void *subject)
{
    Control control = { g_strdup(kind), g_strdup(target), call, subject };
    g_array_append_val(scope->world->models->controls, control);
}

/* NAME[0], NAME[1], … too, where the target is NAME. */
static bool is_target(const Control *control, const char *target)
{
    size_t length = strlen(target);
    return strncmp(control->target, target, length) == 0 && (!control->target[length] || control->target[length] == '[');
}

void models_control(World *world, const Change *change)
{
    const char *target = world->controls->pdata[change->index], *value = world->controls->pdata[change->index + 1];
    for (guint i = 0; world->models && i < world->models->controls->len; i++) {
        Control *control = &g_array_index(world->models->controls, Control, i);
        if (strcmp(control->kind, change->kind) == 0 && is_target(control, target)) control->call(control->subject, value);
    }
    if (world->ipc) ipc_settle(world->ipc);
}

/* ---- numbers ---- */

static void note_add(World *world, char *name, double value, double denominator)
{
    Note note = { name, value, denominator };
    g_array_append_val(world->notes, note);
}

static void sum_add(World *world, const char *name, double numerator, double denominator, bool ratio)
{
    GArray *sums = world->models->sums;
    guint i = 0;
    while (i < sums->len && strcmp(g_array_index(sums, Sum, i).name, name) != 0) i++;
    if (i == sums->len) {
        Sum fresh = { g_strdup(name), 0, 0, ratio };
        g_array_append_val(sums, fresh);
    }
    g_array_index(sums, Sum, i).numerator += numerator;
    g_array_index(sums, Sum, i).denominator += denominator;
}

void model_own(ModelScope *scope, const char *metric, double value)
{
    note_add(scope->world, g_strdup_printf("%s[%s]", metric, scope->section->name), value, 0);
}

void model_value(ModelScope *scope, const char *metric, double value)
{
    model_own(scope, metric, value);
    sum_add(scope->world, metric, value, 0, false);
}

void model_ratio(ModelScope *scope, const char *metric, double numerator, double denominator)
{
    if (denominator == 0) return;
    note_add(scope->world, g_strdup_printf("%s[%s]", metric, scope->section->name), numerator, denominator);
    sum_add(scope->world, metric, numerator, denominator, true);
}

/* One column of the books, for the object and for all of the model. */
static void book(World *world, const Account *account, const char *what, uint64_t count)
{
    g_autofree char *name = g_strdelimit(g_strdup_printf("%s_%s", account->model, what), "-", '_');
    note_add(world, g_strdup_printf("%s[%s]", name, account->object), (double)count, 0);
    sum_add(world, name, (double)count, 0, false);
}

static void books_report(World *world)
{
    for (unsigned i = 0; i < ipc_account_count(world->ipc); i++) {
        const Account *account = ipc_account_at(world->ipc, i);
        if (account_balance(account) != 0)
            g_error("the books of %s %s are off by %" G_GINT64_FORMAT, account->model, account->object, account_balance(account));
        book(world, account, "published", account->published);
        book(world, account, "delivered", account->delivered);
        book(world, account, "queued", account->queued);
        book(world, account, "in_flight", account->in_flight);
        book(world, account, "dropped", account_dropped(account));
        if (account->returned) book(world, account, "returned", account->returned);
        if (account->expired) book(world, account, "expired", account->expired);
        if (account->dead_lettered) book(world, account, "dead_lettered", account->dead_lettered);
        for (int reason = 0; reason < IPC_DROP_REASONS; reason++) {
            if (!account->dropped[reason]) continue;
            g_autofree char *what = g_strconcat("dropped_", ipc_drop_names[reason], NULL);
            book(world, account, what, account->dropped[reason]);
        }
    }
}

void models_report(World *world)
{
    if (!world->models) return;
    for (uint32_t i = 0; i < world->models->count; i++) {
        const ModelPart *part = part_at(world, i);
        ModelSection section = section_of(part);
        ModelScope scope = scope_of(world, &section);
        if (part->model->report) part->model->report(&section, world->models->built[i], &scope);
    }
    ipc_finish(world->ipc);
    books_report(world);
    for (guint i = 0; i < world->models->sums->len; i++) {
        const Sum *sum = &g_array_index(world->models->sums, Sum, i);
        note_add(world, g_strdup(sum->name), sum->numerator, sum->ratio ? sum->denominator : 0);
    }
}

void models_free(World *world)
{
    struct Models *made = world->models;
    if (!made) return;
    ipc_free(world->ipc);                           /* ends what stands on what was built */
    for (uint32_t i = 0; i < made->count; i++)
        if (part_at(world, i)->model->clear) part_at(world, i)->model->clear(made->built[i]);
    g_free(made->built);
    g_array_unref(made->controls);
    g_array_unref(made->outlets);
    g_array_unref(made->inlets);
    g_array_unref(made->sums);
    g_hash_table_unref(made->shared);
    g_free(made);
    world->models = NULL;
    world->ipc = NULL;
}
