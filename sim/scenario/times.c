/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a run ends, and what must happen before. */
#include "scenario/make.h"

static bool is_timing(const Param *param)
{
    return param->type == PARAM_COUNT || param->type == PARAM_WHOLE || param->type == PARAM_NUMBER ||
           param->type == PARAM_RATE || param->type == PARAM_DURATION || param->type == PARAM_DURATION_LAW;
}

static void blame_workload(const Making *making, const Part *part, const char *what)
{
    g_autofree char *title = g_strdup_printf("workload %s", part->name);
    const Keys *keys = making_keys(making, "workload", part->name);
    if (!making_blame_params(keys, part->variant, is_timing, what))
        faults_add(making->faults, part->line, title, NULL, "%s", what);
}

/* The time of the workload's last event; -1 where it is drawn. */
static SimTime last_of(const Part *part)
{
    const Workload *workload = (const Workload *)part->variant;
    return workload->last ? workload->last(part->config) : -1;
}

static void check_last(const Making *making, const Part *part, SimTime last)
{
    SimTime duration = making->scenario->settings.duration;
    if (duration < 0 || last <= duration) return;
    g_autofree char *when = format_duration(last), *end = format_duration(duration);
    g_autofree char *what = g_strdup_printf("the last publication of '%s', at %s, lies after the end of the run, at %s",
                                            part->name, when, end);
    making_blame(making_keys(making, "scenario", NULL), "duration", what);
    blame_workload(making, part, what);
}

/* The end of the run, -1 where it is drawn; and the workload that decides it. */
static SimTime end_of(const Making *making, const Part **latest)
{
    const Scenario *scenario = making->scenario;
    SimTime end = -1;
    bool drawn = false;
    for (guint i = 0; i < scenario->workloads->len; i++) {
        const Part *part = scenario->workloads->pdata[i];
        SimTime last = part->config ? last_of(part) : -1;
        drawn |= last < 0;
        if (last > end) end = last, *latest = part;
        if (last >= 0) check_last(making, part, last);
    }
    if (scenario->settings.duration >= 0) return scenario->settings.duration;
    if (drawn || end < 0) return -1;
    return end > SIM_NEVER - scenario->settings.drain ? SIM_NEVER : end + scenario->settings.drain;
}

static void check_warmup(const Making *making, const Part *latest)
{
    const Scenario *scenario = making->scenario;
    const Keys *keys = making_keys(making, "scenario", NULL);
    if (scenario->end < 0 || scenario->settings.warmup < scenario->end) return;
    g_autofree char *end = format_duration(scenario->end);
    g_autofree char *what = g_strdup_printf("the warm-up is not over when the run ends, at %s", end);
    making_blame(keys, "warmup", what);
    making_blame(keys, scenario->settings.duration >= 0 ? "duration" : "drain", what);
    if (scenario->settings.duration < 0 && latest) blame_workload(making, latest, what);
}

void fits_times(Making *making)
{
    Scenario *scenario = making->scenario;
    const Keys *keys = making_keys(making, "scenario", NULL);
    const Part *latest = NULL;
    scenario->end = end_of(making, &latest);
    if (!scenario->workloads->len && scenario->settings.duration < 0 && !(keys && keys_given(keys, "duration"))) {
        static const char what[] = "'duration' is missing; it is required where nothing publishes";
        if (keys) keys_fault(keys, "duration", "%s", what);
        else faults_add(making->faults, 1, "scenario", "duration", "%s", what);
    }
    check_warmup(making, latest);
}
