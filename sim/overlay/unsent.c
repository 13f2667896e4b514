/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "overlay/unsent.h"

enum { UNSENT_MOST = 8 };

void unsent_add(Node *self, Unsent *unsent, const Message *message)
{
    if (!overlay_carried(message) || !(message->flags & MESSAGE_PAYLOAD) || unsent->count == UNSENT_MOST) return;
    for (uint32_t i = 0; i < unsent->count; i++)
        if (unsent->list[i].publication == message->publication) return;
    if (!unsent->list) unsent->list = g_new(Message, UNSENT_MOST);
    unsent->list[unsent->count] = *message;
    unsent->list[unsent->count++].data = NULL;
    overlay_hold(self, message->publication);
}

void unsent_send(Node *self, const Unsent *unsent, NodeId to)
{
    for (uint32_t i = 0; i < unsent->count; i++) overlay_resend(self, to, &unsent->list[i]);
}

void unsent_clear(Node *self, Unsent *unsent)
{
    for (uint32_t i = 0; i < unsent->count; i++) overlay_release(self, unsent->list[i].publication);
    g_clear_pointer(&unsent->list, g_free);
    unsent->count = 0;
}
