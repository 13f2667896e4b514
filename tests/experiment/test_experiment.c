/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/experiment.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "experiment/database.h"
#include "experiment/progress.h"
#include "../experiment/synthetic.h"

typedef struct { Plan *plan; char *directory; Scenario *scenarios; } Place;

static void set_up(Place *place, gconstpointer swept)
{
    place->plan = synthetic_plan(swept != NULL);
    place->directory = synthetic_directory();
    uint32_t groups = place->plan->variant_count * place->plan->point_count;
    place->scenarios = g_new0(Scenario, groups);
    for (uint32_t i = 0; i < groups; i++) {
        place->plan->scenarios[i] = &place->scenarios[i];
        place->scenarios[i].nodes = i + 1;          /* tells the work which one it is */
    }
}

static void tear_down(Place *place, gconstpointer unused)
{
    (void)unused;
    synthetic_plan_free(place->plan);
    synthetic_remove(place->directory);
    g_free(place->scenarios);
}

/* A function of the setting and the seed, like a run. */
static RunResult *work(const Scenario *scenario, uint64_t seed, const Recording *recording, GError **error)
{
    (void)recording, (void)error;
    g_usleep(seed % 3 * 2000);
    return synthetic_result(seed % 1000 * 10 + scenario->nodes);
}

static RunResult *crash_sometimes(const Scenario *scenario, uint64_t seed, const Recording *recording, GError **error)
{
    if (scenario->nodes == 2 && seed == random_replication_seed(1, 1)) raise(SIGKILL);
    return work(scenario, seed, recording, error);
}

static RunResult *disconnected(const Scenario *scenario, uint64_t seed, const Recording *recording, GError **error)
{
    if (scenario->nodes != 1) return work(scenario, seed, recording, error);
    g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY, "the overlay is in 3 parts");
    return NULL;
}

static RunResult *never(const Scenario *scenario, uint64_t seed, const Recording *recording, GError **error)
{
    (void)scenario, (void)seed, (void)recording, (void)error;
    g_assert_not_reached();
}

/* Delivery ratios 0.9 ± 0.1, so that more replications narrow the interval. */
static RunResult *noisy(const Scenario *scenario, uint64_t seed, const Recording *recording, GError **error)
{
    (void)recording, (void)error;
    Random random = random_stream(seed, "test/noisy", scenario->nodes);
    g_usleep(seed % 3 * 1000);
    RunResult *result = result_new();
    synthetic_metric(result, "delivery_ratio", 0.8 + 0.2 * random_unit(&random), NAN, NAN);
    return result;
}

static Experiment experiment_of(const Place *place, unsigned workers,
                                RunResult *(*what)(const Scenario *, uint64_t, const Recording *, GError **))
{
    return (Experiment){ .plan = place->plan, .directory = place->directory, .workers = workers, .work = what };
}

static Outcome run(const Experiment *experiment)
{
    Outcome outcome;
    g_autoptr(GError) error = NULL;
    bool ok = experiment_run(experiment, &outcome, &error);
    g_assert_no_error(error);
    g_assert_true(ok);
    return outcome;
}

static void append_rows(GString *out, sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement;
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++)
            g_string_append_printf(out, "%s|", (const char *)sqlite3_column_text(statement, i));
        g_string_append_c(out, '\n');
    }
    sqlite3_finalize(statement);
}

/* All that must be equal, as SCENARIO.md, Equality, has it. */
static char *everything(const char *directory)
{
    sqlite3 *db = database_read(directory, NULL);
    GString *out = g_string_new("");
    append_rows(out, db, "SELECT id, variant, point, replication, seed, status, events FROM run ORDER BY 1");
    append_rows(out, db, "SELECT * FROM metric WHERE name NOT IN ('wall_s', 'events_per_s') ORDER BY 1, 2, 3, 4, 5");
    append_rows(out, db, "SELECT * FROM histogram ORDER BY 1, 2, 3, 4, 5");
    append_rows(out, db, "SELECT * FROM series ORDER BY 1, 2, 3, 4");
    append_rows(out, db, "SELECT * FROM delivery ORDER BY 1, 2, 3, 4, 5, 6, 7");
    append_rows(out, db, "SELECT * FROM link ORDER BY 1, 2, 3, 4");
    append_rows(out, db, "SELECT * FROM node ORDER BY 1, 2, 3, 4, 5");
    append_rows(out, db, "SELECT * FROM event ORDER BY 1, 2, 3, 4, 5, 6");
    sqlite3_close(db);
    return g_string_free(out, FALSE);
}

static char *answer(const Place *place, const char *sql)
{
    sqlite3 *db = database_read(place->directory, NULL);
    GString *out = g_string_new("");
    append_rows(out, db, sql);
    sqlite3_close(db);
    return g_string_free(out, FALSE);
}

static void start_anew(Place *place)
{
    synthetic_remove(place->directory);
    place->directory = synthetic_directory();
}

static void any_number_of_workers_leaves_equal_rows(Place *place, gconstpointer unused)
{
    (void)unused;
    g_autofree char *first = NULL;
    for (unsigned workers = 1; workers <= 3; workers++) {
        start_anew(place);
        Experiment experiment = experiment_of(place, workers, work);
        Outcome outcome = run(&experiment);
        g_assert_cmpuint(outcome.runs, ==, 12);
        g_autofree char *rows = everything(place->directory);
        if (first) g_assert_cmpstr(rows, ==, first);
        else first = g_steal_pointer(&rows);
    }
    g_autofree char *ids = answer(place, "SELECT id, variant, point, replication FROM run WHERE id IN (1, 4, 7)");
    g_assert_cmpstr(ids, ==, "1|tree|{\"failure.crashes.fraction\": 0.1}|0|\n"
                             "4|mesh|{\"failure.crashes.fraction\": 0.2}|0|\n"
                             "7|mesh|{\"failure.crashes.fraction\": 0.1}|1|\n");
}

static void what_is_there_is_not_run_again(Place *place, gconstpointer unused)
{
    (void)unused;
    Experiment experiment = experiment_of(place, 2, work);
    run(&experiment);
    g_autofree char *before = everything(place->directory);
    experiment.work = never;
    Outcome outcome = run(&experiment);
    g_assert_cmpuint(outcome.resumed, ==, 12);
    g_autofree char *after = everything(place->directory);
    g_assert_cmpstr(before, ==, after);
}

static void more_replications_extend_the_results(Place *place, gconstpointer unused)
{
    (void)unused;
    Experiment experiment = experiment_of(place, 2, work);
    run(&experiment);
    place->plan->replications = 5;
    Outcome outcome = run(&experiment);
    g_assert_cmpuint(outcome.resumed, ==, 12);
    g_assert_cmpuint(outcome.runs, ==, 20);
    g_autofree char *extended = everything(place->directory);
    start_anew(place);
    experiment.directory = place->directory;
    run(&experiment);
    g_autofree char *at_once = everything(place->directory);
    g_assert_cmpstr(extended, ==, at_once);
}

static void later_replications_have_the_same_ids_and_seeds(Place *place, gconstpointer unused)
{
    (void)unused;
    Experiment experiment = experiment_of(place, 2, work);
    run(&experiment);
    g_autofree char *whole = answer(place, "SELECT id, seed FROM run WHERE replication = 2 ORDER BY id");
    start_anew(place);
    experiment.directory = place->directory;
    place->plan->first_replication = 2;
    place->plan->replications = 1;
    Outcome outcome = run(&experiment);
    g_assert_cmpuint(outcome.first, ==, 2);
    g_autofree char *part = answer(place, "SELECT id, seed FROM run ORDER BY id");
    g_assert_cmpstr(whole, ==, part);
}

static void a_crash_is_recorded_with_its_replay(Place *place, gconstpointer unused)
{
    (void)unused;
    const char *const set[] = { "network.loss=1 %", NULL };
    Experiment experiment = experiment_of(place, 2, crash_sometimes);
    experiment.overrides = set;
    Outcome outcome = run(&experiment);
    g_assert_error(outcome.problem, SIM_ERROR, SIM_ERROR_MACHINE);
    g_assert_nonnull(strstr(outcome.problem->message, "1 of 12 runs have no result"));
    g_assert_nonnull(strstr(outcome.problem->message, "tree, fraction = 20 %, replication 1, seed "));
    g_assert_nonnull(strstr(outcome.problem->message,
                            "again: banyan run '/nowhere/two.ini' --set 'network.loss=1 %' --only 'tree:1:1'"));
    outcome_clear(&outcome);
    g_autofree char *failed = answer(place, "SELECT run, variant, replication, message LIKE '%signal 9%' FROM failed");
    g_assert_cmpstr(failed, ==, "6|tree|1|1|\n");

    experiment.work = work;                     /* the next try mends it */
    outcome = run(&experiment);
    g_assert_null(outcome.problem);
    g_assert_cmpuint(outcome.resumed, ==, 11);
}

static void a_draw_that_cannot_be_run_is_the_users(Place *place, gconstpointer unused)
{
    (void)unused;
    Experiment experiment = experiment_of(place, 2, disconnected);
    Outcome outcome = run(&experiment);
    g_assert_error(outcome.problem, SIM_ERROR, SIM_ERROR_TOPOLOGY);
    g_assert_nonnull(strstr(outcome.problem->message, "3 of 12 runs have no result"));
    g_assert_nonnull(strstr(outcome.problem->message, "the overlay is in 3 parts"));
    outcome_clear(&outcome);
}

static void only_one_run_is_made(Place *place, gconstpointer unused)
{
    (void)unused;
    Experiment experiment = experiment_of(place, 2, work);
    run(&experiment);
    g_autofree char *whole = answer(place, "SELECT value FROM metric WHERE run = 8 ORDER BY name");
    start_anew(place);
    experiment.directory = place->directory;
    experiment.only = "mesh:1:1";
    Outcome outcome = run(&experiment);
    g_assert_cmpuint(outcome.runs, ==, 1);
    g_autofree char *ids = answer(place, "SELECT id FROM run");
    g_assert_cmpstr(ids, ==, "8|\n");
    g_autofree char *alone = answer(place, "SELECT value FROM metric WHERE run = 8 ORDER BY name");
    g_assert_cmpstr(whole, ==, alone);
    outcome = run(&experiment);                 /* a replay runs though the row is there */
    g_assert_cmpuint(outcome.events, >, 0);

    static const struct { const char *only; int code; const char *part; } rows[] = {
        { "mesh", SIM_ERROR_SYNTAX, "tree:0:0" },       { "mesh:x:1", SIM_ERROR_SYNTAX, "VARIANT:POINT:REPLICATION" },
        { "star:0:0", SIM_ERROR_UNKNOWN, "tree, mesh" }, { "mesh:2:0", SIM_ERROR_RANGE, "0 to 1" },
        { "mesh:0:3", SIM_ERROR_RANGE, "0 to 2" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        experiment.only = rows[i].only;
        g_assert_false(experiment_run(&experiment, &outcome, &error));
        g_assert_error(error, SIM_ERROR, rows[i].code);
        g_assert_nonnull(strstr(error->message, rows[i].part));
    }
}

static void precision_stops_at_the_same_replication(Place *place, gconstpointer unused)
{
    (void)unused;
    place->plan->precision = 0.03;
    g_autofree char *first = NULL;
    uint32_t last = 0;
    for (unsigned workers = 1; workers <= 5; workers += 2) {
        start_anew(place);
        Experiment experiment = experiment_of(place, workers, noisy);
        Outcome outcome = run(&experiment);
        g_autofree char *rows = everything(place->directory);
        if (first) {
            g_assert_cmpuint(outcome.last, ==, last);
            g_assert_cmpstr(rows, ==, first);
        } else {
            first = g_steal_pointer(&rows);
            last = outcome.last;
        }
        experiment.work = never;
        outcome = run(&experiment);
        g_assert_cmpuint(outcome.last, ==, last);
        g_assert_cmpuint(outcome.resumed, ==, outcome.runs);
    }
    g_test_message("%u replications", last + 1);
    g_assert_cmpuint(last, >, 5);
    g_assert_cmpuint(last, <, 60);
}

static void precision_keeps_to_its_minimum_and_cap(Place *place, gconstpointer unused)
{
    (void)unused;
    place->plan->precision = 2;         /* met by any two replications */
    Experiment experiment = experiment_of(place, 2, noisy);
    Outcome outcome = run(&experiment);
    g_assert_cmpuint(outcome.last, ==, 2);
    start_anew(place);
    experiment.directory = place->directory;
    place->plan->precision = 1e-9;
    place->plan->replications_max = 7;
    outcome = run(&experiment);
    g_assert_cmpuint(outcome.last, ==, 6);
    g_assert_cmpuint(outcome.runs, ==, 28);
    g_assert_true(outcome.capped);
}

static RunResult *slow(const Scenario *scenario, uint64_t seed, const Recording *recording, GError **error)
{
    g_usleep(20000);
    return work(scenario, seed, recording, error);
}

static void cut_short(Place *place, int number)
{
    place->plan->replications = 50;
    Experiment experiment = experiment_of(place, 2, slow);
    pid_t child = fork();
    if (child == 0) {
        Outcome outcome;
        GError *error = NULL;
        experiment_run(&experiment, &outcome, &error);
        if (!error || !g_error_matches(error, SIM_ERROR, SIM_ERROR_INTERRUPTED)) _exit(1);
        if (!strstr(error->message, " of 200 runs are kept in ")) _exit(2);
        _exit(sim_error_status(error));
    }
    g_autofree char *log = g_build_filename(place->directory, "results.db-wal", NULL);
    GStatBuf about = { 0 };
    for (int i = 0; i < 1000 && about.st_size < 300000; i++) {      /* until some runs stand there beside the tables */
        g_usleep(10000);
        if (g_stat(log, &about) < 0) about.st_size = 0;
    }
    kill(child, number);
    int status;
    waitpid(child, &status, 0);
    if (number == SIGKILL) g_assert_true(WIFSIGNALED(status));
    else g_assert_cmpint(WEXITSTATUS(status), ==, 130);

    g_autofree char *valid = answer(place, "PRAGMA integrity_check");
    g_assert_cmpstr(valid, ==, "ok|\n");
    g_autofree char *half = answer(place, "SELECT count(*) FROM run WHERE (SELECT count(*) FROM delivery WHERE "
                                          "delivery.run = run.id) <> 20");
    g_assert_cmpstr(half, ==, "0|\n");
    place->plan->replications = 3;
    experiment.work = work;
    Outcome outcome = run(&experiment);
    g_assert_cmpuint(outcome.resumed, >, 0);
    g_assert_null(outcome.problem);
}

static void an_interrupt_keeps_what_is_finished(Place *place, gconstpointer unused)
{
    (void)unused;
    cut_short(place, SIGINT);
}

static void a_kill_leaves_a_valid_database(Place *place, gconstpointer unused)
{
    (void)unused;
    cut_short(place, SIGKILL);
}

static void progress_says_how_far_and_how_long(void)
{
    Progress *progress = progress_new(400, 100, false);
    for (int i = 0; i < 100; i++) progress_add(progress, 500000);
    g_autofree char *text = progress_text(progress, 10);
    g_assert_cmpstr(text, ==, "[############............]  50 %  200/400 runs  5.0 M events/s  20 s left");
    g_autofree char *slow_text = progress_text(progress, 3600);
    g_assert_cmpstr(slow_text, ==, "[############............]  50 %  200/400 runs  14 k events/s  2 h 00 min left");
    progress_free(progress);
}

#define CASE(name) g_test_add("/experiment/" #name, Place, "swept", set_up, name, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(any_number_of_workers_leaves_equal_rows);
    CASE(what_is_there_is_not_run_again);
    CASE(more_replications_extend_the_results);
    CASE(later_replications_have_the_same_ids_and_seeds);
    CASE(a_crash_is_recorded_with_its_replay);
    CASE(a_draw_that_cannot_be_run_is_the_users);
    CASE(only_one_run_is_made);
    CASE(precision_stops_at_the_same_replication);
    CASE(precision_keeps_to_its_minimum_and_cap);
    CASE(an_interrupt_keeps_what_is_finished);
    CASE(a_kill_leaves_a_valid_database);
    g_test_add_func("/experiment/progress_says_how_far_and_how_long", progress_says_how_far_and_how_long);
    return g_test_run();
}
