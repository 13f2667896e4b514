/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `check`: everything that `run` checks, and what it will take. */
#include <math.h>
#include <string.h>

#include "cli/plugin.h"
#include "core/error.h"
#include "experiment/machine.h"
#include "scenario/plan.h"
#include "world/world.h"

static char **overrides, **plugins;

static const GOptionEntry options[] = {
    { "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &overrides, "check with this key set; may be repeated",
      "section.key=value" },
    { "plugin", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &plugins, "load variants built against the installed headers; may be repeated",
      "FILE.so" },
    { 0 }
};

typedef struct {
    uint32_t least_nodes, most_nodes;
    uint64_t bytes;             /* of the largest run */
    double messages;            /* of one replication of all settings */
    double seconds;             /* of all runs, on one core */
} Effort;

static Effort estimate(const Plan *plan)
{
    Effort all = { .least_nodes = UINT32_MAX };
    for (uint32_t i = 0; plan->scenarios[i]; i++) {
        const Scenario *scenario = plan->scenarios[i];
        uint64_t bytes;
        double messages;
        world_estimate(scenario, &bytes, &messages);
        all.least_nodes = MIN(all.least_nodes, scenario->nodes);
        all.most_nodes = MAX(all.most_nodes, scenario->nodes);
        all.bytes = MAX(all.bytes, bytes);
        all.messages += messages;
        all.seconds += world_seconds(scenario, plan->first_replication) +
                       (plan->replications - 1) * world_seconds(scenario, plan->first_replication + 1);
    }
    return all;
}

/* "1,234,567", rounded to two digits where it is a guess. */
static char *grouped(double value)
{
    g_autofree char *digits = g_strdup_printf("%.0f", value);
    GString *text = g_string_new(digits);
    for (gssize i = (gssize)text->len - 3; i > 0; i -= 3) g_string_insert_c(text, i, ',');
    return g_string_free(text, FALSE);
}

static char *about(double value)
{
    double unit = 1;
    while (value / unit >= 100) unit *= 10;
    return grouped((double)(uint64_t)(value / unit + 0.5) * unit);
}

static char *time_text(double seconds)
{
    if (seconds < 0.05) return g_strdup("less than 0.1 s");
    if (seconds < 2) return g_strdup_printf("about %.1f s", seconds);
    if (seconds < 120) return g_strdup_printf("about %.0f s", seconds);
    if (seconds < 7200) return g_strdup_printf("about %.0f min", seconds / 60);
    return g_strdup_printf("about %.0f h", seconds / 3600);
}

static void print_plan(const Plan *plan)
{
    uint64_t runs = (uint64_t)plan->variant_count * plan->point_count * plan->replications;
    g_autofree char *names = g_strjoinv(", ", plan->variants), *count = grouped((double)runs);
    g_print("%s\n", plan->title);
    g_print("  variants      %u: %s\n", plan->variant_count, names);
    g_print("  points        %u\n", plan->point_count);
    for (uint32_t i = 0; i < plan->axis_count; i++) {
        g_autofree char *values = g_strjoinv(", ", plan->axes[i].values);
        g_print("                %s = %s\n", plan->axes[i].key, values);
    }
    g_print("  replications  %u%s\n", plan->replications,
            isnan(plan->precision) ? "" : " or more, until the precision is met");
    g_print("  runs          %s\n", count);
}

/* When a run of this setting ends; free it. */
static char *end_text(const Scenario *scenario)
{
    g_autofree char *drain = format_duration(scenario->settings.drain);
    g_autofree char *end = scenario->end >= 0 ? format_duration(scenario->end) : NULL;
    return end ? g_strdup_printf("at %s", end) : g_strdup_printf("%s after its last publication", drain);
}

static void print_end(const Plan *plan)
{
    g_autofree char *first = end_text(plan->scenarios[0]);
    bool same = true;
    for (uint32_t i = 1; same && plan->scenarios[i]; i++) {
        g_autofree char *other = end_text(plan->scenarios[i]);
        same = strcmp(first, other) == 0;
    }
    g_print("  a run ends    %s%s\n", first, same ? "" : " (the first; others differ)");
}

static void print_effort(const Plan *plan, const Effort *effort)
{
    uint32_t cores = machine_cores();
    double runs = (double)plan->variant_count * plan->point_count;
    g_autofree char *least = grouped(effort->least_nodes), *most = grouped(effort->most_nodes);
    g_autofree char *messages = about(effort->messages / runs), *memory = about((double)effort->bytes / 1e6 + 1);
    g_autofree char *time = time_text(effort->seconds / MIN(cores, runs * plan->replications));
    bool same = effort->least_nodes == effort->most_nodes;
    g_print("  nodes         %s%s%s\n", least, same ? "" : " to ", same ? "" : most);
    const char *beside = plan->objects->len ? "; what the communication models send is not foreseen" : "";
    if (effort->messages > 0 || !*beside) g_print("  messages      about %s a run, on average%s\n", messages, beside);
    else g_print("  messages      those of the communication models, which are not foreseen\n");
    g_print("  memory        about %s MB for the largest run, one run on each core at a time\n", memory);
    g_print("  time          %s on %u cores%s\n", time, cores, *beside ? ", and what they take" : "");
}

static bool run(char **arguments, GError **error)
{
    if (!plugins_load(plugins, error)) return false;
    g_autoptr(Plan) plan = plan_read(arguments[0], (const char *const *)overrides, error);
    if (!plan) return false;
    print_plan(plan);
    print_end(plan);
    Effort effort = estimate(plan);
    print_effort(plan, &effort);
    g_print("  expectations  %u\n", plan->expects->len);
    for (guint i = 0; i < plan->notes->len; i++) g_print("  note          %s\n", (char *)plan->notes->pdata[i]);
    if (effort.bytes <= machine_free_memory()) return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "one run takes about %.1f GiB of memory, and %.1f GiB are free",
                (double)effort.bytes / 0x1p30, (double)machine_free_memory() / 0x1p30);
    return false;
}

const Command command_check = {
    .name = "check",
    .usage = "SCENARIO [--set section.key=value]... [--plugin FILE.so]...",
    .summary = "check a scenario in full and say what it will take",
    .details = "Reads the scenario as `run` does and reports every fault at once, each with its line.  Where there is "
               "none, prints the variants, points and runs, and guesses the memory and time they take, from the "
               "nodes, links and publications.",
    .options = options, .least = 1, .most = 1, .run = run,
};
