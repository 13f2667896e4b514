/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [rpc NAME] and [rpc-client NAME]: remote procedure calls between processes. */
#include <string.h>

#include "workload/rpc_sections.h"

static void check(const ModelSection *section, ModelCheck *check)
{
    if (strcmp(section->section, "rpc") == 0) {
        const RpcServerConfig *config = section->config;
        (void)model_refer_processes(check, "server", config->server);
        uint32_t nodes = model_check_nodes(check);
        if (nodes && config->node != NODE_NONE && config->node >= nodes)
            model_fault(check, "address", "there is no node %u; the nodes are 0 .. %u", config->node, nodes - 1);
        return;
    }
    const RpcClientConfig *config = section->config;
    g_auto(GStrv) list = parse_list(config->rpc);
    (void)model_refer_processes(check, "processes", config->processes);
    for (char **name = list; *name; name++) (void)model_refer(check, "rpc", "rpc", *name);
    if (!*list) model_fault(check, "rpc", "no [rpc NAME] is named");
}

static void *build(const ModelSection *section, ModelScope *scope)
{
    return strcmp(section->section, "rpc") == 0 ? rpc_server_build(section, scope) : rpc_client_build(section, scope);
}

static const MetricName metrics[] = {
    { "rpc_executions", "executions", "that a server finished" },
    { "rpc_executions_begun", "executions", "that a server began" },
    { "rpc_copies_filtered", "calls", "copies that at-most-once did not execute" },
    { "rpc_replies_resent", "replies", "from the cache of finished calls" },
    { "rpc_refused", "calls", "at the server's capacity, or for an error of the call" },
    { "rpc_orphans_killed", "executions", "ended by the policy for orphans" },
    { "rpc_executions_lost", "executions", "that ended with the server" },
    { "rpc_late_replies", "replies", "that nobody waited for: of orphans and of copies" },
    { "rpc_utilisation", "1", "share of the time of a server's threads that they were busy; with any number of threads: mean busy" },
    { "rpc_idle_share", "1", "share of the time that nobody was served" },
    { "rpc_line_mean", "calls", "in line, mean over time" },
    { "rpc_present_mean", "calls", "in line and in service, mean over time" },
    { "rpc_present_variance", "calls^2", "variance over time of those in line and in service" },
    { "rpc_waited_share", "1", "of the executions did not begin at once" },
    { "rpc_wait_mean_ms", "ms", "in line, mean over the executions" },
    { "rpc_calls", "calls", "made" },
    { "rpc_success_ratio", "1", "of the calls came back OK" },
    { "rpc_latency_mean_ms", "ms", "of the calls that came back OK" },
    { "rpc_latency_p50_ms", "ms", "its median" },
    { "rpc_latency_p95_ms", "ms", "its 95th percentile" },
    { "rpc_latency_p99_ms", "ms", "its 99th percentile" },
    { "rpc_throughput", "calls/s", "OK a second of the run" },
    { "rpc_blocked_s", "s", "that the callers were suspended, in total" },
    { "rpc_transmissions", "messages", "calls sent, copies and retries included" },
    { "rpc_retransmissions", "messages", "copies of a call that got no reply in time" },
    { "rpc_retries", "calls", "attempts of the retry policy after the first" },
    { "rpc_ok", "calls", "that came back OK" },
    { "rpc_deadline_exceeded", "calls", "that ended so" },
    { "rpc_unavailable", "calls", "that ended so" },
    { "rpc_resource_exhausted", "calls", "that ended so" },
    { "rpc_failed_precondition", "calls", "that ended so: the server was another incarnation" },
    { "rpc_pending", "calls", "still waiting at the end, or ended with their caller" },
    { NULL, NULL, NULL },
};

static void report(const ModelSection *section, void *built, ModelScope *scope)
{
    if (strcmp(section->section, "rpc") == 0) rpc_server_report(built, scope);
    else rpc_client_report(built, scope);
}

static void clear(void *built)
{
    if (*(bool *)built) rpc_server_clear(built);
    else rpc_client_clear(built);
}

static const Variant *const sections[] = { &rpc_server_section, &rpc_client_section, NULL };

const Model model_rpc = {
    .variant = { .name = "rpc", .summary = "remote procedure calls", .source = "RFC 5531; gRPC" },
    .sections = sections, .metrics = metrics, .books = "rpc", .check = check, .build = build, .report = report, .clear = clear,
};
