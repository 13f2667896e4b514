/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hosts on a bench: a fabric for programs of the communication models.
 *
 * Every pair of hosts has one latency unless told otherwise; links can be taken down,
 * lose a share, or lose the next packets; hosts crash and come back; calls happen at
 * stated instants.  Events of the models are kept as lines. */
#pragma once
#include <glib.h>
#include <string.h>

#include "core/engine.h"
#include "ipc/ipc.h"
#include "ipc/process.h"

enum { LAB_HOSTS = 64 };

typedef struct { SimTime latency; bool down; double loss; unsigned drop_next; uint64_t carried, bytes; } LabLink;

typedef struct {
    Engine *engine;
    SimTime now;
    Ipc *ipc;
    uint32_t hosts;
    bool up[LAB_HOSTS];
    uint32_t epoch[LAB_HOSTS];
    LabLink links[LAB_HOSTS][LAB_HOSTS];
    Random random;
    GArray *calls;              /* of LabCall */
    GPtrArray *told;            /* of LabTold * */
} Lab;

typedef struct { void (*call)(Lab *lab, void *data); void *data; } LabCall;

typedef struct { SimTime time; char *event, *process, *object, *reason; NodeId node; uint64_t message, number; } LabTold;

static inline uint64_t lab_timer_(void *user, NodeId host, SimTime delay, uint32_t tag)
{
    Lab *lab = user;
    return engine_timer(lab->engine, lab->now + delay, host, lab->epoch[host], tag);
}

static inline void lab_cancel_(void *user, uint64_t timer)
{
    (void)engine_cancel(((Lab *)user)->engine, timer);
}

/* The way of a packet: its word is packet * 2, or packet * 2 + 1 where it is lost. */
static inline void lab_send_(void *user, NodeId from, NodeId to, uint32_t bytes, uint32_t packet, bool overlay)
{
    Lab *lab = user;
    LabLink *link = &lab->links[from][to];
    (void)overlay;
    link->carried++;
    link->bytes += bytes;
    bool lost = link->down || link->drop_next || (link->loss > 0 && random_unit(&lab->random) < link->loss);
    if (!link->down && link->drop_next) link->drop_next--;
    engine_at(lab->engine, lab->now + link->latency, EVENT_MESSAGE, to, from, packet * 2 + lost);
}

static inline bool lab_is_up_(void *user, NodeId host)
{
    return ((Lab *)user)->up[host];
}

static inline void lab_told_(void *data, const IpcEvent *event)
{
    LabTold *told = g_new0(LabTold, 1);
    *told = (LabTold){ event->time, g_strdup(event->event), g_strdup(event->process), g_strdup(event->object),
                       g_strdup(event->reason), event->node, event->message, event->number };
    g_ptr_array_add(((Lab *)data)->told, told);
}

static inline void lab_told_free_(gpointer data)
{
    LabTold *told = data;
    g_free(told->event), g_free(told->process), g_free(told->object), g_free(told->reason);
    g_free(told);
}

static inline Lab *lab_new(uint32_t hosts, SimTime latency)
{
    Lab *lab = g_new0(Lab, 1);
    g_assert(hosts <= LAB_HOSTS);
    lab->engine = engine_new(latency + 1, 64);
    lab->hosts = hosts;
    lab->random = random_stream(1, "lab", 0);
    lab->calls = g_array_new(FALSE, FALSE, sizeof(LabCall));
    lab->told = g_ptr_array_new_with_free_func(lab_told_free_);
    for (uint32_t a = 0; a < hosts; a++) {
        lab->up[a] = true;
        for (uint32_t b = 0; b < hosts; b++) lab->links[a][b].latency = latency;
    }
    Fabric fabric = { lab, &lab->now, hosts, 1, lab_timer_, lab_cancel_, lab_send_, lab_is_up_ };
    lab->ipc = ipc_new(&fabric);
    ipc_watch(lab->ipc, lab_told_, lab);
    return lab;
}

/* Judges the books, unless the test has said what is wrong with them. */
static inline void lab_free(Lab *lab)
{
    ipc_finish(lab->ipc);
    for (unsigned i = 0; i < ipc_account_count(lab->ipc); i++) {
        const Account *account = ipc_account_at(lab->ipc, i);
        if (account_balance(account) != 0)
            g_error("the account %s %s does not balance: %" G_GINT64_FORMAT, account->model, account->object,
                    account_balance(account));
    }
    ipc_free(lab->ipc);
    engine_free(lab->engine);
    g_array_unref(lab->calls);
    g_ptr_array_unref(lab->told);
    g_free(lab);
}

/* Calls call(lab, data) at that instant, before timers and packets of the same instant. */
static inline void lab_at(Lab *lab, SimTime at, void (*call)(Lab *lab, void *data), void *data)
{
    LabCall made = { call, data };
    g_array_append_val(lab->calls, made);
    engine_at(lab->engine, at, EVENT_DOWN, 0, 0, lab->calls->len - 1);
}

/* Both directions. */
static inline void lab_link(Lab *lab, NodeId a, NodeId b, bool up)
{
    lab->links[a][b].down = lab->links[b][a].down = !up;
}

static inline void lab_latency(Lab *lab, NodeId a, NodeId b, SimTime latency)
{
    lab->links[a][b].latency = lab->links[b][a].latency = latency;
}

static inline void lab_loss(Lab *lab, NodeId a, NodeId b, double loss)
{
    lab->links[a][b].loss = lab->links[b][a].loss = loss;
}

/* Loses the next packets from a to b. */
static inline void lab_drop_next(Lab *lab, NodeId a, NodeId b, unsigned count)
{
    lab->links[a][b].drop_next = count;
}

static inline void lab_host_crash(Lab *lab, NodeId host)
{
    if (!lab->up[host]) return;
    lab->up[host] = false;
    lab->epoch[host]++;
    ipc_host_down(lab->ipc, host);
}

static inline void lab_host_restart(Lab *lab, NodeId host)
{
    if (lab->up[host]) return;
    lab->up[host] = true;
    ipc_host_up(lab->ipc, host);
}

/* Runs all that happens up to that instant, it included. */
static inline void lab_run(Lab *lab, SimTime until)
{
    Event event;
    uint32_t epoch, tag;
    ipc_settle(lab->ipc);
    while (engine_next(lab->engine, until, &event)) {
        lab->now = event.time;
        if (event.class == EVENT_DOWN) {
            LabCall made = g_array_index(lab->calls, LabCall, event.word);
            made.call(lab, made.data);
            ipc_settle(lab->ipc);
        } else if (event.class == EVENT_TIMER) {
            if (engine_timer_take(lab->engine, event.word, &epoch, &tag) && epoch == lab->epoch[event.to] && lab->up[event.to])
                ipc_timer(lab->ipc, event.to, tag);
        } else if (event.word & 1 || !lab->up[event.to]) {
            ipc_lost(lab->ipc, event.word / 2);
        } else {
            ipc_arrived(lab->ipc, event.word / 2);
        }
    }
    lab->now = MAX(lab->now, until);
}

/* How many events of that name there were; `object` and `reason` NULL: any. */
static inline unsigned lab_count(const Lab *lab, const char *event, const char *object, const char *reason)
{
    unsigned count = 0;
    for (guint i = 0; i < lab->told->len; i++) {
        const LabTold *told = lab->told->pdata[i];
        count += strcmp(told->event, event) == 0 && (!object || g_strcmp0(told->object, object) == 0) &&
                 (!reason || g_strcmp0(told->reason, reason) == 0);
    }
    return count;
}

/* When the event of that name happened for the nth time (from 0), or -1. */
static inline SimTime lab_when(const Lab *lab, const char *event, unsigned nth)
{
    for (guint i = 0; i < lab->told->len; i++) {
        const LabTold *told = lab->told->pdata[i];
        if (strcmp(told->event, event) == 0 && nth-- == 0) return told->time;
    }
    return -1;
}
