/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help for a name that is on no menu. */
#pragma once

/* What to add to "… is unknown": "; did you mean 'fanout'?" where one of the
 * NULL-terminated `names` is close (edit distance, transpositions count once),
 * else "; one of a, b, c" (at most 24 names, then "…").  Free it. */
char *suggest(const char *name, const char *const *names);
