/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs with sockets on a bench: host 0 is the client's, host 1 the server's, and all
 * that they note comes in one log, as "what@milliseconds ". */
#pragma once
#include "ipc/socket.h"
#include "lab.h"

#define MS SIM_MS
#define S SIM_S

enum { CLIENT, SERVER };

typedef struct { Lab *lab; GString *log; int64_t number; int fd; } Bench;

static const Address WEB = { SERVER, 80 };

static inline Bench *bench_new(SimTime latency)
{
    Bench *bench = g_new0(Bench, 1);
    bench->lab = lab_new(8, latency);
    bench->log = g_string_new(NULL);
    return bench;
}

static inline void bench_free(Bench *bench)
{
    lab_free(bench->lab);
    g_string_free(bench->log, TRUE);
    g_free(bench);
}

static inline Process *bench_run(Bench *bench, NodeId host, const char *name, ProcessBody body)
{
    return process_spawn(bench->lab->ipc, host, name, body, bench);
}

/* "name:" and the outcome: a number, or the name of the error. */
static inline void note(Process *self, Bench *bench, const char *what, int64_t outcome)
{
    SimTime at = process_now(self) / MS;
    if (outcome < 0) g_string_append_printf(bench->log, "%s=%s@%" G_GINT64_FORMAT " ", what, ipc_error_name((int)outcome), at);
    else g_string_append_printf(bench->log, "%s=%" G_GINT64_FORMAT "@%" G_GINT64_FORMAT " ", what, outcome, at);
}

/* Receives up to `size` bytes and notes them: "abc@5 ", "end@5 ", "EAGAIN@5 ". */
static inline int64_t note_receive(Process *self, Bench *bench, int fd, size_t size)
{
    char data[256];
    int64_t got = socket_receive(self, fd, data, MIN(size, sizeof data), 0);
    const char *what = got < 0 ? ipc_error_name((int)got) : got == 0 ? "end" : data;
    int length = got > 0 ? (int)got : (int)strlen(what);
    g_string_append_printf(bench->log, "%.*s@%" G_GINT64_FORMAT " ", length, what, process_now(self) / MS);
    return got;
}

static inline int64_t send_text(Process *self, int fd, const char *text) { return socket_send(self, fd, text, strlen(text), 0); }

/* A stream that listens at port 80 of its host. */
static inline int listening(Process *self, int backlog)
{
    int fd = socket_open(self, SOCKET_STREAM);
    g_assert_cmpint(socket_bind(self, fd, (Address){ process_host(self), 80 }), ==, 0);
    g_assert_cmpint(socket_listen(self, fd, backlog), ==, 0);
    return fd;
}

/* A stream connected with the web server. */
static inline int connected(Process *self)
{
    int fd = socket_open(self, SOCKET_STREAM);
    g_assert_cmpint(socket_connect(self, fd, WEB), ==, 0);
    return fd;
}

/* The other end of it. */
static inline int accepted(Process *self)
{
    int fd = socket_accept(self, listening(self, 5), NULL);
    g_assert_cmpint(fd, >=, 0);
    return fd;
}

static inline void link_down(Lab *lab, void *data) { (void)data, lab_link(lab, CLIENT, SERVER, false); }
static inline void link_up(Lab *lab, void *data) { (void)data, lab_link(lab, CLIENT, SERVER, true); }
static inline void server_down(Lab *lab, void *data) { (void)data, lab_host_crash(lab, SERVER); }
static inline void server_up(Lab *lab, void *data) { (void)data, lab_host_restart(lab, SERVER); }
static inline void crash_server(Lab *lab, void *data) { (void)data, process_crash(process_find(lab->ipc, "server")); }
static inline void restart_server(Lab *lab, void *data) { (void)data, process_restart(process_find(lab->ipc, "server")); }

/* Runs client and server for that long and judges the log. */
static inline void bench_judge(Bench *bench, ProcessBody client, ProcessBody server, SimTime until, const char *log)
{
    if (server) bench_run(bench, SERVER, "server", server);
    if (client) bench_run(bench, CLIENT, "client", client);
    lab_run(bench->lab, until);
    g_assert_cmpstr(bench->log->str, ==, log);
    bench_free(bench);
}
