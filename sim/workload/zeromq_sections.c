/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workload/zeromq_sections.h"

#include <string.h>

#include "ipc/zeromq.h"

static const Param params[] = {
    { "processes", PARAM_TEXT, offsetof(ZmqConfig, processes), "", 0, 0, "whose socket it is, one each: NAME, NAME[0..3], …", NULL },
    { "process", PARAM_TEXT, offsetof(ZmqConfig, process), "", 0, 0, "the same, of one", NULL },
    { "type", PARAM_CHOICE, offsetof(ZmqConfig, type), NULL, 0, 0, "its pattern", "PAIR|PUB|SUB|REQ|REP|DEALER|ROUTER|PULL|PUSH|XPUB|XSUB" },
    { "bind", PARAM_TEXT, offsetof(ZmqConfig, bind), "", 0, 0, "endpoints: PROCESS.NAME of a process of its own, inproc://NAME", NULL },
    { "connect", PARAM_TEXT, offsetof(ZmqConfig, connect), "", 0, 0, "endpoints: PROCESS.NAME, also of PROCESS[0..3], inproc://NAME", NULL },
    { "at", PARAM_DURATION_LAW, offsetof(ZmqConfig, at), "0 s", 0, 0, "binds and connects that long after the start of its process", NULL },
    { "sndhwm", PARAM_COUNT, offsetof(ZmqConfig, sndhwm), "1000", 0, 4e9, "messages queued for each peer here; 0: no limit", NULL },
    { "rcvhwm", PARAM_COUNT, offsetof(ZmqConfig, rcvhwm), "1000", 0, 4e9, "messages queued from each peer here; 0: no limit", NULL },
    { "sndbuf", PARAM_SIZE, offsetof(ZmqConfig, sndbuf), "212992 B", 1, 0x1p40, "of each connection", NULL },
    { "rcvbuf", PARAM_SIZE, offsetof(ZmqConfig, rcvbuf), "212992 B", 1, 0x1p40, "of each connection", NULL },
    { "linger", PARAM_DURATION, offsetof(ZmqConfig, linger), "off", 0, 0x1p62, "what is queued is still sent that long after the close; off: for ever", NULL },
    { "immediate", PARAM_BOOL, offsetof(ZmqConfig, immediate), "no", 0, 0, "queue for finished connections only", NULL },
    { "conflate", PARAM_BOOL, offsetof(ZmqConfig, conflate), "no", 0, 0, "keep the newest message alone", NULL },
    { "nodrop", PARAM_BOOL, offsetof(ZmqConfig, nodrop), "no", 0, 0, "PUB, XPUB: wait for the slowest subscriber instead of dropping", NULL },
    { "verbose", PARAM_BOOL, offsetof(ZmqConfig, verbose), "no", 0, 0, "XPUB: hears of repeated subscriptions too", NULL },
    { "mandatory", PARAM_BOOL, offsetof(ZmqConfig, mandatory), "no", 0, 0, "ROUTER: fail where there is no way, instead of dropping", NULL },
    { "handover", PARAM_BOOL, offsetof(ZmqConfig, handover), "no", 0, 0, "ROUTER: the second peer of one routing-id replaces the first", NULL },
    { "routing-id", PARAM_TEXT, offsetof(ZmqConfig, routing_id), "", 0, 0, "by which a ROUTER knows it; process: the name of its process", NULL },
    { "relaxed", PARAM_BOOL, offsetof(ZmqConfig, relaxed), "no", 0, 0, "REQ: may ask again without a reply", NULL },
    { "correlate", PARAM_BOOL, offsetof(ZmqConfig, correlate), "no", 0, 0, "REQ: late replies to earlier requests are recognised", NULL },
    { "timeout", PARAM_DURATION, offsetof(ZmqConfig, timeout), "off", 0, 0x1p62, "a send that finds no room, or a REQ without reply, gives up; off: never", NULL },
    { "reply-size", PARAM_SIZE, offsetof(ZmqConfig, reply), "", 0, 0x1p31, "REP, ROUTER: of each reply; absent: the request comes back", NULL },
    { "reconnect-ivl", PARAM_DURATION, offsetof(ZmqConfig, interval), "100 ms", 0, 0x1p62, "until a connection is tried again; off: never", NULL },
    { "reconnect-ivl-max", PARAM_DURATION, offsetof(ZmqConfig, interval_max), "0 s", 0, 0x1p62, "the interval doubles up to here; 0: it stays", NULL },
    { "heartbeat", PARAM_TEXT, offsetof(ZmqConfig, heartbeat), "", 0, 0, "INTERVAL/TIME-OUT of pings; absent: none", NULL },
    { "heartbeat-ttl", PARAM_DURATION, offsetof(ZmqConfig, ttl), "0 s", 0, 0x1p62, "told to the peer, which gives up after so long a silence; 0: not", NULL },
    { "subscribe", PARAM_TEXT, offsetof(ZmqConfig, subscribe), "", 0, 0, "prefixes of topics; absent or *: everything (SUB)", NULL },
    { "strict-rfc", PARAM_BOOL, offsetof(ZmqConfig, strict), "no", 0, 0, "what a peer had sent goes with it, unread", NULL },
    MODEL_ROUTE(ZmqConfig),
    PARAM_END
};

static const Param proxy_params[] = {
    { "process", PARAM_TEXT, offsetof(ZmqProxyConfig, processes), NULL, 0, 0, "where it runs; several: one each", NULL },
    { "front", PARAM_TEXT, offsetof(ZmqProxyConfig, front), NULL, 0, 0, "a [zmq] of these processes", NULL },
    { "back", PARAM_TEXT, offsetof(ZmqProxyConfig, back), NULL, 0, 0, "another one; messages pass both ways", NULL },
    PARAM_END
};

/* ---- names ---- */

char *zmq_process_of(const char *endpoint)
{
    const char *dot = strrchr(endpoint, '.');
    return dot && dot != endpoint && dot[1] && !strchr(dot, ']') ? g_strndup(endpoint, (gsize)(dot - endpoint)) : NULL;
}

bool zmq_is_local(const char *endpoint) { return g_str_has_prefix(endpoint, "inproc://") && endpoint[9]; }

/* Each process of a list by its own name. */
static GPtrArray *names_of(const ModelCheck *check, const char *processes)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) list = parse_list(processes);
    for (char **name = list; *name; name++) {
        g_autofree char *base = g_strndup(*name, strcspn(*name, "["));
        const void *config = model_config(check, "process", base);
        uint32_t count = config ? process_section_count(config) : 0, low = 0, high = count - 1;
        if (strchr(*name, '[')) g_free(process_range_read(*name, &low, &high));
        for (uint32_t i = low; count && i <= high && i < count; i++)
            g_ptr_array_add(names, count == 1 ? g_strdup(base) : g_strdup_printf("%s[%u]", base, i));
    }
    return names;
}

/* For lookups: how often each name stands in the list. */
static GHashTable *set_of(const GPtrArray *names)
{
    GHashTable *set = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < names->len; i++) {
        guint before = GPOINTER_TO_UINT(g_hash_table_lookup(set, names->pdata[i]));
        g_hash_table_insert(set, names->pdata[i], GUINT_TO_POINTER(before + 1));
    }
    return set;
}

/* The endpoints of a list, one of each process: "hub.front", "worker[0].in" … */
static GPtrArray *endpoints_of(const ModelCheck *check, const char *text)
{
    GPtrArray *endpoints = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) list = parse_list(text ? text : "");
    for (char **item = list; *item; item++) {
        g_autofree char *process = zmq_process_of(*item);
        if (!process) continue;
        g_autoptr(GPtrArray) names = names_of(check, process);
        for (guint i = 0; i < names->len; i++)
            g_ptr_array_add(endpoints, g_strconcat(names->pdata[i], strrchr(*item, '.'), NULL));
    }
    return endpoints;
}

/* ---- checks ---- */

static void variant_check(void *data, const Keys *keys)
{
    ZmqConfig *config = data;
    if (!config->processes == !config->process) keys_fault(keys, "processes", "it says not whose it is; processes, or process");
    config->own = config->process ? "process" : "processes";
    if (!config->processes) config->processes = config->process ? g_steal_pointer(&config->process) : g_strdup("");
    if (!config->heartbeat) return;
    g_auto(GStrv) parts = g_strsplit(config->heartbeat, "/", -1);
    g_autoptr(GError) error = NULL;
    bool right = g_strv_length(parts) == 2 && parse_duration(g_strstrip(parts[0]), &config->beat, &error) &&
                 parse_duration(g_strstrip(parts[1]), &config->silence, &error) && config->beat > 0;
    if (!right) keys_fault(keys, "heartbeat", "'%s' is no INTERVAL/TIME-OUT, as 1 s/3 s%s%s", config->heartbeat,
                           error ? "; " : "", error ? error->message : "");
}

static void check_form(ModelCheck *check, const char *key, const char *text)
{
    g_auto(GStrv) list = parse_list(text ? text : "");
    for (char **item = list; *item; item++) {
        g_autofree char *process = zmq_process_of(*item);
        if (zmq_is_local(*item)) continue;
        if (process) (void)model_refer_processes(check, key, process);
        else model_fault(check, key, "'%s' is no endpoint; PROCESS.NAME or inproc://NAME is expected", *item);
    }
}

/* What all sections bind. */
static GPtrArray *bound_anywhere(const ModelCheck *check)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    const ZmqConfig *config;
    for (uint32_t i = 0; (config = model_config_at(check, "zmq", i, &name)); i++)
        g_ptr_array_extend_and_steal(all, endpoints_of(check, config->bind));
    return all;
}

static void check_endpoints(ModelCheck *check, const ZmqConfig *config)
{
    g_autoptr(GPtrArray) own = names_of(check, config->processes), bound = endpoints_of(check, config->bind);
    g_autoptr(GPtrArray) wanted = endpoints_of(check, config->connect), anywhere = bound_anywhere(check);
    g_autoptr(GHashTable) owners = set_of(own), binders = set_of(anywhere);
    for (guint i = 0; i < bound->len; i++) {
        g_autofree char *process = zmq_process_of(bound->pdata[i]);
        if (!g_hash_table_contains(owners, process))
            model_fault(check, "bind", "%s is no process of this section, which can bind its own endpoints alone", process);
        else if (GPOINTER_TO_UINT(g_hash_table_lookup(binders, bound->pdata[i])) > 1)
            model_fault(check, "bind", "%s is bound twice", (char *)bound->pdata[i]);
    }
    for (guint i = 0; i < wanted->len; i++)
        if (!g_hash_table_contains(binders, wanted->pdata[i])) model_fault(check, "connect", "no [zmq] binds %s", (char *)wanted->pdata[i]);
}

/* Each of the processes has to have that socket. */
static void check_owned(ModelCheck *check, const char *key, const char *name, const ZmqConfig *socket, const char *processes)
{
    g_autoptr(GPtrArray) own = names_of(check, socket->processes), users = names_of(check, processes);
    g_autoptr(GHashTable) owners = set_of(own);
    for (guint i = 0; i < users->len; i++)
        if (!g_hash_table_contains(owners, users->pdata[i]))
            model_fault(check, key, "[zmq %s] is no socket of %s", name, (char *)users->pdata[i]);
}

static void check_proxy(ModelCheck *check, const ZmqProxyConfig *config)
{
    const char *keys[] = { "front", "back" }, *names[] = { config->front, config->back };
    if (!model_refer_processes(check, "process", config->processes)) return;
    for (int side = 0; side < 2; side++) {
        if (!model_refer(check, keys[side], "zmq", names[side])) continue;
        const ZmqConfig *socket = model_config(check, "zmq", names[side]);
        if (socket) check_owned(check, keys[side], names[side], socket, config->processes);
    }
}

void zmq_check(const ModelSection *section, ModelCheck *check)
{
    const ZmqConfig *config = section->config;
    if (strcmp(section->section, "proxy") == 0) {
        check_proxy(check, section->config);
        return;
    }
    bool known = model_refer_processes(check, config->own, config->processes);
    if (!config->bind && !config->connect) model_fault(check, "bind", "bind or connect is needed; a socket without either talks to nobody");
    check_form(check, "bind", config->bind);
    check_form(check, "connect", config->connect);
    if (known) check_endpoints(check, config);
    if (config->subscribe && config->type != ZEROMQ_SUB && config->type != ZEROMQ_XSUB)
        model_fault(check, "subscribe", "only SUB and XSUB subscribe");
}

void zmq_check_user(ModelCheck *check, const char *key, const char *name, const char *processes, bool sends)
{
    const ZmqConfig *config = model_config(check, "zmq", name);
    if (!config) return;
    bool deaf = config->type == ZEROMQ_PUSH || config->type == ZEROMQ_PUB;
    bool mute = config->type == ZEROMQ_PULL || config->type == ZEROMQ_SUB;
    if (sends ? mute : deaf)
        model_fault(check, key, "[zmq %s] is a %s, which %s", name, zeromq_type_names[config->type], sends ? "only receives" : "only sends");
    check_owned(check, key, name, config, processes);
}

const Variant zmq_section = {
    .name = "zmq", .summary = "a ZeroMQ socket of each of some processes",
    .params = params, .config_size = sizeof(ZmqConfig), .check = variant_check,
};

const Variant zmq_proxy_section = {
    .name = "proxy", .summary = "passes messages between two ZeroMQ sockets, both ways",
    .params = proxy_params, .config_size = sizeof(ZmqProxyConfig),
};
