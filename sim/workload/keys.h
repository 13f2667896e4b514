/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which key or topic each message of a producer carries. */
#pragma once
#include "core/random.h"

typedef struct {
    char **names;               /* owned, NULL-terminated; NULL: no keys */
    double *up_to;              /* of each name: its share and all before it; owned */
    uint32_t count;
} KeyChoice;

/* Reads "a.b:3, a.c:1" (names with weights, 1 where none is given) or zipf(N, S): k1 … kN, the
 * i-th with a weight of i^-S.  NULL, or what is wrong (free it). */
char *key_choice_read(const char *text, KeyChoice *out);
void key_choice_clear(KeyChoice *choice);
const char *key_choice_draw(const KeyChoice *choice, Random *random);    /* NULL: no keys */
