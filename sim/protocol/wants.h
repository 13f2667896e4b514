/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a node lacks of what it has heard of, who has it, and who was asked for it.
 *
 * This is no variant: a protocol keeps Wants in its state, and frees them in stop().
 * Its timer for a question has the publication as its tag.
 */
#pragma once
#include "protocol/protocol.h"

typedef struct {
    uint64_t timer;             /* of the open question */
    NodeId *holders;            /* owned; in the order in which they were heard of */
    uint32_t publication;
    NodeId asked;               /* NODE_NONE: nobody */
    uint32_t count, room;       /* of `holders` */
} Want;

typedef struct {
    Want *list;                 /* owned; in the order of window_before() */
    uint32_t count, room;
} Wants;

/* The want of a publication, or NULL; valid until one is added or dropped. */
Want *wants_find(const Node *self, const Wants *wants, uint32_t publication);

/* A new one of a publication that had none. */
Want *wants_add(const Node *self, Wants *wants, uint32_t publication);

/* Ends it, with its open question. */
void wants_drop(Node *self, Wants *wants, Want *want);

/* How many are newer than a publication; how many open questions go to a node. */
uint32_t wants_newer(const Node *self, const Wants *wants, uint32_t publication);
uint32_t wants_open(const Wants *wants, NodeId to);

void want_holder_add(Want *want, NodeId node);      /* behind the others, unless it is there */
void want_holder_add_first(Want *want, NodeId node);        /* before them: who is not there */
void want_holder_drop(Want *want, NodeId node);
bool want_holder_is(const Want *want, NodeId node);

/* Asks `to` for it by a control message of this kind; timer() follows after `timeout`. */
void want_ask(Node *self, Want *want, NodeId to, const Message *question, SimTime timeout);
void want_ask_none(Node *self, Want *want);         /* the question is closed */

void wants_stop(Wants *wants);
