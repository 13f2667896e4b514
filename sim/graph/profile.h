/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A quantity over time, as SimGrid's profiles of speed, bandwidth and latency
 * give it: lines `time value` in seconds and the quantity's unit, and perhaps
 * `LOOPAFTER s`, which begins it again s seconds after the last line. */
#pragma once
#include <glib.h>
#include <stdbool.h>

#include "core/units.h"

typedef struct Profile Profile;

/* From `from` (ns, since the profile began) until `until` (SIM_NEVER: for good). */
typedef struct { SimTime from, until; double value; } ProfileStep;

/* Reads a file; times must ascend and values be at least 0.  NULL and *error
 * (SIM_ERROR_FILE, SYNTAX, RANGE). */
Profile *profile_load(const char *path, GError **error);
void profile_free(Profile *profile);

uint32_t profile_length(const Profile *profile);        /* lines */
bool profile_above_zero(const Profile *profile);        /* every value is */

/* Sets *step to number `i` from 0; false after the last of one that does not repeat. */
bool profile_step(const Profile *profile, uint64_t i, ProfileStep *step);
