/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "overlay/overlay.h"

#include <stdarg.h>

const Param overlay_params[] = {
    { "nodes", PARAM_COUNT, offsetof(OverlaySettings, nodes), "", 1, 1e9,
      "how many nodes; not where a file or the kind's own keys say it", NULL },
    { "disconnected", PARAM_CHOICE, offsetof(OverlaySettings, disconnected), "default", 0, 0,
      "an overlay of several components: run it, refuse it, or keep the largest (default: refuse for files)",
      "default|keep|refuse|largest" },
    { "join", PARAM_DURATION_LAW, offsetof(OverlaySettings, join), "0 s", 0, 0,
      "when each node joins; a distribution stages the joins", NULL },
    { "mesh", PARAM_TEXT, offsetof(OverlaySettings, mesh), "random-regular", 0, 0,
      "kind of the mesh that a tree is taken from; its keys stand here too", NULL },
    { "seed", PARAM_WHOLE, offsetof(OverlaySettings, seed), "", 0, 0,
      "the same overlay in every replication; absent: a new one for each", NULL },
    PARAM_END
};

void overlay_fault(const Keys *keys, const char *const *blamed, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    bool told = false;
    for (guint i = 0; blamed[i]; i++) {
        if (!keys_given(keys, blamed[i])) continue;
        keys_fault(keys, blamed[i], "%s", what);
        told = true;
    }
    if (!told) keys_fault(keys, blamed[0], "%s", what);
}

void overlay_fits_links(const Keys *keys, const char *const *blamed, double links)
{
    if (links < 0x1p31) return;
    overlay_fault(keys, blamed, "%" G_GUINT64_FORMAT " links are too many; at most 2147483647 can be held",
                  (guint64)links);
}
