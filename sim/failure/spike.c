/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For a while everything takes longer, once or again and again. */

#include "failure/failure.h"
#include "graph/profile.h"

typedef struct {
    FailureStrike strike;       /* first */
    double factor;
    Distribution extra;
    char *path;
    Profile *profile;
    Distribution *steps;        /* of the profile, to point to */
    Distribution lasting, every;
} Config;

static const Param params[] = {
    { "factor", PARAM_NUMBER, offsetof(Config, factor), "", 0.001, 1e9, "on the latency of each message", NULL },
    { "extra", PARAM_DURATION_LAW, offsetof(Config, extra), "off", 0, 0, "added to each message", NULL },
    { "profile", PARAM_FILE, offsetof(Config, path), "", 0, 0,
      "instead of both: a SimGrid profile of `time latency` lines in seconds; each is added while it lasts", NULL },
    { "lasting", PARAM_DURATION_LAW, offsetof(Config, lasting), "off", 0, 0, "length of a spike; off: until `until`", NULL },
    { "every", PARAM_DURATION_LAW, offsetof(Config, every), "off", 0, 0, "from the end of a spike to the next; off: there is one", NULL },
    FAILURE_STRIKE,
    PARAM_END
};

static void load(Config *config, const Keys *keys)
{
    g_autoptr(GError) error = NULL;
    ProfileStep step;
    config->profile = profile_load(config->path, &error);
    if (!config->profile) {
        keys_fault(keys, "profile", "%s", error->message);
        return;
    }
    uint32_t count = profile_length(config->profile);
    config->steps = g_new0(Distribution, count + 1);
    for (uint32_t i = 0; i < count && profile_step(config->profile, i, &step); i++)
        config->steps[i] = (Distribution){ .kind = LAW_CONSTANT, .a = step.value * 1e9 };
}

static void check(void *data, const Keys *keys)
{
    Config *config = data;
    bool plain = !isnan(config->factor) || config->extra.kind != LAW_ABSENT;
    failure_check_who(keys, false);
    failure_check_span(keys, config->strike.at, config->strike.until);
    if (!plain && !config->path) keys_fault(keys, NULL, "it says not how much longer; factor, extra or profile");
    if (plain && config->path) keys_fault(keys, "profile", "factor or extra say how much longer; one way is enough");
    if (config->every.kind != LAW_ABSENT && config->lasting.kind == LAW_ABSENT)
        keys_fault(keys, "every", "spikes that never end cannot come again; `lasting` is missing");
    if (config->every.kind != LAW_ABSENT && config->lasting.kind != LAW_ABSENT &&
        distribution_mean(&config->every) + distribution_mean(&config->lasting) < 1000)
        keys_fault(keys, "every", "less than a microsecond from spike to spike");
    if (config->path) load(config, keys);
}

static void clear(void *data)
{
    Config *config = data;
    g_clear_pointer(&config->profile, profile_free);
    g_clear_pointer(&config->steps, g_free);
}

static void replay(const Config *config, FailureScope *scope, Disturbance *spike)
{
    SimTime until = failure_until(config->strike.until), end = MIN(failure_end(scope), until);
    ProfileStep step;
    for (uint64_t i = 0; profile_step(config->profile, i, &step); i++) {
        SimTime from = failure_later(config->strike.at, step.from);
        if (from > end) return;
        spike->delay = &config->steps[i % profile_length(config->profile)];
        failure_disturb(scope, spike, from, MIN(failure_later(config->strike.at, step.until), until));
    }
}

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    uint32_t count;
    g_autofree NodeId *nodes = failure_pick(scope, &config->strike.who, &count);
    bool all = count == failure_node_count(scope);
    Disturbance spike = { .kind = "spike", .nodes = all ? NULL : nodes, .count = count };
    SimTime until = failure_until(config->strike.until), end = MIN(failure_end(scope), until), time = config->strike.at;
    if (config->profile) {
        replay(config, scope, &spike);
        return;
    }
    if (!isnan(config->factor)) spike.factor = config->factor;
    if (config->extra.kind != LAW_ABSENT) spike.delay = &config->extra;
    double spikes = 0, sum = 0;
    while (time <= end) {
        bool lasts = config->lasting.kind != LAW_ABSENT;
        SimTime length = lasts ? distribution_time(&config->lasting, failure_random(scope)) : SIM_NEVER;
        SimTime over = MIN(failure_later(time, length), until);
        failure_disturb(scope, &spike, time, over);
        spikes++, sum += (double)length;
        if (config->every.kind == LAW_ABSENT || over == SIM_NEVER) break;
        time = failure_later(over, distribution_time(&config->every, failure_random(scope)));
    }
    failure_note(scope, "spikes", spikes, NAN);
    if (spikes > 0 && config->lasting.kind != LAW_ABSENT)
        failure_note(scope, "lasting_mean_ms", sum / spikes / 1e6, distribution_mean(&config->lasting) / 1e6);
}

const Failure failure_spike = {
    .variant = {
        .name = "spike",
        .summary = "for a while every message takes longer, once or again and again",
        .source = "latency spikes; SimGrid profiles of links",
        .params = params, .config_size = sizeof(Config), .check = check, .clear = clear,
    },
    .refers = failure_strike_refers, .plan = plan,
};
