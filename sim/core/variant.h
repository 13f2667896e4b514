/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every variant on the menu has, whichever room it stands in. */
#pragma once
#include "core/param.h"

typedef struct {
    const char *name;           /* `kind` in its section of a scenario */
    const char *summary;        /* one line for `list` */
    const char *source;         /* paper, RFC or format it follows */
    const Param *params;        /* ended by PARAM_END; NULL where it has none */
    size_t config_size;         /* bytes of the configuration that `params` fills, zeroed before */

    /* (optional) Called once the configuration is filled without a fault: reports
     * impossible combinations by keys_fault(), and may load files into it. */
    void (*check)(void *config, const Keys *keys);

    /* (optional) Frees what check() loaded; what `params` own is freed for it. */
    void (*clear)(void *config);
} Variant;

/* What a shared object for `banyan run --plugin` says once, so that it is refused by a
 * program whose contracts are others.  Beside it, it exports the variants that it has, as
 *     const Protocol *const banyan_protocols[] = { &protocol_mine, NULL };
 * and likewise banyan_networks, _overlays, _workloads, _failures and _metrics. */
#define BANYAN_CONTRACT 1
#define BANYAN_PLUGIN \
    extern const unsigned banyan_contract; \
    const unsigned banyan_contract = BANYAN_CONTRACT;
