/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/bodies.h"

void bodies_grow(Bodies *bodies)
{
    uint32_t room = bodies->room ? 2 * bodies->room : 1024;
    bodies->list = g_renew(Body, bodies->list, room);
    for (uint32_t i = room; i > bodies->room; i--) {
        bodies->list[i - 1].copies = 0;
        bodies->list[i - 1].message.data = NULL;
        bodies->list[i - 1].next_free = bodies->free;
        bodies->free = i;
    }
    bodies->room = room;
}

void bodies_clear(Bodies *bodies)
{
    for (uint32_t i = 0; i < bodies->room; i++) g_free((void *)bodies->list[i].message.data);
    g_clear_pointer(&bodies->list, g_free);
    bodies->room = bodies->free = 0;
}
