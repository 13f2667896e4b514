/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters: one table declares what a variant can be told.
 *
 * Reading, checking, `list`, `explain`, the man page and the reference in the
 * documentation all come from the same rows.
 */
#pragma once
#include <stddef.h>

#include "core/distribution.h"
#include "core/keys.h"
#include "core/loss.h"
#include "core/nodes.h"
#include "core/units.h"

/* What a row reads, and the C type it stores; in brackets the value where the
 * key is absent (fallback "" or "off" or "unlimited"). */
typedef enum {
    PARAM_END_TYPE,
    PARAM_COUNT,            /* whole number: uint32_t [PARAM_NO_COUNT] */
    PARAM_WHOLE,            /* whole number: uint64_t [UINT64_MAX] */
    PARAM_NUMBER,           /* double [NaN] */
    PARAM_SHARE,            /* "20 %" or 0.2: double, 0..1 [NaN] */
    PARAM_RATE,             /* "5 /s": double, per second [NaN] */
    PARAM_BOOL,             /* yes or no: bool */
    PARAM_DURATION,         /* SimTime, ns [-1] */
    PARAM_SIZE,             /* bytes: uint64_t [UINT64_MAX] */
    PARAM_TEXT,             /* char *, owned [NULL] */
    PARAM_FILE,             /* absolute path of a readable file: char *, owned [NULL] */
    PARAM_CHOICE,           /* one of `choices`: int, its place in the list */
    PARAM_NODES,            /* Nodes, owned [NODES_ABSENT] */
    PARAM_MEMBERS,          /* Nodes, of a group: a share, a count or a range */
    PARAM_LOSS,             /* a share, or gilbert-elliott(P, R, GOOD, BAD): Loss [loses nothing] */
    PARAM_DURATION_LAW,     /* Distribution of ns [LAW_ABSENT] */
    PARAM_SIZE_LAW,         /* Distribution of bytes [LAW_ABSENT] */
    PARAM_BANDWIDTH_LAW,    /* Distribution of bit/s [LAW_ABSENT] */
} ParamType;

#define PARAM_NO_COUNT UINT32_MAX

typedef struct {
    const char *name;       /* the key, with hyphens */
    ParamType type;
    size_t offset;          /* of the field in the configuration */
    const char *fallback;   /* text of the default; NULL: the key is required;
                             * "", "off" or "unlimited": absent (the last two may be written) */
    double min, max;        /* inclusive, in the value unit; 0, 0: no bound of its own */
    const char *help;       /* one line */
    const char *choices;    /* PARAM_CHOICE: "push|pull|push-pull"; of "ignore|after(wait)" the value
                             * after(5 s) gives 5 s to the row `wait` of the same table */
} Param;

#define PARAM_END { .type = PARAM_END_TYPE }

/* Reads `text` as `param` into the field at `config` + offset, which it must
 * not yet own anything.  Returns true, or false and sets *error (SIM_ERROR). */
bool param_read(const Param *param, const char *text, const char *directory, void *config, GError **error);

/* Fills `config` from the keys that are given, and from the defaults; reports
 * every fault, and leaves the default (or zeroes) where there is one. */
void params_fill(const Param *params, const Keys *keys, void *config);

/* Fills `config` from the arguments of `key = name(a, b, …)`, row by row;
 * trailing arguments with a default may be left out, and any may be written as
 * `row = value`, as in matrix(FILE, ms, rtt, missing = drop). */
void params_fill_call(const Param *params, const char *inner, const Keys *keys, const char *key, void *config);

/* Frees what the fields own. */
void params_clear(const Param *params, void *config);

/* The row of that name, or NULL. */
const Param *params_find(const Param *params, const char *name);

/* The kind of value in words, as "duration" or "push, pull or push-pull"; free it. */
char *param_type_text(const Param *param);

/* The bounds in the manner of a scenario, as "1 to 100 %"; NULL where it has none. */
char *param_range_text(const Param *param);
