/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contract of a failure detector: what watches a node's neighbors, and what it may call.
 *
 * It runs on every node beside the overlay, with messages, timers, state and random
 * numbers of its own.  What it declares down a live overlay hears as it hears of a
 * broken connection; and where there is a detector no connection between neighbors
 * tells any more.  On a static overlay it only watches, and is measured.
 */
#pragma once
#include "overlay/overlay.h"

typedef struct {
    size_t state_size;          /* bytes a node, zeroed before start() */
    void (*start)(Node *self);                                  /* the node comes up, before its overlay joins */
    void (*receive)(Node *self, NodeId from, const Message *message);
    void (*timer)(Node *self, uint32_t tag);
    void (*gain)(Node *self, NodeId other);                     /* a live overlay has a neighbor more */
    void (*lose)(Node *self, NodeId other);                     /* or less: it is watched no longer */
    void (*stop)(Node *self);                                   /* frees what the state holds */
} Detector;

/* The one that a scenario names; NULL for DETECTOR_CONNECTION. */
const Detector *detector_of(DetectorKind kind);

extern const Detector detector_heartbeat, detector_swim;

void       *detector_state(Node *self);
const DetectorSettings *detector_settings(const Node *self);
Random     *detector_random(Node *self);            /* this node's own stream for its detector */

/* Whom it watches: the overlay's neighbors by number, ascending by id. */
uint32_t    detector_degree(const Node *self);
NodeId      detector_neighbor(const Node *self, uint32_t i);
bool        detector_watches(const Node *self, NodeId other);

/* Sends a datagram. */
void        detector_send(Node *self, NodeId to, const Message *message);

/* Timers as in the overlay's contract; tag < 2^30. */
uint64_t    detector_after(Node *self, SimTime delay, uint32_t tag);

/* Declares a neighbor down.  A live overlay may gain and lose neighbors within the call. */
void        detector_down(Node *self, NodeId other);
