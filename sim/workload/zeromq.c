/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [zmq NAME] and [proxy NAME]: a ZeroMQ socket of each of some processes, and devices that
 * pass messages on.  Producers and consumers refer to a socket by NAME.
 *
 * Endpoints are named PROCESS.NAME, which one section binds, or inproc://NAME. */
#include "ipc/zeromq.h"
#include "workload/zeromq_sections.h"

#include <string.h>

/* ---- sockets ---- */

typedef struct Sockets Sockets;

/* The socket of one process. */
typedef struct {
    Sockets *all;
    Program *program;
    ZeromqSocket *socket;       /* of the present incarnation */
    SimTime at, poll;           /* poll: of its consumer; 0: it blocks */
    GPtrArray *bind, *connect;  /* of endpoints as zeromq.h has them, owned */
} Place;

struct Sockets {
    void (*clear)(void *built); /* first */
    const ZmqConfig *config;
    const char *name;
    Place *places;
    uint32_t count;
    bool strict;                /* here or for all */
};

static Place *place_of(const Sockets *all, const Process *thread)
{
    const Program *program = program_of(thread);
    for (uint32_t i = 0; i < all->count; i++)
        if (all->places[i].program == program) return &all->places[i];
    return NULL;
}

static ZeromqOptions options_of(const Place *place)
{
    const ZmqConfig *config = place->all->config;
    ZeromqOptions options = zeromq_defaults;
    options.sndhwm = config->sndhwm, options.rcvhwm = config->rcvhwm;
    options.sndbuf = config->sndbuf, options.rcvbuf = config->rcvbuf;
    options.linger = config->linger;
    options.sndtimeo = config->timeout;
    if (config->type == ZEROMQ_REQ) options.rcvtimeo = config->timeout;
    options.reconnect_ivl = config->interval, options.reconnect_ivl_max = config->interval_max;
    options.heartbeat_ivl = config->beat, options.heartbeat_timeout = config->silence, options.heartbeat_ttl = config->ttl;
    options.immediate = config->immediate, options.conflate = config->conflate;
    options.nodrop = config->nodrop, options.verbose = config->verbose;
    options.mandatory = config->mandatory, options.handover = config->handover;
    options.relaxed = config->relaxed, options.correlate = config->correlate;
    options.strict_rfc = place->all->strict;
    options.overlay = config->route;
    options.routing_id = g_strcmp0(config->routing_id, "process") == 0 ? program_name(place->program) : config->routing_id;
    return options;
}

/* A program whose address is taken gives up, as most do. */
static void attach(Process *self, const Place *place)
{
    bool failed = false;
    for (guint i = 0; i < place->bind->len; i++) failed |= zeromq_bind(place->socket, place->bind->pdata[i]) != 0;
    for (guint i = 0; i < place->connect->len; i++) failed |= zeromq_connect(place->socket, place->connect->pdata[i]) != 0;
    if (failed) program_crash(program_of(self));
}

static void subscribe(const Place *place)
{
    const ZmqConfig *config = place->all->config;
    bool everything = !config->subscribe && config->type == ZEROMQ_SUB;
    g_auto(GStrv) list = parse_list(config->subscribe ? config->subscribe : everything ? "*" : "");
    for (char **item = list; *item; item++) {
        const char *topic = strcmp(*item, "*") == 0 ? "" : *item;
        if (config->type == ZEROMQ_SUB) {
            (void)zeromq_subscribe(place->socket, topic, (uint32_t)strlen(topic));
        } else {
            g_autofree char *up = g_strconcat("\1", topic, NULL);
            (void)zeromq_send(place->socket, ipc_message_text(up), ZEROMQ_DONTWAIT);
        }
    }
}

static void set_up(Process *self, void *argument)
{
    Place *place = argument;
    ZeromqOptions options = options_of(place);
    place->socket = zeromq_open(self, (ZeromqType)place->all->config->type, place->all->name, &options);
    subscribe(place);
    if (place->at == 0) attach(self, place);
}

static void attach_later(Process *self, void *argument)
{
    const Place *place = argument;
    process_sleep(self, place->at);
    attach(self, place);
}

/* ---- producers ---- */

static void *outlet_open(void *object, Process *thread, const OutletOptions *options)
{
    (void)options;
    return place_of(object, thread);
}

/* A message in the form that the pattern's peers read. */
static IpcMessage *dress(const Place *place, IpcMessage *message, const char *key)
{
    const ZmqConfig *config = place->all->config;
    bool addressed = config->type == ZEROMQ_ROUTER || config->type == ZEROMQ_DEALER;
    bool keyed = key && (config->type == ZEROMQ_ROUTER || config->type == ZEROMQ_PUB || config->type == ZEROMQ_XPUB);
    if (!addressed && !keyed) return message;
    IpcMessage *dressed = ipc_message_copy(message);
    ipc_message_drop(message);
    if (addressed) zeromq_prepend(dressed, NULL, 0);
    if (keyed) zeromq_prepend(dressed, key, (uint32_t)strlen(key));
    return dressed;
}

static int outlet_put(void *handle, IpcMessage *message, const char *key)
{
    Place *place = handle;
    message = dress(place, message, key);
    int error = zeromq_send(place->socket, message, 0);
    if (error) {
        ipc_message_drop(message);
        return error;
    }
    if (place->all->config->type != ZEROMQ_REQ) return 0;
    IpcMessage *reply;
    error = zeromq_recv(place->socket, &reply, 0);
    if (error) return error;
    ipc_message_drop(reply);
    return 0;
}

/* ---- consumers ---- */

static void *inlet_open(void *object, Process *thread, const InletOptions *options)
{
    Place *place = place_of(object, thread);
    if (place) place->poll = options->mode == TAKE_POLL ? options->poll : 0;
    return place;
}

static int inlet_take(void *handle, Taken *taken)
{
    const Place *place = handle;
    ZeromqSocket *socket = place->socket;
    if (!place->poll) return zeromq_recv(socket, &taken->message, 0);
    for (;;) {
        int error = zeromq_recv(socket, &taken->message, ZEROMQ_DONTWAIT);
        if (error != -IPC_EAGAIN) return error;
        process_sleep(process_running(program_ipc(place->program)), place->poll);
    }
}

/* Those who owe a reply send it once they are done, also where they reject. */
static int inlet_settle(void *handle, const Taken *taken, bool done, bool requeue)
{
    const Place *place = handle;
    const ZmqConfig *config = place->all->config;
    (void)done, (void)requeue;
    if (config->type != ZEROMQ_REP && config->type != ZEROMQ_ROUTER) return 0;
    IpcMessage *reply = ipc_message_copy(taken->message);
    if (config->reply != UINT64_MAX && reply->frame_count) {
        Frame *body = &reply->frames[reply->frame_count - 1];
        reply->size += (uint32_t)config->reply - body->size;
        g_clear_pointer(&body->data, g_free);
        body->size = (uint32_t)config->reply;
    }
    int error = zeromq_send(place->socket, reply, 0);
    if (error) ipc_message_drop(reply);
    return error;
}

static void inlet_close(void *handle) { (void)handle; }        /* the socket is its process's */

/* ---- what the sections make ---- */

/* As zeromq.h has it: where it is bound, or where the peers are. */
static void add_endpoints(ModelScope *scope, GPtrArray *list, const char *text, const Program *own)
{
    g_auto(GStrv) items = parse_list(text ? text : "");
    for (char **item = items; *item; item++) {
        g_autofree char *process = zmq_process_of(*item);
        uint32_t count = 0;
        if (zmq_is_local(*item)) g_ptr_array_add(list, g_strdup(*item));
        if (zmq_is_local(*item)) continue;
        g_autofree Program **programs = model_programs(scope, process, &count);
        for (uint32_t i = 0; i < count; i++) {
            if (own && programs[i] != own) continue;
            g_autofree char *name = g_strconcat(program_name(programs[i]), strrchr(*item, '.'), NULL);
            uint32_t port = zeromq_port(model_ipc(scope), name);
            g_ptr_array_add(list, g_strdup_printf("tcp://n%u:%u", program_host(programs[i]), port));
        }
    }
}

static void place_build(ModelScope *scope, Place *place)
{
    const ZmqConfig *config = place->all->config;
    place->at = distribution_time(&config->at, model_random(scope));
    place->bind = g_ptr_array_new_with_free_func(g_free);
    place->connect = g_ptr_array_new_with_free_func(g_free);
    add_endpoints(scope, place->bind, config->bind, place->program);
    add_endpoints(scope, place->connect, config->connect, NULL);
    program_setup(place->program, set_up, place);
    if (place->at > 0) program_thread(place->program, place->all->name, attach_later, place);
}

static void clear_sockets(void *built)
{
    Sockets *all = built;
    for (uint32_t i = 0; i < all->count; i++) {
        g_ptr_array_unref(all->places[i].bind);
        g_ptr_array_unref(all->places[i].connect);
    }
    g_free(all->places);
    g_free(all);
}

static Sockets *build_sockets(const ModelSection *section, ModelScope *scope)
{
    Sockets *all = g_new0(Sockets, 1);
    *all = (Sockets){ .clear = clear_sockets, .config = section->config, .name = section->name };
    all->strict = all->config->strict || model_strict(scope);
    g_autofree Program **programs = model_programs(scope, all->config->processes, &all->count);
    all->places = g_new0(Place, all->count);
    for (uint32_t i = 0; i < all->count; i++) {
        all->places[i] = (Place){ .all = all, .program = programs[i] };
        place_build(scope, &all->places[i]);
    }
    bool copies = all->config->type == ZEROMQ_SUB || all->config->type == ZEROMQ_XSUB;
    model_outlet(scope, section->name, &(Outlet){ all, outlet_open, outlet_put, NULL });
    model_inlet(scope, section->name, &(Inlet){ all, copies, inlet_open, inlet_take, inlet_settle, inlet_close });
    return all;
}

typedef struct {
    void (*clear)(void *built); /* first */
    const Sockets *front, *back;
} Proxy;

static void relay(Process *self, void *argument)
{
    const Proxy *proxy = argument;
    zeromq_proxy(place_of(proxy->front, self)->socket, place_of(proxy->back, self)->socket);
}

static Proxy *build_proxy(const ModelSection *section, ModelScope *scope)
{
    const ZmqProxyConfig *config = section->config;
    Proxy *proxy = g_new0(Proxy, 1);
    uint32_t count;
    g_autofree Program **programs = model_programs(scope, config->processes, &count);
    *proxy = (Proxy){ g_free, model_built(scope, "zmq", config->front), model_built(scope, "zmq", config->back) };
    for (uint32_t i = 0; i < count; i++) program_thread(programs[i], section->name, relay, proxy);
    return proxy;
}

static void *build(const ModelSection *section, ModelScope *scope)
{
    if (strcmp(section->section, "proxy") == 0) return build_proxy(section, scope);
    return build_sockets(section, scope);
}

static const MetricName metrics[] = {
    { "zmq_received", "messages", "messages that the processes of the section have read" },
    { "zmq_attached", "peers", "peers that came, again and again after a reconnection" },
    { "zmq_detached", "peers", "peers that went" },
    { "zmq_retried", "attempts", "attempts to connect again" },
    { "zmq_muted", "times", "times that a sender found no room" },
    { NULL, NULL, NULL },
};

static void report(const ModelSection *section, void *built, ModelScope *scope)
{
    (void)built;
    if (strcmp(section->section, "zmq") != 0) return;
    const ZeromqCounts *counts = zeromq_counts(model_ipc(scope), section->name);
    model_value(scope, "zmq_received", (double)counts->received);
    model_value(scope, "zmq_attached", (double)counts->attached);
    model_value(scope, "zmq_detached", (double)counts->detached);
    model_value(scope, "zmq_retried", (double)counts->retried);
    model_value(scope, "zmq_muted", (double)counts->muted);
}

static void clear(void *built) { (*(void (**)(void *))built)(built); }

static const Variant *const sections[] = { &zmq_section, &zmq_proxy_section, NULL };

const Model model_zeromq = {
    .variant = { .name = "zeromq", .summary = "ZeroMQ: sockets that are patterns",
                 .source = "ZeroMQ RFCs 23, 28 to 31 and 37; libzmq 4.3.4" },
    .sections = sections, .metrics = metrics, .books = "zmq", .check = zmq_check, .build = build, .report = report, .clear = clear,
};
