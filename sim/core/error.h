/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors that a person can mend, as GError values of one domain.
 *
 * What the user did wrong travels as `GError **`, always the last argument;
 * out-parameters stay untouched on failure.  What we did wrong is a g_assert,
 * which is never compiled out.
 */
#pragma once
#include <glib.h>

#define SIM_ERROR (sim_error_quark())

typedef enum {
    SIM_ERROR_SYNTAX,       /* text that does not read as what it should be */
    SIM_ERROR_RANGE,        /* reads well, but lies outside what is allowed */
    SIM_ERROR_UNKNOWN,      /* a name that is on no menu */
    SIM_ERROR_FILE,         /* cannot be opened, read or written */
    SIM_ERROR_TOPOLOGY,     /* a graph that cannot be made or used */
    SIM_ERROR_SCENARIO,     /* one or more faults in a scenario, already listed */
    SIM_ERROR_RESULT,       /* a results database that cannot be used */
    SIM_ERROR_MACHINE,      /* disk full, no memory, a process killed: exit status 1 */
    SIM_ERROR_EXPECTATION,  /* an [expect] does not hold: exit status 3 */
    SIM_ERROR_INTERRUPTED,  /* Ctrl-C: exit status 130 */
} SimError;

GQuark sim_error_quark(void);

/* The exit status that belongs to `error` (domain SIM_ERROR or another):
 * 1 the machine's fault, 2 the user's input, 3 an expectation, 130 Ctrl-C. */
int sim_error_status(const GError *error);
