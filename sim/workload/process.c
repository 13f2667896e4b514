/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [process NAME]: named processes on nodes, which the sections of all models refer to. */
#include "workload/model.h"

#include <string.h>

typedef struct {
    Nodes node;
    uint32_t count;
    SimTime start, restart;         /* restart: of `again`; -1: never */
    char *again;
} Config;

typedef struct { Program **programs; uint32_t count; } Built;

static const Param params[] = {
    { "node", PARAM_NODES, offsetof(Config, node), "0", 0, 0, "where it runs; several: in turn, one for each of `count`", NULL },
    { "count", PARAM_COUNT, offsetof(Config, count), "1", 1, 100000, "how many; more than one are called NAME[0], NAME[1], …", NULL },
    { "start", PARAM_DURATION, offsetof(Config, start), "0 s", 0, 0, "when", NULL },
    { "restart", PARAM_TEXT, offsetof(Config, again), "", 0, 0,
      "after(2 s): it starts again that long after a crash, and after its host came back; never; absent: with a host that "
      "host-crash or host-restart brings back", NULL },
    PARAM_END
};

uint32_t process_section_count(const void *config) { return config ? ((const Config *)config)->count : 0; }

NodeId *process_section_nodes(const void *config, uint32_t nodes, Random *random, uint32_t *places)
{
    return nodes_resolve(&((const Config *)config)->node, nodes, NULL, 0, random, places);
}

static void check(const ModelSection *section, ModelCheck *check)
{
    const Config *config = section->config;
    NodeId largest = nodes_largest(&config->node);
    uint32_t nodes = model_check_nodes(check);
    if (nodes && largest != NODE_NONE && largest >= nodes)
        model_fault(check, "node", "there is no node %u; the nodes are 0 .. %u", largest, nodes - 1);
    if (config->node.kind == NODES_MEMBERS || config->node.kind == NODES_EACH)
        model_fault(check, "node", "a node number, a range, all or random(COUNT) is expected");
}

static void crash(void *subject, const char *value) { (void)value, program_crash(subject); }
static void restart(void *subject, const char *value) { (void)value, program_restart(subject); }

static void *build(const ModelSection *section, ModelScope *scope)
{
    const Config *config = section->config;
    uint32_t places;
    g_autofree NodeId *nodes = process_section_nodes(config, model_nodes(scope), model_random(scope), &places);
    Built *built = g_new0(Built, 1);
    built->programs = g_new0(Program *, config->count);
    built->count = places ? config->count : 0;
    for (uint32_t i = 0; i < built->count; i++) {
        g_autofree char *name = config->count == 1 ? g_strdup(section->name) : g_strdup_printf("%s[%u]", section->name, i);
        Program *program = built->programs[i] = program_new(model_ipc(scope), nodes[i % places], name, config->start);
        if (config->restart >= 0) program_restarts(program, config->restart);
        model_control(scope, "process-crash", name, crash, program);
        model_control(scope, "process-restart", name, restart, program);
        g_autofree char *host = g_strdup_printf("n%u", nodes[i % places]);
        if (!config->again) model_control(scope, "host-restart", host, restart, program);
    }
    return built;
}

static void clear(void *data)
{
    Built *built = data;
    g_free(built->programs);
    g_free(built);
}

char *process_range_read(const char *name, uint32_t *low, uint32_t *high)
{
    static const char what[] = "'%s' is no process; NAME, NAME[2] or NAME[0..3] is expected";
    const char *at = strchr(name, '[');
    char *end;
    if (!at || !g_ascii_isdigit(at[1])) return g_strdup_printf(what, name);
    guint64 first = g_ascii_strtoull(at + 1, &end, 10), last = first;
    if (g_str_has_prefix(end, "..") && g_ascii_isdigit(end[2])) last = g_ascii_strtoull(end + 2, &end, 10);
    if (strcmp(end, "]") != 0 || last > 1000000) return g_strdup_printf(what, name);
    if (last < first) return g_strdup_printf("'%s' runs backwards; the lower number first", name);
    *low = (uint32_t)first;
    *high = (uint32_t)last;
    return NULL;
}

static void add(const ModelScope *scope, const char *name, GPtrArray *programs)
{
    g_autofree char *base = g_strdup(name), *fault = NULL;
    uint32_t low = 0, high = UINT32_MAX;
    char *bracket = strchr(base, '[');
    if (bracket) *bracket = '\0', fault = process_range_read(name, &low, &high);
    const Built *built = model_built(scope, "process", base);
    g_assert(built && !fault);                          /* the check has seen to it */
    for (uint32_t i = low; i < built->count && i <= high; i++) g_ptr_array_add(programs, built->programs[i]);
}

Program **model_programs(const ModelScope *scope, const char *names, uint32_t *count)
{
    g_auto(GStrv) list = g_strsplit(names, ",", -1);
    GPtrArray *programs = g_ptr_array_new();
    for (char **name = list; *name; name++) {
        g_strstrip(*name);
        if (**name) add(scope, *name, programs);
    }
    *count = programs->len;
    return (Program **)g_ptr_array_free(programs, FALSE);
}

static void read_restart(void *data, const Keys *keys)
{
    Config *config = data;
    size_t length = config->again ? strlen(config->again) : 0;
    bool call = length && g_str_has_prefix(config->again, "after(") && config->again[length - 1] == ')';
    g_autofree char *time = call ? g_strndup(config->again + 6, length - 7) : g_strdup(config->again);
    config->restart = -1;
    if (!time || strcmp(time, "never") == 0 || strcmp(time, "off") == 0) return;
    g_autoptr(GError) error = NULL;
    if (!parse_duration(g_strstrip(time), &config->restart, &error))
        keys_fault(keys, "restart", "%s; never, or after(2 s), is expected", error->message);
}

static const Variant process = {
    .name = "process",
    .summary = "a named process, or several of a kind, on nodes of their own",
    .params = params, .config_size = sizeof(Config), .check = read_restart,
};

static const Variant *const sections[] = { &process, NULL };
static const MetricName metrics[] = { { NULL, NULL, NULL } };

const Model model_process = {
    .variant = { .name = "process", .summary = "programs on nodes, which the other sections refer to", .source = "fail-stop processes" },
    .sections = sections, .metrics = metrics, .check = check, .build = build, .clear = clear,
};
