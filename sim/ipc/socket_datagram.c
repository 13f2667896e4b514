/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Datagrams (RFC 768, udp(7)): each a packet of its own, with nobody to see to it. */
#include "ipc/socket_state.h"

#include <string.h>

typedef enum { KIND_DATAGRAM, KIND_UNREACHABLE } Kind;

struct Datagram {
    Datagram *next;
    Address from;
    uint32_t size;
    bool filled;
    char data[];
};

static void count_drop(Sockets *all, const Packet *packet, IpcDrop why)
{
    all->datagrams->dropped[why] += packet->size;
    IpcEvent told = { .event = "sock.drop", .node = packet->to, .message = packet->port_to, .number = packet->size,
                      .reason = ipc_drop_names[why] };
    ipc_tell(all->ipc, &told);
}

int64_t socket_datagram_send(Socket *socket, const void *data, size_t size, Address to)
{
    Sockets *all = socket->all;
    int error = socket_error_once(socket);
    if (error < 0) return error;
    if (socket->shut_write) return -IPC_EPIPE;
    if (size > SOCKET_DATAGRAM_MAX) return -IPC_EMSGSIZE;
    if (to.host >= ipc_hosts(all->ipc)) return -IPC_ENETUNREACH;
    if (!socket->bound && (error = socket_find_port(socket, 0)) < 0) return error;
    Datagram *datagram = g_malloc(sizeof(Datagram) + (data ? size : 0));
    *datagram = (Datagram){ .from = socket->here, .size = (uint32_t)size, .filled = data != NULL };
    if (data) memcpy(datagram->data, data, size);
    if (!all->datagrams) all->datagrams = ipc_account(all->ipc, "socket", "datagram");
    all->datagrams->published += size;
    all->datagrams->entered += size;
    all->flying += size;
    Packet packet = { .library = &socket_library, .from = socket->here.host, .to = to.host, .size = (uint32_t)size,
                      .port_from = socket->here.port, .port_to = to.port, .content = datagram, .kind = KIND_DATAGRAM,
                      .overlay = socket->options[SOCKET_OVERLAY] != 0 };
    ipc_send(all->ipc, &packet);
    return (int64_t)size;
}

/* One that is connected hears of its peer alone. */
static Socket *addressee(Sockets *all, const Packet *packet)
{
    for (Socket *socket = all->bound[SOCKET_DATAGRAM][packet->to]; socket; socket = socket->next_bound) {
        if (socket->here.port != packet->port_to) continue;
        if (socket->state != SOCKET_CONNECTED) return socket;
        if (socket->peer.host == packet->from && socket->peer.port == packet->port_from) return socket;
    }
    return NULL;
}

static void refuse(Sockets *all, const Packet *packet)
{
    Packet back = { .library = &socket_library, .from = packet->to, .to = packet->from, .port_from = packet->port_to,
                    .port_to = packet->port_from, .kind = KIND_UNREACHABLE, .overlay = packet->overlay };
    count_drop(all, packet, IPC_DROP_PEER_GONE);
    ipc_send(all->ipc, &back);
}

static void queue(Socket *socket, Datagram *datagram)
{
    if (socket->last) socket->last->next = datagram;
    else socket->first = datagram;
    socket->last = datagram;
    socket->held += MAX(datagram->size, 1);
    (void)wait_list_wake(&socket->readers);
}

void socket_datagram_arrive(Sockets *all, Packet *packet)
{
    Socket *socket = addressee(all, packet);
    if (packet->kind == KIND_UNREACHABLE) {
        if (!socket || socket->state != SOCKET_CONNECTED) return;
        socket->error = IPC_ECONNREFUSED;
        wait_list_wake_all(&socket->readers);
        return;
    }
    all->flying -= packet->size;
    bool fits = socket && socket->held + MAX(packet->size, 1) <= (uint64_t)socket->options[SOCKET_RCVBUF];
    if (fits) {
        queue(socket, packet->content);
        return;
    }
    if (socket) count_drop(all, packet, IPC_DROP_RCVBUF_FULL);
    else refuse(all, packet);
    g_free(packet->content);
}

void socket_datagram_lost(Sockets *all, Packet *packet)
{
    if (packet->kind == KIND_UNREACHABLE) return;
    all->flying -= packet->size;
    count_drop(all, packet, ipc_is_up(all->ipc, packet->to) ? IPC_DROP_LINK_LOSS : IPC_DROP_CRASH);
    g_free(packet->content);
}

static Datagram *take(Socket *socket)
{
    Datagram *datagram = socket->first;
    socket->first = datagram->next;
    if (!socket->first) socket->last = NULL;
    socket->held -= MAX(datagram->size, 1);
    return datagram;
}

int64_t socket_datagram_receive(Socket *socket, void *data, size_t size, int flags, Address *from)
{
    SimTime until = socket_until(socket, SOCKET_RCVTIMEO);
    while (!socket->first) {
        int error = socket_error_once(socket);
        if (error < 0) return error;
        if (socket->shut_read) return 0;
        error = socket_wait(socket, &socket->readers, flags, until);
        if (error < 0) return error;
    }
    Datagram *datagram = take(socket);
    size_t got = MIN(size, datagram->size);
    if (data && datagram->filled) memcpy(data, datagram->data, got);
    else if (data) memset(data, 0, got);
    if (from) *from = datagram->from;
    socket->all->datagrams->delivered += datagram->size;    /* what did not fit too: it was taken, and thrown away */
    g_free(datagram);
    return (int64_t)got;
}

uint64_t socket_datagram_bytes(const Socket *socket)
{
    uint64_t bytes = 0;
    for (const Datagram *datagram = socket->first; datagram; datagram = datagram->next) bytes += datagram->size;
    return bytes;
}

void socket_datagram_empty(Socket *socket, bool crash)
{
    if (!socket->first) return;
    socket->all->datagrams->dropped[crash ? IPC_DROP_CRASH : IPC_DROP_PEER_GONE] += socket_datagram_bytes(socket);
    while (socket->first) g_free(take(socket));
}
