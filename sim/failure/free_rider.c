/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes that save their bandwidth: of the publications of others they pass on a
 * share only, message by message. */
#include "failure/failure.h"

typedef struct {
    FailureStrike strike;       /* first */
    double forwards;
} Config;

static const Param params[] = {
    { "forwards", PARAM_SHARE, offsetof(Config, forwards), "0", 0, 0, "share of the messages that still leave", NULL },
    FAILURE_STRIKE,
    PARAM_END
};

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    uint32_t count;
    g_autofree NodeId *nodes = failure_pick(scope, &config->strike.who, &count);
    Disturbance saves = { .kind = "free-ride", .nodes = nodes, .count = count, .ends = ENDS_FROM, .forwarded_only = true,
                          .withheld = 1 - config->forwards };
    failure_disturb(scope, &saves, config->strike.at, failure_until(config->strike.until));
    failure_note(scope, "free_riders", count, NAN);
}

const Failure failure_free_rider = {
    .variant = {
        .name = "free-rider",
        .summary = "nodes that pass on only a share of the publications of others",
        .source = "E. Adar, B. Huberman, Free riding on Gnutella, First Monday 5(10), 2000",
        .params = params, .config_size = sizeof(Config), .check = failure_strike_check,
    },
    .refers = failure_strike_refers, .plan = plan,
};
