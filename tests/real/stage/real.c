/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actors as processes on the loopback. */
#include "stage.h"

#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ACTORS = 26, SETTLE = 4, WAITS = 40, PATIENCE = 20000, PORTS = 300 };   /* ms; ports of a row */

typedef struct { pid_t pid; int orders, controls; } Actor;     /* pid 0: not there */

static Actor actors[ACTORS];
static int wires[2];                /* an actor's own: for orders, and for what is done to it */
static int first_port;
static bool cut;

uint16_t stage_port(int port) { return (uint16_t)(first_port + port); }

/* A filter that lets nothing in is a link that loses everything. */
void stage_filter(int fd)
{
    struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog program = { 1, &nothing };
    int none = 0;
    if (cut) setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
    else setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof none);
}

/* The other thread of an actor: does to its sockets what is done to its host, even while it waits in a call.
 * A socket under repair says nothing to its peer when it is closed. */
static void *control(void *data)
{
    int fds[STAGE_FDS];
    char what;
    while (recv(wires[1], &what, 1, 0) == 1) {
        cut = what == 'c';
        unsigned count = actor_sockets(data, fds);
        for (unsigned i = 0; i < count; i++) {
            if (what != 'v') stage_filter(fds[i]);
            else setsockopt(fds[i], IPPROTO_TCP, TCP_REPAIR, &(int){ 1 }, sizeof(int));
        }
        if (what == 'v') _exit(0);
        send(wires[1], "", 1, 0);
    }
    return NULL;
}

static void work(void)
{
    static char desk[STAGE_DESK] __attribute__((aligned(16)));
    pthread_t thread;
    char order[STAGE_WORDS], result[STAGE_WORDS];
    if (pthread_create(&thread, NULL, control, desk)) _exit(1);
    for (;;) {
        actor_serve(wires[0]);
        ssize_t length = recv(wires[0], order, sizeof order - 1, 0);
        if (length <= 0) _exit(0);
        order[length] = '\0';
        actor_obey(desk, NULL, order, result);
        send(wires[0], result, strlen(result) + 1, 0);
    }
}

static Actor *who(char name)
{
    if (name < 'A' || name > 'Z') abort();
    return &actors[name - 'A'];
}

static void start(Actor *actor)
{
    int orders[2], controls[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, orders) < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, controls) < 0 ||
        (actor->pid = fork()) < 0) {
        perror("an actor");
        exit(1);
    }
    bool child = actor->pid == 0;
    close(orders[!child]), close(controls[!child]);
    actor->orders = wires[0] = orders[child];
    actor->controls = wires[1] = controls[child];
    if (child) work();
}

static void gone(Actor *actor)
{
    waitpid(actor->pid, NULL, 0);
    close(actor->orders), close(actor->controls);
    actor->pid = 0;
}

void stage_crash(char name)
{
    if (!who(name)->pid) return;
    kill(who(name)->pid, SIGKILL);
    gone(who(name));
}

void stage_vanish(char name)
{
    send(who(name)->controls, "v", 1, 0);
    gone(who(name));
}

void stage_return(char name) { (void)name; }      /* it is this one */

void stage_fresh(unsigned row)
{
    for (char name = 'A'; name <= 'Z'; name++) stage_crash(name);
    cut = false;
    first_port = 10000 + getpid() % 4000 + (int)row * PORTS;      /* below those that connections take */
    if (first_port + PORTS > 32768) abort();
}

void stage_order(char name, const char *order)
{
    if (!who(name)->pid) start(who(name));
    send(who(name)->orders, order, strlen(order), 0);
}

bool stage_result(char name, bool patient, char result[STAGE_WORDS])
{
    struct pollfd one = { who(name)->orders, POLLIN, 0 };
    if (poll(&one, 1, patient ? PATIENCE : WAITS) <= 0) return false;
    if (recv(one.fd, result, STAGE_WORDS, 0) > 0) return true;
    fprintf(stderr, "%c is gone\n", name);
    exit(1);
}

void stage_wait(int ms) { usleep((useconds_t)ms * 1000); }
void stage_settle(void) { stage_wait(SETTLE); }

void stage_cut(bool now)
{
    char done;
    cut = now;
    for (int i = 0; i < ACTORS; i++) {
        int wire = actors[i].controls;
        if (actors[i].pid && (send(wire, now ? "c" : "h", 1, 0) != 1 || recv(wire, &done, 1, 0) != 1)) abort();
    }
}

/* In a namespace of its own the loopback is down at first. */
static void loopback_up(void)
{
    struct ifreq request = { .ifr_name = "lo" };
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (ioctl(fd, SIOCGIFFLAGS, &request) == 0) {
        request.ifr_flags |= IFF_UP;
        (void)ioctl(fd, SIOCSIFFLAGS, &request);
    }
    close(fd);
}

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    loopback_up();
    return script_play(argv[1], strcmp(argv[2], "privileged") == 0);
}
