/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workload/socket_use.h"

struct SocketClient {
    SocketClients *all;
    Address to;
    uint32_t made;
    Random random;
};

/* Goes on, or is false and counts why the connection is over. */
static bool fine(Process *self, SocketClients *all, int64_t outcome)
{
    if (outcome >= 0) return true;
    all->failures++;
    all->resets += outcome == -IPC_ECONNRESET || outcome == -IPC_EPIPE;
    all->timeouts += outcome == -IPC_ETIMEDOUT || outcome == -IPC_EAGAIN;
    all->failed_at = process_now(self);
    return false;
}

static bool connect_now(Process *self, SocketClient *client, int fd)
{
    SocketClients *all = client->all;
    SimTime began = process_now(self);
    all->attempts++;
    int error = socket_connect(self, fd, client->to);
    if (error < 0) {
        all->refused += error == -IPC_ECONNREFUSED || error == -IPC_ECONNRESET;
        all->unreachable += error == -IPC_ETIMEDOUT;
        all->failures++;
        all->failed_at = process_now(self);
        return false;
    }
    all->connected++;
    histogram_add(&all->connecting, (uint64_t)(process_now(self) - began));
    return true;
}

static bool send_one(Process *self, SocketClients *all, int fd, uint64_t size)
{
    SimTime began = process_now(self);
    int64_t sent = socket_send(self, fd, NULL, size, 0);
    all->blocked += process_now(self) - began;
    if (sent > 0) all->sent += (uint64_t)sent;
    return fine(self, all, sent);
}

/* Reads `size` bytes, or all until the end where it is UINT64_MAX. */
static bool receive_all(Process *self, SocketClients *all, int fd, uint64_t size)
{
    while (size > 0) {
        int64_t got = socket_receive(self, fd, NULL, MIN(size, 65536), 0);
        if (!fine(self, all, got)) return false;
        if (got == 0) {
            bool early = size != UINT64_MAX;
            all->cut_short += early;
            if (early) all->failed_at = process_now(self);
            return !early;
        }
        all->received += (uint64_t)got;
        if (size != UINT64_MAX) size -= (uint64_t)got;
    }
    return true;
}

/* One datagram and its answer, which may never come. */
static bool exchange_datagram(Process *self, SocketClients *all, int fd, uint64_t size, bool echo)
{
    SimTime began = process_now(self);
    if (!send_one(self, all, fd, size)) return false;
    all->datagrams++;
    if (!echo) return true;
    int64_t got = socket_receive(self, fd, NULL, SOCKET_DATAGRAM_MAX, 0);
    if (!fine(self, all, got)) return got == -IPC_EAGAIN;
    all->datagrams_back++;
    all->received += (uint64_t)got;
    histogram_add(&all->round_trips, (uint64_t)(process_now(self) - began));
    return true;
}

/* What is sent on a stream, and its echo. */
static bool exchange_bytes(Process *self, SocketClients *all, int fd, uint64_t size, bool echo)
{
    SimTime began = process_now(self);
    if (!send_one(self, all, fd, size)) return false;
    if (!echo) return true;
    if (!receive_all(self, all, fd, size)) return false;
    histogram_add(&all->round_trips, (uint64_t)(process_now(self) - began));
    return true;
}

static bool exchange(Process *self, SocketClient *client, int fd)
{
    SocketClients *all = client->all;
    const SocketClientConfig *config = all->config;
    bool echo = all->server && all->server->config->answer == ANSWER_ECHO;
    for (uint32_t i = 0; i < config->size_count; i++) {
        if (i) process_sleep(self, distribution_time(&config->think_time, &client->random));
        bool good = config->keys.type ? exchange_datagram(self, all, fd, config->sizes[i], echo)
                                      : exchange_bytes(self, all, fd, config->sizes[i], echo);
        if (!good) return false;
    }
    if (config->half_close && !fine(self, all, socket_shutdown(self, fd, SOCKET_WRITE_SIDE))) return false;
    return !(config->half_close || config->wait_for_end) || receive_all(self, all, fd, UINT64_MAX);
}

static void use_connection(Process *self, SocketClient *client)
{
    SocketClients *all = client->all;
    const SocketClientConfig *config = all->config;
    int fd = socket_open(self, config->keys.type ? SOCKET_DATAGRAM : SOCKET_STREAM);
    socket_keys_apply(&config->keys, config->route, self, fd);
    socket_set(self, fd, SOCKET_SYN_RETRIES, config->syn_retries);
    socket_set(self, fd, SOCKET_RTO, config->rto);
    if (config->receive_timeout > 0) socket_set(self, fd, SOCKET_RCVTIMEO, config->receive_timeout);
    if (connect_now(self, client, fd) && exchange(self, client, fd)) all->completed++;
    socket_close(self, fd);
    all->ended++;
    all->last = process_now(self);
}

static void run_client(Process *self, void *argument)
{
    SocketClient *client = argument;
    const SocketClientConfig *config = client->all->config;
    process_sleep(self, config->start);
    for (; client->made < config->connections;) {
        client->made++;
        use_connection(self, client);
        if (client->made < config->connections) process_sleep(self, distribution_time(&config->arrivals, &client->random));
    }
}

SocketClients *socket_clients_new(const ModelSection *section, ModelScope *scope)
{
    SocketClients *all = g_new0(SocketClients, 1);
    const SocketClientConfig *config = all->config = section->config;
    all->name = g_strdup(section->name);
    all->last = all->failed_at = -1;
    const SocketServer *server = all->server = config->server ? model_built(scope, "socket-server", config->server) : NULL;
    g_autofree Program **programs = model_programs(scope, config->processes, &all->count);
    all->clients = g_new0(SocketClient, all->count);
    for (uint32_t i = 0; i < all->count; i++) {
        SocketClient *client = &all->clients[i];
        client->all = all;
        client->to = server ? (Address){ program_host(server->programs[i % server->count]), server->config->port }
                            : (Address){ config->node, config->port };
        client->random = random_keyed(random_bits(model_random(scope)), i);
        program_thread(programs[i], section->name, run_client, client);
    }
    return all;
}

void socket_clients_free(SocketClients *all)
{
    histogram_clear(&all->connecting);
    histogram_clear(&all->round_trips);
    g_free(all->clients);
    g_free(all->name);
    g_free(all);
}
