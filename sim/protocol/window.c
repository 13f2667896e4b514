/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol/window.h"

#include <string.h>

bool window_before(const Node *self, uint32_t a, uint32_t b)
{
    SimTime of_a = node_publication(self, a)->published, of_b = node_publication(self, b)->published;
    return of_a != of_b ? of_a < of_b : a < b;
}

/* How many pieces come before a publication. */
static uint32_t place_of(const Node *self, const Window *window, uint32_t publication)
{
    uint32_t low = 0, high = window->count;
    if (high && window_before(self, window->pieces[high - 1].publication, publication)) return high;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (window_before(self, window->pieces[middle].publication, publication)) low = middle + 1;
        else high = middle;
    }
    return low;
}

Piece *window_find(const Node *self, const Window *window, uint32_t publication)
{
    uint32_t at = place_of(self, window, publication);
    return at < window->count && window->pieces[at].publication == publication ? &window->pieces[at] : NULL;
}

uint32_t window_newer(const Node *self, const Window *window, uint32_t publication)
{
    uint32_t at = place_of(self, window, publication);
    bool there = at < window->count && window->pieces[at].publication == publication;
    return window->count - at - there;
}

Piece *window_add(Node *self, Window *window, const Message *message, uint32_t most)
{
    uint32_t at = place_of(self, window, message->publication);
    if (window->count == most) {
        if (!at) return NULL;
        node_release(self, window->pieces[0].publication);
        memmove(window->pieces, window->pieces + 1, --at * sizeof *window->pieces);
    } else {
        if (window->count == window->room) {
            window->room = MIN(window->room ? 2 * window->room : 4, most);
            window->pieces = g_renew(Piece, window->pieces, window->room);
        }
        memmove(&window->pieces[at + 1], &window->pieces[at], (window->count++ - at) * sizeof *window->pieces);
    }
    node_hold(self, message->publication);
    window->pieces[at] = (Piece){ .since = node_now(self), .publication = message->publication, .hops = message->hops };
    return &window->pieces[at];
}

uint32_t *window_list(const Window *window)
{
    uint32_t *list = g_new(uint32_t, window->count + 1);
    for (uint32_t i = 0; i < window->count; i++) list[i] = window->pieces[i].publication;
    return list;
}

Message window_message(const Node *self, const Piece *piece, uint8_t kind)
{
    return (Message){ .publication = piece->publication, .size = node_publication(self, piece->publication)->size,
                      .hops = piece->hops, .kind = kind, .flags = MESSAGE_PAYLOAD };
}

void window_stop(Node *self, Window *window)
{
    for (uint32_t i = 0; i < window->count; i++) node_release(self, window->pieces[i].publication);
    g_free(window->pieces);
    memset(window, 0, sizeof *window);
}
