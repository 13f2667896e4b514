/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stage for actors that play a script, on real hosts or simulated ones.
 *
 * A line of the script is "ACTOR OP OBJECT ARGUMENT …"; it is printed with what came of it.  " &" at its
 * end says that the actor has to wait; it "ends" when it is done, and waits "still" where it is not.
 * "A crashes", "A vanishes" (its host, silently), "A returns" (the host); "cut" and "heal" all links;
 * "settle", "wait MS".  "# NAME" begins a row, "#! NAME" one that needs the privilege to let a host vanish.
 *
 * real.c: an actor is a process on the loopback, a cut a filter on its sockets that lets nothing in.
 * sim.c: an actor is a process on a host of its own. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { STAGE_WORDS = 128, STAGE_DESK = 4096, STAGE_FDS = 64 };
enum { STAGE_PORTS = 100 };                             /* of a host: C's below it, then S's and D's */

/* ---- what a model gives the stage ---- */

/* Does as it is told and writes what came of it.  `desk` is the actor's memory, zeroed as it comes up; `self` is
 * the simulator's Process. */
void actor_obey(void *desk, void *self, const char *order, char result[STAGE_WORDS]);

/* real.c alone. */
unsigned actor_sockets(const void *desk, int fds[STAGE_FDS]);
void actor_serve(int wire);                             /* until there is something to read from `wire` */

/* ---- what it gets ---- */

uint16_t stage_port(int port);                          /* real.c: of the loopback, in this row */
void stage_filter(int fd);                              /* real.c: a new socket */

/* ---- what real.c and sim.c give the script ---- */

void stage_fresh(unsigned row);                         /* nobody is there, nothing is cut */
void stage_order(char actor, const char *order);        /* begins it; the actor comes up if it is not */
bool stage_result(char actor, bool patient, char result[STAGE_WORDS]);  /* false: not done yet */
void stage_settle(void);                                /* until everything has got where it goes */
void stage_wait(int ms);
void stage_cut(bool cut);                               /* all links, silently */
void stage_crash(char actor);                           /* the process alone */
void stage_vanish(char actor);                          /* its host, silently */
void stage_return(char actor);                          /* the host, with nothing running on it */

/* Plays a script; without the rows that need a privilege unless `privileged`. */
int script_play(const char *path, bool privileged);
