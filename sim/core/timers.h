/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slots of pending timers.  Used by the engine alone. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef struct Timers Timers;

Timers *timers_new(void);
void timers_free(Timers *timers);

/* A slot for a pending timer; its number in *slot, its id as the result. */
uint64_t timers_add(Timers *timers, uint32_t epoch, uint32_t tag, uint32_t *slot);

/* True once for a pending timer; the slot stays taken until timers_take(). */
bool timers_cancel(Timers *timers, uint64_t id);

/* Frees the slot; false if it was cancelled. */
bool timers_take(Timers *timers, uint32_t slot, uint32_t *epoch, uint32_t *tag);

uint64_t timers_bytes(const Timers *timers);
