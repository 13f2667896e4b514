/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The newest publications that a node has, ready for whoever asks: a sliding window.
 *
 * Publications are ordered by their time, those of one instant by their number.  What
 * is in the window is held; what slides out of it is let go of, so memory is bounded.
 *
 * This is no variant: a protocol keeps a Window in its state, and frees it in stop().
 */
#pragma once
#include "protocol/protocol.h"

typedef struct {
    SimTime since;              /* when it came here */
    uint32_t publication;
    uint16_t hops;
    bool unsent;                /* the protocol's own mark; false at first */
} Piece;

typedef struct {
    Piece *pieces;              /* owned; oldest first */
    uint32_t count, room;
} Window;

/* True if publication `a` comes before `b` in the order. */
bool window_before(const Node *self, uint32_t a, uint32_t b);

/* Takes a publication in that was not there; the oldest makes room where there would be
 * more than `most`.  The new piece, valid until the next call; or NULL where it is
 * itself too old. */
Piece *window_add(Node *self, Window *window, const Message *message, uint32_t most);

/* The piece, or NULL; how many pieces are newer than a publication. */
Piece *window_find(const Node *self, const Window *window, uint32_t publication);
uint32_t window_newer(const Node *self, const Window *window, uint32_t publication);

/* The numbers of all pieces, oldest first; free it. */
uint32_t *window_list(const Window *window);

/* A piece as a payload message of this kind. */
Message window_message(const Node *self, const Piece *piece, uint8_t kind);

void window_stop(Node *self, Window *window);
