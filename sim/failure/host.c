/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens to the machine of a process, and to the link between two of them: the
 * failures of the communication models in the words of their failure model.  They are one
 * variant each of nearly the same keys, so they stand in one file. */
#include "failure/failure.h"

typedef struct {
    char *target;
    SimTime at, until;
    Loss value;                 /* of link-loss */
} Config;

#define WHOSE "nNODE, or a process whose host it is: NAME, or NAME[2] of several"
#define WHICH "A-B: the nodes at its ends, as 0-5; they need not be neighbors"

static const Param host_params[] = {
    { "target", PARAM_TEXT, offsetof(Config, target), NULL, 0, 0, WHOSE, NULL },
    FAILURE_SPAN(Config),
    PARAM_END
};

static const Param restart_params[] = {
    { "target", PARAM_TEXT, offsetof(Config, target), NULL, 0, 0, WHOSE, NULL },
    { "at", PARAM_DURATION, offsetof(Config, at), "0 s", 0, 0, "when", NULL },
    PARAM_END
};

static const Param link_params[] = {
    { "target", PARAM_TEXT, offsetof(Config, target), NULL, 0, 0, WHICH, NULL },
    FAILURE_SPAN(Config),
    PARAM_END
};

static const Param loss_params[] = {
    { "target", PARAM_TEXT, offsetof(Config, target), NULL, 0, 0, WHICH, NULL },
    { "value", PARAM_LOSS, offsetof(Config, value), NULL, 0, 0,
      "share of the packets, or gilbert-elliott(P, R, GOOD, BAD) for bursts, each way by itself", NULL },
    FAILURE_SPAN(Config),
    PARAM_END
};

static void check_host(void *data, const Keys *keys)
{
    const Config *config = data;
    failure_check_span(keys, config->at, config->until);
}

static void check_link(void *data, const Keys *keys)
{
    const Config *config = data;
    NodeId a, b;
    if (config->target && !failure_link_read(config->target, &a, &b))
        keys_fault(keys, "target", "'%s' is no link; two different nodes, as 0-5, are expected", config->target);
    failure_check_span(keys, config->at, config->until);
}

static const char *const *hosts(const void *config, const char **target)
{
    static const char *const sections[] = { FAILURE_HOST, NULL };
    *target = ((const Config *)config)->target;
    return sections;
}

static const char *const *links(const void *config, const char **target)
{
    static const char *const sections[] = { FAILURE_LINK, NULL };
    *target = ((const Config *)config)->target;
    return sections;
}

/* A node is up again, and starts those programs whose section says nothing of restarts. */
static void starts(FailureScope *scope, NodeId node, SimTime at)
{
    g_autofree char *name = g_strdup_printf("n%u", node);
    failure_control(scope, "host-restart", name, NULL, at);
}

static void plan_crash(const void *data, FailureScope *scope)
{
    const Config *config = data;
    uint32_t count;
    g_autofree NodeId *nodes = failure_hosts(scope, config->target, &count);
    for (uint32_t i = 0; i < count; i++) {
        failure_node_down(scope, nodes[i], config->at, failure_until(config->until));
        if (config->until >= 0) starts(scope, nodes[i], config->until);
    }
}

static void plan_restart(const void *data, FailureScope *scope)
{
    const Config *config = data;
    uint32_t count;
    g_autofree NodeId *nodes = failure_hosts(scope, config->target, &count);
    for (uint32_t i = 0; i < count; i++) {
        failure_node_up(scope, nodes[i], config->at);
        starts(scope, nodes[i], config->at);
    }
}

static void plan_cut(const void *data, FailureScope *scope)
{
    const Config *config = data;
    NodeId a, b;
    (void)failure_link_read(config->target, &a, &b);
    if (MAX(a, b) < failure_node_count(scope)) failure_link_down(scope, a, b, config->at, failure_until(config->until));
}

static void plan_loss(const void *data, FailureScope *scope)
{
    const Config *config = data;
    NodeId ends[2];
    (void)failure_link_read(config->target, &ends[0], &ends[1]);
    Disturbance loss = { .kind = "loss", .nodes = ends, .count = 2, .between = true, .loss = &config->value };
    if (MAX(ends[0], ends[1]) < failure_node_count(scope)) failure_disturb(scope, &loss, config->at, failure_until(config->until));
}

#define SOURCE "the failure model of the communication models"

const Failure failure_host_crash = {
    .variant = {
        .name = "host-crash", .summary = "a machine stops without a word: its peers hear nothing, not even that connections are gone",
        .source = SOURCE, .params = host_params, .config_size = sizeof(Config), .check = check_host,
    },
    .targets = hosts, .plan = plan_crash,
};

const Failure failure_host_restart = {
    .variant = {
        .name = "host-restart", .summary = "a machine that crashed is back, with what its programs had stored alone",
        .source = SOURCE, .params = restart_params, .config_size = sizeof(Config),
    },
    .targets = hosts, .plan = plan_restart,
};

const Failure failure_link_broken = {
    .variant = {
        .name = "link-down", .summary = "nothing passes between two nodes, for a time or for good",
        .source = SOURCE, .params = link_params, .config_size = sizeof(Config), .check = check_link,
    },
    .targets = links, .plan = plan_cut,
};

const Failure failure_link_loss = {
    .variant = {
        .name = "link-loss", .summary = "packets between two nodes get lost, for a time or for good",
        .source = SOURCE, .params = loss_params, .config_size = sizeof(Config), .check = check_link,
    },
    .targets = links, .plan = plan_loss,
};
