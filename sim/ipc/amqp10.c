/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client's sessions of AMQP 1.0, and how links come and go. */
#include "ipc/amqp10.h"

#include <string.h>

#include "ipc/amqp10_parts.h"

/* ---- sessions ---- */

static void receive(AmqpSession *session, AmqpFrame *frame)
{
    AmqpLink *link = frame->number < session->links->len ? session->links->pdata[frame->number] : NULL;
    if (link) amqp10_link_received(link, frame);
    else amqp_frame_free(frame);
}

/* The channel is gone, or about to go: links stand alone. */
static void lost(AmqpSession *session)
{
    for (guint i = 0; i < session->links->len; i++)
        if (session->links->pdata[i]) amqp10_link_lost(session->links->pdata[i]);
    g_ptr_array_set_size(session->links, 0);
    session->channel->lost = NULL;
    session->channel->receive = NULL;
    session->channel = NULL;
}

int amqp10_begin(AmqpConnection *connection, uint32_t window, AmqpSession **out)
{
    if (!connection->open) return -IPC_EPIPE;
    AmqpChannel *channel = amqp_channel_new(connection);
    AmqpFrame *frame = amqp_frame_new(connection->amqp, FRAME_LINK_OPEN, channel->number);
    frame->number = window;
    int error = amqp_channel_ask(channel, frame, NULL);
    if (error) {
        amqp_channel_end(channel);
        return error;
    }
    AmqpSession *session = channel->session = g_new0(AmqpSession, 1);
    *session = (AmqpSession){ .channel = channel, .links = g_ptr_array_new() };
    channel->receive = receive;
    channel->lost = lost;
    *out = session;
    return 0;
}

void amqp10_session_free(AmqpSession *session)
{
    if (!session) return;
    g_ptr_array_unref(session->links);
    g_free(session);
}

int amqp10_window(AmqpSession *session, uint32_t window)
{
    if (!session->channel) return -IPC_EPIPE;
    AmqpFrame *frame = amqp_frame_new(session->channel->connection->amqp, FRAME_LINK_FLOW, session->channel->number);
    frame->flags = FRAME_WINDOW;
    frame->count = window ? window : UINT32_MAX;
    amqp_connection_post(session->channel->connection, frame);
    return 0;
}

int amqp10_end(AmqpSession *session)
{
    return session->channel ? amqp_channel_close(session->channel) : 0;
}

/* ---- links ---- */

static void link_free(AmqpLink *link)
{
    if (link->previous) link->previous->next = link->next;
    else link->amqp->links = link->next;
    if (link->next) link->next->previous = link->previous;
    if (link->session) link->session->links->pdata[link->handle] = NULL;
    for (AmqpFrame *frame; (frame = g_queue_pop_head(&link->inbox));) amqp_frame_free(frame);
    for (guint i = 0; i < link->open->len; i++) ipc_message_drop(g_array_index(link->open, LinkDelivery, i).message);
    g_array_unref(link->open);
    g_free(link);
}

static void end(Resource *resource, ProcessEnd why)
{
    (void)why;
    link_free((AmqpLink *)((char *)resource - offsetof(AmqpLink, resource)));
}

void amqp_links_stop(Amqp *amqp)
{
    while (amqp->links) link_free(amqp->links);
}

static AmqpLink *link_new(Process *process, Amqp *amqp, const AmqpAttach *settings)
{
    AmqpLink *link = g_new0(AmqpLink, 1);
    *link = (AmqpLink){ .next = amqp->links, .resource.end = end, .process = process, .amqp = amqp, .set = *settings,
                        .open = g_array_new(FALSE, TRUE, sizeof(LinkDelivery)) };
    link->set.name = g_intern_string(settings->name);
    link->set.address = g_intern_string(settings->address);
    g_queue_init(&link->inbox);
    if (amqp->links) amqp->links->previous = link;
    amqp->links = link;
    process_owns(process, &link->resource);
    return link;
}

static void take_handle(AmqpLink *link, AmqpSession *session)
{
    guint handle = 0;
    while (handle < session->links->len && session->links->pdata[handle]) handle++;
    if (handle == session->links->len) g_ptr_array_add(session->links, NULL);
    session->links->pdata[handle] = link;
    link->session = session;
    link->handle = handle;
}

static LinkWish *wish_of(const AmqpLink *link)
{
    LinkWish *wish = g_malloc0(sizeof *wish + link->open->len * sizeof(AmqpUnsettled));
    wish->set = link->set;
    for (guint i = 0; i < link->open->len; i++) {
        const LinkDelivery *d = &g_array_index(link->open, LinkDelivery, i);
        if (!d->settled) wish->unsettled[wish->count++] = (AmqpUnsettled){ d->delivery, d->outcome };
    }
    return wish;
}

static int ask(AmqpLink *link, AmqpSession *session, unsigned flags, AmqpFrame **answer)
{
    AmqpChannel *channel = session->channel;
    if (!channel) return -IPC_EPIPE;
    take_handle(link, session);
    AmqpFrame *frame = amqp_frame_new(link->amqp, FRAME_LINK_ATTACH, channel->number);
    frame->number = link->handle;
    frame->flags = (uint16_t)flags;
    frame->settings = wish_of(link);
    link->credit = 0;
    link->drained = false;
    int error = amqp_channel_ask(channel, frame, answer);
    if (error || !(*answer)->code) return error;
    amqp_frame_free(*answer);
    return -IPC_ENOENT;
}

int amqp10_attach(AmqpSession *session, const AmqpAttach *settings, AmqpLink **out)
{
    if (!session->channel) return -IPC_EPIPE;
    AmqpConnection *connection = session->channel->connection;
    AmqpLink *link = link_new(connection->process, connection->amqp, settings);
    AmqpFrame *answer;
    int error = ask(link, session, 0, &answer);
    if (error) {
        process_disowns(&link->resource);
        link_free(link);
        return error;
    }
    amqp_frame_free(answer);
    *out = link;
    return 0;
}

static const AmqpUnsettled *in_list(const LinkWish *list, uint64_t delivery)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->unsettled[i].delivery == delivery) return &list->unsettled[i];
    return NULL;
}

static void transfer(AmqpLink *link, IpcMessage *message, uint64_t delivery)
{
    AmqpChannel *channel = link->session->channel;
    AmqpFrame *frame = amqp_frame_new(link->amqp, FRAME_LINK_TRANSFER, channel->number);
    frame->number = link->handle;
    frame->delivery = delivery;
    frame->flags = link->set.settle == SETTLE_SENDER ? FRAME_SETTLED : 0;
    frame->content = amqp_content_new(message, NULL, NULL);
    Account *account = amqp10_target_account(link);
    amqp_frame_carries(frame, account, process_host(link->process), true);
    link->credit -= link->credit > 0;
    amqp_connection_post(channel->connection, frame);
}

/* What the broker has settled is over; what it has not seen is sent again. */
static void reconcile(AmqpLink *link, const LinkWish *theirs)
{
    for (guint i = 0; i < link->open->len; i++) {
        LinkDelivery *d = &g_array_index(link->open, LinkDelivery, i);
        if (d->settled) continue;
        const AmqpUnsettled *known = in_list(theirs, d->delivery);
        if (link->set.sends && !known) {
            transfer(link, ipc_message_hold(d->message), d->delivery);
        } else if (link->set.sends && known->outcome != OUTCOME_NONE) {
            d->outcome = known->outcome;
            amqp10_settle_sent(link, d);
        } else if (!link->set.sends && (!known || d->outcome != OUTCOME_NONE)) {
            g_array_remove_index(link->open, i--);
        }
    }
}

int amqp10_resume(AmqpLink *link, AmqpSession *session)
{
    AmqpFrame *answer;
    if (link->session) return -IPC_EISCONN;
    int error = ask(link, session, FRAME_RESUMES, &answer);
    if (error) {
        if (link->session) link->session->links->pdata[link->handle] = NULL;
        link->session = NULL;
        return error;
    }
    reconcile(link, answer->settings);
    amqp_frame_free(answer);
    return 0;
}

int amqp10_send(AmqpLink *link, IpcMessage *message, uint64_t *delivery)
{
    while (link->session && !link->credit) {
        if (process_running(link->amqp->ipc) != link->process) break;
        SimTime limit = amqp_connection_limit(link->session->channel->connection);
        if (!process_wait(link->process, &link->waiting, limit)) break;
    }
    if (!link->session || !link->credit) {
        ipc_message_drop(message);
        return link->session ? -IPC_EAGAIN : -IPC_EPIPE;
    }
    uint64_t number = ++link->sent;
    if (link->set.settle != SETTLE_SENDER) {
        LinkDelivery d = { .delivery = number, .message = ipc_message_hold(message) };
        g_array_append_val(link->open, d);
    }
    Account *account = amqp10_target_account(link);
    account->published++;
    ipc_tell(link->amqp->ipc, &(IpcEvent){ .event = "amqp.publish", .node = process_host(link->process),
                                           .process = process_name(link->process), .object = account->object,
                                           .message = message->id });
    if (delivery) *delivery = number;
    transfer(link, message, number);
    return 0;
}

int amqp10_detach(AmqpLink *link, bool closed)
{
    int error = 0;
    if (link->session && link->session->channel->open) {
        AmqpFrame *frame = amqp_frame_new(link->amqp, FRAME_LINK_DETACH, link->session->channel->number);
        frame->number = link->handle;
        frame->flags = closed ? FRAME_CLOSED : 0;
        error = amqp_channel_ask(link->session->channel, frame, NULL);
    }
    process_disowns(&link->resource);
    link_free(link);
    return error;
}
