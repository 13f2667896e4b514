/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/numbering.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

uint32_t numbering_replications(const Plan *plan)
{
    return isnan(plan->precision) ? plan->replications : MAX(plan->replications, plan->replications_max);
}

RunKey numbering_key(const Plan *plan, uint64_t run)
{
    uint64_t group = run % numbering_groups(plan);
    uint32_t replication = plan->first_replication + (uint32_t)(run / numbering_groups(plan));
    return (RunKey){
        .id = replication * numbering_groups(plan) + group + 1,
        .variant = plan->variants[group / plan->point_count],
        .point = plan->points[group % plan->point_count].json,
        .replication = replication,
        .seed = random_replication_seed(plan->seed, replication),
    };
}

bool numbering_run(const Plan *plan, uint64_t id, uint64_t *run)
{
    uint64_t first = plan->first_replication * numbering_groups(plan);
    uint64_t place = id - 1 - first;
    if (id - 1 < first || place >= numbering_replications(plan) * numbering_groups(plan)) return false;
    *run = place;
    return true;
}

static bool find_variant(const Plan *plan, const char *text, const char *name, uint32_t *variant, GError **error)
{
    for (*variant = 0; *variant < plan->variant_count; ++*variant)
        if (strcmp(plan->variants[*variant], name) == 0) return true;
    g_autofree char *names = g_strjoinv(", ", plan->variants);
    g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "--only %s: no variant is called '%s'; there is %s", text, name, names);
    return false;
}

/* Cuts the number behind the last colon off `text`. */
static bool cut_number(char *text, uint64_t *number)
{
    char *colon = strrchr(text, ':');
    if (!colon || !parse_count(colon + 1, number, NULL)) return false;
    *colon = '\0';
    return true;
}

bool numbering_find(const Plan *plan, const char *text, uint64_t *run, GError **error)
{
    g_autofree char *name = g_strdup(text);
    uint64_t point, replication;
    uint32_t variant, count = numbering_replications(plan), first = plan->first_replication;
    if (!cut_number(name, &replication) || !cut_number(name, &point)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "--only %s: VARIANT:POINT:REPLICATION is expected, as %s:0:%u",
                    text, plan->variants[0], first);
        return false;
    }
    if (!find_variant(plan, text, name, &variant, error)) return false;
    if (point >= plan->point_count) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "--only %s: points are numbered 0 to %u", text,
                    plan->point_count - 1);
        return false;
    }
    if (replication < first || replication - first >= count) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "--only %s: replications are numbered %u to %u", text, first,
                    first + count - 1);
        return false;
    }
    *run = (replication - first) * numbering_groups(plan) + (uint64_t)variant * plan->point_count + point;
    return true;
}

char *numbering_replay(const Plan *plan, uint64_t run, const char *const *overrides)
{
    RunKey key = numbering_key(plan, run);
    g_autofree char *path = g_shell_quote(plan->path);
    g_autofree char *place = g_strdup_printf("%s:%u:%u", key.variant, numbering_point(plan, run), key.replication);
    g_autofree char *only = g_shell_quote(place);
    GString *command = g_string_new("banyan run ");
    g_string_append(command, path);
    for (; overrides && *overrides; overrides++) {
        g_autofree char *set = g_shell_quote(*overrides);
        g_string_append_printf(command, " --set %s", set);
    }
    g_string_append_printf(command, " --only %s", only);
    return g_string_free(command, FALSE);
}

char *numbering_file(const Plan *plan, uint64_t run, const char *file)
{
    RunKey key = numbering_key(plan, run);
    const char *dot = strrchr(file, '.'), *slash = strrchr(file, '/');
    if (!dot || (slash && dot < slash)) dot = file + strlen(file);
    return g_strdup_printf("%.*s-%s-%u-%u%s", (int)(dot - file), file, key.variant, numbering_point(plan, run),
                           key.replication, dot);
}
