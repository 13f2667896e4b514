/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes that hold back publications of others before they pass them on. */
#include "failure/failure.h"

typedef struct {
    FailureWho who;
    Distribution delay;
    SimTime at, until;
} Config;

static const Param params[] = {
    { "delay", PARAM_DURATION_LAW, offsetof(Config, delay), NULL, 0, 0, "how long each message is held back", NULL },
    FAILURE_WHO(Config, who), FAILURE_SPAN(Config),
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    failure_check_who(keys, true);
    failure_check_span(keys, config->at, config->until);
}

static void refers(const void *data, const Nodes **nodes)
{
    *nodes = &((const Config *)data)->who.nodes;
}

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    uint32_t count;
    g_autofree NodeId *nodes = failure_pick(scope, &config->who, &count);
    Disturbance holds = { .kind = "delay", .nodes = nodes, .count = count, .ends = ENDS_FROM, .forwarded_only = true,
                          .delay = &config->delay };
    failure_disturb(scope, &holds, config->at, failure_until(config->until));
    failure_note(scope, "delayers", count, NAN);
}

const Failure failure_delayer = {
    .variant = {
        .name = "delayer",
        .summary = "nodes that hold back publications of others before they pass them on",
        .source = "timing failures; D. Powell, FTCS 1992",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .refers = refers, .plan = plan,
};
