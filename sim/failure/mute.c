/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes that take and never give: they receive, and keep to themselves what
 * they should send. */
#include "failure/failure.h"

typedef enum { KEEPS_FORWARDED, KEEPS_ALL } Keeps;

typedef struct {
    FailureStrike strike;       /* first */
    int keeps;
} Config;

static const Param params[] = {
    { "keeps", PARAM_CHOICE, offsetof(Config, keeps), "forwarded", 0, 0,
      "what never leaves: publications of others, or every message", "forwarded|all" },
    FAILURE_STRIKE,
    PARAM_END
};

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    uint32_t count;
    g_autofree NodeId *nodes = failure_pick(scope, &config->strike.who, &count);
    Disturbance mute = { .kind = "mute", .nodes = nodes, .count = count, .ends = ENDS_FROM,
                         .forwarded_only = config->keeps == KEEPS_FORWARDED, .withheld = 1 };
    failure_disturb(scope, &mute, config->strike.at, failure_until(config->strike.until));
    failure_note(scope, "mute_nodes", count, NAN);
}

const Failure failure_mute = {
    .variant = {
        .name = "mute",
        .summary = "nodes that take and never give",
        .source = "omission failures; V. Hadzilacos, S. Toueg, 1994",
        .params = params, .config_size = sizeof(Config), .check = failure_strike_check,
    },
    .refers = failure_strike_refers, .plan = plan,
};
