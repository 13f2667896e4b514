/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "experiment/wire.h"

enum { JOBS = 3, RESULTS = 4 };         /* the worker's own ends */

static bool read_all(int file, void *data, size_t size)
{
    for (char *at = data; size; ) {
        ssize_t got = read(file, at, size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        at += got, size -= (size_t)got;
    }
    return true;
}

static bool write_all(int file, const void *data, size_t size)
{
    for (const char *at = data; size; ) {
        ssize_t put = write(file, at, size);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        at += put, size -= (size_t)put;
    }
    return true;
}

/* Ctrl-C reaches every process of the terminal: the parent alone decides. */
static void settle(int jobs, int results, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int high_jobs = fcntl(jobs, F_DUPFD, 10), high_results = fcntl(results, F_DUPFD, 10);
    if (dup2(high_jobs, JOBS) < 0 || dup2(high_results, RESULTS) < 0) _exit(1);
    close_range(RESULTS + 1, ~0U, 0);
}

G_GNUC_NORETURN static void serve(const Pool *pool)
{
    uint64_t job;
    while (read_all(JOBS, &job, sizeof job)) {
        g_autoptr(GError) failure = NULL;
        g_autoptr(RunResult) result = pool->work(pool->data, job, &failure);
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        wire_write(bytes, result, failure);
        uint64_t length = bytes->len;
        if (!write_all(RESULTS, &length, sizeof length) || !write_all(RESULTS, bytes->data, bytes->len)) break;
    }
    _exit(0);
}

static bool machine_error(GError **error, const char *what)
{
    g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "cannot start a worker process: %s: %s", what,
                g_strerror(errno));
    return false;
}

bool worker_start(Worker *worker, const Pool *pool, GError **error)
{
    int jobs[2], results[2];
    if (pipe2(jobs, O_CLOEXEC) < 0) return machine_error(error, "pipe");
    if (pipe2(results, O_CLOEXEC) < 0) {
        machine_error(error, "pipe");
        close(jobs[0]), close(jobs[1]);
        return false;
    }
    fflush(NULL);
    pid_t parent = getpid(), process = fork();
    if (process == 0) {
        settle(jobs[0], results[1], parent);
        serve(pool);
    }
    if (process < 0) machine_error(error, "fork");
    close(jobs[0]), close(results[1]);
    if (process < 0) {
        close(jobs[1]), close(results[0]);
        return false;
    }
    fcntl(results[0], F_SETFL, O_NONBLOCK);
    *worker = (Worker){ .process = process, .jobs = jobs[1], .results = results[0],
                        .received = g_byte_array_new() };
    return true;
}

bool worker_give(Worker *worker, uint64_t job)
{
    worker->job = job;
    worker->busy = true;
    g_byte_array_set_size(worker->received, 0);
    return write_all(worker->jobs, &job, sizeof job);
}

static bool whole(const GByteArray *received)
{
    uint64_t length;
    if (received->len < sizeof length) return false;
    memcpy(&length, received->data, sizeof length);
    return received->len - sizeof length >= length;
}

WorkerNews worker_listen(Worker *worker)
{
    guint8 chunk[65536];
    for (;;) {
        ssize_t got = read(worker->results, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return WORKER_WAIT;
        if (got <= 0) return WORKER_GONE;
        g_byte_array_append(worker->received, chunk, (guint)got);
        if (whole(worker->received)) return WORKER_SENT;
    }
}

static char *end_text(int status)
{
    if (!WIFSIGNALED(status)) return g_strdup_printf("ended with status %d", WEXITSTATUS(status));
    int number = WTERMSIG(status);
    return g_strdup_printf("was killed by signal %d (%s%s)", number, g_strsignal(number),
                           number == SIGKILL ? "; perhaps for want of memory" : "");
}

char *worker_end(Worker *worker, bool kill_it)
{
    int status = 0;
    close(worker->jobs);
    close(worker->results);
    if (kill_it) kill(worker->process, SIGKILL);
    while (waitpid(worker->process, &status, 0) < 0 && errno == EINTR) continue;
    g_byte_array_unref(worker->received);
    *worker = (Worker){ 0 };
    return end_text(status);
}
