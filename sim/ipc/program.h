/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A named process of a scenario: set up when it starts, then several threads of one
 * fate.  A crash takes all of them; a restart sets everything up again. */
#pragma once
#include "ipc/process.h"

typedef struct Program Program;

/* Starts `start` ns from now, on a host that is up then.  It lives as long as `ipc`. */
Program *program_new(Ipc *ipc, NodeId host, const char *name, SimTime start);

/* What each start does first, in order, in a body that may block; `argument` must
 * outlive the run.  Before the first start. */
void program_setup(Program *program, ProcessBody setup, void *argument);

/* A thread that each start begins once it is set up.  Before the first start. */
void program_thread(Program *program, const char *role, ProcessBody body, void *argument);

/* It restarts by itself that long after a crash of its own, and with its host (-1: never, as at first). */
void program_restarts(Program *program, SimTime after);

const char *program_name(const Program *program);
NodeId program_host(const Program *program);
Ipc *program_ipc(const Program *program);
bool program_is_up(const Program *program);
Process *program_main(const Program *program);      /* the one that sets up; owns what is set up */
Program *program_of(const Process *thread);         /* whose thread, or main thread, it is; NULL: nobody's */
Program *program_find(Ipc *ipc, const char *name);  /* NULL: none */

void program_crash(Program *program);               /* without effect where it is not up */
void program_restart(Program *program);             /* without effect where it is up, or its host is down */
