/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For a while messages get lost beside what the network loses. */
#include "failure/failure.h"

typedef struct {
    FailureStrike strike;       /* first */
    Loss loss;
    int ends;
} Config;

static const Param params[] = {
    { "loss", PARAM_LOSS, offsetof(Config, loss), NULL, 0, 0,
      "share of the messages, or gilbert-elliott(P, R, GOOD, BAD) for bursts, each way of a link by itself", NULL },
    { "ends", PARAM_CHOICE, offsetof(Config, ends), "any", 0, 0, "messages that the nodes send or receive, send, or receive", "any|from|to" },
    FAILURE_STRIKE,
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    failure_check_who(keys, false);
    failure_check_span(keys, config->strike.at, config->strike.until);
}

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    uint32_t count;
    g_autofree NodeId *nodes = failure_pick(scope, &config->strike.who, &count);
    bool all = count == failure_node_count(scope);
    Disturbance loss = { .kind = "loss", .nodes = all ? NULL : nodes, .count = count, .ends = (FailureEnds)config->ends,
                         .loss = &config->loss };
    failure_disturb(scope, &loss, config->strike.at, failure_until(config->strike.until));
}

const Failure failure_loss = {
    .variant = {
        .name = "loss",
        .summary = "for a while messages get lost, each by itself or in bursts",
        .source = "E. N. Gilbert, BSTJ 39, 1960; E. O. Elliott, BSTJ 42, 1963",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .refers = failure_strike_refers, .plan = plan,
};
