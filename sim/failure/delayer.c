/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes that hold back publications of others before they pass them on. */
#include "failure/failure.h"

typedef struct {
    FailureStrike strike;       /* first */
    Distribution delay;
} Config;

static const Param params[] = {
    { "delay", PARAM_DURATION_LAW, offsetof(Config, delay), NULL, 0, 0, "how long each message is held back", NULL },
    FAILURE_STRIKE,
    PARAM_END
};

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    uint32_t count;
    g_autofree NodeId *nodes = failure_pick(scope, &config->strike.who, &count);
    Disturbance holds = { .kind = "delay", .nodes = nodes, .count = count, .ends = ENDS_FROM, .forwarded_only = true,
                          .delay = &config->delay };
    failure_disturb(scope, &holds, config->strike.at, failure_until(config->strike.until));
    failure_note(scope, "delayers", count, NAN);
}

const Failure failure_delayer = {
    .variant = {
        .name = "delayer",
        .summary = "nodes that hold back publications of others before they pass them on",
        .source = "timing failures; D. Powell, FTCS 1992",
        .params = params, .config_size = sizeof(Config), .check = failure_strike_check,
    },
    .refers = failure_strike_refers, .plan = plan,
};
