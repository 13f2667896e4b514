/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workload/socket_serve.h"

/* One that serves a connection at a time; used again once it is done. */
typedef struct {
    SocketServing *serving;
    Process *process;
    WaitList work;
    int fd;
} Worker;

struct SocketServing {
    Resource resource;                  /* first; of the accepting thread: its end is that of the workers */
    SocketServer *server;
    GPtrArray *workers;                 /* of Worker *, all that were ever needed */
    GPtrArray *idle;
    uint32_t busy;
    WaitList finished;
    Random random;
};

void socket_keys_apply(const SocketKeys *keys, int route, Process *self, int fd)
{
    socket_set(self, fd, SOCKET_SNDBUF, (int64_t)keys->sndbuf);
    socket_set(self, fd, SOCKET_RCVBUF, (int64_t)keys->rcvbuf);
    socket_set(self, fd, SOCKET_LINGER, keys->linger);
    if (keys->user_timeout > 0) socket_set(self, fd, SOCKET_USER_TIMEOUT, keys->user_timeout);
    socket_set(self, fd, SOCKET_TIME_WAIT, keys->time_wait);
    socket_set(self, fd, SOCKET_OVERLAY, route);
    if (!keys->idle) return;
    socket_set(self, fd, SOCKET_KEEPALIVE, 1);
    socket_set(self, fd, SOCKET_KEEPIDLE, keys->idle);
    socket_set(self, fd, SOCKET_KEEPINTVL, keys->interval);
    socket_set(self, fd, SOCKET_KEEPCNT, keys->probes);
}

/* ---- one connection ---- */

static void answer(Process *self, SocketServing *serving, int fd, size_t size)
{
    int64_t sent = socket_send(self, fd, NULL, size, 0);
    if (sent > 0) serving->server->answered += (uint64_t)sent;
}

static void serve(Process *self, SocketServing *serving, int fd)
{
    SocketServer *server = serving->server;
    const SocketServerConfig *config = server->config;
    for (;;) {
        process_sleep(self, distribution_time(&config->read_delay, &serving->random));
        int64_t got = socket_receive(self, fd, NULL, config->read_size, 0);
        if (got < 0) server->failures++;
        if (got == 0 && config->answer == ANSWER_AT_END) answer(self, serving, fd, config->answer_size);
        if (got <= 0) return;
        server->received += (uint64_t)got;
        if (config->answer == ANSWER_ECHO) answer(self, serving, fd, (size_t)got);
    }
}

static void work(Process *self, void *argument)
{
    Worker *worker = argument;
    SocketServing *serving = worker->serving;
    for (;;) {
        serve(self, serving, worker->fd);
        socket_close(self, worker->fd);
        serving->busy--;
        g_ptr_array_add(serving->idle, worker);
        (void)wait_list_wake(&serving->finished);
        (void)process_wait(self, &worker->work, -1);
    }
}

/* The workers die with the thread that accepts for them. */
static void end_workers(Resource *resource, ProcessEnd why)
{
    SocketServing *serving = (SocketServing *)resource;
    (void)why;
    for (guint i = 0; i < serving->workers->len; i++) process_crash(((Worker *)serving->workers->pdata[i])->process);
}

static Worker *worker_new(Process *self, SocketServing *serving)
{
    Worker *worker = g_new0(Worker, 1);
    g_autofree char *name = g_strdup_printf("%s-%u", process_name(self), serving->workers->len);
    worker->serving = serving;
    worker->process = process_new(process_ipc(self), process_host(self), name, work, worker);
    g_ptr_array_add(serving->workers, worker);
    return worker;
}

static void hand_over(Process *self, SocketServing *serving, int fd)
{
    guint idle = serving->idle->len;
    Worker *worker = idle ? g_ptr_array_steal_index(serving->idle, idle - 1) : worker_new(self, serving);
    bool sleeps = process_is_up(worker->process);
    if (!sleeps) process_restart(worker->process);
    worker->fd = socket_pass(self, fd, worker->process);
    serving->busy++;
    if (sleeps) (void)wait_list_wake(&worker->work);
}

/* ---- accepting ---- */

static int bound(Process *self, SocketServing *serving)
{
    const SocketServerConfig *config = serving->server->config;
    int fd = socket_open(self, config->keys.type ? SOCKET_DATAGRAM : SOCKET_STREAM);
    socket_keys_apply(&config->keys, config->route, self, fd);
    socket_set(self, fd, SOCKET_REUSEADDR, config->reuse);
    socket_set(self, fd, SOCKET_OVERFLOW_RESETS, config->overflow);
    while (socket_bind(self, fd, (Address){ process_host(self), config->port }) < 0) {
        serving->server->bind_failures++;
        process_sleep(self, SIM_S);
    }
    return fd;
}

static void accept_all(Process *self, SocketServing *serving, int listener)
{
    const SocketServerConfig *config = serving->server->config;
    for (;;) {
        while (config->threads && serving->busy >= config->threads) (void)process_wait(self, &serving->finished, -1);
        process_sleep(self, distribution_time(&config->accept_delay, &serving->random));
        int fd = socket_accept(self, listener, NULL);
        if (fd < 0) return;
        serving->server->accepted++;
        hand_over(self, serving, fd);
    }
}

static void take_datagrams(Process *self, SocketServing *serving, int fd)
{
    SocketServer *server = serving->server;
    const SocketServerConfig *config = server->config;
    for (;;) {
        Address from;
        process_sleep(self, distribution_time(&config->read_delay, &serving->random));
        int64_t got = socket_receive_from(self, fd, NULL, config->read_size, 0, &from);
        if (got < 0) continue;
        server->datagrams++;
        server->received += (uint64_t)got;
        if (config->answer != ANSWER_ECHO) continue;
        int64_t sent = socket_send_to(self, fd, NULL, (size_t)got, 0, from);
        if (sent > 0) server->answered += (uint64_t)sent;
    }
}

static void run_server(Process *self, void *argument)
{
    SocketServing *serving = argument;
    const SocketServerConfig *config = serving->server->config;
    serving->busy = 0;
    serving->finished = (WaitList){ NULL, NULL };
    g_ptr_array_set_size(serving->idle, 0);
    for (guint i = 0; i < serving->workers->len; i++) g_ptr_array_add(serving->idle, serving->workers->pdata[i]);
    serving->resource = (Resource){ .end = end_workers };
    process_owns(self, &serving->resource);
    process_sleep(self, config->start);
    int fd = bound(self, serving);
    if (config->keys.type) {
        take_datagrams(self, serving, fd);
    } else if (socket_listen(self, fd, (int)config->backlog) == 0) {
        process_sleep(self, config->accept_after);
        accept_all(self, serving, fd);
    }
}

SocketServer *socket_server_new(const ModelSection *section, ModelScope *scope)
{
    SocketServer *server = g_new0(SocketServer, 1);
    server->serves = true;
    server->config = section->config;
    server->name = g_strdup(section->name);
    const char *names = server->config->process ? server->config->process : server->config->processes;
    server->programs = model_programs(scope, names, &server->count);
    server->serving = g_new0(SocketServing, server->count);
    for (uint32_t i = 0; i < server->count; i++) {
        SocketServing *serving = &server->serving[i];
        serving->server = server;
        serving->workers = g_ptr_array_new_with_free_func(g_free);
        serving->idle = g_ptr_array_new();
        serving->random = random_keyed(random_bits(model_random(scope)), i);
        program_thread(server->programs[i], section->name, run_server, serving);
    }
    return server;
}

void socket_server_free(SocketServer *server)
{
    for (uint32_t i = 0; i < server->count; i++) {
        g_ptr_array_unref(server->serving[i].workers);
        g_ptr_array_unref(server->serving[i].idle);
    }
    g_free(server->serving);
    g_free(server->programs);
    g_free(server->name);
    g_free(server);
}
