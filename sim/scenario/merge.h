/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The layers of an experiment laid over each other: file, variant, point of the
 * sweep, command line.  Later wins.
 *
 * A layer that sets the `kind` of a section (or the mesh of an overlay) takes from
 * the layers below only the keys that the new kind knows.
 */
#pragma once
#include "scenario/sections.h"
#include "scenario/text.h"

/* `section.NAME.key = value` of one layer. */
typedef struct {
    const SectionKind *kind;
    char *name;                 /* NULL where the section has none */
    char *key, *value;
    int line;                   /* 0: the command line */
} Assign;

typedef enum { LAYER_FILE, LAYER_VARIANT, LAYER_SWEEP, LAYER_SET, LAYERS } Layer;

GArray *assigns_new(void);      /* of Assign; frees what they own */

/* Reads `path` as section.key or section.NAME.key of such a layer and appends it to
 * `assigns`.  False where it names no section or key, reported under `section`
 * (NULL: none) at `line`. */
bool assign_read(GArray *assigns, Layer layer, const Entry *entry, const char *section, Faults *faults);

/* True if both set the same key of the same section. */
bool assign_same(const Assign *a, const Assign *b);

/* A key of a merged section; texts belong to the layers. */
typedef struct { const char *key, *value; int line; Layer layer; } Given;

typedef struct {
    const SectionKind *kind;
    const char *name;
    char *title;                /* "failure storm" */
    int line;
    GArray *givens;             /* of Given */
} Block;

/* One merged setting: everything that decides a run. */
typedef struct { GPtrArray *blocks; } Setting;      /* of Block *, in the order of the file */

/* Reports what is misspelled in the file itself: sections, keys, kinds.  Gives
 * keys with underscores their right name. */
void base_check(Text *base, Faults *faults);

/* Lays layers[LAYER_VARIANT] … over the file (each an array of Assign, or NULL) and
 * reports the keys that a merged section does not know. */
Setting *setting_merge(const Text *base, GArray *const layers[LAYERS], Faults *faults);
void setting_free(Setting *setting);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Setting, setting_free)

/* The section, or NULL; and its value of a key, or NULL. */
const Block *setting_block(const Setting *setting, const SectionKind *kind, const char *name);
const Given *block_given(const Block *block, const char *key);

Vocabulary block_vocabulary(const Block *block);
