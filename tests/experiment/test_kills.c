/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kill -9 of the program or of a worker, at any moment: no finished run is lost, none is
 * there twice, and the same command goes on to the same results. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "experiment/database.h"
#include "experiment/experiment.h"
#include "../experiment/synthetic.h"

enum { KILLS = 50, RUNS = 4 * 60 };

static RunResult *work(const Scenario *scenario, uint64_t seed, const Recording *recording, GError **error)
{
    (void)recording, (void)error;
    g_usleep(2000 + seed % 5 * 2000);
    return synthetic_result(seed % 1000 * 10 + scenario->nodes);
}

static int64_t number(const char *directory, const char *sql)
{
    g_autoptr(GError) error = NULL;
    sqlite3 *db = database_read(directory, &error);
    int64_t value = 0;
    if (!db) return -1;
    g_assert_true(database_number(db, directory, sql, &value, &error));
    sqlite3_close(db);
    return value;
}

/* A worker of the process, or 0. */
static pid_t worker_of(pid_t process)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task/%d/children", process, process), *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? (pid_t)g_ascii_strtoull(text, NULL, 10) : 0;
}

static pid_t start(const Experiment *experiment)
{
    pid_t child = fork();
    if (child) return child;
    Outcome outcome;
    GError *error = NULL;
    _exit(experiment_run(experiment, &outcome, &error) && !outcome.problem ? 0 : 1);
}

/* Every run that is there is there whole, and only once. */
static void check_whole(const char *directory)
{
    g_assert_cmpint(number(directory, "SELECT count(*) FROM run WHERE (SELECT count(*) FROM delivery WHERE run = id) <> 20 "
                                      "OR (SELECT count(*) FROM event WHERE run = id) <> 1"), ==, 0);
    g_assert_cmpint(number(directory, "SELECT count(*) - count(DISTINCT variant || point || replication) FROM run"), ==, 0);
    g_assert_cmpint(number(directory, "SELECT count(*) FROM delivery WHERE run NOT IN (SELECT id FROM run)"), ==, 0);
}

/* Kills at a random moment; false once the experiment was over before. */
static bool strike(const Experiment *experiment, Random *random)
{
    pid_t child = start(experiment);
    g_usleep(1000 + random_below(random, 60000));
    pid_t worker = random_below(random, 3) == 0 ? worker_of(child) : 0;
    if (worker > 1) {
        kill(worker, SIGKILL);                  /* the run is made again */
        g_usleep(random_below(random, 20000));
    }
    kill(child, SIGKILL);
    int status;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    return WIFSIGNALED(status);
}

static void fifty_kills_lose_nothing(void)
{
    Plan *plan = synthetic_plan(true);
    Scenario scenarios[4] = { 0 };
    for (uint32_t i = 0; i < 4; i++) scenarios[i].nodes = i + 1, plan->scenarios[i] = &scenarios[i];
    char *directory = synthetic_directory();
    plan->replications = RUNS / 4;
    Experiment experiment = { .plan = plan, .directory = directory, .workers = 2, .work = work };
    Random random = random_stream(1, "test/kills", 0);
    int64_t kept = 0, ends = 0;
    for (int i = 0; i < KILLS; i++) {
        bool killed = strike(&experiment, &random);
        int64_t now = number(directory, "SELECT count(*) FROM run WHERE status = 'done'");
        if (now < 0) continue;                  /* killed before there was a database */
        g_assert_cmpint(now, >=, kept);
        check_whole(directory);
        kept = now;
        if (!killed) ends++, plan->replications += 10;
    }
    g_test_message("%d kills, %d ends, %d runs kept", KILLS, (int)ends, (int)kept);
    pid_t last = start(&experiment);
    int status;
    g_assert_cmpint(waitpid(last, &status, 0), ==, last);
    g_assert_cmpint(status, ==, 0);
    g_assert_cmpint(number(directory, "SELECT count(*) FROM run WHERE status = 'done'"), ==, plan->replications * 4);
    check_whole(directory);
    synthetic_remove(directory);
    synthetic_plan_free(plan);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kills/fifty_kills_lose_nothing", fifty_kills_lose_nothing);
    return g_test_run();
}
