/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The books of the communication models: each message instance (one for each queue or
 * receiver that a publication is copied to) ends in exactly one way.
 *
 * A library counts what enters an account and how it ends while it runs.  At the end of
 * the run it goes through its queues and counts what stands there; the two must agree. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "ipc/drops.h"

typedef struct {
    char *model, *object;       /* "zmq", "out"; owned */
    uint64_t published;         /* handed over by applications, before any copying */
    uint64_t entered;           /* instances made of them, those dropped at once included */
    uint64_t delivered;         /* taken by an application, and acknowledged where that is asked for */
    uint64_t returned;          /* given back to whoever published it */
    uint64_t dead_lettered;     /* moved to another account, where it enters again */
    uint64_t expired;
    uint64_t dropped[IPC_DROP_REASONS];
    uint64_t queued, in_flight; /* what stands at the end, filled by the library */
} Account;

uint64_t account_dropped(const Account *account);       /* for all reasons */

/* entered minus all ends: 0 in honest books. */
int64_t account_balance(const Account *account);
