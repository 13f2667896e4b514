/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The messages in flight, each kept once however many copies travel.
 *
 * An event carries the 32-bit number of its message; equal messages sent close
 * together share one, so a flood keeps a handful of them in the first cache.
 */
#pragma once
#include "protocol/protocol.h"

typedef struct {
    Message message;
    uint32_t copies;            /* in flight; 0: free */
    uint32_t next_free;         /* number + 1 */
} Body;

enum { BODY_RECENT = 8192 };

typedef struct {
    Body *list;
    uint32_t room, free;        /* free: first free number + 1 */
    uint32_t recent[BODY_RECENT];   /* number + 1 of the last message of that hash */
} Bodies;

void bodies_grow(Bodies *bodies);
void bodies_clear(Bodies *bodies);

static inline bool message_equal(const Message *a, const Message *b)
{
    return !a->data && !b->data && a->word == b->word && a->publication == b->publication && a->size == b->size && a->hops == b->hops &&
           a->kind == b->kind && a->flags == b->flags;
}

/* The number of `message`; *fresh where it is the first copy of a new one. */
static inline uint32_t bodies_find(Bodies *bodies, const Message *message, bool *fresh)
{
    uint32_t hash = (message->publication * 16u + message->hops + message->kind * 5u) % BODY_RECENT;
    uint32_t at = bodies->recent[hash];
    if (at && bodies->list[at - 1].copies && message_equal(&bodies->list[at - 1].message, message)) {
        *fresh = false;
        return at - 1;
    }
    if (!bodies->free) bodies_grow(bodies);
    at = bodies->free;
    bodies->free = bodies->list[at - 1].next_free;
    Message *kept = &bodies->list[at - 1].message;
    *kept = *message;
    if (G_UNLIKELY(kept->data != NULL)) kept->data = g_memdup2(kept->data, kept->data_size);
    bodies->recent[hash] = at;
    *fresh = true;
    return at - 1;
}

/* Frees a message that has no copy in flight. */
static inline void bodies_drop(Bodies *bodies, uint32_t number)
{
    Message *message = &bodies->list[number].message;
    if (G_UNLIKELY(message->data != NULL)) g_free((void *)message->data), message->data = NULL;
    bodies->list[number].next_free = bodies->free;
    bodies->free = number + 1;
}
