/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/ipc.h"

#include <glib.h>
#include <string.h>

typedef struct {
    IpcCall call;               /* NULL: free */
    void *subject;
    uint64_t detail;
    uint64_t handle;            /* the fabric's */
    NodeId host;
    uint32_t serial;            /* tells a reused place from the timer that an old id means */
    uint32_t next, previous;    /* of the same host, or the next free one; number + 1 */
} Timer;

typedef struct { Packet packet; uint32_t next_free; bool used; } Flight;

typedef struct { const Library *library; void *state; } Shelf;

struct Ipc {
    Fabric fabric;
    Timer *timers;
    uint32_t timer_count, timer_room, timer_free;
    uint32_t *host_timers;      /* first of each host, number + 1 */
    Flight *flights;
    uint32_t flight_count, flight_room, flight_free;
    Shelf *shelves;             /* in the order of first use */
    unsigned shelf_count;
    GPtrArray *accounts;        /* of Account * */
    Random *randoms;            /* of each host */
    uint64_t random_key;
    void (*settle)(void *data);
    void *settle_data;
    IpcWatch watch;
    void *watch_data;
    PacketWatch packet_watch;
    void *packet_data;
    bool finished;
};

static void account_free(gpointer data)
{
    Account *account = data;
    g_free(account->model);
    g_free(account->object);
    g_free(account);
}

Ipc *ipc_new(const Fabric *fabric)
{
    Ipc *ipc = g_new0(Ipc, 1);
    ipc->fabric = *fabric;
    ipc->host_timers = g_new0(uint32_t, fabric->hosts + 1);
    ipc->accounts = g_ptr_array_new_with_free_func(account_free);
    ipc->random_key = random_key(fabric->seed, "ipc");
    return ipc;
}

void ipc_free(Ipc *ipc)
{
    if (!ipc) return;
    ipc_finish(ipc);
    for (unsigned i = 0; i < ipc->shelf_count; i++)
        if (ipc->shelves[i].library->part) ipc->shelves[i].library->part(ipc->shelves[i].state);
    for (unsigned i = ipc->shelf_count; i-- > 0;)       /* what stands on others goes first */
        if (ipc->shelves[i].library->stop) ipc->shelves[i].library->stop(ipc->shelves[i].state);
    for (unsigned i = 0; i < ipc->shelf_count; i++) g_free(ipc->shelves[i].state);
    g_free(ipc->shelves);
    g_free(ipc->timers);
    g_free(ipc->host_timers);
    g_free(ipc->flights);
    g_free(ipc->randoms);
    g_ptr_array_unref(ipc->accounts);
    g_free(ipc);
}

static void *shelf_state(const Ipc *ipc, const Library *library)
{
    for (unsigned i = 0; i < ipc->shelf_count; i++)
        if (ipc->shelves[i].library == library) return ipc->shelves[i].state;
    return NULL;
}

static Packet flight_end(Ipc *ipc, uint32_t number, PacketFate fate)
{
    Flight *flight = &ipc->flights[number];
    g_assert(number < ipc->flight_count && flight->used);
    Packet packet = flight->packet;
    if (G_UNLIKELY(ipc->packet_watch != NULL)) ipc->packet_watch(ipc->packet_data, &packet, number, fate);
    flight->used = false;
    flight->next_free = ipc->flight_free;
    ipc->flight_free = number + 1;
    return packet;
}

/* What still travels is counted and let go of. */
static void flights_end(Ipc *ipc)
{
    for (uint32_t i = 0; i < ipc->flight_count; i++) {
        if (!ipc->flights[i].used) continue;
        Packet packet = flight_end(ipc, i, PACKET_LOST);
        void *state = shelf_state(ipc, packet.library);
        if (packet.library->unfinished) packet.library->unfinished(state, &packet);
        else packet.library->lost(state, &packet);
    }
}

void ipc_finish(Ipc *ipc)
{
    if (ipc->finished) return;
    ipc->finished = true;
    ipc->packet_watch = NULL;
    for (unsigned i = 0; i < ipc->shelf_count; i++)
        if (ipc->shelves[i].library->finish) ipc->shelves[i].library->finish(ipc->shelves[i].state);
    flights_end(ipc);
}

void *ipc_library(Ipc *ipc, const Library *library)
{
    void *state = shelf_state(ipc, library);
    if (state) return state;
    state = g_malloc0(library->size + 1);
    ipc->shelves = g_renew(Shelf, ipc->shelves, ipc->shelf_count + 1);
    ipc->shelves[ipc->shelf_count++] = (Shelf){ library, state };
    if (library->start) library->start(ipc, state);
    return state;
}

void ipc_on_settle(Ipc *ipc, void (*settle)(void *data), void *data)
{
    ipc->settle = settle;
    ipc->settle_data = data;
}

void ipc_settle(Ipc *ipc)
{
    if (ipc->settle) ipc->settle(ipc->settle_data);
}

SimTime ipc_now(const Ipc *ipc) { return *ipc->fabric.now; }
uint32_t ipc_hosts(const Ipc *ipc) { return ipc->fabric.hosts; }
bool ipc_is_up(const Ipc *ipc, NodeId host) { return ipc->fabric.is_up(ipc->fabric.user, host); }

Random *ipc_random(Ipc *ipc, NodeId host)
{
    if (!ipc->randoms) ipc->randoms = g_new0(Random, ipc->fabric.hosts);
    Random *random = &ipc->randoms[host];
    if (!random->key) *random = random_keyed(ipc->random_key, host);
    return random;
}

/* ---- timers ---- */

static uint32_t timer_take(Ipc *ipc)
{
    if (!ipc->timer_free) {
        if (ipc->timer_count == ipc->timer_room) {
            ipc->timer_room = ipc->timer_room ? ipc->timer_room * 2 : 256;
            ipc->timers = g_renew(Timer, ipc->timers, ipc->timer_room);
        }
        ipc->timers[ipc->timer_count] = (Timer){ 0 };
        return ipc->timer_count++;
    }
    uint32_t number = ipc->timer_free - 1;
    ipc->timer_free = ipc->timers[number].next;
    return number;
}

/* Takes it out of its host's list and frees its place. */
static void timer_end(Ipc *ipc, uint32_t number)
{
    Timer *timer = &ipc->timers[number];
    if (timer->previous) ipc->timers[timer->previous - 1].next = timer->next;
    else ipc->host_timers[timer->host] = timer->next;
    if (timer->next) ipc->timers[timer->next - 1].previous = timer->previous;
    timer->call = NULL;
    timer->serial++;
    timer->next = ipc->timer_free;
    ipc->timer_free = number + 1;
}

IpcTimer ipc_after(Ipc *ipc, NodeId host, SimTime delay, IpcCall call, void *subject, uint64_t detail)
{
    g_assert(delay >= 0 && call && host < ipc->fabric.hosts);
    uint32_t number = timer_take(ipc), first = ipc->host_timers[host];
    Timer *timer = &ipc->timers[number];
    *timer = (Timer){ .call = call, .subject = subject, .detail = detail, .host = host, .serial = timer->serial, .next = first,
                      .handle = ipc->fabric.timer(ipc->fabric.user, host, delay, number) };
    if (first) ipc->timers[first - 1].previous = number + 1;
    ipc->host_timers[host] = number + 1;
    return (uint64_t)timer->serial << 32 | (number + 1);
}

void ipc_cancel(Ipc *ipc, IpcTimer *id)
{
    if (!*id) return;
    uint32_t number = (uint32_t)*id - 1, serial = (uint32_t)(*id >> 32);
    *id = 0;
    Timer *timer = &ipc->timers[number];
    if (!timer->call || timer->serial != serial) return;        /* gone with its host */
    ipc->fabric.cancel(ipc->fabric.user, timer->handle);
    timer_end(ipc, number);
}

void ipc_timer(Ipc *ipc, NodeId host, uint32_t tag)
{
    Timer timer = ipc->timers[tag];
    g_assert(timer.call && timer.host == host);
    timer_end(ipc, tag);
    timer.call(timer.subject, timer.detail);
    ipc_settle(ipc);
}

/* ---- packets ---- */

static uint32_t flight_take(Ipc *ipc, const Packet *packet)
{
    uint32_t number = ipc->flight_free - 1;
    if (!ipc->flight_free) {
        if (ipc->flight_count == ipc->flight_room) {
            ipc->flight_room = ipc->flight_room ? ipc->flight_room * 2 : 256;
            ipc->flights = g_renew(Flight, ipc->flights, ipc->flight_room);
        }
        number = ipc->flight_count++;
    } else {
        ipc->flight_free = ipc->flights[number].next_free;
    }
    ipc->flights[number] = (Flight){ .packet = *packet, .used = true };
    return number;
}

/* A packet of a host to itself; its timer goes with the host, its content must not. */
static void local_arrive(void *subject, uint64_t number)
{
    Ipc *ipc = subject;
    Packet packet = flight_end(ipc, (uint32_t)number, PACKET_ARRIVED);
    packet.library->arrive(shelf_state(ipc, packet.library), &packet);
}

void ipc_send(Ipc *ipc, const Packet *packet)
{
    uint32_t number = flight_take(ipc, packet);
    if (G_UNLIKELY(ipc->packet_watch != NULL)) ipc->packet_watch(ipc->packet_data, packet, number, PACKET_SENT);
    if (packet->from == packet->to) (void)ipc_after(ipc, packet->to, 0, local_arrive, ipc, number);
    else ipc->fabric.send(ipc->fabric.user, packet->from, packet->to, packet->size, number, packet->overlay);
}

void ipc_packet_ends(const Ipc *ipc, uint32_t number, NodeId *from, NodeId *to)
{
    *from = ipc->flights[number].packet.from;
    *to = ipc->flights[number].packet.to;
}

void ipc_arrived(Ipc *ipc, uint32_t number)
{
    Packet packet = flight_end(ipc, number, PACKET_ARRIVED);
    packet.library->arrive(shelf_state(ipc, packet.library), &packet);
    ipc_settle(ipc);
}

void ipc_lost(Ipc *ipc, uint32_t number)
{
    Packet packet = flight_end(ipc, number, PACKET_LOST);
    packet.library->lost(shelf_state(ipc, packet.library), &packet);
    ipc_settle(ipc);
}

/* ---- hosts ---- */

void ipc_host_down(Ipc *ipc, NodeId host)
{
    for (unsigned i = 0; i < ipc->shelf_count; i++)
        if (ipc->shelves[i].library->host_down) ipc->shelves[i].library->host_down(ipc->shelves[i].state, host);
    while (ipc->host_timers[host]) {
        uint32_t number = ipc->host_timers[host] - 1;
        Timer timer = ipc->timers[number];
        ipc->fabric.cancel(ipc->fabric.user, timer.handle);
        timer_end(ipc, number);
        if (timer.call != local_arrive) continue;
        Packet packet = flight_end(ipc, (uint32_t)timer.detail, PACKET_LOST);
        packet.library->lost(shelf_state(ipc, packet.library), &packet);
    }
    ipc_settle(ipc);
}

void ipc_host_up(Ipc *ipc, NodeId host)
{
    for (unsigned i = 0; i < ipc->shelf_count; i++)
        if (ipc->shelves[i].library->host_up) ipc->shelves[i].library->host_up(ipc->shelves[i].state, host);
    ipc_settle(ipc);
}

/* ---- books and watching ---- */

Account *ipc_account(Ipc *ipc, const char *model, const char *object)
{
    for (guint i = 0; i < ipc->accounts->len; i++) {
        Account *account = ipc->accounts->pdata[i];
        if (strcmp(account->object, object) == 0 && strcmp(account->model, model) == 0) return account;
    }
    Account *account = g_new0(Account, 1);
    account->model = g_strdup(model);
    account->object = g_strdup(object);
    g_ptr_array_add(ipc->accounts, account);
    return account;
}

unsigned ipc_account_count(const Ipc *ipc) { return ipc->accounts->len; }
Account *ipc_account_at(Ipc *ipc, unsigned i) { return ipc->accounts->pdata[i]; }

void ipc_watch(Ipc *ipc, IpcWatch watch, void *data)
{
    ipc->watch = watch;
    ipc->watch_data = data;
}

bool ipc_watched(const Ipc *ipc) { return ipc->watch != NULL; }

void ipc_tell(Ipc *ipc, const IpcEvent *event)
{
    if (G_LIKELY(!ipc->watch)) return;
    IpcEvent timed = *event;
    timed.time = ipc_now(ipc);
    ipc->watch(ipc->watch_data, &timed);
}

void ipc_packet_label(const Ipc *ipc, const Packet *packet, GString *words)
{
    if (packet->library->label) packet->library->label(shelf_state(ipc, packet->library), packet, words);
}

void ipc_watch_packets(Ipc *ipc, PacketWatch watch, void *data)
{
    ipc->packet_watch = watch;
    ipc->packet_data = data;
}
