/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol/wants.h"

#include <string.h>

#include "protocol/window.h"

/* How many come before a publication; what is asked about is mostly new. */
static uint32_t place_of(const Node *self, const Wants *wants, uint32_t publication)
{
    uint32_t at = wants->count;
    while (at && !window_before(self, wants->list[at - 1].publication, publication)) at--;
    return at;
}

static bool stands_at(const Wants *wants, uint32_t at, uint32_t publication)
{
    return at < wants->count && wants->list[at].publication == publication;
}

Want *wants_find(const Node *self, const Wants *wants, uint32_t publication)
{
    uint32_t at = place_of(self, wants, publication);
    return stands_at(wants, at, publication) ? &wants->list[at] : NULL;
}

Want *wants_add(const Node *self, Wants *wants, uint32_t publication)
{
    uint32_t at = place_of(self, wants, publication);
    if (wants->count == wants->room) {
        wants->room = wants->room ? 2 * wants->room : 2;
        wants->list = g_renew(Want, wants->list, wants->room);
    }
    memmove(&wants->list[at + 1], &wants->list[at], (wants->count++ - at) * sizeof *wants->list);
    wants->list[at] = (Want){ .publication = publication, .asked = NODE_NONE };
    return &wants->list[at];
}

void wants_drop(Node *self, Wants *wants, Want *want)
{
    want_ask_none(self, want);
    g_free(want->holders);
    memmove(want, want + 1, (size_t)(&wants->list[--wants->count] - want) * sizeof *want);
}

uint32_t wants_newer(const Node *self, const Wants *wants, uint32_t publication)
{
    uint32_t at = place_of(self, wants, publication);
    return wants->count - at - stands_at(wants, at, publication);
}

uint32_t wants_open(const Wants *wants, NodeId to)
{
    uint32_t open = 0;
    for (uint32_t i = 0; i < wants->count; i++) open += wants->list[i].asked == to;
    return open;
}

static uint32_t holder_find(const Want *want, NodeId node)
{
    uint32_t i = 0;
    while (i < want->count && want->holders[i] != node) i++;
    return i;
}

bool want_holder_is(const Want *want, NodeId node) { return holder_find(want, node) < want->count; }

void want_holder_add(Want *want, NodeId node)
{
    if (want_holder_is(want, node)) return;
    if (want->count == want->room) {
        want->room = want->room ? 2 * want->room : 4;
        want->holders = g_renew(NodeId, want->holders, want->room);
    }
    want->holders[want->count++] = node;
}

void want_holder_add_first(Want *want, NodeId node)
{
    want_holder_add(want, node);
    memmove(&want->holders[1], &want->holders[0], (want->count - 1) * sizeof *want->holders);
    want->holders[0] = node;
}

void want_holder_drop(Want *want, NodeId node)
{
    uint32_t at = holder_find(want, node);
    if (at == want->count) return;
    memmove(&want->holders[at], &want->holders[at + 1], (--want->count - at) * sizeof *want->holders);
}

void want_ask(Node *self, Want *want, NodeId to, const Message *question, SimTime timeout)
{
    want->asked = to;
    want->timer = node_after(self, timeout, want->publication);
    node_send(self, to, question);
}

void want_ask_none(Node *self, Want *want)
{
    if (want->asked != NODE_NONE) node_cancel(self, want->timer);
    want->asked = NODE_NONE;
}

void wants_stop(Wants *wants)
{
    for (uint32_t i = 0; i < wants->count; i++) g_free(wants->list[i].holders);
    g_free(wants->list);
    memset(wants, 0, sizeof *wants);
}
