/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows on Linux: each actor is a process of its own, on the loopback. */
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <net/if.h>
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

#include "actor.h"
#include "net.h"

enum { ACTORS = 26, SETTLE = 40, PATIENCE = 20000, PORTS = 400 };    /* ms; ports of a row */

typedef struct { pid_t pid; int orders, controls; } Actor;     /* pid 0: not there */

static Actor actors[ACTORS];
static int wires[2];                /* an actor's own: for orders, and for what is done to it */
static int first_port;
static bool cut;

/* ---- calls ---- */

static int64_t outcome(int64_t value) { return value < 0 ? -errno : value; }

const char *net_error(int64_t error) { return error == -EOPNOTSUPP ? "ENOTSUP" : strerrorname_np((int)-error); }

/* A filter that lets nothing in is a link that loses everything. */
static void filter(int fd)
{
    struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog program = { 1, &nothing };
    int none = 0;
    if (cut) setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
    else setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof none);
}

static struct sockaddr_in address(int port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)(first_port + port)),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

int64_t net_open(void *self, bool datagram)
{
    int fd = socket(AF_INET, datagram ? SOCK_DGRAM : SOCK_STREAM, 0);
    (void)self;
    if (fd >= 0) filter(fd);
    return outcome(fd);
}

int64_t net_set(void *self, int fd, const char *option, int64_t value)
{
    static const struct { const char *name; int level, option, unit; } known[] = {
        { "sndbuf", SOL_SOCKET, SO_SNDBUF, 1 }, { "rcvbuf", SOL_SOCKET, SO_RCVBUF, 1 },
        { "reuseaddr", SOL_SOCKET, SO_REUSEADDR, 1 },
        { "keepalive", SOL_SOCKET, SO_KEEPALIVE, 1 }, { "keepidle", IPPROTO_TCP, TCP_KEEPIDLE, 1000 },
        { "keepintvl", IPPROTO_TCP, TCP_KEEPINTVL, 1000 }, { "keepcnt", IPPROTO_TCP, TCP_KEEPCNT, 1 },
        { "user-timeout", IPPROTO_TCP, TCP_USER_TIMEOUT, 1 }, { "syn-retries", IPPROTO_TCP, TCP_SYNCNT, 1 },
    };
    struct timeval time = { value / 1000, value % 1000 * 1000 };
    struct linger linger = { value >= 0, (int)(value / 1000) };
    (void)self;
    if (strcmp(option, "sndtimeo") == 0) return outcome(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time));
    if (strcmp(option, "rcvtimeo") == 0) return outcome(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time));
    if (strcmp(option, "linger") == 0) return outcome(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    if (strcmp(option, "nonblock") == 0) return outcome(ioctl(fd, FIONBIO, &(int){ value != 0 }));
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(option, known[i].name) != 0) continue;
        int number = (int)(value / known[i].unit);
        return outcome(setsockopt(fd, known[i].level, known[i].option, &number, sizeof number));
    }
    abort();
}

int64_t net_pending(void *self, int fd)
{
    int error = 0;
    socklen_t size = sizeof error;
    (void)self;
    return outcome(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size)) < 0 ? -errno : -error;
}

int64_t net_bind(void *self, int fd, int port)
{
    struct sockaddr_in at = address(port);
    (void)self;
    return outcome(bind(fd, (struct sockaddr *)&at, sizeof at));
}

int64_t net_connect(void *self, int fd, int port)
{
    struct sockaddr_in to = address(port);
    (void)self;
    return outcome(connect(fd, (struct sockaddr *)&to, sizeof to));
}

int64_t net_accept(void *self, int fd)
{
    int made = accept(fd, NULL, NULL);
    (void)self;
    if (made >= 0) filter(made);
    return outcome(made);
}

int64_t net_send_to(void *self, int fd, const void *data, size_t size, int port)
{
    struct sockaddr_in to = address(port);
    (void)self;
    return outcome(sendto(fd, data, size, MSG_NOSIGNAL, (struct sockaddr *)&to, sizeof to));
}

static int flags(bool wait) { return MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT); }

int64_t net_listen(void *self, int fd, int backlog) { (void)self; return outcome(listen(fd, backlog)); }
int64_t net_send(void *self, int fd, const void *data, size_t size, bool wait)
{
    (void)self;
    return outcome(send(fd, data, size, flags(wait)));
}

int64_t net_receive(void *self, int fd, void *data, size_t size, bool wait)
{
    (void)self;
    return outcome(recv(fd, data, size, flags(wait)));
}

int64_t net_shutdown(void *self, int fd, int sides) { (void)self; return outcome(shutdown(fd, sides - 1)); }
int64_t net_close(void *self, int fd) { (void)self; return outcome(close(fd)); }

int64_t net_poll(void *self, int fd, int events)
{
    struct pollfd one = { fd, (short)events, 0 };       /* the bits are Linux's */
    (void)self;
    return poll(&one, 1, 0) < 0 ? -errno : one.revents;
}

/* ---- actors ---- */

/* The other thread of an actor: does to its sockets what is done to its host, even while it waits in a call.
 * A socket under repair says nothing to its peer when it is closed. */
static void *control(void *data)
{
    const Desk *desk = data;
    char what;
    while (recv(wires[1], &what, 1, 0) == 1) {
        cut = what == 'c';
        for (int i = 0; i < desk->count; i++) {
            if (what != 'v') filter(desk->open[i].fd);
            else setsockopt(desk->open[i].fd, IPPROTO_TCP, TCP_REPAIR, &(int){ 1 }, sizeof(int));
        }
        if (what == 'v') _exit(0);
        send(wires[1], "", 1, 0);
    }
    return NULL;
}

static void work(void)
{
    static Desk desk;
    pthread_t thread;
    char order[ACTOR_WORDS], result[ACTOR_WORDS];
    if (pthread_create(&thread, NULL, control, &desk)) _exit(1);
    for (;;) {
        ssize_t length = recv(wires[0], order, sizeof order - 1, 0);
        if (length <= 0) _exit(0);
        order[length] = '\0';
        actor_obey(&desk, NULL, order, result);
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

bool stage_result(char name, bool patient, char result[ACTOR_WORDS])
{
    struct pollfd one = { who(name)->orders, POLLIN, 0 };
    if (poll(&one, 1, patient ? PATIENCE : SETTLE) <= 0) return false;
    if (recv(one.fd, result, ACTOR_WORDS, 0) > 0) return true;
    fprintf(stderr, "%c is gone\n", name);
    exit(1);
}

void stage_settle(void) { usleep(SETTLE * 1000); }

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
