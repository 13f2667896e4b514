/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client's link of AMQP 1.0: what arrives on it, and what is told of it. */
#include "ipc/amqp10_parts.h"

LinkDelivery *amqp10_link_open(AmqpLink *link, uint64_t delivery)
{
    for (guint i = 0; i < link->open->len; i++) {
        LinkDelivery *d = &g_array_index(link->open, LinkDelivery, i);
        if (d->delivery == delivery) return d;
    }
    return NULL;
}

static void forget(AmqpLink *link, LinkDelivery *d)
{
    ipc_message_drop(d->message);
    g_array_remove_index(link->open, (guint)(d - (LinkDelivery *)(void *)link->open->data));
}

void amqp10_link_lost(AmqpLink *link)
{
    link->session = NULL;
    link->credit = 0;
    wait_list_wake_all(&link->waiting);
}

Account *amqp10_target_account(AmqpLink *link)
{
    const char *address = link->set.address, *name = "";
    g_autofree char *exchange = NULL;
    if (g_str_has_prefix(address, "/exchange/")) {
        address += strlen("/exchange/");
        name = exchange = g_strndup(address, strcspn(address, "/"));
    }
    return broker_account_at(link->amqp, link->session->channel->connection->broker, name);
}

static void post(AmqpLink *link, AmqpFrame *frame)
{
    frame->number = link->handle;
    amqp_connection_post(link->session->channel->connection, frame);
}

/* One that settles second waits for this before it forgets. */
void amqp10_settle_sent(AmqpLink *link, LinkDelivery *d)
{
    d->settled = true;
    ipc_message_drop(d->message);
    d->message = NULL;
    if (link->set.settle == SETTLE_SECOND) {
        AmqpFrame *frame = amqp_frame_new(link->amqp, FRAME_LINK_DISPOSITION, link->session->channel->number);
        frame->delivery = d->delivery;
        frame->flags = FRAME_SETTLED;
        post(link, frame);
    }
    wait_list_wake_all(&link->waiting);
}

static void arrived(AmqpLink *link, AmqpFrame *frame)
{
    LinkDelivery *known = amqp10_link_open(link, frame->delivery);
    if (known && (frame->flags & FRAME_RESUMES)) {
        known->tag = frame->tag;
        amqp_frame_free(frame);
        return;
    }
    link->credit -= link->credit > 0;
    if (!(frame->flags & FRAME_SETTLED)) {
        LinkDelivery d = { .delivery = frame->delivery, .tag = frame->tag };
        g_array_append_val(link->open, d);
    }
    g_queue_push_tail(&link->inbox, frame);
    wait_list_wake_all(&link->waiting);
}

static void told(AmqpLink *link, const AmqpFrame *frame)
{
    LinkDelivery *d = amqp10_link_open(link, frame->delivery);
    if (!d || d->settled) return;
    if (link->set.sends) {
        d->outcome = (AmqpOutcome)frame->code;
        amqp10_settle_sent(link, d);
    } else if (frame->flags & FRAME_SETTLED) {
        forget(link, d);
    }
}

void amqp10_link_received(AmqpLink *link, AmqpFrame *frame)
{
    switch (frame->method) {
    case FRAME_LINK_TRANSFER: arrived(link, frame); return;
    case FRAME_LINK_DISPOSITION: told(link, frame); break;
    case FRAME_LINK_FLOW:
        if (frame->flags & FRAME_DRAIN) {
            link->credit = 0;
            link->drained = true;
        } else {
            link->credit += frame->count;
        }
        wait_list_wake_all(&link->waiting);
        break;
    case FRAME_LINK_DETACH:
        link->session->links->pdata[link->handle] = NULL;
        amqp10_link_lost(link);
        break;
    default: break;
    }
    amqp_frame_free(frame);
}

bool amqp10_is_attached(const AmqpLink *link) { return link->session != NULL; }
uint32_t amqp10_credit(const AmqpLink *link) { return link->credit; }

unsigned amqp10_unsettled(const AmqpLink *link)
{
    unsigned count = 0;
    for (guint i = 0; i < link->open->len; i++) count += !g_array_index(link->open, LinkDelivery, i).settled;
    return count;
}

/* ---- receiving ---- */

int amqp10_flow(AmqpLink *link, uint32_t credit, bool drain)
{
    if (!link->session) return -IPC_EPIPE;
    AmqpFrame *frame = amqp_frame_new(link->amqp, FRAME_LINK_FLOW, link->session->channel->number);
    frame->count = credit;
    frame->flags = drain ? FRAME_DRAIN : 0;
    link->credit += credit;
    link->drained = false;
    post(link, frame);
    return 0;
}

int amqp10_receive(AmqpLink *link, AmqpTransfer *transfer, SimTime until)
{
    while (!link->inbox.length) {
        if (link->drained) {
            link->drained = false;
            return 0;
        }
        if (!link->session) return -IPC_EPIPE;
        if (!until) return -IPC_EAGAIN;
        if (process_running(link->amqp->ipc) != link->process) return -IPC_EDEADLK;
        if (!process_wait(link->process, &link->waiting, until) && !link->inbox.length) return -IPC_EAGAIN;
    }
    AmqpFrame *frame = g_queue_pop_head(&link->inbox);
    *transfer = (AmqpTransfer){ .delivery = frame->delivery, .count = frame->count,
                                .settled = frame->flags & FRAME_SETTLED,
                                .first_acquirer = !(frame->flags & FRAME_REDELIVERED),
                                .message = ipc_message_hold(frame->content->message) };
    if (frame->account) frame->account->delivered++;
    amqp_frame_settled(frame);
    amqp_frame_free(frame);
    return 1;
}

void amqp10_clear(AmqpTransfer *transfer)
{
    ipc_message_drop(transfer->message);
    *transfer = (AmqpTransfer){ 0 };
}

static int settle(AmqpLink *link, uint64_t delivery, AmqpOutcome outcome, unsigned flags)
{
    LinkDelivery *d = amqp10_link_open(link, delivery);
    if (!d) return -IPC_EINVAL;
    bool second = link->set.settle == SETTLE_SECOND;
    d->outcome = outcome;
    if (link->session) {
        AmqpFrame *frame = amqp_frame_new(link->amqp, FRAME_LINK_DISPOSITION, link->session->channel->number);
        frame->tag = d->tag;
        frame->delivery = delivery;
        frame->code = (uint16_t)outcome;
        frame->flags = (uint16_t)(flags | (second ? 0 : FRAME_SETTLED));
        post(link, frame);
    }
    if (!second) forget(link, d);
    return link->session ? 0 : -IPC_EPIPE;
}

int amqp10_settle(AmqpLink *link, uint64_t delivery, AmqpOutcome outcome) { return settle(link, delivery, outcome, 0); }

int amqp10_modify(AmqpLink *link, uint64_t delivery, bool failed, bool undeliverable_here)
{
    unsigned flags = (failed ? FRAME_FAILED : 0) | (undeliverable_here ? FRAME_NOT_HERE : 0);
    return settle(link, delivery, OUTCOME_MODIFIED, flags);
}

/* ---- sending ---- */

int amqp10_outcome(AmqpLink *link, uint64_t delivery, AmqpOutcome *outcome)
{
    for (;;) {
        LinkDelivery *d = amqp10_link_open(link, delivery);
        if (!d) return -IPC_EINVAL;
        if (d->settled) {
            *outcome = d->outcome;
            forget(link, d);
            return 0;
        }
        if (!link->session) return -IPC_EPIPE;
        if (process_running(link->amqp->ipc) != link->process) return -IPC_EDEADLK;
        SimTime limit = amqp_connection_limit(link->session->channel->connection);
        if (!process_wait(link->process, &link->waiting, limit)) return -IPC_ETIMEDOUT;
    }
}
