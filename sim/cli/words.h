/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the program in words: what `list`, `explain`, `help`, the man page
 * and the completion have in common. */
#pragma once
#include "scenario/sections.h"

/* "whole number, 1 to 100; default 8", or "…; required".  Free it. */
char *words_value(const Param *param);

/* The text of a default as a person reads it: "none" for an empty one. */
const char *words_default(const Param *param);

/* The usage of a command, "banyan run SCENARIO [options]"; free it. */
char *words_usage(const Command *command);

/* An option as typed, "-j, --jobs=N"; free it. */
char *words_option(const GOptionEntry *option);

/* The command of that name; or NULL and *error (SIM_ERROR_UNKNOWN, with a did-you-mean). */
const Command *words_command(const char *name, GError **error);

/* Prints "  name   text", the name filled up to `width`. */
void words_row(int width, const char *name, const char *text);
