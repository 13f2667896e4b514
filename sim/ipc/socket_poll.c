/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of several sockets are ready (poll(2)). */
#include "ipc/socket_state.h"

static short state_of(Process *self, const SocketPoll *poll)
{
    int error;
    const Socket *socket = socket_find(self, poll->fd, &error);
    if (!socket) return SOCKET_NVAL;
    bool stream = socket->type == SOCKET_STREAM;
    bool in = stream ? socket_stream_readable(socket) : socket->first || socket->shut_read;
    bool out = stream ? socket_stream_writable(socket) : true;
    bool hung_up = stream && (socket->state == SOCKET_DEAD || socket->state == SOCKET_NEW || socket_stream_both_ended(socket));
    int flags = (in ? poll->events & SOCKET_IN : 0) | (out ? poll->events & SOCKET_OUT : 0) | (socket->error ? SOCKET_ERR : 0) |
                (hung_up ? SOCKET_HUP : 0);
    return (short)flags;
}

static int look(Process *self, SocketPoll *polls, unsigned count)
{
    int ready = 0;
    for (unsigned i = 0; i < count; i++) {
        polls[i].revents = polls[i].fd < 0 ? 0 : state_of(self, &polls[i]);
        ready += polls[i].revents != 0;
    }
    return ready;
}

/* The lists of all that is polled; how many. */
static unsigned gather(Process *self, const SocketPoll *polls, unsigned count, WaitList **lists)
{
    unsigned n = 0;
    int error;
    for (unsigned i = 0; i < count; i++) {
        Socket *socket = polls[i].fd < 0 ? NULL : socket_find(self, polls[i].fd, &error);
        if (!socket) continue;
        lists[n++] = &socket->readers;
        lists[n++] = &socket->writers;
    }
    return n;
}

int socket_poll(Process *self, SocketPoll *polls, unsigned count, SimTime timeout)
{
    enum { FEW = 32 };
    SimTime until = timeout < 0 ? -1 : process_now(self) + timeout;
    WaitList *few[FEW * 2];
    for (;;) {
        int ready = look(self, polls, count);
        if (ready || timeout == 0) return ready;
        if (process_running(process_ipc(self)) != self) return -IPC_EDEADLK;
        g_autofree WaitList **many = count > FEW ? g_new(WaitList *, 2 * count) : NULL;
        WaitList **lists = many ? many : few;
        unsigned n = gather(self, polls, count, lists);
        if (process_wait_any(self, lists, n, until) < 0) return look(self, polls, count);
    }
}
