/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A protocol's messages over another communication model than datagrams ([protocol] over). */
#include "world/state.h"

static void delivered(void *user, NodeId from, NodeId to, uint32_t body)
{
    node_receive(user, to, from, body);
}

static void lost(void *user, NodeId from, NodeId to, uint32_t body)
{
    World *world = user;
    (void)from, (void)to;
    world->counters.dropped[DROP_CARRIER]++;
    if (--world->bodies.list[body].copies == 0) body_end(world, body);
}

void over_prepare(World *world)
{
    const ProtocolSettings *settings = &world->scenario->protocol_settings;
    if (!settings->over) return;
    CarrierSettings carries = { .kind = (CarrierKind)settings->over, .hwm = settings->hwm, .deadline = settings->deadline,
                                .retry = settings->retry, .persistent = settings->persistent };
    CarrierUser user = { world, delivered, lost };
    world->carrier = carrier_new(world->ipc, &carries, &user);
}

void over_send(World *world, NodeId from, NodeId to, uint32_t body)
{
    Body *travels = &world->bodies.list[body];
    uint32_t size = travels->message.size;
    travels->copies += 2;                       /* one for its way, one for the sender, who ends it */
    carrier_send(world->carrier, from, to, body, size);
    world->bodies.list[body].copies--;
}
