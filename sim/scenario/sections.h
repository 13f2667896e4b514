/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sections of a scenario and the keys they know, as tables: reading,
 * `list`, `explain`, the man page and the completion come from these. */
#pragma once
#include "scenario/plan.h"

typedef struct {
    const char *name;           /* "failure" */
    const char *summary;        /* one line */
    bool named;                 /* written [kind NAME] */
    bool decides;               /* a variant, the sweep and --set may set its keys */
    const Param *params;        /* the keys of all such sections; NULL: none */
    const Param *kind;          /* the key that names its variant; NULL: none.  Part of no configuration */
    const Model *model;         /* the family it belongs to; NULL: none */
} SectionKind;

enum { SECTION_KINDS = 64 };            /* more than there are */

/* In the order of a scenario, those of the communication models behind [workload]; ended by a NULL name. */
const SectionKind *section_kinds(void);

/* The entry of that name, or NULL. */
const SectionKind *section_kind(const char *name);

/* The keys with a table of their own here. */
extern const Param settings_params[];   /* [scenario]: Settings; `warmup = auto` is read apart */
extern const Param record_params[];     /* [record]: Record */
extern const Param protocol_params[];   /* [protocol]: ProtocolSettings */
extern const Param group_params[];      /* [group NAME]: Group */
extern const Param plot_params[];       /* [plot NAME]: PlotRequest */
extern const Param expect_params[];     /* [expect NAME]: ExpectKeys */

/* [expect NAME] as written. */
typedef struct {
    char *metric, *of, *where, *value;
    int use;                    /* mean, pooled */
    int op;                     /* ExpectOp */
} ExpectKeys;

/* Which keys one section knows: those of its kind, of the variant it names, and
 * of the mesh that an overlay is taken from.  A NULL `variant` stands for every
 * variant of the room, a NULL `mesh` for every mesh. */
typedef struct {
    const SectionKind *kind;
    const Variant *variant, *mesh;
} Vocabulary;

/* Of a section with these values of its keys `kind` and `mesh` (NULL where not
 * given: no kind, the default mesh); what is on no menu stands for any. */
Vocabulary vocabulary_of(const SectionKind *kind, const char *variant, const char *mesh);

/* The row of that key, or NULL where it is not known. */
const Param *vocabulary_find(const Vocabulary *words, const char *key);

/* Why `key` is not known, and what would be right; free it. */
char *vocabulary_fault(const Vocabulary *words, const char *key);

/* The key without underscores, where it has some and is known so; else NULL.  Free it. */
char *vocabulary_hyphens(const Vocabulary *words, const char *key);

/* True if the keys of this [scenario] row are the same for a whole experiment:
 * no variant and no sweep may set them. */
bool settings_are_common(const char *key);
