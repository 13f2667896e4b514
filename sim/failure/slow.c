/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes that work, but slowly: every message to or from them takes longer. */

#include "failure/failure.h"
#include "graph/profile.h"

typedef struct {
    FailureStrike strike;       /* first */
    double factor;
    Distribution delay;
    char *path;
    Profile *profile;
} Config;

static const Param params[] = {
    { "factor", PARAM_NUMBER, offsetof(Config, factor), "", 0.001, 1e9, "on the latency of each message, once for each end that is slow", NULL },
    { "delay", PARAM_DURATION_LAW, offsetof(Config, delay), "off", 0, 0, "added to each message that a slow node receives", NULL },
    { "profile", PARAM_FILE, offsetof(Config, path), "", 0, 0,
      "instead of a factor: a SimGrid profile of `time speed` lines; latencies are divided by the speed", NULL },
    FAILURE_STRIKE,
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    Config *config = data;
    g_autoptr(GError) error = NULL;
    failure_strike_check(data, keys);
    if (isnan(config->factor) && config->delay.kind == LAW_ABSENT && !config->path)
        keys_fault(keys, NULL, "it says not how slow; factor, delay or profile");
    if (!isnan(config->factor) && config->path) {
        keys_fault(keys, "factor", "the profile says how slow; one of the two is enough");
        keys_fault(keys, "profile", "`factor` says how slow; one of the two is enough");
    }
    if (!config->path) return;
    config->profile = profile_load(config->path, &error);
    if (!config->profile) keys_fault(keys, "profile", "%s", error->message);
    else if (!profile_above_zero(config->profile)) keys_fault(keys, "profile", "a speed of 0; speeds above 0 are expected");
}

static void clear(void *data)
{
    g_clear_pointer(&((Config *)data)->profile, profile_free);
}

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    uint32_t count;
    g_autofree NodeId *nodes = failure_pick(scope, &config->strike.who, &count);
    SimTime until = failure_until(config->strike.until), end = MIN(failure_end(scope), until);
    Disturbance slow = { .kind = "slow", .nodes = nodes, .count = count };
    if (!isnan(config->factor)) {
        slow.factor = config->factor;
        failure_disturb(scope, &slow, config->strike.at, until);
    }
    ProfileStep step;
    for (uint64_t i = 0; config->profile && profile_step(config->profile, i, &step); i++) {
        SimTime from = failure_later(config->strike.at, step.from);
        if (from > end) break;
        slow.factor = 1 / step.value;
        failure_disturb(scope, &slow, from, MIN(failure_later(config->strike.at, step.until), until));
    }
    if (config->delay.kind != LAW_ABSENT) {
        slow.factor = 0;
        slow.ends = ENDS_TO;
        slow.delay = &config->delay;
        failure_disturb(scope, &slow, config->strike.at, until);
    }
    failure_note(scope, "slow_nodes", count, NAN);
}

const Failure failure_slow = {
    .variant = {
        .name = "slow",
        .summary = "nodes that work, but slowly: every message to or from them takes longer",
        .source = "fail-slow; H. Gunawi et al., FAST 2018",
        .params = params, .config_size = sizeof(Config), .check = check, .clear = clear,
    },
    .refers = failure_strike_refers, .plan = plan,
};
