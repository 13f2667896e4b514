/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A producer's handle at an exchange. */
#include <string.h>

#include "ipc/amqp_site_parts.h"

#define RETRY ((SimTime)100 * 1000 * 1000)      /* until the next attempt to connect */

typedef struct { uint64_t number; const char *key; IpcMessage *message; } Open;

typedef struct {
    Resource of_thread, of_keeper;
    SiteExchange *exchange;
    OutletOptions options;
    Process *keeper;            /* connects, and waits for what is open */
    AmqpChannel *channel;       /* NULL: no connection now */
    GQueue open;                /* of Open *, not confirmed yet, by number */
    bool over;                  /* the thread is done */
    WaitList changed, ready;    /* the keeper waits; the thread does */
} Producer;

static void open_free(Open *open)
{
    ipc_message_drop(open->message);
    g_free(open);
}

static void confirmed(void *user, uint64_t number, bool multiple, bool stored)
{
    Producer *producer = user;
    AmqpSiteCounts *counts = &producer->exchange->counts;
    for (GList *l = producer->open.head, *next; l; l = next) {
        Open *open = l->data;
        next = l->next;
        if (open->number > number) break;
        if (open->number != number && !multiple) continue;
        if (stored) counts->confirmed++;
        else counts->refused++;
        open_free(open);
        g_queue_delete_link(&producer->open, l);
    }
    if (producer->over && !producer->open.length) wait_list_wake_all(&producer->changed);
}

static void closed(void *user, AmqpChannel *channel)
{
    Producer *producer = user;
    (void)channel;
    wait_list_wake_all(&producer->changed);
}

static int send(Producer *producer, const char *key, IpcMessage *message)
{
    AmqpTarget to = { producer->exchange->name, key, producer->options.mandatory };
    int error;
    while ((error = amqp_publish(producer->channel, &to, ipc_message_hold(message))) == -IPC_EAGAIN) continue;
    return error;
}

static void send_again(Producer *producer)
{
    for (GList *l = producer->open.head; l; l = l->next) {
        Open *open = l->data;
        if (send(producer, open->key, open->message) < 0) return;
        open->number = amqp_published(producer->channel);
        producer->exchange->counts.resent++;
    }
}

static int set_up(Producer *producer, AmqpConnection *connection)
{
    int error = amqp_channel_open(connection, &producer->channel);
    if (!error) error = amqp_site_redeclare_exchange(producer->exchange, producer->channel);
    if (!error && producer->options.confirm) error = amqp_confirm(producer->channel, confirmed, producer);
    if (error) return error;
    amqp_channel_on_closed(producer->channel, closed, producer);
    producer->exchange->counts.connections++;
    send_again(producer);
    return 0;
}

static bool is_done(const Producer *producer) { return producer->over && !producer->open.length; }

static void forget_open(Producer *producer)
{
    for (Open *open; (open = g_queue_pop_head(&producer->open));) open_free(open);
}

void amqp_producer_free(void *handle)
{
    forget_open(handle);
    g_free(handle);
}

static void keep(Process *self, void *argument)
{
    Producer *producer = argument;
    const AmqpSite *site = producer->exchange->site;
    do {
        AmqpConnection *connection;
        if (amqp_connect(self, broker_address(site->broker), &site->client, &connection) < 0) {
            process_sleep(self, RETRY);
            continue;
        }
        if (set_up(producer, connection) == 0) {
            wait_list_wake_all(&producer->ready);
            while (amqp_channel_is_open(producer->channel) && !is_done(producer))
                (void)process_wait(self, &producer->changed, -1);
        }
        producer->channel = NULL;
        amqp_close(connection);
        if (!producer->options.resend) {
            producer->exchange->counts.given_up += producer->open.length;
            forget_open(producer);
        }
        if (!is_done(producer)) process_sleep(self, RETRY);
    } while (!is_done(producer));
}

/* The thread has ended: the keeper stays for what is open, or dies with its host's or its program's crash. */
static void thread_ended(Resource *resource, ProcessEnd why)
{
    Producer *producer = (Producer *)((char *)resource - offsetof(Producer, of_thread));
    producer->over = true;
    if (why == PROCESS_CRASHED) process_crash(producer->keeper);
    else if (why == PROCESS_EXITED) wait_list_wake_all(&producer->changed);
}

static void keeper_ended(Resource *resource, ProcessEnd why)
{
    Producer *producer = (Producer *)((char *)resource - offsetof(Producer, of_keeper));
    (void)why;
    process_disowns(&producer->of_thread);
    producer->exchange->counts.given_up += producer->open.length;
    g_ptr_array_remove(producer->exchange->site->producers, producer);
}

static void *producer_open(void *object, Process *thread, const OutletOptions *options)
{
    Producer *producer = g_new0(Producer, 1);
    g_autofree char *name = g_strconcat(process_name(thread), ".amqp", NULL);
    *producer = (Producer){ .of_thread.end = thread_ended, .of_keeper.end = keeper_ended, .exchange = object,
                            .options = *options };
    producer->options.confirm = options->confirm || options->resend;
    g_queue_init(&producer->open);
    producer->keeper = process_spawn(process_ipc(thread), process_host(thread), name, keep, producer);
    process_owns(producer->keeper, &producer->of_keeper);
    process_owns(thread, &producer->of_thread);
    g_ptr_array_add(producer->exchange->site->producers, producer);
    while (!producer->channel) (void)process_wait(thread, &producer->ready, -1);
    return producer;
}

static bool usable(const Producer *producer) { return producer->channel && amqp_channel_is_open(producer->channel); }

/* The number is taken before the confirm can arrive. */
static int producer_put(void *handle, IpcMessage *message, const char *key)
{
    Producer *producer = handle;
    Process *self = producer->of_thread.process;
    int error = -IPC_ENOTCONN;
    do {
        while (!usable(producer) && producer->options.resend) (void)process_wait(self, &producer->ready, -1);
        if (!usable(producer)) break;
        error = send(producer, key, message);
    } while (error < 0 && producer->options.resend);
    if (error < 0 || !producer->options.confirm) {
        ipc_message_drop(message);
        return error;
    }
    Open *open = g_new(Open, 1);
    *open = (Open){ amqp_published(producer->channel), key ? g_intern_string(key) : NULL, message };
    g_queue_push_tail(&producer->open, open);
    return 0;
}

static void producer_close(void *handle)
{
    Producer *producer = handle;
    process_disowns(&producer->of_thread);
    thread_ended(&producer->of_thread, PROCESS_EXITED);
}

const Outlet amqp_producer_outlet = { .open = producer_open, .put = producer_put, .close = producer_close };
