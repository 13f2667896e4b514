/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantities as people write them: a number and its unit.
 *
 * Every reader takes the whole text, allows blanks around the number and its
 * unit, and refuses what strtod would wave through: hexadecimal, "inf", "nan",
 * a missing unit, trailing words.  The locale plays no part.
 */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef int64_t SimTime;                /* nanoseconds since the start of the run */

#define SIM_US ((SimTime)1000)
#define SIM_MS ((SimTime)1000000)
#define SIM_S  ((SimTime)1000000000)
#define SIM_NEVER INT64_MAX             /* later than every instant */

typedef uint32_t NodeId;                /* 0 .. nodes-1 */
#define NODE_NONE UINT32_MAX

/* What a number counts; selects the unit names that may follow it. */
typedef enum {
    UNIT_NONE,          /* a bare number */
    UNIT_TIME,          /* ns us ms s min h; value in ns */
    UNIT_SIZE,          /* B kB MB GB (powers of 1000), KiB MiB GiB; value in bytes */
    UNIT_BANDWIDTH,     /* bit/s kbit/s Mbit/s Gbit/s (powers of 1000); value in bit/s */
    UNIT_RATE,          /* /s /min /h; value per second */
    UNIT_SHARE,         /* "20 %" or 0.2; value 0..1 */
} Unit;

/* Reads a number with its unit.  Returns true and sets *out (in the value
 * unit above), or false and sets *error (SIM_ERROR: SYNTAX for what is no such
 * quantity, RANGE where it is negative, infinite, or a share over 1). */
bool parse_quantity(const char *text, Unit unit, double *out, GError **error);

/* A duration in whole ns, rounded half away from zero; RANGE over 292 years. */
bool parse_duration(const char *text, SimTime *out, GError **error);

/* A whole number without unit, 0 .. 2^64-1; sign, point and exponent are SYNTAX. */
bool parse_count(const char *text, uint64_t *out, GError **error);

/* A number of either sign without unit. */
bool parse_number(const char *text, double *out, GError **error);

/* "yes" or "no", nothing else. */
bool parse_bool(const char *text, bool *out, GError **error);

/* The unit names that may follow, for messages: "ns, us, ms, s, min or h". */
const char *unit_names(Unit unit);

/* The shortest exact writing of a duration, as "250 us" or "1.5 s"; free it. */
char *format_duration(SimTime time);

/* A double as the shortest text that reads back equal, without locale ("0.1",
 * "1e-09"), whole numbers below 10^15 with all their digits ("1000"); free it.
 * NaN reads "nan". */
char *format_number(double value);

/* Sets *inner to what stands between the parentheses of "name(inner)" and
 * returns the name, both to be freed; NULL where `text` has no such form. */
char *parse_call(const char *text, char **inner);

/* Splits at commas outside parentheses and strips blanks; an empty text is an
 * empty list.  Free with g_strfreev. */
char **parse_list(const char *text);
