/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An actor of rows.txt: a program that does one call after the other as it is told, and
 * the script that tells it. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { ACTOR_WORDS = 128 };

typedef struct { char name[12]; int fd; uint64_t sent, received; bool spoilt; } Descriptor;
typedef struct { Descriptor open[16]; int count; } Desk;

/* Does "OP OBJECT ARGUMENT" and writes what came of it. */
void actor_obey(Desk *desk, void *self, const char *order, char result[ACTOR_WORDS]);

/* ---- what real.c and sim.c give the script ---- */

void stage_fresh(unsigned row);                         /* nobody is there, nothing is cut */
void stage_order(char actor, const char *order);        /* begins it; the actor comes up if it is not */
bool stage_result(char actor, bool patient, char result[ACTOR_WORDS]);  /* false: not done yet */
void stage_settle(void);                                /* until everything has got where it goes */
void stage_cut(bool cut);                               /* all links, silently */
void stage_crash(char actor);                           /* the process alone */
void stage_vanish(char actor);                          /* its host, silently */
void stage_return(char actor);                          /* the host, with nothing running on it */

/* Plays rows.txt; without those that need a privilege (#!) unless `privileged`. */
int script_play(const char *path, bool privileged);
