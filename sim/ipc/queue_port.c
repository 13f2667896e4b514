/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/queue_port.h"

#include <glib.h>

typedef struct User User;

struct QueuePort {
    QueueStore *store;
    char *name, *manager, *backout_queue;
    uint32_t backout_threshold;
    uint64_t moved;
    User *users;
};

/* One process at the port. */
struct User {
    Resource resource;          /* first */
    User *next, *previous;
    QueuePort *port;
    Process *process;
    QueueHandle *handle;        /* NULL: to be opened again */
    InletOptions options;
    WaitList news;              /* of TAKE_NOTIFY */
    bool heard;
};

static void user_free(User *user)
{
    if (user->previous) user->previous->next = user->next;
    else user->port->users = user->next;
    if (user->next) user->next->previous = user->previous;
    g_free(user);
}

static void user_end(Resource *resource, ProcessEnd why)
{
    (void)why;
    user_free((User *)resource);        /* the handle ends by itself */
}

static void notified(QueueHandle *handle, void *argument)
{
    User *user = argument;
    (void)handle;
    user->heard = true;
    (void)wait_list_wake(&user->news);
}

static int user_open(User *user)
{
    const QueuePort *port = user->port;
    if (user->handle) return 0;
    int error = queue_open(user->process, port->store, port->name, port->manager, &user->handle);
    if (!error && user->options.mode == TAKE_NOTIFY) error = queue_notify(user->handle, notified, user);
    return error;
}

/* A handle that is dead is let go of. */
static int seen(User *user, int error)
{
    bool broken = error < 0 && error != -IPC_EAGAIN && error != -IPC_ENOBUFS && error != -IPC_EPERM
        && error != -IPC_ENOTSUP;
    if (broken && user->handle) queue_close(g_steal_pointer(&user->handle));
    user->heard |= broken;              /* what is there when it is opened again, is asked for */
    return error;
}

static User *user_new(QueuePort *port, Process *thread)
{
    User *user = g_new0(User, 1);
    *user = (User){ .resource.end = user_end, .next = port->users, .port = port, .process = thread };
    if (user->next) user->next->previous = user;
    port->users = user;
    process_owns(thread, &user->resource);
    return user;
}

static void close_user(void *handle)
{
    User *user = handle;
    if (user->handle) queue_close(user->handle);
    process_disowns(&user->resource);
    user_free(user);
}

/* ---- putting ---- */

static void *outlet_open(void *object, Process *thread, const OutletOptions *options)
{
    User *user = user_new(object, thread);
    (void)options;
    if (!user_open(user)) return user;
    close_user(user);
    return NULL;
}

static int outlet_put(void *handle, IpcMessage *message, const char *key)
{
    User *user = handle;
    int error = user_open(user);
    (void)key;
    if (error) {
        ipc_message_drop(message);
        return error;
    }
    return seen(user, queue_put(user->handle, message, queue_in_unit(user->process) ? QUEUE_UNIT : 0));
}

Outlet queue_port_outlet(QueuePort *port)
{
    return (Outlet){ .object = port, .open = outlet_open, .put = outlet_put, .close = close_user };
}

/* ---- taking ---- */

static void *inlet_open(void *object, Process *thread, const InletOptions *options)
{
    User *user = user_new(object, thread);
    user->options = *options;
    if (!user_open(user)) return user;
    close_user(user);
    return NULL;
}

static int wait_polling(User *user, QueueTaken *taken, int flags)
{
    int error;
    while ((error = queue_poll(user->handle, taken, flags)) == -IPC_EAGAIN)
        process_sleep(user->process, user->options.poll);
    return error;
}

static int wait_notified(User *user, QueueTaken *taken, int flags)
{
    int error;
    while ((error = queue_poll(user->handle, taken, flags)) == -IPC_EAGAIN) {
        if (!user->heard) (void)process_wait(user->process, &user->news, -1);
        user->heard = false;
    }
    return error;
}

static int take_one(User *user, QueueTaken *taken)
{
    int flags = user->options.ack == TAKE_ACK_AUTO ? 0 : QUEUE_UNIT;
    if (user->options.mode == TAKE_POLL) return wait_polling(user, taken, flags);
    if (user->options.mode == TAKE_NOTIFY) return wait_notified(user, taken, flags);
    return queue_get(user->handle, taken, -1, flags);
}

/* What was backed out too often goes away, in a unit of work of its own. */
static int move_away(User *user, const QueueTaken *taken)
{
    QueuePort *port = user->port;
    QueueHandle *away;
    int error = queue_open(user->process, port->store, port->backout_queue, NULL, &away);
    if (error) return error;
    error = queue_put(away, ipc_message_hold(taken->message), QUEUE_UNIT);
    queue_close(away);
    if (!error) error = queue_commit(user->process);
    else (void)queue_backout(user->process);
    port->moved += !error;
    return error;
}

static int inlet_take(void *handle, Taken *taken)
{
    User *user = handle;
    const QueuePort *port = user->port;
    for (;;) {
        QueueTaken got;
        int error = user_open(user);
        if (error) return error;
        if ((error = seen(user, take_one(user, &got)))) return error;
        *taken = (Taken){ got.message, 0, got.backouts > 0 };
        bool poison = port->backout_threshold && got.backouts >= port->backout_threshold
            && user->options.ack != TAKE_ACK_AUTO;
        if (!poison) return 0;
        error = seen(user, move_away(user, &got));
        ipc_message_drop(got.message);
        if (error) return error;
    }
}

static int inlet_settle(void *handle, const Taken *taken, bool done, bool requeue)
{
    User *user = handle;
    (void)taken;
    if (user->options.ack == TAKE_ACK_AUTO) return 0;
    return seen(user, done || !requeue ? queue_commit(user->process) : queue_backout(user->process));
}

Inlet queue_port_inlet(QueuePort *port)
{
    return (Inlet){ .object = port, .open = inlet_open, .take = inlet_take, .settle = inlet_settle,
                    .close = close_user };
}

/* ---- life ---- */

QueuePort *queue_port_new(const QueuePortSettings *settings)
{
    QueuePort *port = g_new0(QueuePort, 1);
    *port = (QueuePort){ .store = settings->store, .name = g_strdup(settings->name),
                         .manager = g_strdup(settings->manager),
                         .backout_threshold = settings->backout_threshold,
                         .backout_queue = g_strdup(settings->backout_queue) };
    return port;
}

void queue_port_free(QueuePort *port)
{
    while (port->users) user_free(port->users);
    g_free(port->name), g_free(port->manager), g_free(port->backout_queue);
    g_free(port);
}

uint64_t queue_port_moved(const QueuePort *port) { return port->moved; }
