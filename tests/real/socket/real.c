/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls on Linux. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"
#include "stage/stage.h"

/* ---- calls ---- */

static int64_t outcome(int64_t value) { return value < 0 ? -errno : value; }

const char *net_error(int64_t error) { return error == -EOPNOTSUPP ? "ENOTSUP" : strerrorname_np((int)-error); }

static struct sockaddr_in address(int port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(stage_port(port)),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

int64_t net_open(void *self, bool datagram)
{
    int fd = socket(AF_INET, datagram ? SOCK_DGRAM : SOCK_STREAM, 0);
    (void)self;
    if (fd >= 0) stage_filter(fd);
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
    if (made >= 0) stage_filter(made);
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

void actor_serve(int wire) { (void)wire; }      /* sockets serve nobody by themselves */
