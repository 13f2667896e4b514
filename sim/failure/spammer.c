/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes that send junk to their neighbors, which count it and throw it away. */
#include "failure/failure.h"

typedef struct {
    FailureWho who;
    double rate;
    uint64_t size;
    SimTime at, until;
} Config;

static const Param params[] = {
    { "rate", PARAM_RATE, offsetof(Config, rate), NULL, 0, 0, "messages of each spammer, at exponential intervals, to a random neighbor each", NULL },
    { "size", PARAM_SIZE, offsetof(Config, size), "1 kB", 0, 4e9, "of each", NULL },
    FAILURE_WHO(Config, who), FAILURE_SPAN(Config),
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    if (config->rate <= 0) keys_fault(keys, "rate", "nothing is ever sent; a rate above 0 is expected");
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
    for (uint32_t i = 0; i < count; i++)
        failure_spam(scope, nodes[i], 1e9 / config->rate, (uint32_t)config->size, config->at, failure_until(config->until));
    failure_note(scope, "spammers", count, NAN);
}

const Failure failure_spammer = {
    .variant = {
        .name = "spammer",
        .summary = "nodes that send junk to their neighbors",
        .source = "flooding attacks; no paper",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .refers = refers, .plan = plan,
};
