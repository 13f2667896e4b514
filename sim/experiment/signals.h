/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ctrl-C while runs are made: noted, and asked for at a safe place. */
#pragma once
#include <signal.h>
#include <stdbool.h>

typedef struct { struct sigaction interrupt, terminate, pipe; sigset_t mask; } Signals;

/* SIGINT and SIGTERM are noted and let in only while `before->mask` is the mask, as
 * in ppoll(), so none slips by; SIGPIPE is ignored.  Forgets earlier ones. */
void signals_take(Signals *before);

/* As it was before. */
void signals_give_back(const Signals *before);

/* True once one of the two has come. */
bool signals_interrupted(void);
