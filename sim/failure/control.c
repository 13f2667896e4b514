/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens to processes, brokers and channels of the communication models.  They are
 * one variant each of the same four keys, so they stand in one file. */
#include "failure/failure.h"

typedef struct {
    char *target, *value;
    SimTime at, until;
} Config;

static const Param params[] = {
    { "target", PARAM_TEXT, offsetof(Config, target), NULL, 0, 0, "the NAME of the section it happens to, or NAME[2] of several", NULL },
    { "at", PARAM_DURATION, offsetof(Config, at), "0 s", 0, 0, "when", NULL },
    { "until", PARAM_DURATION, offsetof(Config, until), "off", 0, 0, "when it is undone, by the kind that does so; off: never", NULL },
    PARAM_END
};

static const Param value_params[] = {
    { "target", PARAM_TEXT, offsetof(Config, target), NULL, 0, 0, "the NAME of the section it happens to, or NAME[2] of several", NULL },
    { "at", PARAM_DURATION, offsetof(Config, at), "0 s", 0, 0, "when", NULL },
    { "value", PARAM_TEXT, offsetof(Config, value), "", 0, 0, "commit or backout; a sequence number", NULL },
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    failure_check_span(keys, config->at, config->until);
}

/* Kind, what undoes it (NULL: nothing does), the section that its target names. */
#define CONTROLS(X) \
    X(process_crash, "process-crash", "process-restart", "process", "a process dies; its host stays up and closes its connections") \
    X(process_restart, "process-restart", NULL, "process", "a process starts again, with nothing of what it had in memory") \
    X(broker_stop, "broker-stop", "broker-start", "broker", "a broker is shut down in order") \
    X(broker_kill, "broker-kill", "broker-start", "broker", "a broker dies without a word to its disk") \
    X(broker_start, "broker-start", NULL, "broker", "a broker comes back with what it had stored") \
    X(qmgr_stop, "qmgr-stop", "qmgr-start", "qmgr", "a queue manager goes down") \
    X(qmgr_start, "qmgr-start", NULL, "qmgr", "a queue manager comes back with what it had stored") \
    X(channel_stop, "channel-stop", "channel-start", "channel", "a message channel is stopped") \
    X(channel_start, "channel-start", NULL, "channel", "a message channel is started") \
    X(channel_resolve, "channel-resolve", NULL, "channel", "an operator resolves a channel in doubt: commit or backout") \
    X(channel_reset, "channel-reset", NULL, "channel", "an operator resets a channel's sequence number")

static void plan_kind(const Config *config, FailureScope *scope, const char *kind, const char *undone)
{
    failure_control(scope, kind, config->target, config->value, config->at);
    if (undone && config->until >= 0) failure_control(scope, undone, config->target, NULL, config->until);
}

#define CONTROL(name_, kind, undone, section, text) \
    static const char *const *targets_##name_(const void *data, const char **target) \
    { \
        static const char *const sections[] = { section, NULL }; \
        *target = ((const Config *)data)->target; \
        return sections; \
    } \
    static void plan_##name_(const void *data, FailureScope *scope) { plan_kind(data, scope, kind, undone); } \
    const Failure failure_##name_ = { \
        .variant = { \
            .name = kind, .summary = text, .source = "the failure model of the communication models", \
            .params = (undone) ? params : value_params, .config_size = sizeof(Config), .check = (undone) ? check : NULL, \
        }, \
        .targets = targets_##name_, .plan = plan_##name_, \
    };

CONTROLS(CONTROL)
