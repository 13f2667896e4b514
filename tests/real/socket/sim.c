/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows in the simulator: each actor is a process on a host of its own. */
#include <stdio.h>
#include <stdlib.h>

#include "actor.h"
#include "ipc/lab.h"
#include "ipc/socket.h"
#include "net.h"

enum { ACTORS = 8, PORTS = 100 };

static const char names[ACTORS + 1] = "CSDEFGHI";  /* by host */
static const SimTime settle = 100 * SIM_MS, patience = 1000 * SIM_S;

typedef struct {
    Process *process;
    WaitList idle;
    const char *order;          /* NULL: none to be done */
    char *text, result[ACTOR_WORDS];
    bool done;
} Actor;

static Lab *lab;
static Actor actors[ACTORS];

/* ---- calls ---- */

static Address address(int port) { return (Address){ (NodeId)(port / PORTS), (uint32_t)port }; }

const char *net_error(int64_t error) { return ipc_error_name((int)error); }

int64_t net_open(void *self, bool datagram)
{
    int fd = socket_open(self, datagram ? SOCKET_DATAGRAM : SOCKET_STREAM);
    if (!datagram) socket_set(self, fd, SOCKET_TIME_WAIT, 60 * SIM_S);
    return fd;
}

int64_t net_set(void *self, int fd, const char *option, int64_t value)
{
    static const struct { const char *name; SocketOption option; SimTime unit; } known[] = {
        { "sndbuf", SOCKET_SNDBUF, 1 }, { "rcvbuf", SOCKET_RCVBUF, 1 }, { "reuseaddr", SOCKET_REUSEADDR, 1 },
        { "sndtimeo", SOCKET_SNDTIMEO, SIM_MS }, { "rcvtimeo", SOCKET_RCVTIMEO, SIM_MS }, { "linger", SOCKET_LINGER, SIM_MS },
        { "nonblock", SOCKET_NONBLOCK, 1 }, { "keepalive", SOCKET_KEEPALIVE, 1 }, { "keepidle", SOCKET_KEEPIDLE, SIM_MS },
        { "keepintvl", SOCKET_KEEPINTVL, SIM_MS }, { "keepcnt", SOCKET_KEEPCNT, 1 },
        { "user-timeout", SOCKET_USER_TIMEOUT, SIM_MS }, { "syn-retries", SOCKET_SYN_RETRIES, 1 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (strcmp(option, known[i].name) == 0)
            return socket_set(self, fd, known[i].option, value < 0 ? -1 : value * known[i].unit);
    abort();
}

static int flags(bool wait) { return wait ? 0 : SOCKET_DONTWAIT; }

int64_t net_pending(void *self, int fd)
{
    int64_t error = socket_option(self, fd, SOCKET_ERROR);
    return error > 0 ? -error : error;
}

int64_t net_bind(void *self, int fd, int port) { return socket_bind(self, fd, address(port)); }
int64_t net_listen(void *self, int fd, int backlog) { return socket_listen(self, fd, backlog); }
int64_t net_accept(void *self, int fd) { return socket_accept(self, fd, NULL); }
int64_t net_connect(void *self, int fd, int port) { return socket_connect(self, fd, address(port)); }
int64_t net_send(void *self, int fd, const void *data, size_t size, bool wait)
{
    return socket_send(self, fd, data, size, flags(wait));
}

int64_t net_send_to(void *self, int fd, const void *data, size_t size, int port)
{
    return socket_send_to(self, fd, data, size, 0, address(port));
}

int64_t net_receive(void *self, int fd, void *data, size_t size, bool wait)
{
    return socket_receive(self, fd, data, size, flags(wait));
}

int64_t net_shutdown(void *self, int fd, int sides) { return socket_shutdown(self, fd, (SocketSide)sides); }
int64_t net_close(void *self, int fd) { return socket_close(self, fd); }

int64_t net_poll(void *self, int fd, int events)
{
    G_STATIC_ASSERT((int)SOCKET_IN == NET_IN && (int)SOCKET_OUT == NET_OUT && (int)SOCKET_ERR == NET_ERR &&
                    (int)SOCKET_HUP == NET_HUP && (int)SOCKET_NVAL == NET_NVAL);
    SocketPoll one = { fd, (short)events, 0 };
    int error = socket_poll(self, &one, 1, 0);
    return error < 0 ? error : one.revents;
}

/* ---- actors ---- */

static void work(Process *self, void *argument)
{
    Actor *actor = argument;
    Desk desk = { 0 };
    for (;;) {
        while (!actor->order) process_wait(self, &actor->idle, -1);
        actor_obey(&desk, self, actor->order, actor->result);
        actor->order = NULL;
        actor->done = true;
    }
}

static NodeId host_of(char name)
{
    const char *at = strchr(names, name);
    if (!at) g_error("there is no actor %c", name);
    return (NodeId)(at - names);
}

void stage_fresh(unsigned row)
{
    (void)row;
    if (lab) lab_free(lab);
    for (int i = 0; i < ACTORS; i++) g_free(actors[i].text);
    memset(actors, 0, sizeof actors);
    lab = lab_new(ACTORS, SIM_MS);
}

void stage_order(char name, const char *order)
{
    NodeId host = host_of(name);
    Actor *actor = &actors[host];
    g_free(actor->text);
    actor->order = actor->text = g_strdup(order);
    actor->done = false;
    if (!actor->process) actor->process = process_spawn(lab->ipc, host, (char[]){ name, '\0' }, work, actor);
    else if (!process_is_up(actor->process)) process_restart(actor->process);
    else wait_list_wake(&actor->idle, NULL);
    ipc_settle(lab->ipc);
}

bool stage_result(char name, bool patient, char result[ACTOR_WORDS])
{
    const Actor *actor = &actors[host_of(name)];
    SimTime limit = lab->now + (patient ? patience : settle);
    while (!actor->done && lab->now < limit) lab_run(lab, lab->now + 10 * SIM_MS);
    memcpy(result, actor->result, ACTOR_WORDS);
    return actor->done;
}

void stage_settle(void) { lab_run(lab, lab->now + settle); }

void stage_cut(bool cut)
{
    for (NodeId a = 0; a < ACTORS; a++)
        for (NodeId b = 0; b < a; b++) lab_link(lab, a, b, !cut);
}

void stage_crash(char name)
{
    process_crash(actors[host_of(name)].process);
    ipc_settle(lab->ipc);
}

void stage_vanish(char name) { lab_host_crash(lab, host_of(name)); }
void stage_return(char name) { lab_host_restart(lab, host_of(name)); }

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    int status = script_play(argv[1], strcmp(argv[2], "privileged") == 0);
    lab_free(lab);
    return status;
}
