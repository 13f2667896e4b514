/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol/held.h"

void held_add(Node *self, Held *held, const Message *message, int64_t since)
{
    if (held->count == held->room) {
        uint32_t room = held->room ? 2 * held->room : 2;
        HeldOne *more = g_new(HeldOne, room);
        for (uint32_t i = 0; i < held->count; i++) more[i] = *held_at(held, i);
        g_free(held->list);
        held->list = more, held->room = room, held->first = 0;
    }
    held->list[(held->first + held->count++) % held->room] = (HeldOne){ since, message->publication, message->hops };
    node_hold(self, message->publication);
}

void held_expire(Node *self, Held *held, int64_t before)
{
    while (held->count && held->list[held->first].since < before) {
        node_release(self, held->list[held->first].publication);
        held->first = (held->first + 1) % held->room;
        held->count--;
    }
}

void held_clear(Node *self, Held *held)
{
    held_expire(self, held, INT64_MAX);
    g_free(held->list);
    *held = (Held){ 0 };
}

const HeldOne *held_find(const Held *held, uint32_t publication)
{
    for (uint32_t i = held->count; i--; )
        if (held_at(held, i)->publication == publication) return held_at(held, i);
    return NULL;
}

void held_send(Node *self, const Held *held, uint32_t publication, NodeId to, uint8_t kind)
{
    const HeldOne *one = held_find(held, publication);
    if (!one) return;
    Message message = {
        .publication = publication, .size = node_publication(self, publication)->size, .hops = one->hops,
        .kind = kind, .flags = MESSAGE_PAYLOAD,
    };
    node_send(self, to, &message);
}
