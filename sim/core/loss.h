/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How messages get lost on a link: each independently, or in bursts.
 *
 *     1 %                                 every message with this probability
 *     gilbert-elliott(P, R, GOOD, BAD)    a link is in a good or a bad state; after
 *                                         each message it turns bad with probability
 *                                         P, and good again with R; GOOD and BAD are
 *                                         the shares lost in each (0 and 100 %)
 *
 * Sources: E. N. Gilbert, "Capacity of a burst-noise channel", BSTJ 39, 1960;
 * E. O. Elliott, "Estimates of error rates for codes on burst-noise channels",
 * BSTJ 42, 1963.
 */
#pragma once
#include <stdbool.h>

#include "core/random.h"
#include "core/units.h"

/* A plain value; all zero loses nothing. */
typedef struct {
    double good, bad;           /* share lost in each state, 0..1 */
    double turn_bad, turn_good; /* chance after each message; both 0: always in the good state */
} Loss;

/* What is kept for a link.  The first message finds it in the stationary law. */
typedef enum { LOSS_UNKNOWN, LOSS_GOOD, LOSS_BAD } LossState;

/* Reads one of the two forms above.  Returns true and sets *out, or false and
 * sets *error (SIM_ERROR: SYNTAX, RANGE, or UNKNOWN with a did-you-mean). */
bool loss_parse(const char *text, Loss *out, GError **error);

/* The long-run share of messages that are lost. */
double loss_mean(const Loss *loss);

/* True if some message can be lost; true if the state of the link matters. */
static inline bool loss_any(const Loss *loss) { return loss->good > 0 || (loss->turn_bad > 0 && loss->bad > 0); }
static inline bool loss_bursts(const Loss *loss) { return loss->turn_bad > 0; }

/* True if the next message is lost; moves *state on where bursts are possible.
 * Takes two numbers from the stream where they are (three at first), else one. */
bool loss_next(const Loss *loss, LossState *state, Random *random);
