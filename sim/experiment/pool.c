/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/pool.h"

#include <errno.h>
#include <poll.h>

#include "core/error.h"
#include "experiment/signals.h"
#include "experiment/wire.h"
#include "experiment/worker.h"

enum { TICK_MS = 100 };

typedef struct {
    const Pool *pool;
    Worker *workers;
    bool dry;                   /* next() has no more */
} Crew;

static unsigned busy_count(const Crew *crew)
{
    unsigned busy = 0;
    for (unsigned i = 0; i < crew->pool->workers; i++) busy += crew->workers[i].busy;
    return busy;
}

/* Gives `job` to a worker, in a fresh process where there is none or it died idle. */
static bool employ(Crew *crew, Worker *worker, uint64_t job, GError **error)
{
    if (worker->process && worker_give(worker, job)) return true;
    if (worker->process) g_free(worker_end(worker, true));
    if (!worker_start(worker, crew->pool, error)) return false;
    worker_give(worker, job);           /* where this fails, its pipe says so */
    return true;
}

/* Keeps every worker busy.  A job is asked for only once its worker exists. */
static bool hand_out(Crew *crew, GError **error)
{
    for (unsigned i = 0; i < crew->pool->workers && !crew->dry; i++) {
        Worker *worker = &crew->workers[i];
        if (worker->busy) continue;
        g_autoptr(GError) failure = NULL;
        if (!worker->process && !worker_start(worker, crew->pool, &failure)) {
            if (busy_count(crew)) break;        /* fewer will do */
            g_propagate_error(error, g_steal_pointer(&failure));
            return false;
        }
        uint64_t job;
        crew->dry = !crew->pool->next(crew->pool->data, &job);
        if (!crew->dry && !employ(crew, worker, job, error)) return false;
    }
    return true;
}

/* Of several workers one goes on at once, and this process takes in its result meanwhile;
 * a single one waits, so that the two of them keep one core busy and no more. */
static PoolVerdict took_result(Crew *crew, Worker *worker, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(GByteArray) received = worker->received;
    uint64_t job = worker->job;
    worker->received = g_byte_array_new();
    worker->busy = worker->again = false;
    if (crew->pool->workers > 1 && !hand_out(crew, error)) return POOL_BROKEN;
    g_autoptr(RunResult) result = wire_read(received->data + sizeof(uint64_t), received->len - sizeof(uint64_t), &failure);
    return crew->pool->done(crew->pool->data, job, result, failure, error);
}

/* The first time the job is tried again, the second time given up. */
static PoolVerdict lost_worker(Crew *crew, Worker *worker, GError **error)
{
    uint64_t job = worker->job;
    bool busy = worker->busy, again = worker->again;
    g_autofree char *how = worker_end(worker, false);
    if (!busy) return POOL_GO_ON;
    if (again) {
        g_autoptr(GError) failure = g_error_new(SIM_ERROR, SIM_ERROR_MACHINE, "its process %s, twice", how);
        return crew->pool->done(crew->pool->data, job, NULL, failure, error);
    }
    if (!employ(crew, worker, job, error)) return POOL_BROKEN;
    worker->again = true;
    return POOL_GO_ON;
}

static PoolVerdict listen_to(Crew *crew, Worker *worker, GError **error)
{
    switch (worker_listen(worker)) {
    case WORKER_SENT: return took_result(crew, worker, error);
    case WORKER_GONE: return lost_worker(crew, worker, error);
    default:          return POOL_GO_ON;
    }
}

/* Waits for news and takes it, from every worker that has some. */
static PoolVerdict hear(Crew *crew, const sigset_t *outside, GError **error)
{
    unsigned count = crew->pool->workers, waiting = 0;
    g_autofree struct pollfd *polled = g_new0(struct pollfd, count);
    g_autofree Worker **of = g_new0(Worker *, count);
    for (unsigned i = 0; i < count; i++) {
        if (!crew->workers[i].process) continue;
        polled[waiting] = (struct pollfd){ .fd = crew->workers[i].results, .events = POLLIN };
        of[waiting++] = &crew->workers[i];
    }
    struct timespec tick = { .tv_nsec = TICK_MS * 1000000L };
    int news = ppoll(polled, waiting, &tick, outside);
    if (signals_interrupted()) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_INTERRUPTED, "interrupted");
        return POOL_BROKEN;
    }
    for (unsigned i = 0; i < waiting && news > 0; i++) {
        if (!polled[i].revents) continue;
        PoolVerdict verdict = listen_to(crew, of[i], error);
        if (verdict != POOL_GO_ON) return verdict;
    }
    return POOL_GO_ON;
}

static PoolVerdict work_through(Crew *crew, const sigset_t *outside, GError **error)
{
    for (;;) {
        if (!hand_out(crew, error)) return POOL_BROKEN;
        if (!busy_count(crew)) return POOL_ENOUGH;
        PoolVerdict verdict = hear(crew, outside, error);
        if (verdict != POOL_GO_ON) return verdict;
        if (crew->pool->tick && !crew->pool->tick(crew->pool->data)) return POOL_ENOUGH;
    }
}

bool pool_run(const Pool *pool, GError **error)
{
    g_assert(pool->workers > 0);
    g_autofree Worker *workers = g_new0(Worker, pool->workers);
    Crew crew = { .pool = pool, .workers = workers };
    Signals before;
    signals_take(&before);
    PoolVerdict verdict = work_through(&crew, &before.mask, error);
    for (unsigned i = 0; i < pool->workers; i++)
        if (workers[i].process) g_free(worker_end(&workers[i], true));
    signals_give_back(&before);
    return verdict == POOL_ENOUGH;
}
