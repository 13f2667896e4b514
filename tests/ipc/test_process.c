/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/coroutine.h"
#include "lab.h"

#define MS (1000 * 1000LL)

typedef struct { GString *log; WaitList list; SimTime until; bool woken; int by; } Shared;

static void sleeper(Process *self, void *argument)
{
    Shared *shared = argument;
    for (int i = 0; i < 3; i++) {
        process_sleep(self, 10 * MS);
        g_string_append_printf(shared->log, "%s@%d ", process_name(self), (int)(process_now(self) / MS));
    }
}

static void two_sleep_beside_each_other(void)
{
    Lab *lab = lab_new(2, MS);
    Shared shared = { .log = g_string_new(NULL) };
    process_spawn(lab->ipc, 0, "a", sleeper, &shared);
    process_spawn(lab->ipc, 1, "b", sleeper, &shared);
    lab_run(lab, 100 * MS);
    g_assert_cmpstr(shared.log->str, ==, "a@10 b@10 a@20 b@20 a@30 b@30 ");
    g_assert_false(process_is_up(process_find(lab->ipc, "a")));
    g_string_free(shared.log, TRUE);
    lab_free(lab);
}

static void waits(Process *self, void *argument)
{
    Shared *shared = argument;
    shared->woken = process_wait(self, &shared->list, shared->until);
    g_string_append_printf(shared->log, "%s%c%d ", process_name(self), shared->woken ? '+' : '-', (int)(process_now(self) / MS));
}

static void wake_one(Lab *lab, void *data) { (void)lab, (void)wait_list_wake(&((Shared *)data)->list); }
static void crash_a(Lab *lab, void *data) { (void)data, process_crash(process_find(lab->ipc, "a")); }
static void restart_a(Lab *lab, void *data) { (void)data, process_restart(process_find(lab->ipc, "a")); }

static void the_first_to_wait_is_woken_first(void)
{
    Lab *lab = lab_new(2, MS);
    Shared shared = { .log = g_string_new(NULL), .until = -1 };
    process_spawn(lab->ipc, 0, "a", waits, &shared);
    process_spawn(lab->ipc, 1, "b", waits, &shared);
    lab_at(lab, 5 * MS, wake_one, &shared);
    lab_at(lab, 7 * MS, wake_one, &shared);
    lab_run(lab, 100 * MS);
    g_assert_cmpstr(shared.log->str, ==, "a+5 b+7 ");
    g_string_free(shared.log, TRUE);
    lab_free(lab);
}

static void a_time_limit_ends_the_wait(void)
{
    Lab *lab = lab_new(1, MS);
    Shared shared = { .log = g_string_new(NULL), .until = 30 * MS };
    process_spawn(lab->ipc, 0, "a", waits, &shared);
    lab_at(lab, 40 * MS, wake_one, &shared);
    lab_run(lab, 100 * MS);
    g_assert_cmpstr(shared.log->str, ==, "a-30 ");
    g_string_free(shared.log, TRUE);
    lab_free(lab);
}

static void who_crashed_waits_no_more_and_comes_back_new(void)
{
    Lab *lab = lab_new(2, MS);
    Shared shared = { .log = g_string_new(NULL), .until = -1 };
    process_spawn(lab->ipc, 0, "a", waits, &shared);
    process_spawn(lab->ipc, 1, "b", waits, &shared);
    lab_at(lab, 2 * MS, crash_a, NULL);
    lab_at(lab, 5 * MS, wake_one, &shared);         /* b, for a is gone */
    lab_at(lab, 6 * MS, restart_a, NULL);
    lab_at(lab, 7 * MS, wake_one, &shared);
    lab_run(lab, 100 * MS);
    g_assert_cmpstr(shared.log->str, ==, "b+5 a+7 ");
    g_assert_cmpuint(process_incarnation(process_find(lab->ipc, "a")), ==, 2);
    g_assert_cmpuint(lab_count(lab, "proc.crash", NULL, NULL), ==, 1);
    g_string_free(shared.log, TRUE);
    lab_free(lab);
}

static void host_0_down(Lab *lab, void *data) { (void)data, lab_host_crash(lab, 0); }
static void host_0_up(Lab *lab, void *data) { (void)data, lab_host_restart(lab, 0); }

static void a_host_takes_its_processes_and_timers_along(void)
{
    Lab *lab = lab_new(2, MS);
    Shared shared = { .log = g_string_new(NULL) };
    process_spawn(lab->ipc, 0, "a", sleeper, &shared);
    process_restarts(process_spawn(lab->ipc, 0, "c", sleeper, &shared), true);
    process_spawn(lab->ipc, 1, "b", sleeper, &shared);
    lab_at(lab, 15 * MS, host_0_down, NULL);
    lab_at(lab, 18 * MS, host_0_up, NULL);
    lab_run(lab, 100 * MS);
    g_assert_cmpstr(shared.log->str, ==, "a@10 c@10 b@10 b@20 c@28 b@30 c@38 c@48 ");
    g_string_free(shared.log, TRUE);
    lab_free(lab);
}

typedef struct { Resource resource; ProcessEnd why; bool ended; } Thing;

static void thing_end(Resource *resource, ProcessEnd why)
{
    Thing *thing = (Thing *)resource;
    thing->ended = true;
    thing->why = why;
}

static void owns(Process *self, void *argument)
{
    process_owns(self, argument);
    process_sleep(self, 50 * MS);
    process_exit(self);
}

static void what_it_owns_ends_with_it(void)
{
    Lab *lab = lab_new(1, MS);
    Thing things[2] = { { .resource = { .end = thing_end } }, { .resource = { .end = thing_end } } };
    process_spawn(lab->ipc, 0, "a", owns, &things[0]);
    process_spawn(lab->ipc, 0, "b", owns, &things[1]);
    lab_at(lab, 5 * MS, crash_a, NULL);
    lab_run(lab, 100 * MS);
    g_assert_true(things[0].ended && things[0].why == PROCESS_CRASHED);
    g_assert_true(things[1].ended && things[1].why == PROCESS_EXITED);
    lab_free(lab);
}

static void sleeps_long(Process *self, void *argument)
{
    char room[2000];
    memset(room, 1, sizeof room);
    process_sleep(self, 1000 * MS);
    *(unsigned *)argument += (unsigned)room[1999];
}

static void ten_thousand_fit_in_a_gibibyte(void)
{
    enum { MANY = 10000 };
    Lab *lab = lab_new(1, MS);
    unsigned woken = 0;
    for (int i = 0; i < MANY; i++) {
        g_autofree char *name = g_strdup_printf("p%d", i);
        process_spawn(lab->ipc, 0, name, sleeps_long, &woken);
    }
    lab_run(lab, 10 * MS);
    g_autofree char *status = NULL;
    g_assert_true(g_file_get_contents("/proc/self/status", &status, NULL, NULL));
    const char *line = strstr(status, "VmRSS:");
    uint64_t kib = line ? g_ascii_strtoull(line + 6, NULL, 10) : 0;
    g_test_message("%d suspended processes: %" G_GUINT64_FORMAT " KiB resident", MANY, kib);
#ifndef __SANITIZE_ADDRESS__
    g_assert_cmpuint(kib, <, 1024 * 1024);
#endif
    lab_run(lab, 2000 * MS);
    g_assert_cmpuint(woken, ==, MANY);
    lab_free(lab);
}

static void once(void *argument) { ++*(unsigned *)argument; }

static void more_than_can_be_guarded_run_beside_those_that_are(void)
{
    enum { MANY = 16384 + 300 };                        /* guards end at 16,384 */
    CoroutineSlab *slab = coroutine_slab_new();
    Coroutine **all = g_new(Coroutine *, MANY);
    unsigned run = 0;
    for (int i = 0; i < MANY; i++) all[i] = coroutine_new(slab, once, &run);
    for (int i = 0; i < MANY; i += 50) g_assert_false(coroutine_resume(all[i]));
    g_assert_cmpuint(run, ==, (MANY + 49) / 50);
    g_free(all);
    coroutine_slab_free(slab);
}

static void turns(void *argument)
{
    Coroutine **self = argument;
    for (;;) coroutine_suspend(*self);
}

static void a_switch_is_quick(void)
{
    enum { TURNS = 2000000 };
    CoroutineSlab *slab = coroutine_slab_new();
    Coroutine *coroutine;
    coroutine = coroutine_new(slab, turns, &coroutine);
    gint64 before = g_get_monotonic_time();
    for (int i = 0; i < TURNS; i++) g_assert_true(coroutine_resume(coroutine));
    double ns = (double)(g_get_monotonic_time() - before) * 1000 / TURNS / 2;
    g_test_message("a switch takes %.1f ns", ns);
    coroutine_free(coroutine);
    coroutine_slab_free(slab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/two sleep beside each other", two_sleep_beside_each_other);
    g_test_add_func("/process/the first to wait is woken first", the_first_to_wait_is_woken_first);
    g_test_add_func("/process/a time limit ends the wait", a_time_limit_ends_the_wait);
    g_test_add_func("/process/COM-03 who crashed waits no more and comes back new", who_crashed_waits_no_more_and_comes_back_new);
    g_test_add_func("/process/a host takes its processes and timers along", a_host_takes_its_processes_and_timers_along);
    g_test_add_func("/process/what it owns ends with it", what_it_owns_ends_with_it);
    g_test_add_func("/process/ten thousand fit in a gibibyte", ten_thousand_fit_in_a_gibibyte);
    g_test_add_func("/process/more than can be guarded run beside those that are", more_than_can_be_guarded_run_beside_those_that_are);
    g_test_add_func("/process/a switch is quick", a_switch_is_quick);
    return g_test_run();
}
