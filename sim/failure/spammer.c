/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes that send junk to their neighbors, which count it and throw it away. */
#include "failure/failure.h"

typedef struct {
    FailureStrike strike;       /* first */
    double rate;
    uint64_t size;
} Config;

static const Param params[] = {
    { "rate", PARAM_RATE, offsetof(Config, rate), NULL, 0, 0, "messages of each spammer, at exponential intervals, to a random neighbor each", NULL },
    { "size", PARAM_SIZE, offsetof(Config, size), "1 kB", 0, 4e9, "of each", NULL },
    FAILURE_STRIKE,
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    if (config->rate <= 0) keys_fault(keys, "rate", "nothing is ever sent; a rate above 0 is expected");
    failure_strike_check(data, keys);
}

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    uint32_t count;
    g_autofree NodeId *nodes = failure_pick(scope, &config->strike.who, &count);
    for (uint32_t i = 0; i < count; i++)
        failure_spam(scope, nodes[i], 1e9 / config->rate, (uint32_t)config->size, config->strike.at, failure_until(config->strike.until));
    failure_note(scope, "spammers", count, NAN);
}

const Failure failure_spammer = {
    .variant = {
        .name = "spammer",
        .summary = "nodes that send junk to their neighbors",
        .source = "flooding attacks; no paper",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .refers = failure_strike_refers, .plan = plan,
};
