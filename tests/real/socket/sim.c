/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls in the simulator. */
#include <stdlib.h>
#include <string.h>

#include "ipc/socket.h"
#include "net.h"
#include "stage/stage.h"

static Address address(int port) { return (Address){ (NodeId)(port / STAGE_PORTS), (uint32_t)port }; }

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
        { "sndtimeo", SOCKET_SNDTIMEO, SIM_MS }, { "rcvtimeo", SOCKET_RCVTIMEO, SIM_MS },
        { "linger", SOCKET_LINGER, SIM_MS }, { "nonblock", SOCKET_NONBLOCK, 1 },
        { "keepalive", SOCKET_KEEPALIVE, 1 }, { "keepidle", SOCKET_KEEPIDLE, SIM_MS },
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
