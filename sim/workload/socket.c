/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [socket-server NAME] and [socket-client NAME]: byte streams and datagrams between
 * processes. */
#include <string.h>

#include "workload/socket_use.h"


/* What both sides say; Config has a field `keys`. */
#define COMMON(Config) \
    { "type", PARAM_CHOICE, offsetof(Config, keys.type), "stream", 0, 0, "byte streams or datagrams, which may be called dgram", "stream|datagram|dgram" }, \
    { "sndbuf", PARAM_SIZE, offsetof(Config, keys.sndbuf), "208 KiB", 1, 0x1p40, "send buffer", NULL }, \
    { "rcvbuf", PARAM_SIZE, offsetof(Config, keys.rcvbuf), "208 KiB", 1, 0x1p40, "receive buffer", NULL }, \
    { "linger", PARAM_DURATION, offsetof(Config, keys.linger), "off", 0, 0x1p62, \
      "a close waits so long for the last acknowledgement; 0 s: it resets; off: it goes on in the background", NULL }, \
    { "user-timeout", PARAM_DURATION, offsetof(Config, keys.user_timeout), "off", 1, 0x1p62, \
      "what was sent may stay unacknowledged so long; off: 15 retries", NULL }, \
    { "keepalive", PARAM_TEXT, offsetof(Config, keys.keepalive), "off", 0, 0, \
      "IDLE/INTERVAL/PROBES, as 2 h/75 s/9: a silent peer is asked whether it lives", NULL }, \
    { "time-wait", PARAM_DURATION, offsetof(Config, keys.time_wait), "0 s", 0, 0x1p62, "who closes first keeps its port so long", NULL }

static const Param server_params[] = {
    { "processes", PARAM_TEXT, offsetof(SocketServerConfig, processes), "", 0, 0, "who serves: NAME, NAME[0..3], …", NULL },
    { "process", PARAM_TEXT, offsetof(SocketServerConfig, process), "", 0, 0, "the same, of one", NULL },
    { "address", PARAM_TEXT, offsetof(SocketServerConfig, address), "", 0, 0, "nNODE:PORT; by default port 80 of the process's node", NULL },
    { "backlog", PARAM_COUNT, offsetof(SocketServerConfig, backlog), "5", 0, 1e9, "of listen(): one more than that wait to be accepted", NULL },
    { "on-overflow", PARAM_CHOICE, offsetof(SocketServerConfig, overflow), "drop", 0, 0,
      "a request beyond is dropped, and comes again, or reset", "drop|reset" },
    { "accept-after", PARAM_DURATION, offsetof(SocketServerConfig, accept_after), "0 s", 0, 0x1p62, "it listens so long before it accepts", NULL },
    { "accept-delay", PARAM_DURATION_LAW, offsetof(SocketServerConfig, accept_delay), "0 s", 0, 0, "before each accept", NULL },
    { "threads", PARAM_COUNT, offsetof(SocketServerConfig, threads), "0", 0, 1e6, "connections served at a time; 0: as many as come", NULL },
    { "read-delay", PARAM_DURATION_LAW, offsetof(SocketServerConfig, read_delay), "0 s", 0, 0, "before each receive", NULL },
    { "read-size", PARAM_SIZE, offsetof(SocketServerConfig, read_size), "64 KiB", 1, 0x1p30, "of each receive, at most", NULL },
    { "answer", PARAM_CHOICE, offsetof(SocketServerConfig, answer), "none", 0, 0,
      "every byte is sent back, or answer-size bytes once the client has ended its side", "none|echo|at-end" },
    { "answer-size", PARAM_SIZE, offsetof(SocketServerConfig, answer_size), "100 B", 1, 0x1p30, "of answer = at-end", NULL },
    { "reuse-address", PARAM_BOOL, offsetof(SocketServerConfig, reuse), "no", 0, 0, "a port that is only held may be bound", NULL },
    { "start", PARAM_DURATION, offsetof(SocketServerConfig, start), "0 s", 0, 0x1p62, "it listens so long after the start of the process", NULL },
    COMMON(SocketServerConfig),
    MODEL_ROUTE(SocketServerConfig),
    PARAM_END
};

static const Param client_params[] = {
    { "processes", PARAM_TEXT, offsetof(SocketClientConfig, processes), NULL, 0, 0, "who connects: NAME, NAME[0..3], …", NULL },
    { "server", PARAM_TEXT, offsetof(SocketClientConfig, server), "", 0, 0, "the [socket-server NAME]; of several processes each client has one, in turn", NULL },
    { "address", PARAM_TEXT, offsetof(SocketClientConfig, address), "", 0, 0, "instead of it nNODE:PORT, where perhaps nobody listens", NULL },
    { "connections", PARAM_COUNT, offsetof(SocketClientConfig, connections), "1", 0, 4e9, "of each process, one after the other", NULL },
    { "arrivals", PARAM_DURATION_LAW, offsetof(SocketClientConfig, arrivals), "1 s", 0, 0, "from the end of one to the next", NULL },
    { "send", PARAM_TEXT, offsetof(SocketClientConfig, send), "100 B", 0, 0, "sizes of what is sent on each, in turn, as 100 B, 20 * 1 kB", NULL },
    { "think-time", PARAM_DURATION_LAW, offsetof(SocketClientConfig, think_time), "0 s", 0, 0, "before each of them but the first", NULL },
    { "half-close", PARAM_BOOL, offsetof(SocketClientConfig, half_close), "no", 0, 0, "it ends its side, and reads until the other ends too", NULL },
    { "wait-for-end", PARAM_BOOL, offsetof(SocketClientConfig, wait_for_end), "no", 0, 0, "it reads until the other side ends, without ending its own", NULL },
    { "receive-timeout", PARAM_DURATION, offsetof(SocketClientConfig, receive_timeout), "off", 1, 0x1p62, "of each receive", NULL },
    { "syn-retries", PARAM_COUNT, offsetof(SocketClientConfig, syn_retries), "6", 0, 64, "requests to connect after the first", NULL },
    { "rto", PARAM_DURATION, offsetof(SocketClientConfig, rto), "1 s", 1, 0x1p50, "until the first of them; then it doubles", NULL },
    { "start", PARAM_DURATION, offsetof(SocketClientConfig, start), "0 s", 0, 0x1p62, "after the start of the process", NULL },
    COMMON(SocketClientConfig),
    MODEL_ROUTE(SocketClientConfig),
    PARAM_END
};

/* ---- what is written ---- */

static void address_read(const char *text, const Keys *keys, uint32_t *node, uint32_t *port)
{
    *node = NODE_NONE;
    *port = 80;
    if (!text) return;
    const char *end = text;
    char *after = NULL;
    guint64 host = 0, number = 0;
    if (*end == 'n' && g_ascii_isdigit(end[1])) host = g_ascii_strtoull(end + 1, &after, 10);
    bool right = after && *after == ':' && g_ascii_isdigit(after[1]);
    if (right) number = g_ascii_strtoull(after + 1, &after, 10);
    if (!right || *after || host >= NODE_NONE || number < 1 || number > 65535) {
        keys_fault(keys, "address", "'%s' is no address; nNODE:PORT is expected, as n0:80", text);
        return;
    }
    *node = (uint32_t)host;
    *port = (uint32_t)number;
}

static void keepalive_read(SocketKeys *config, const Keys *keys)
{
    config->idle = 0;
    if (!config->keepalive) return;
    g_auto(GStrv) part = g_strsplit(config->keepalive, "/", -1);
    uint64_t probes = 0;
    bool right = g_strv_length(part) == 3 && parse_duration(g_strstrip(part[0]), &config->idle, NULL) &&
                 parse_duration(g_strstrip(part[1]), &config->interval, NULL) && parse_count(g_strstrip(part[2]), &probes, NULL);
    if (!right || config->idle <= 0 || config->interval <= 0 || probes < 1 || probes > 127)
        keys_fault(keys, "keepalive", "'%s' is not IDLE/INTERVAL/PROBES; as 2 h/75 s/9 (1 to 127 probes)", config->keepalive);
    config->probes = (uint32_t)MIN(probes, 127);
}

static void server_check(void *data, const Keys *keys)
{
    SocketServerConfig *config = data;
    if (config->keys.type) config->keys.type = 1;       /* by either name */
    if (!config->processes == !config->process) keys_fault(keys, "processes", "it says not who serves; processes, or process");
    address_read(config->address, keys, &config->node, &config->port);
    keepalive_read(&config->keys, keys);
    if (config->keys.type && config->answer == ANSWER_AT_END)
        keys_fault(keys, "answer", "datagrams have no end; answer = none or echo");
}

/* "100 B, 20 * 1 kB": sizes, some of them several times. */
static void sends_read(SocketClientConfig *config, const Keys *keys)
{
    enum { MOST = 1000000 };
    g_auto(GStrv) list = parse_list(config->send ? config->send : "");
    GArray *sizes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    double most = config->keys.type ? SOCKET_DATAGRAM_MAX : 0x1p30;
    for (char **item = list; *item; item++) {
        g_autoptr(GError) error = NULL;
        char *star = strchr(*item, '*');
        uint64_t times = 1;
        double size = 0;
        if (star) *star = '\0';
        bool right = (!star || parse_count(g_strstrip(*item), &times, &error)) &&
                     parse_quantity(star ? g_strstrip(star + 1) : *item, UNIT_SIZE, &size, &error);
        if (!right) keys_fault(keys, "send", "%s; SIZE or TIMES * SIZE is expected", error->message);
        else if (size > most) keys_fault(keys, "send", "more than %.0f B do not fit one send", most);
        else if (times > MOST - sizes->len) keys_fault(keys, "send", "more than %d sends on a connection", MOST);
        uint64_t bytes = (uint64_t)size;
        for (uint64_t i = 0; right && size <= most && sizes->len < MOST && i < times; i++) g_array_append_val(sizes, bytes);
    }
    config->size_count = sizes->len;
    config->sizes = (uint64_t *)g_array_free(sizes, FALSE);
}

static void client_check(void *data, const Keys *keys)
{
    SocketClientConfig *config = data;
    if (config->keys.type) config->keys.type = 1;       /* by either name */
    address_read(config->address, keys, &config->node, &config->port);
    keepalive_read(&config->keys, keys);
    if (!config->server == !config->address) keys_fault(keys, "server", "either a server or an address is expected");
    if (config->keys.type && (config->half_close || config->wait_for_end))
        keys_fault(keys, config->half_close ? "half-close" : "wait-for-end", "datagrams have no end; type = stream");
    sends_read(config, keys);
}

static void client_clear(void *data) { g_free(((SocketClientConfig *)data)->sizes); }

/* ---- the sections ---- */

static bool is_server(const ModelSection *section) { return strcmp(section->section, "socket-server") == 0; }

static void check_node(ModelCheck *check, uint32_t node)
{
    uint32_t nodes = model_check_nodes(check);
    if (nodes && node != NODE_NONE && node >= nodes)
        model_fault(check, "address", "there is no node %u; the nodes are 0 .. %u", node, nodes - 1);
}

static void check(const ModelSection *section, ModelCheck *check)
{
    if (is_server(section)) {
        const SocketServerConfig *config = section->config;
        if (config->process) (void)model_refer_processes(check, "process", config->process);
        else (void)model_refer_processes(check, "processes", config->processes);
        check_node(check, config->node);
        return;
    }
    const SocketClientConfig *config = section->config;
    (void)model_refer_processes(check, "processes", config->processes);
    check_node(check, config->node);
    if (!config->server || !model_refer(check, "server", "socket-server", config->server)) return;
    const SocketServerConfig *server = model_config(check, "socket-server", config->server);
    if (!server) return;
    if (server->keys.type != config->keys.type) model_fault(check, "type", "the server's is another; the same for both");
    if (server->answer == ANSWER_AT_END && !config->half_close)
        model_fault(check, "half-close", "the server answers at the end of what it is sent; half-close = yes");
}

static void *build(const ModelSection *section, ModelScope *scope)
{
    if (is_server(section)) return socket_server_new(section, scope);
    return socket_clients_new(section, scope);
}

static const MetricName metrics[] = {
    { "socket_accepted", "connections", "by the server" },
    { "socket_server_received", "bytes", "read by the server" },
    { "socket_server_answered", "bytes", "sent by it" },
    { "socket_server_datagrams", "datagrams", "read by the server" },
    { "socket_server_failures", "connections", "that failed under the server's hands" },
    { "socket_bind_failures", "times", "that the server's port was held" },
    { "socket_attempts", "connections", "that clients asked for" },
    { "socket_connected", "connections", "that they got" },
    { "socket_refused", "connections", "that were refused" },
    { "socket_unreachable", "connections", "that no answer came to: the time-out of connect()" },
    { "socket_connect_mean_ms", "ms", "from the request to the connection" },
    { "socket_connect_p50_ms", "ms", "its median" },
    { "socket_connect_p99_ms", "ms", "its 99th percentile" },
    { "socket_connect_max_ms", "ms", "the longest" },
    { "socket_completed", "connections", "on which the client did all it had to" },
    { "socket_failures", "times", "that a call of a client failed" },
    { "socket_resets", "connections", "that were reset" },
    { "socket_timeouts", "times", "that a client waited too long: for an acknowledgement, a sign of life, or data" },
    { "socket_cut_short", "connections", "that ended before all of an echo was back" },
    { "socket_failed_at_s", "s", "when a client last saw a failure" },
    { "socket_last_s", "s", "when the last connection was closed" },
    { "socket_sent", "bytes", "taken from the clients by their send buffers" },
    { "socket_received", "bytes", "read by the clients" },
    { "socket_datagrams_sent", "datagrams", "by the clients" },
    { "socket_datagrams_back", "datagrams", "echoes that the clients got" },
    { "socket_blocked_s", "s", "that clients were suspended in send()" },
    { "socket_round_trip_mean_ms", "ms", "from a send to the last byte of its echo" },
    { "socket_round_trip_p99_ms", "ms", "its 99th percentile" },
    { "socket_open", "connections", "still in use at the end, or ended with their client" },
    { NULL, NULL, NULL },
};

static void report_server(const SocketServer *server, ModelScope *scope)
{
    model_value(scope, "socket_accepted", (double)server->accepted);
    model_value(scope, "socket_server_received", (double)server->received);
    model_value(scope, "socket_server_answered", (double)server->answered);
    model_value(scope, "socket_server_datagrams", (double)server->datagrams);
    model_value(scope, "socket_server_failures", (double)server->failures);
    model_value(scope, "socket_bind_failures", (double)server->bind_failures);
}

static void report_times(const SocketClients *all, ModelScope *scope)
{
    model_ratio(scope, "socket_connect_mean_ms", (double)all->connecting.sum / SIM_MS, (double)all->connecting.count);
    if (all->connecting.count) {
        model_own(scope, "socket_connect_p50_ms", histogram_quantile(&all->connecting, 0.5) / SIM_MS);
        model_own(scope, "socket_connect_p99_ms", histogram_quantile(&all->connecting, 0.99) / SIM_MS);
        model_own(scope, "socket_connect_max_ms", (double)all->connecting.most / SIM_MS);
    }
    model_ratio(scope, "socket_round_trip_mean_ms", (double)all->round_trips.sum / SIM_MS, (double)all->round_trips.count);
    if (all->round_trips.count) model_own(scope, "socket_round_trip_p99_ms", histogram_quantile(&all->round_trips, 0.99) / SIM_MS);
    if (all->failed_at >= 0) model_own(scope, "socket_failed_at_s", (double)all->failed_at / SIM_S);
    if (all->last >= 0) model_own(scope, "socket_last_s", (double)all->last / SIM_S);
    model_value(scope, "socket_blocked_s", (double)all->blocked / SIM_S);
}

static void report_clients(const SocketClients *all, ModelScope *scope)
{
    model_value(scope, "socket_attempts", (double)all->attempts);
    model_value(scope, "socket_connected", (double)all->connected);
    model_value(scope, "socket_refused", (double)all->refused);
    model_value(scope, "socket_unreachable", (double)all->unreachable);
    model_value(scope, "socket_completed", (double)all->completed);
    model_value(scope, "socket_failures", (double)all->failures);
    model_value(scope, "socket_resets", (double)all->resets);
    model_value(scope, "socket_timeouts", (double)all->timeouts);
    model_value(scope, "socket_cut_short", (double)all->cut_short);
    model_value(scope, "socket_sent", (double)all->sent);
    model_value(scope, "socket_received", (double)all->received);
    model_value(scope, "socket_datagrams_sent", (double)all->datagrams);
    model_value(scope, "socket_datagrams_back", (double)all->datagrams_back);
    model_value(scope, "socket_open", (double)(all->attempts - all->ended));
    report_times(all, scope);
}

static void report(const ModelSection *section, void *built, ModelScope *scope)
{
    if (is_server(section)) report_server(built, scope);
    else report_clients(built, scope);
}

static void clear(void *built)
{
    if (*(bool *)built) socket_server_free(built);
    else socket_clients_free(built);
}

static const Variant server = {
    .name = "socket-server", .summary = "processes that accept connections, or take datagrams, at a port",
    .params = server_params, .config_size = sizeof(SocketServerConfig), .check = server_check,
};

static const Variant client = {
    .name = "socket-client", .summary = "processes that connect to them and send",
    .params = client_params, .config_size = sizeof(SocketClientConfig), .check = client_check, .clear = client_clear,
};

static const Variant *const sections[] = { &server, &client, NULL };

const Model model_socket = {
    .variant = { .name = "socket", .summary = "byte streams and datagrams", .source = "POSIX.1-2017; RFC 9293, RFC 6298, tcp(7)" },
    .sections = sections, .metrics = metrics, .books = "socket", .check = check, .build = build, .report = report, .clear = clear,
};
