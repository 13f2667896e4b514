/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What befalls messages for a time: slow nodes, loss, delay, nodes that keep to
 * themselves what they should pass on, and junk. */
#include <math.h>

#include "world/state.h"

bool disturbance_delays(const World *world)
{
    for (guint i = 0; i < world->disturbed->len; i++) {
        const Disturbance *what = &g_array_index(world->disturbed, Disturbed, i).what;
        if (what->factor > 0 || what->delay) return true;
    }
    return false;
}

void disturbance_change(World *world, const Change *change)
{
    g_array_index(world->disturbed, Disturbed, change->index).active = !change->up;
    world->disturbed_active += change->up ? -1u : 1;
}

/* How many of the message's ends the disturbance touches. */
static int touches(const World *world, const Disturbed *disturbed, const Way *way, const Message *message)
{
    const Disturbance *what = &disturbed->what;
    if (what->forwarded_only && (message->publication == PUBLICATION_NONE || !(message->flags & MESSAGE_PAYLOAD) ||
                                 world->lives[message->publication].public.source == way->from)) return 0;
    if (!disturbed->nodes) return 1;
    int ends = 0;
    if (what->between) return bit_get(disturbed->nodes, way->from) && bit_get(disturbed->nodes, way->to);
    if (what->ends != ENDS_TO) ends += bit_get(disturbed->nodes, way->from);
    if (what->ends != ENDS_FROM) ends += bit_get(disturbed->nodes, way->to);
    return ends;
}

static SimTime scaled(SimTime latency, double factor)
{
    double ns = (double)latency * factor;
    return ns < 0x1p62 ? (SimTime)llround(ns) : (SimTime)1 << 62;
}

/* True if the disturbance takes the message. */
static bool takes(World *world, const Disturbed *disturbed, const Way *way, const Message *message, DropReason *reason)
{
    const Disturbance *what = &disturbed->what;
    Random *random = channel_random(world, way->from);
    *reason = DROP_WITHHELD;
    if (what->withheld > 0 && random_unit(random) < what->withheld) {
        world->load[way->from]--;                   /* it never left */
        return true;
    }
    *reason = DROP_LOSS;
    LossState none = LOSS_GOOD, *state = &none;
    if (!what->loss) return false;
    if (disturbed->states) state = channel_loss_state(disturbed->states, way->from, way->to);
    return loss_next(what->loss, state, random) && !(message->flags & MESSAGE_CONNECTED);
}

bool disturbance_pass(World *world, const Way *way, const Message *message, SimTime *latency, DropReason *reason)
{
    for (guint i = 0; i < world->disturbed->len; i++) {
        const Disturbed *disturbed = &g_array_index(world->disturbed, Disturbed, i);
        if (!disturbed->active) continue;
        int ends = touches(world, disturbed, way, message);
        if (!ends) continue;
        if (takes(world, disturbed, way, message, reason)) return false;
        const Disturbance *what = &disturbed->what;
        if (what->factor > 0) *latency = scaled(*latency, ends == 2 ? what->factor * what->factor : what->factor);
        if (what->delay) *latency += distribution_time(what->delay, channel_random(world, way->from));
    }
    return true;
}

void spam_send(World *world, const Change *change, uint32_t number)
{
    const Spam *spam = &g_array_index(world->spams, Spam, change->index);
    Random *random = channel_random(world, change->node);
    if (world->now > change->time && bit_get(world->up, change->node)) {
        Node *node = world_node(world, change->node);
        uint32_t degree = node_degree(node);
        Message junk = { .publication = PUBLICATION_NONE, .size = spam->size, .flags = MESSAGE_JUNK };
        if (degree) node_send_neighbor(node, (uint32_t)random_below(random, degree), &junk);
    }
    double after = fmin(fmax(-spam->interval * log(random_open(random)), 1), 0x1p62);
    if (after > (double)(MIN(spam->until, world->end) - world->now)) return;
    engine_at(world->engine, world->now + (SimTime)after, EVENT_DOWN, change->node, 0, number);
}
