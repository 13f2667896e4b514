/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "overlay/overlay.h"

#include <stdarg.h>

#define DETECTOR(field) offsetof(OverlaySettings, detector) + offsetof(DetectorSettings, field)

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
    { "detector", PARAM_CHOICE, DETECTOR(kind), "connection", 0, 0,
      "who finds out that a neighbor failed: a live overlay's connections as they are used, heartbeats, or SWIM's probes "
      "(a static overlay is only watched)", "connection|heartbeat|swim" },
    { "detector-period", PARAM_DURATION, DETECTOR(period), "1 s", 1, 1e18,
      "heartbeat, swim: time between a node's heartbeats to each neighbor, or between its probes", NULL },
    { "detector-missed", PARAM_COUNT, DETECTOR(missed), "3", 1, 1000,
      "heartbeat: a neighbor is down when this many heartbeats in a row have not come, half a period after the last was due", NULL },
    { "detector-timeout", PARAM_DURATION, DETECTOR(timeout), "300 ms", 1, 1e18,
      "swim: time after which an unanswered probe is repeated by others; less than detector-period", NULL },
    { "detector-indirect", PARAM_COUNT, DETECTOR(indirect), "3", 0, 64,
      "swim: how many others are asked to probe who has not answered; the paper's k", NULL },
    { "detector-probe", PARAM_CHOICE, DETECTOR(probe), "round-robin", 0, 0,
      "swim: whom to probe next, each in turn in a random order, or any at random", "round-robin|random" },
    { "detector-suspicion", PARAM_COUNT, DETECTOR(suspicion), "3", 0, 1000,
      "swim: a suspect has this many times ceil(ln(n + 1)) periods to refute it; 0: it is down at once", NULL },
    { "detector-gossip", PARAM_COUNT, DETECTOR(gossip), "3", 0, 1000,
      "swim: news is passed on this many times ceil(ln(n + 1)) times; 0: not at all", NULL },
    { "detector-piggyback", PARAM_COUNT, DETECTOR(piggyback), "6", 1, 64, "swim: most news that a message carries along", NULL },
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
