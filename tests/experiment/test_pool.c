/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Workers that crash, hang or are killed must cost their one job at most. */
#include "experiment/pool.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "experiment/wire.h"
#include "../experiment/synthetic.h"

enum { JOBS = 12, ODD_ONE = 5 };

typedef struct {
    uint64_t given, stop_after;         /* stop_after: results after which there are enough; 0: never */
    unsigned order[JOBS], finished;
    uint64_t ahead[JOBS];               /* jobs given when so many had ended */
    GByteArray *results[JOBS];
    char *failures[JOBS];
    char *marker;                       /* a file that the first try leaves behind */
} Log;

static bool next(void *data, uint64_t *job)
{
    Log *log = data;
    if (log->given == JOBS) return false;
    *job = log->given++;
    return true;
}

static PoolVerdict done(void *data, uint64_t job, const RunResult *result, const GError *failure, GError **error)
{
    Log *log = data;
    (void)error;
    g_assert_true(!result != !failure);
    g_assert_null(log->results[job]);
    log->ahead[log->finished] = log->given;
    log->order[log->finished++] = (unsigned)job;
    log->results[job] = g_byte_array_new();
    if (result) wire_write(log->results[job], result, NULL);
    else log->failures[job] = g_strdup(failure->message);
    return log->finished == log->stop_after ? POOL_ENOUGH : POOL_GO_ON;
}

static RunResult *work(void *data, uint64_t job, GError **error)
{
    (void)data, (void)error;
    g_usleep((JOBS - job) % 5 * 1000);           /* so that the order of completion differs */
    return synthetic_result(job);
}

static RunResult *crash(void *data, uint64_t job, GError **error)
{
    if (job == ODD_ONE) raise(SIGSEGV);
    return work(data, job, error);
}

static RunResult *crash_once(void *data, uint64_t job, GError **error)
{
    const Log *log = data;
    if (job == ODD_ONE && !g_file_test(log->marker, G_FILE_TEST_EXISTS)) {
        g_file_set_contents(log->marker, "", 0, NULL);
        raise(SIGKILL);
    }
    return work(data, job, error);
}

static RunResult *quit(void *data, uint64_t job, GError **error)
{
    if (job == ODD_ONE) _exit(7);
    return work(data, job, error);
}

static RunResult *refuse(void *data, uint64_t job, GError **error)
{
    if (job != ODD_ONE) return work(data, job, error);
    g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY, "in 3 parts");
    return NULL;
}

static RunResult *large(void *data, uint64_t job, GError **error)
{
    RunResult *result = work(data, job, error);
    for (uint32_t i = 0; i < 100000; i++) {
        DeliveryRow row = { "news", 0, i, 0, (SimTime)job, 1 };
        g_array_append_val(result->deliveries, row);
    }
    return result;
}

static RunResult *hang(void *data, uint64_t job, GError **error)
{
    (void)data, (void)job, (void)error;
    while (pause()) continue;
    return NULL;
}

static Pool pool_of(unsigned workers, Log *log, RunResult *(*what)(void *, uint64_t, GError **))
{
    return (Pool){ .workers = workers, .data = log, .work = what, .next = next, .done = done };
}

static void clear(Log *log)
{
    for (int i = 0; i < JOBS; i++) {
        if (log->results[i]) g_byte_array_unref(log->results[i]);
        g_free(log->failures[i]);
    }
}

static void all_done(const Log *log)
{
    g_assert_cmpuint(log->finished, ==, JOBS);
    for (uint64_t i = 0; i < JOBS; i++) {
        if (log->failures[i]) continue;
        g_autoptr(RunResult) expected = synthetic_result(i);
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        wire_write(bytes, expected, NULL);
        g_assert_cmpmem(bytes->data, bytes->len, log->results[i]->data, log->results[i]->len);
    }
}

static void no_child_is_left(void)
{
    g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
}

static void any_number_of_workers_gives_the_same_results(void)
{
    for (unsigned workers = 1; workers <= 16; workers *= 2) {
        Log log = { 0 };
        Pool pool = pool_of(workers, &log, work);
        g_autoptr(GError) error = NULL;
        g_assert_true(pool_run(&pool, &error));
        g_assert_no_error(error);
        all_done(&log);
        no_child_is_left();
        clear(&log);
    }
}

static void large_results_cross_whole(void)
{
    Log log = { 0 };
    Pool pool = pool_of(3, &log, large);
    g_assert_true(pool_run(&pool, NULL));
    g_assert_cmpuint(log.finished, ==, JOBS);
    for (int i = 0; i < JOBS; i++) {
        g_autoptr(RunResult) got = wire_read(log.results[i]->data, log.results[i]->len, NULL);
        g_assert_cmpuint(got->deliveries->len, ==, 100020);
    }
    clear(&log);
}

static void a_job_that_always_crashes_fails_alone(void)
{
    static const struct { RunResult *(*work)(void *, uint64_t, GError **); const char *message; } rows[] = {
        { crash, "its process was killed by signal 11 (Segmentation fault), twice" },
        { quit, "its process ended with status 7, twice" },
        { refuse, "in 3 parts" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        for (unsigned workers = 1; workers <= 3; workers++) {
            Log log = { 0 };
            Pool pool = pool_of(workers, &log, rows[i].work);
            g_assert_true(pool_run(&pool, NULL));
            all_done(&log);
            /* The sanitizer turns a crash into an exit of its own. */
            if (rows[i].work == crash && log.failures[ODD_ONE] && strstr(log.failures[ODD_ONE], "status")) {
                g_assert_nonnull(strstr(log.failures[ODD_ONE], ", twice"));
            } else {
                g_assert_cmpstr(log.failures[ODD_ONE], ==, rows[i].message);
            }
            for (int job = 0; job < JOBS; job++) g_assert_true(!log.failures[job] == (job != ODD_ONE));
            no_child_is_left();
            clear(&log);
        }
}

static void a_job_that_was_killed_once_is_done_again(void)
{
    char *directory = synthetic_directory();
    Log log = { .marker = g_build_filename(directory, "tried", NULL) };
    Pool pool = pool_of(2, &log, crash_once);
    g_assert_true(pool_run(&pool, NULL));
    g_assert_true(g_file_test(log.marker, G_FILE_TEST_EXISTS));
    g_assert_null(log.failures[ODD_ONE]);
    all_done(&log);
    clear(&log);
    g_free(log.marker);
    synthetic_remove(directory);
}

/* Where a result is taken in, which may take a while, its worker has its next job; a single one has not. */
static void workers_do_not_wait_for_what_is_written(void)
{
    for (unsigned workers = 1; workers <= 4; workers++) {
        Log log = { 0 };
        Pool pool = pool_of(workers, &log, work);
        g_assert_true(pool_run(&pool, NULL));
        for (unsigned i = 0; i < JOBS; i++)
            g_assert_cmpuint(log.ahead[i], ==, MIN(JOBS, workers > 1 ? i + 1 + workers : i + 1));
        clear(&log);
    }
}

static void enough_is_enough(void)
{
    Log log = { .stop_after = 4 };
    Pool pool = pool_of(3, &log, work);
    g_assert_true(pool_run(&pool, NULL));
    g_assert_cmpuint(log.finished, ==, 4);
    no_child_is_left();
    clear(&log);
}

static void an_interrupt_ends_it_at_once(void)
{
    static const int signals[] = { SIGINT, SIGTERM };
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
        Log log = { 0 };
        Pool pool = pool_of(2, &log, hang);
        pid_t self = getpid(), child = fork();
        if (child == 0) {
            g_usleep(50000);
            kill(self, signals[i]);
            _exit(0);
        }
        g_autoptr(GError) error = NULL;
        g_assert_false(pool_run(&pool, &error));
        g_assert_error(error, SIM_ERROR, SIM_ERROR_INTERRUPTED);
        waitpid(child, NULL, 0);
        no_child_is_left();
        clear(&log);
    }
}

static RunResult *tell_and_hang(void *data, uint64_t job, GError **error)
{
    const Log *log = data;
    g_autofree char *name = g_strdup_printf("%s/%d", log->marker, (int)getpid());
    g_file_set_contents(name, "", 0, NULL);
    return hang(data, job, error);
}

/* How many of the processes named in the directory are alive. */
static unsigned alive(const char *directory, unsigned *told)
{
    unsigned count = 0;
    *told = 0;
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)); ) {
        if (!g_ascii_isdigit(*name)) continue;
        pid_t process = (pid_t)g_ascii_strtoull(name, NULL, 10);
        waitpid(process, NULL, WNOHANG);        /* we inherit the orphans: see main() */
        ++*told;
        count += kill(process, 0) == 0;
    }
    return count;
}

static void workers_die_with_their_parent(void)
{
    char *directory = synthetic_directory();
    pid_t parent = fork();
    if (parent == 0) {
        Log log = { .marker = directory };
        Pool pool = pool_of(3, &log, tell_and_hang);
        pool_run(&pool, NULL);
        _exit(0);
    }
    unsigned told = 0, left = 0;
    for (int i = 0; i < 500 && told < 3; i++) {
        g_usleep(10000);
        left = alive(directory, &told);
    }
    g_assert_cmpuint(told, ==, 3);
    g_assert_cmpuint(left, ==, 3);
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    for (int i = 0; i < 500 && left; i++) {
        g_usleep(10000);
        left = alive(directory, &told);
    }
    g_assert_cmpuint(left, ==, 0);
    synthetic_remove(directory);
}

#define CASE(name) g_test_add_func("/pool/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });       /* its crashes are meant */
    CASE(any_number_of_workers_gives_the_same_results);
    CASE(large_results_cross_whole);
    CASE(a_job_that_always_crashes_fails_alone);
    CASE(a_job_that_was_killed_once_is_done_again);
    CASE(workers_do_not_wait_for_what_is_written);
    CASE(enough_is_enough);
    CASE(an_interrupt_ends_it_at_once);
    CASE(workers_die_with_their_parent);
    return g_test_run();
}
