/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/experiment.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "experiment/machine.h"
#include "experiment/numbering.h"
#include "experiment/pool.h"
#include "experiment/problems.h"
#include "experiment/progress.h"
#include "experiment/ranks.h"
#include "experiment/statistics.h"

typedef enum { TO_DO, DONE, RESUMED, FAILED } State;

typedef struct {
    const Experiment *experiment;
    const Plan *plan;
    Store *store;
    Progress *progress;
    uint64_t group_count;       /* variants × points */
    uint64_t total, given;      /* runs at most; the next one to be looked at */
    uint8_t *states;            /* of each run: State */
    double *ratios;             /* delivery ratio of each run; NaN: none */
    uint32_t judged;            /* replications that have been judged, in order */
    uint64_t only;              /* the only run to be made, or UINT64_MAX */
    uint64_t events;
    Problems *problems;
} Course;

static bool adaptive(const Plan *plan) { return !isnan(plan->precision); }

static RunResult *work(void *data, uint64_t run, GError **error)
{
    const Course *course = data;
    const Experiment *experiment = course->experiment;
    const Scenario *scenario = course->plan->scenarios[run % numbering_groups(course->plan)];
    RunKey key = numbering_key(course->plan, run);
    Recording recording = world_recording(scenario, key.replication);
    g_autofree char *trace = NULL;
    if (experiment->trace) recording.trace = experiment->trace;
    else if (recording.trace && course->total > 1)
        recording.trace = trace = numbering_file(course->plan, run, recording.trace);
    return (experiment->work ? experiment->work : world_run)(scenario, key.seed, &recording, error);
}

static bool next(void *data, uint64_t *run)
{
    Course *course = data;
    if (course->only != UINT64_MAX) {
        *run = course->only;
        return !course->given++;
    }
    while (course->given < course->total && course->states[course->given] != TO_DO) course->given++;
    if (course->given == course->total) return false;
    *run = course->given++;
    return true;
}

/* True where the delivery ratio of every variant and point is known well enough
 * from the first `count` replications. */
static bool precise(const Course *course, uint32_t count)
{
    g_autofree double *values = g_new(double, count);
    for (uint64_t group = 0; group < course->group_count; group++) {
        size_t known = 0;
        for (uint32_t r = 0; r < count; r++) {
            double ratio = course->ratios[r * course->group_count + group];
            if (!isnan(ratio)) values[known++] = ratio;
        }
        Estimate mean = statistics_mean(values, known, 0.95);
        if (!(estimate_half_width(&mean) < course->plan->precision)) return false;
    }
    return true;
}

static bool all_settled(const Course *course, uint32_t replication)
{
    const uint8_t *states = course->states + replication * course->group_count;
    for (uint64_t group = 0; group < course->group_count; group++)
        if (states[group] == TO_DO) return false;
    return true;
}

/* Judges the replications that are complete, in order: whatever order they end
 * in, the same one is found to be the last. */
static PoolVerdict judge(Course *course)
{
    const Plan *plan = course->plan;
    if (!adaptive(plan) || course->only != UINT64_MAX) return POOL_GO_ON;
    while (course->judged * course->group_count < course->total && all_settled(course, course->judged)) {
        course->judged++;
        if (course->judged >= plan->replications && precise(course, course->judged)) return POOL_ENOUGH;
    }
    uint32_t expected = MAX(plan->replications, course->judged + 1);
    progress_set_total(course->progress, MIN(expected * course->group_count, course->total));
    return POOL_GO_ON;
}

static double delivery_ratio(const RunResult *result)
{
    for (guint i = 0; i < result->metrics->len; i++) {
        const MetricRow *row = &g_array_index(result->metrics, MetricRow, i);
        if (strcmp(row->name, "delivery_ratio") == 0) return row->value;
    }
    return NAN;
}

static PoolVerdict done(void *data, uint64_t run, const RunResult *result, const GError *failure, GError **error)
{
    Course *course = data;
    RunKey key = numbering_key(course->plan, run);
    bool kept = result ? store_put(course->store, &key, result, error)
                       : store_fail(course->store, &key, failure->message, error);
    if (!kept) return POOL_BROKEN;
    course->states[run] = result ? DONE : FAILED;
    if (result) {
        course->ratios[run] = delivery_ratio(result);
        course->events += result->event_count;
    } else {
        problems_add(course->problems, run, failure);
    }
    progress_add(course->progress, result ? result->event_count : 0);
    return judge(course);
}

static bool tick(void *data)
{
    progress_draw(((Course *)data)->progress);
    return true;
}

static void note_finished(void *data, uint64_t id, double ratio)
{
    Course *course = data;
    uint64_t run;
    if (!numbering_run(course->plan, id, &run)) return;
    course->states[run] = RESUMED;
    course->ratios[run] = ratio;
}

/* No more workers than the machine has memory for. */
static bool choose_workers(const Experiment *experiment, unsigned *workers, GError **error)
{
    *workers = experiment->workers ? experiment->workers : machine_cores();
    if (experiment->work) return true;
    const Plan *plan = experiment->plan;
    uint64_t most = 0, room = machine_free_memory();
    for (uint64_t i = 0; i < (uint64_t)plan->variant_count * plan->point_count; i++) {
        uint64_t bytes;
        double messages;
        world_estimate(plan->scenarios[i], &bytes, &messages);
        most = MAX(most, bytes);
    }
    if (most > room) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "one run takes about %.1f GiB of memory, and %.1f GiB are "
                    "free; fewer nodes or deliveries = no take less", (double)most / 0x1p30, (double)room / 0x1p30);
        return false;
    }
    *workers = (unsigned)MIN(*workers, MAX(1, room / MAX(1, most)));
    return true;
}

static bool prepare(Course *course, const Experiment *experiment, GError **error)
{
    const Plan *plan = experiment->plan;
    *course = (Course){ .experiment = experiment, .plan = plan, .only = UINT64_MAX };
    course->group_count = numbering_groups(plan);
    course->total = course->group_count * numbering_replications(plan);
    course->problems = problems_new();
    if (experiment->only && !numbering_find(plan, experiment->only, &course->only, error)) return false;
    course->states = g_try_malloc0_n(course->total, sizeof *course->states);
    course->ratios = g_try_malloc0_n(course->total, sizeof *course->ratios);
    if (!course->states || !course->ratios) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "no memory to plan %" G_GUINT64_FORMAT " runs", course->total);
        return false;
    }
    for (uint64_t i = 0; i < course->total; i++) course->ratios[i] = NAN;
    course->store = store_open(experiment->directory, plan, experiment->overrides, experiment->fresh, error);
    return course->store && store_finished(course->store, note_finished, course, error);
}

static uint64_t count_states(const Course *course, uint64_t runs, State state)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < runs; i++) count += course->states[i] == state;
    return count;
}

/* Says what is kept when the work was cut short. */
static void explain_interrupt(const Course *course, GError **error)
{
    if (!g_error_matches(*error, SIM_ERROR, SIM_ERROR_INTERRUPTED)) return;
    uint64_t kept = count_states(course, course->total, DONE) + count_states(course, course->total, RESUMED);
    g_clear_error(error);
    g_set_error(error, SIM_ERROR, SIM_ERROR_INTERRUPTED, "interrupted: %" G_GUINT64_FORMAT " of %s%" G_GUINT64_FORMAT
                " runs are kept in %s; the same command goes on from there", kept,
                adaptive(course->plan) ? "at most " : "", course->total, store_path(course->store));
}

static bool run_all(Course *course, GError **error)
{
    unsigned workers;
    if (!choose_workers(course->experiment, &workers, error)) return false;
    uint64_t before = course->only == UINT64_MAX ? count_states(course, course->total, RESUMED) : 0;
    uint64_t expected = course->only == UINT64_MAX ? course->total : 1;
    course->progress = progress_new(expected, before, course->experiment->progress);
    Pool pool = { workers, course, work, next, done, tick };
    if (judge(course) == POOL_ENOUGH) return true;
    if (ranks_count() > 1 ? ranks_run(&pool, course->plan->hash, error) : pool_run(&pool, error)) return true;
    progress_wipe(course->progress);
    return false;
}

static void sum_up(const Course *course, Outcome *outcome)
{
    const Plan *plan = course->plan;
    uint64_t replications = adaptive(plan) && course->judged ? course->judged : course->total / course->group_count;
    outcome->first = plan->first_replication;
    outcome->last = plan->first_replication + (uint32_t)replications - 1;
    outcome->capped = adaptive(plan) && course->only == UINT64_MAX && !precise(course, (uint32_t)replications);
    outcome->runs = course->only == UINT64_MAX ? replications * course->group_count : 1;
    outcome->resumed = course->only == UINT64_MAX ? count_states(course, outcome->runs, RESUMED) : 0;
    outcome->events = course->events;
    uint64_t limit = course->only == UINT64_MAX ? outcome->runs : UINT64_MAX;
    outcome->problem = problems_error(course->problems, course->experiment, limit, outcome->runs);
}

static void clear(Course *course)
{
    progress_free(course->progress);
    store_free(course->store);
    g_free(course->states);
    g_free(course->ratios);
    problems_free(course->problems);
}

void outcome_clear(Outcome *outcome)
{
    g_clear_error(&outcome->problem);
}

bool experiment_run(const Experiment *experiment, Outcome *outcome, GError **error)
{
    Course course;
    gint64 start = g_get_monotonic_time();
    g_autoptr(GError) failure = NULL;
    bool ok = prepare(&course, experiment, &failure) && run_all(&course, &failure);
    if (!ok && course.store) explain_interrupt(&course, &failure);
    *outcome = (Outcome){ .seconds = (double)(g_get_monotonic_time() - start) / 1e6 };
    if (ok) sum_up(&course, outcome);
    if (ok && adaptive(course.plan) && course.only == UINT64_MAX)
        ok = store_forget_after(course.store, outcome->last, &failure);
    clear(&course);
    if (!ok) g_propagate_error(error, g_steal_pointer(&failure));
    return ok;
}

void experiment_serve(const Experiment *experiment, const GError *failure)
{
    Course course = { .experiment = experiment };
    if (failure) {
        ranks_serve(NULL, NULL, failure);
        return;
    }
    course.plan = experiment->plan;
    course.total = numbering_groups(course.plan) * numbering_replications(course.plan);
    ranks_serve(&(Pool){ .data = &course, .work = work }, course.plan->hash, NULL);
}
