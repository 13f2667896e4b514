/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ONC RPC by libtirpc, without a port mapper. */
#include "rpc.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <rpc/rpc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stage/stage.h"

enum { PROGRAM = 0x20000101, VERSION = 1, CLIENTS = 4, CACHE = 64 };
enum { ECHO = 1, SLEEP, FAIL, GARBLE, UNKNOWN };

typedef struct { ClientOrder order; CLIENT *handle; int fd; } Client;    /* handle NULL: not connected yet */
typedef struct { Client clients[CLIENTS]; int opened; } Memory;
_Static_assert(sizeof(Memory) <= STAGE_DESK, "an actor's memory is too small");

static int executed;

/* ---- server ---- */

static void dispatch(struct svc_req *request, SVCXPRT *transport)
{
    char text[RPC_TEXT] = "", *place = text;
    executed += request->rq_proc >= ECHO && request->rq_proc < UNKNOWN;
    switch (request->rq_proc) {
    case ECHO:
    case SLEEP:
        if (!svc_getargs(transport, (xdrproc_t)xdr_wrapstring, (char *)&place)) abort();
        if (request->rq_proc == SLEEP) usleep((useconds_t)atoi(text) * 1000);
        svc_sendreply(transport, (xdrproc_t)xdr_wrapstring, (char *)&place);
        return;
    case FAIL: svcerr_systemerr(transport); return;
    case GARBLE: svcerr_decode(transport); return;
    default: svcerr_noproc(transport); return;
    }
}

bool server_open(void *memory, void *self, const ServerOrder *order)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(stage_port(order->port)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, order->stream ? SOCK_STREAM : SOCK_DGRAM, 0);
    (void)memory, (void)self;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
    if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0) return false;
    if (order->stream && listen(fd, 8) < 0) return false;
    stage_filter(fd);
    SVCXPRT *transport = order->stream ? svctcp_create(fd, 0, 0) : svcudp_create(fd);
    if (!transport || !svc_register(transport, PROGRAM, VERSION, dispatch, 0)) return false;
    return !order->filters || svc_dg_enablecache(transport, CACHE);
}

int server_executed(const void *memory)
{
    (void)memory;
    return executed;
}

/* All that has come is served before the next order is. */
void actor_serve(int wire)
{
    for (;;) {
        struct pollfd fds[STAGE_FDS] = { { wire, POLLIN, 0 } };
        int count = svc_max_pollfd < STAGE_FDS - 1 ? svc_max_pollfd : STAGE_FDS - 1;
        for (int i = 0; i < count; i++) fds[i + 1] = svc_pollfd[i];
        int ready = poll(fds, (nfds_t)count + 1, -1);
        bool order = fds[0].revents != 0;
        if (ready > order) svc_getreq_poll(fds + 1, ready - order);
        else if (order) return;
    }
}

/* ---- clients ---- */

bool client_open(void *memory, void *self, int number, const ClientOrder *order)
{
    Memory *all = memory;
    (void)self;
    all->clients[number] = (Client){ .order = *order, .fd = -1 };
    if (all->opened <= number) all->opened = number + 1;
    return true;
}

static CLIENT *connected(Client *client)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(stage_port(client->order.port)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct timeval retry = { client->order.retry_ms / 1000, client->order.retry_ms % 1000 * 1000 };
    int fd = RPC_ANYSOCK;
    if (client->handle) return client->handle;
    client->handle = client->order.stream ? clnttcp_create(&to, PROGRAM, VERSION, &fd, 0, 0)
                                          : clntudp_bufcreate(&to, PROGRAM, VERSION, retry, &fd, 8000, 8000);
    if (client->handle) stage_filter(client->fd = fd);
    return client->handle;
}

static const char *status_name(enum clnt_stat status)
{
    switch (status) {
    case RPC_SUCCESS: return "OK";
    case RPC_CANTDECODEARGS: return "INVALID_ARGUMENT";
    case RPC_TIMEDOUT: return "DEADLINE_EXCEEDED";
    case RPC_PROCUNAVAIL: return "UNIMPLEMENTED";
    case RPC_SYSTEMERROR: return "INTERNAL";
    case RPC_CANTSEND:
    case RPC_CANTRECV: return "UNAVAILABLE";
    default: return clnt_sperrno(status);
    }
}

static rpcproc_t method_number(const char *method)
{
    static const char *const names[] = { "", "echo", "sleep", "fail", "garble" };
    for (rpcproc_t i = ECHO; i < UNKNOWN; i++)
        if (strcmp(method, names[i]) == 0) return i;
    return UNKNOWN;
}

const char *client_call(void *memory, void *self, int number, const CallOrder *order, char answer[RPC_TEXT])
{
    CLIENT *handle = connected(&((Memory *)memory)->clients[number]);
    struct timeval limit = { order->limit_ms / 1000, order->limit_ms % 1000 * 1000 };
    const char *text = order->text;
    (void)self;
    if (!handle) return rpc_createerr.cf_error.re_errno == ECONNREFUSED ? "UNAVAILABLE" : "?";
    enum clnt_stat status = clnt_call(handle, method_number(order->method), (xdrproc_t)xdr_wrapstring, (char *)&text,
                                      (xdrproc_t)xdr_wrapstring, (char *)&answer, limit);
    if (status != RPC_SUCCESS) answer[0] = '\0';
    return status_name(status);
}

/* Batching (RFC 5531, 8.4.1): without time and results the call goes with the next one that waits. */
void client_tell(void *memory, void *self, int number, const CallOrder *order)
{
    CLIENT *handle = connected(&((Memory *)memory)->clients[number]);
    const char *text = order->text;
    (void)self;
    struct timeval none = { 0 };
    if (!handle) return;
    (void)clnt_call(handle, method_number(order->method), (xdrproc_t)xdr_wrapstring, (char *)&text, NULL, NULL, none);
}

unsigned actor_sockets(const void *memory, int fds[STAGE_FDS])
{
    const Memory *all = memory;
    unsigned count = 0;
    for (int i = 0; i < all->opened; i++)
        if (all->clients[i].fd >= 0) fds[count++] = all->clients[i].fd;
    for (int i = 0; i < svc_max_pollfd && count < STAGE_FDS; i++)
        if (svc_pollfd[i].fd >= 0) fds[count++] = svc_pollfd[i].fd;
    return count;
}
