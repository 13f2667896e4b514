/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/ranks.h"

#include <stdlib.h>

#include "core/error.h"
#include "core/units.h"

static int count = 1, number;

int ranks_count(void) { return count; }
int ranks_number(void) { return number; }

/* How many processes the launcher started; 0 where it does not say. */
static uint64_t launched(void)
{
    static const char *const sizes[] = { "OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS" };
    uint64_t size;
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        const char *text = g_getenv(sizes[i]);
        if (text && parse_count(text, &size, NULL)) return size;
    }
    const char *step = g_getenv("SLURM_STEP_NUM_TASKS");
    if (!g_getenv("PMIX_RANK")) return 1;
    return step && parse_count(step, &size, NULL) ? size : 0;
}

#ifndef HAVE_MPI

bool ranks_begin(GError **error)
{
    if (launched() == 1) return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "was started by an MPI launcher, and was built without MPI; install "
                "mpicc and build it again, or start it without the launcher");
    return false;
}

void ranks_serve(const Pool *work, const char *hash, const GError *failure)
{
    (void)work, (void)hash, (void)failure;
    g_assert_not_reached();
}

bool ranks_run(const Pool *pool, const char *hash, GError **error)
{
    (void)hash;
    return pool_run(pool, error);
}

#else
#include <mpi.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "experiment/signals.h"
#include "experiment/wire.h"

/* READY: a plan's hash, or "!" and why there is none.  JOB: its number.  RESULT: the
 * same and what wire_write() made.  BYE: the last word of a rank. */
enum { READY = 1, JOB, RESULT, ALIVE, STOP, BYE };

enum { PAUSE_US = 100, ALIVE_EVERY_S = 5, PATIENCE_S = 60 };

typedef struct {
    bool ready, busy, lost, left;
    uint64_t job;
    gint64 heard;               /* us */
} Rank;

static Rank *ranks;             /* at rank 0, one for each */

/* The next message, of any kind from anyone, if one has come. */
static bool news(MPI_Status *status)
{
    int waiting = 0;
    return MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &waiting, status) == MPI_SUCCESS && waiting;
}

static GByteArray *receive(const MPI_Status *status)
{
    int length = 0;
    GByteArray *bytes = g_byte_array_new();
    MPI_Get_count(status, MPI_BYTE, &length);
    g_byte_array_set_size(bytes, (guint)MAX(length, 0));
    MPI_Recv(bytes->data, length, MPI_BYTE, status->MPI_SOURCE, status->MPI_TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return bytes;
}

static bool send(int to, int tag, const void *data, gsize length)
{
    return MPI_Send(data, (int)length, MPI_BYTE, to, tag, MPI_COMM_WORLD) == MPI_SUCCESS;
}

/* Rank 0 releases the others and hears them out, so that no result is on its way. */
static void dismiss(void)
{
    MPI_Status status;
    int left = 0, all = 0;
    for (int i = 1; i < count; i++) {
        if (ranks[i].lost) continue;
        send(i, STOP, NULL, 0);
        all++;
    }
    while (left < all) {
        if (!news(&status)) {
            g_usleep(PAUSE_US);
            continue;
        }
        g_byte_array_unref(receive(&status));              /* what it says no longer matters */
        if (status.MPI_TAG == BYE && !ranks[status.MPI_SOURCE].lost) left++;
    }
}

/* Where a rank is lost nobody can wait for all. */
static void leave(int status, void *unused)
{
    (void)unused;
    bool whole = true;
    if (number == 0) dismiss();
    for (int i = 1; number == 0 && i < count; i++) whole &= !ranks[i].lost;
    if (whole) MPI_Finalize();
    else MPI_Abort(MPI_COMM_WORLD, status);
}

bool ranks_begin(GError **error)
{
    if (launched() == 1 || count > 1) return true;
    if (MPI_Init(NULL, NULL) != MPI_SUCCESS) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "MPI cannot be started");
        return false;
    }
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    MPI_Comm_rank(MPI_COMM_WORLD, &number);
    ranks = g_new0(Rank, count);
    on_exit(leave, NULL);
    return true;
}

/* At the other ranks. */

typedef struct {
    const Pool *work;
    bool stopped;
    gint64 told;                /* when rank 0 last heard of us, us */
} Server;

static void tell_alive(Server *server)
{
    gint64 now = g_get_monotonic_time();
    if (now - server->told < ALIVE_EVERY_S * G_USEC_PER_SEC) return;
    server->told = now;
    send(0, ALIVE, NULL, 0);
}

static bool serve_tick(void *data)
{
    Server *server = data;
    int waiting = 0;
    MPI_Iprobe(0, STOP, MPI_COMM_WORLD, &waiting, MPI_STATUS_IGNORE);
    tell_alive(server);
    return !waiting;            /* the message is taken by serve_next() or at the end */
}

static bool serve_next(void *data, uint64_t *job)
{
    Server *server = data;
    MPI_Status status;
    while (!server->stopped) {
        if (!news(&status)) {
            g_usleep(PAUSE_US);
            continue;
        }
        g_autoptr(GByteArray) bytes = receive(&status);
        if (status.MPI_TAG == STOP) server->stopped = true;
        if (status.MPI_TAG != JOB) continue;
        memcpy(job, bytes->data, sizeof *job);
        return true;
    }
    return false;
}

static RunResult *serve_work(void *data, uint64_t job, GError **error)
{
    const Server *server = data;
    return server->work->work(server->work->data, job, error);
}

static void send_result(uint64_t job, const RunResult *result, const GError *failure)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_append(bytes, (const guint8 *)&job, sizeof job);
    wire_write(bytes, result, failure);
    if (bytes->len > G_MAXINT32) {
        g_autoptr(GError) large = g_error_new(SIM_ERROR, SIM_ERROR_MACHINE, "its result takes %.1f GiB, which MPI cannot "
                                              "carry; deliveries = no takes less", bytes->len / 0x1p30);
        g_byte_array_set_size(bytes, sizeof job);
        wire_write(bytes, NULL, large);
    }
    send(0, RESULT, bytes->data, bytes->len);
}

static PoolVerdict serve_done(void *data, uint64_t job, const RunResult *result, const GError *failure, GError **error)
{
    (void)data, (void)error;
    send_result(job, result, failure);
    return POOL_GO_ON;
}

void ranks_serve(const Pool *work, const char *hash, const GError *failure)
{
    Server server = { .work = work, .told = g_get_monotonic_time() };
    g_autofree char *word = failure ? g_strconcat("!", failure->message, NULL) : g_strdup(hash);
    send(0, READY, word, strlen(word));
    Pool pool = { 1, &server, serve_work, serve_next, serve_done, serve_tick };
    g_autoptr(GError) ended = NULL;
    uint64_t job;
    if (!failure) pool_run(&pool, &ended);      /* rank 0 says what went wrong */
    while (serve_next(&server, &job)) {         /* what comes after that cannot be done here */
        g_autoptr(GError) none = ended ? g_error_copy(ended) : g_error_new(SIM_ERROR, SIM_ERROR_MACHINE, "not done");
        send_result(job, NULL, none);
    }
    send(0, BYE, NULL, 0);
}

/* At rank 0. */

typedef struct {
    const Pool *pool;
    const char *hash;
    GArray *again;              /* jobs of lost ranks */
    bool dry;                   /* next() has no more */
} Fleet;

static bool broken(GError **error, int rank, const char *why)
{
    g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "MPI rank %d %s", rank, why);
    return false;
}

static bool greet(const Fleet *fleet, int rank, const GByteArray *bytes, GError **error)
{
    g_autofree char *word = g_strndup((const char *)bytes->data, bytes->len);
    if (*word == '!') {
        g_autofree char *why = g_strconcat("cannot do its part: ", word + 1, NULL);
        return broken(error, rank, why);
    }
    if (strcmp(word, fleet->hash) != 0) return broken(error, rank, "reads another scenario than rank 0");
    ranks[rank].ready = true;
    return true;
}

static bool next_job(Fleet *fleet, uint64_t *job)
{
    if (fleet->again->len) {
        *job = g_array_index(fleet->again, uint64_t, 0);
        g_array_remove_index(fleet->again, 0);
        return true;
    }
    fleet->dry = fleet->dry || !fleet->pool->next(fleet->pool->data, job);
    return !fleet->dry;
}

static void lose(Fleet *fleet, Rank *rank)
{
    rank->lost = true;
    if (rank->busy) g_array_append_val(fleet->again, rank->job);
    rank->busy = false;
}

/* Hands out jobs; true where there is something to wait for. */
static bool keep_busy(Fleet *fleet)
{
    bool waiting = false;
    gint64 now = g_get_monotonic_time();
    for (int i = 1; i < count; i++) {
        Rank *rank = &ranks[i];
        if (rank->busy && now - rank->heard > PATIENCE_S * G_USEC_PER_SEC) lose(fleet, rank);
        if (rank->ready && !rank->busy && !rank->lost && next_job(fleet, &rank->job)) {
            rank->busy = true;
            rank->heard = now;
            if (!send(i, JOB, &rank->job, sizeof rank->job)) lose(fleet, rank);
        }
        waiting |= rank->busy || (!rank->ready && !rank->lost);
    }
    return waiting;
}

static PoolVerdict take(Fleet *fleet, const MPI_Status *status, GError **error)
{
    Rank *rank = &ranks[status->MPI_SOURCE];
    g_autoptr(GByteArray) bytes = receive(status);
    rank->heard = g_get_monotonic_time();
    if (rank->lost) return POOL_GO_ON;          /* too late: another does its job */
    if (status->MPI_TAG == READY) return greet(fleet, status->MPI_SOURCE, bytes, error) ? POOL_GO_ON : POOL_BROKEN;
    if (status->MPI_TAG != RESULT) return POOL_GO_ON;
    g_autoptr(GError) failure = NULL;
    uint64_t job;
    memcpy(&job, bytes->data, sizeof job);
    g_autoptr(RunResult) result = wire_read(bytes->data + sizeof job, bytes->len - sizeof job, &failure);
    rank->busy = false;
    return fleet->pool->done(fleet->pool->data, job, result, failure, error);
}

static PoolVerdict work_through(Fleet *fleet, const sigset_t *outside, GError **error)
{
    struct timespec pause = { .tv_nsec = PAUSE_US * 1000L };
    MPI_Status status;
    while (keep_busy(fleet)) {
        PoolVerdict verdict = POOL_GO_ON;
        while (verdict == POOL_GO_ON && news(&status)) verdict = take(fleet, &status, error);
        if (verdict != POOL_GO_ON) return verdict;
        if (fleet->pool->tick && !fleet->pool->tick(fleet->pool->data)) return POOL_ENOUGH;
        ppoll(NULL, 0, &pause, outside);
        if (!signals_interrupted()) continue;
        g_set_error(error, SIM_ERROR, SIM_ERROR_INTERRUPTED, "interrupted");
        return POOL_BROKEN;
    }
    if (fleet->dry && !fleet->again->len) return POOL_ENOUGH;
    g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "no MPI rank is left that answers; the same command goes on");
    return POOL_BROKEN;
}

bool ranks_run(const Pool *pool, const char *hash, GError **error)
{
    g_autoptr(GArray) again = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    Fleet fleet = { .pool = pool, .hash = hash, .again = again };
    Signals before;
    signals_take(&before);
    PoolVerdict verdict = work_through(&fleet, &before.mask, error);
    signals_give_back(&before);
    return verdict == POOL_ENOUGH;
}
#endif
