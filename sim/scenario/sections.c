/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/sections.h"

#include <string.h>

#include "core/suggest.h"

#define LONGEST_TIME 0x1p63         /* ns: what a SimTime holds */

const Param settings_params[] = {
    { "title", PARAM_TEXT, offsetof(Settings, title), "", 0, 0, "what people call it; the file's name by default", NULL },
    { "seed", PARAM_WHOLE, offsetof(Settings, seed), "1", 0, 0, "all randomness follows from it", NULL },
    { "replications", PARAM_COUNT, offsetof(Settings, replications), "10", 1, 1000000000,
      "runs of each variant at each point, each with its own seed", NULL },
    { "first-replication", PARAM_COUNT, offsetof(Settings, first_replication), "0", 0, 1000000000,
      "number of the first; splits an experiment over machines", NULL },
    { "precision", PARAM_SHARE, offsetof(Settings, precision), "off", 1e-6, 0.5,
      "replicate until the delivery ratio's 95 % half-width is below this", NULL },
    { "replications-max", PARAM_COUNT, offsetof(Settings, replications_max), "1000", 1, 1000000000,
      "the most replications that `precision` may ask for", NULL },
    { "duration", PARAM_DURATION, offsetof(Settings, duration), "", 1, LONGEST_TIME,
      "end of the run; without it the run ends `drain` after the last publication", NULL },
    { "drain", PARAM_DURATION, offsetof(Settings, drain), "10 s", 0, LONGEST_TIME,
      "time after the last publication, where no duration is given", NULL },
    { "warmup", PARAM_DURATION, offsetof(Settings, warmup), "0 s", 0, LONGEST_TIME,
      "publications and time before it enter no metric; or auto (MSER-5)", NULL },
    { "deadline", PARAM_DURATION, offsetof(Settings, deadline), "off", 1, LONGEST_TIME,
      "a later delivery does not count", NULL },
    { "strict-rfc", PARAM_BOOL, offsetof(Settings, strict_rfc), "no", 0, 0,
      "of every [zmq]: what a peer had sent goes with it, unread, as the RFCs have it and libzmq has not", NULL },
    PARAM_END
};

bool settings_are_common(const char *key)
{
    static const char *const common[] = {
        "title", "seed", "replications", "first-replication", "precision", "replications-max", NULL
    };
    return g_strv_contains(common, key);
}

const Param record_params[] = {
    { "deliveries", PARAM_CHOICE, offsetof(Record, deliveries), "first", 0, 0,
      "which replications keep every first delivery; no by default above 10,000 nodes", "first|yes|no" },
    { "stretch", PARAM_CHOICE, offsetof(Record, stretch), "auto", 0, 0,
      "overlay latency over direct latency of each delivery; auto: up to 10,000 nodes", "auto|yes|no" },
    { "stress", PARAM_CHOICE, offsetof(Record, stress), "auto", 0, 0,
      "copies of each publication on each physical link, where the network has any; auto: up to 10,000 nodes", "auto|yes|no" },
    { "series", PARAM_BOOL, offsetof(Record, series), "yes", 0, 0, "100 steps in time of each run", NULL },
    { "sequence", PARAM_CHOICE, offsetof(Record, sequence), "auto", 0, 0,
      "packets and events of the communication models in replication 0; auto: up to 2,000 packets", "auto|yes|no" },
    { "trace", PARAM_TEXT, offsetof(Record, trace), "off", 0, 0, "a file for one line an event", NULL },
    PARAM_END
};

const Param protocol_params[] = {
    { "over", PARAM_CHOICE, offsetof(ProtocolSettings, over), "datagram", 0, 0,
      "the communication model that carries its messages", "datagram|stream|zeromq|queue|rpc" },
    { "over-hwm", PARAM_COUNT, offsetof(ProtocolSettings, hwm), "1000", 0, 1e9,
      "zeromq: high-water mark of each side; what finds it reached is dropped; 0: none", NULL },
    { "over-deadline", PARAM_DURATION, offsetof(ProtocolSettings, deadline), "10 s", 1, LONGEST_TIME,
      "rpc: until then a message is sent again and again", NULL },
    { "over-retry", PARAM_DURATION, offsetof(ProtocolSettings, retry), "1 s", 1, LONGEST_TIME, "rpc: so often", NULL },
    { "over-persistent", PARAM_BOOL, offsetof(ProtocolSettings, persistent), "yes", 0, 0,
      "queue: messages survive crashes of sender and receiver", NULL },
    PARAM_END
};

const Param group_params[] = {
    { "members", PARAM_MEMBERS, offsetof(Group, members), NULL, 0, 0, "who a publication to the group is for", NULL },
    { "overlay", PARAM_CHOICE, offsetof(Group, overlay), "all", 0, 0,
      "who forwards: all nodes, or an overlay made of the members only", "all|members" },
    PARAM_END
};

const Param plot_params[] = {
    { "y", PARAM_TEXT, offsetof(PlotRequest, y), "", 0, 0, "the metric that is drawn", NULL },
    { "x", PARAM_TEXT, offsetof(PlotRequest, x), "", 0, 0, "a key of [sweep] or two, time, a metric, variant, difference,"
                                                              " overlay, sequence, or as in cdf(latency)", NULL },
    { "of", PARAM_TEXT, offsetof(PlotRequest, of), "", 0, 0, "x = sequence: the variant; the first by default", NULL },
    { "from", PARAM_DURATION, offsetof(PlotRequest, from), "", 0, 0, "x = sequence: the first instant that is drawn", NULL },
    { "until", PARAM_DURATION, offsetof(PlotRequest, until), "", 0, 0, "x = sequence: the last instant that is drawn", NULL },
    { "format", PARAM_TEXT, offsetof(PlotRequest, format), "", 0, 0, "svg, pdf, png or tex", NULL },
    PARAM_END
};

const Param expect_params[] = {
    { "metric", PARAM_TEXT, offsetof(ExpectKeys, metric), NULL, 0, 0, "the metric that is judged", NULL },
    { "of", PARAM_TEXT, offsetof(ExpectKeys, of), "", 0, 0, "the variant; every one by default", NULL },
    { "where", PARAM_TEXT, offsetof(ExpectKeys, where), "", 0, 0, "points, as key=value, …; every one by default", NULL },
    { "use", PARAM_CHOICE, offsetof(ExpectKeys, use), "mean", 0, 0,
      "mean over replications, or numerators over denominators of all", "mean|pooled" },
    { "op", PARAM_CHOICE, offsetof(ExpectKeys, op), NULL, 0, 0, "how it is compared", "eq|ne|lt|le|gt|ge|within" },
    { "value", PARAM_TEXT, offsetof(ExpectKeys, value), NULL, 0, 0, "a number; LOW .. HIGH for within", NULL },
    PARAM_END
};

static const Param overlay_kind = { "kind", PARAM_TEXT, 0, NULL, 0, 0, "which overlay; see `list overlays`", NULL };
static const Param protocol_kind = { "kind", PARAM_TEXT, 0, NULL, 0, 0, "which protocol; see `list protocols`", NULL };
static const Param workload_kind = { "kind", PARAM_TEXT, 0, NULL, 0, 0, "which workload; see `list workloads`", NULL };
static const Param failure_kind = { "kind", PARAM_TEXT, 0, NULL, 0, 0, "which failure; see `list failures`", NULL };

static const SectionKind own_kinds[] = {
    { "scenario", "title, seed, replications, and when a run ends", false, true, settings_params, NULL, NULL },
    { "network", "how long a message takes, and whether it arrives", false, true, network_params, NULL, NULL },
    { "link", "[link A-B]: one link, or pair of nodes, that differs from the others", true, true, link_params, NULL, NULL },
    { "overlay", "who is whose neighbor", false, true, overlay_params, &overlay_kind, NULL },
    { "protocol", "how a publication reaches every member", false, true, protocol_params, &protocol_kind, NULL },
    { "group", "the nodes that a publication is for", true, true, group_params, NULL, NULL },
    { "workload", "what is published, where and when", true, true, NULL, &workload_kind, NULL },
    { "failure", "what goes wrong, where and when", true, true, NULL, &failure_kind, NULL },
    { "record", "what a run writes down beside its metrics", false, true, record_params, NULL, NULL },
    { "variant", "section.key = value laid over the rest: a named alternative", true, false, NULL, NULL, NULL },
    { "sweep", "section.key = a, b, c, or LOW .. HIGH step S, or factor F: every combination is run; zip = yes, or "
      "zip = KEY, KEY: these keys go in step", false, false, NULL, NULL, NULL },
    { "plot", "a drawing of the results", true, false, plot_params, NULL, NULL },
    { "expect", "what the results must show", true, false, expect_params, NULL, NULL },
};

/* The kinds of section of all communication models. */
static size_t models_add(SectionKind *kinds)
{
    size_t n = 0;
    for (size_t m = 0; models[m]; m++)
        for (const Variant *const *s = models[m]->sections; *s; s++)
            kinds[n++] = (SectionKind){ (*s)->name, (*s)->summary, true, true, (*s)->params, NULL, models[m] };
    return n;
}

const SectionKind *section_kinds(void)
{
    static SectionKind kinds[SECTION_KINDS];
    if (kinds[0].name) return kinds;
    size_t n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(own_kinds); i++) {
        kinds[n++] = own_kinds[i];
        if (own_kinds[i].kind == &workload_kind) n += models_add(kinds + n);
    }
    g_assert(n < SECTION_KINDS);
    return kinds;
}

const SectionKind *section_kind(const char *name)
{
    for (const SectionKind *kind = section_kinds(); kind->name; kind++)
        if (strcmp(kind->name, name) == 0) return kind;
    return NULL;
}

Vocabulary vocabulary_of(const SectionKind *kind, const char *variant, const char *mesh)
{
    const Room *room = kind->kind ? room_of(kind->name) : NULL;
    const Param *row = params_find(kind->params, "mesh");
    if (row && !mesh) mesh = row->fallback;
    return (Vocabulary){
        .kind = kind,
        .variant = room && variant ? room_find(room, variant, NULL) : NULL,
        .mesh = room && mesh ? room_find(room, mesh, NULL) : NULL,
    };
}

/* Calls take(row, data) for each row of a table until it returns one. */
typedef const Param *(*Take)(const Param *row, gpointer data);

static const Param *table_each(const Param *params, Take take, gpointer data)
{
    for (const Param *p = params; p && p->type; p++) {
        const Param *taken = take(p, data);
        if (taken) return taken;
    }
    return NULL;
}

static const Param *room_each(const Room *room, Take take, gpointer data)
{
    for (guint i = 0; room->variants[i]; i++) {
        const Param *taken = table_each(room->variants[i]->params, take, data);
        if (taken) return taken;
    }
    return NULL;
}

/* Some common keys of an overlay make sense for some of its kinds only. */
static bool fits_kind(const Vocabulary *words, const Param *row)
{
    if (!words->variant || strcmp(words->kind->name, "overlay") != 0) return true;
    const Overlay *overlay = (const Overlay *)words->variant;
    if (strcmp(row->name, "mesh") == 0) return overlay->from_mesh;
    if (strcmp(row->name, "nodes") == 0) return !overlay->from_file;
    return true;
}

static const Param *each(const Vocabulary *words, Take take, gpointer data)
{
    const SectionKind *kind = words->kind;
    const Param *taken = kind->kind ? take(kind->kind, data) : NULL;
    for (const Param *p = kind->params; !taken && p && p->type; p++)
        if (fits_kind(words, p)) taken = take(p, data);
    const Room *room = kind->kind ? room_of(kind->name) : NULL;
    if (taken || !room) return taken;
    if (!words->variant) return room_each(room, take, data);
    taken = table_each(words->variant->params, take, data);
    bool on_mesh = strcmp(kind->name, "overlay") == 0 && ((const Overlay *)words->variant)->from_mesh;
    if (taken || !on_mesh) return taken;
    return words->mesh ? table_each(words->mesh->params, take, data) : room_each(room, take, data);
}

static const Param *take_named(const Param *row, gpointer name)
{
    return strcmp(row->name, name) == 0 ? row : NULL;
}

const Param *vocabulary_find(const Vocabulary *words, const char *key)
{
    return each(words, take_named, (gpointer)key);
}

static const Param *take_name(const Param *row, gpointer names)
{
    if (!g_ptr_array_find_with_equal_func(names, row->name, g_str_equal, NULL))
        g_ptr_array_add(names, (gpointer)row->name);
    return NULL;
}

char *vocabulary_hyphens(const Vocabulary *words, const char *key)
{
    g_autofree char *right = g_strdelimit(g_strdup(key), "_", '-');
    return strchr(key, '_') && vocabulary_find(words, right) ? g_steal_pointer(&right) : NULL;
}

char *vocabulary_fault(const Vocabulary *words, const char *key)
{
    g_autofree char *right = vocabulary_hyphens(words, key);
    if (right) return g_strdup_printf("keys have hyphens, not underscores; did you mean '%s'?", right);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    each(words, take_name, names);
    g_ptr_array_add(names, NULL);
    g_autofree char *spelled = g_strdelimit(g_strdup(key), "_", '-');
    g_autofree char *hint = suggest(spelled, (const char *const *)names->pdata);
    if (words->variant) return g_strdup_printf("'%s' has no such key%s", words->variant->name, hint);
    return g_strdup_printf("no such key%s", hint);
}
