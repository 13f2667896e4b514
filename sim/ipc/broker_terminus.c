/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links of AMQP 1.0 at the broker: attaching, suspending, resuming. */
#include <string.h>

#include "ipc/broker_parts.h"

enum { GRANT = 100 };           /* credit of a client that sends; topped up at half of it */

Seen *broker_terminus_seen(Terminus *terminus, uint64_t delivery)
{
    for (guint i = 0; i < terminus->seen->len; i++) {
        Seen *seen = &g_array_index(terminus->seen, Seen, i);
        if (seen->delivery == delivery) return seen;
    }
    return NULL;
}

void broker_terminus_watched(Terminus *terminus, bool watches)
{
    if (watches) terminus->queue->watchers++;
    else terminus->queue->watchers--;
}

/* ---- sending ---- */

static AmqpFrame *transfer_new(Terminus *terminus, const Entry *entry)
{
    AmqpFrame *frame = amqp_frame_new(terminus->lane->link->broker->amqp, FRAME_LINK_TRANSFER, 0);
    frame->number = terminus->handle;
    frame->count = entry->failures;
    frame->flags = entry->redelivered ? FRAME_REDELIVERED : 0;
    return frame;
}

static void took_credit(Terminus *terminus)
{
    terminus->credit--;
    if (terminus->lane->window != UINT32_MAX) terminus->lane->window--;
}

void broker_terminus_hand_out(Terminus *terminus, Entry *entry, uint64_t delivery, bool resumes)
{
    Lane *lane = terminus->lane;
    AmqpFrame *frame = transfer_new(terminus, entry);
    frame->delivery = delivery;
    frame->flags |= resumes ? FRAME_RESUMES : 0;
    if (!resumes) {
        frame->content = amqp_content_hold(entry->content);
        took_credit(terminus);
    }
    if (terminus->set.settle == SETTLE_SENDER) {
        frame->flags |= FRAME_SETTLED;
        frame->tag = broker_lane_give_away(lane);
        amqp_frame_carries(frame, entry->queue->account, terminus->broker->host, false);
        broker_entry_end(entry);
    } else {
        entry->count++;
        frame->tag = broker_lane_hand_out(lane, entry, terminus->consumer);
        lane->ring[frame->tag & (lane->room - 1)].delivery = delivery;
    }
    broker_lane_send(lane, frame);
}

/* Copies of what stands in the queue, each once. */
void broker_terminus_browse(Terminus *terminus)
{
    Queue *queue = terminus->queue;
    for (unsigned i = queue->set.max_priority + 1; i-- > 0;)
        for (const Entry *e = queue->levels[i].first; e && terminus->credit && terminus->lane->window; e = e->next) {
            if (e->position < terminus->cursor) continue;
            AmqpFrame *frame = transfer_new(terminus, e);
            frame->flags |= FRAME_SETTLED;
            frame->delivery = ++terminus->next_delivery;
            frame->content = amqp_content_hold(e->content);
            terminus->cursor = e->position + 1;
            took_credit(terminus);
            broker_lane_send(terminus->lane, frame);
        }
}

void broker_terminus_grant(Terminus *terminus)
{
    if (terminus->credit > GRANT / 2) return;
    AmqpFrame *frame = amqp_frame_new(terminus->lane->link->broker->amqp, FRAME_LINK_FLOW, 0);
    frame->number = terminus->handle;
    frame->count = GRANT - terminus->credit;
    terminus->credit = GRANT;
    broker_lane_send(terminus->lane, frame);
}

/* ---- addresses ---- */

/* "/exchange/NAME/KEY" taken apart; false: it is a queue's name. */
static bool split(const char *address, const char **exchange, const char **key)
{
    static const char prefix[] = "/exchange/";
    if (!g_str_has_prefix(address, prefix)) return false;
    g_auto(GStrv) parts = g_strsplit(address + sizeof prefix - 1, "/", 2);
    *exchange = g_intern_string(parts[0]);
    *key = g_intern_string(parts[0] && parts[1] ? parts[1] : "");
    return true;
}

static const char *subscription(const Terminus *terminus)
{
    g_autofree char *name = g_strdup_printf("sub.%s", terminus->set.name);
    return g_intern_string(name);
}

static bool find_target(Broker *broker, Terminus *terminus)
{
    if (!split(terminus->set.address, &terminus->exchange, &terminus->key)) {
        terminus->exchange = g_intern_string("");
        terminus->key = terminus->set.address;
        if (!broker_queue_find(broker, terminus->key)) return false;
    }
    terminus->account = broker_account_at(broker->amqp, broker_address(broker), terminus->exchange);
    return amqp_router_has(broker->router, terminus->exchange);
}

static bool find_source(Broker *broker, Terminus *terminus)
{
    const char *exchange, *key;
    if (!split(terminus->set.address, &exchange, &key)) {
        terminus->queue = broker_queue_find(broker, terminus->set.address);
        return terminus->queue != NULL;
    }
    AmqpQueueSettings settings = amqp_queue_defaults;
    settings.durable = terminus->set.durable;
    const char *name = subscription(terminus);
    if (!amqp_router_has(broker->router, exchange) || broker_queue_declare(broker, name, &settings, NULL)) return false;
    terminus->queue = broker_queue_find(broker, name);
    return amqp_router_bind(broker->router, &(AmqpBinding){ .source = exchange, .destination = name, .key = key }) == 0;
}

/* ---- life ---- */

static void leave_source(Terminus *terminus)
{
    if (!terminus->queue) return;
    if (terminus->drains) broker_terminus_watched(terminus, false);
    if (terminus->set.browses && terminus->lane) broker_terminus_watched(terminus, false);
    terminus->drains = false;
    if (terminus->consumer) broker_consumer_end(terminus->consumer);
    terminus->consumer = NULL;
}

void broker_terminus_free(Terminus *terminus)
{
    for (guint i = 0; i < terminus->seen->len; i++) {
        Confirm *confirm = g_array_index(terminus->seen, Seen, i).confirm;
        if (confirm) confirm->terminus = NULL;
    }
    for (guint i = terminus->held->len; i-- > 0;) {
        Entry *entry = g_array_index(terminus->held, Held, i).entry;
        Queue *queue = entry->queue;
        queue->unacked--;
        broker_queue_put_back(queue, entry);
        broker_queue_pump(queue);
    }
    g_ptr_array_remove(terminus->broker->suspended, terminus);
    g_array_unref(terminus->seen);
    g_array_unref(terminus->held);
    g_free(terminus);
}

static bool owns_queue(const Terminus *terminus)
{
    const char *exchange, *key;
    return terminus->queue && !terminus->queue->deleted && split(terminus->set.address, &exchange, &key);
}

/* What it gave out and nobody has settled: back into the queue, or held for the resumption. */
static void take_back(Terminus *terminus, bool hold)
{
    Lane *lane = terminus->lane;
    for (uint64_t tag = lane->last; tag >= lane->first && tag; tag--) {
        const Unacked *unacked = broker_lane_unacked(lane, tag);
        if (!unacked || unacked->terminus != terminus) continue;
        Held held = { .delivery = unacked->delivery };
        if (!hold) {
            broker_lane_refuse(lane, tag, true);
            continue;
        }
        held.entry = broker_lane_settle(lane, tag);
        held.entry->queue->unacked++;
        g_array_prepend_val(terminus->held, held);
    }
    if (terminus->queue && !hold) broker_queue_pump(terminus->queue);
}

void broker_terminus_detach(Terminus *terminus, bool closed)
{
    Lane *lane = terminus->lane;
    leave_source(terminus);
    take_back(terminus, false);
    if (owns_queue(terminus) && (closed || !terminus->set.durable)) broker_queue_delete(terminus->queue);
    lane->termini->pdata[terminus->handle] = NULL;
    broker_terminus_free(terminus);
}

void broker_terminus_suspend(Terminus *terminus)
{
    leave_source(terminus);
    take_back(terminus, terminus->set.resumable);
    if (owns_queue(terminus) && !terminus->set.durable && !terminus->set.resumable)
        broker_queue_delete(terminus->queue);
    terminus->lane = NULL;
    terminus->credit = 0;
    if (terminus->set.resumable) g_ptr_array_add(terminus->broker->suspended, terminus);
    else broker_terminus_free(terminus);
}

/* ---- attaching ---- */

static Terminus *suspended(const Broker *broker, const char *name)
{
    for (guint i = 0; i < broker->suspended->len; i++)
        if (((Terminus *)broker->suspended->pdata[i])->set.name == name) return broker->suspended->pdata[i];
    return NULL;
}

static Terminus *terminus_new(Broker *broker, const AmqpAttach *settings)
{
    Terminus *terminus = g_new0(Terminus, 1);
    *terminus = (Terminus){ .broker = broker, .set = *settings, .held = g_array_new(FALSE, TRUE, sizeof(Held)),
                            .seen = g_array_new(FALSE, TRUE, sizeof(Seen)) };
    return terminus;
}

/* The one to go on with, or a new one; NULL: there is no such address. */
static Terminus *found(Broker *broker, const LinkWish *wish, bool resumes)
{
    Terminus *old = suspended(broker, wish->set.name);
    if (old && resumes) {
        g_ptr_array_remove(broker->suspended, old);
        return old;
    }
    if (old) broker_terminus_free(old);
    Terminus *terminus = terminus_new(broker, &wish->set);
    if (wish->set.sends ? find_target(broker, terminus) : find_source(broker, terminus)) return terminus;
    broker_terminus_free(terminus);
    return NULL;
}

static LinkWish *what_is_unsettled(const Terminus *terminus)
{
    uint32_t count = terminus->set.sends ? terminus->seen->len : terminus->held->len;
    LinkWish *list = g_malloc0(sizeof *list + count * sizeof(AmqpUnsettled));
    list->count = count;
    for (uint32_t i = 0; i < count; i++) {
        const Seen *seen = &g_array_index(terminus->seen, Seen, i);
        if (terminus->set.sends) list->unsettled[i] = (AmqpUnsettled){ seen->delivery, seen->outcome };
        else list->unsettled[i].delivery = g_array_index(terminus->held, Held, i).delivery;
    }
    return list;
}

static const AmqpUnsettled *in_list(const LinkWish *list, uint64_t delivery)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->unsettled[i].delivery == delivery) return &list->unsettled[i];
    return NULL;
}

/* Each one held goes the way the client says: it has its outcome, it has it and none yet, or it never came. */
static void reconcile(Terminus *terminus, const LinkWish *theirs)
{
    Lane *lane = terminus->lane;
    for (guint i = terminus->held->len; i-- > 0;) {
        Held held = g_array_index(terminus->held, Held, i);
        const AmqpUnsettled *known = in_list(theirs, held.delivery);
        held.entry->queue->unacked--;
        if (known && known->outcome == OUTCOME_NONE) {
            broker_terminus_hand_out(terminus, held.entry, held.delivery, true);
            continue;
        }
        uint64_t tag = broker_lane_hand_out(lane, held.entry, terminus->consumer);
        broker_session_apply(lane, tag, known ? known->outcome : OUTCOME_RELEASED, 0);
    }
    g_array_set_size(terminus->held, 0);
    for (guint i = terminus->seen->len; i-- > 0;) {
        const Seen *seen = &g_array_index(terminus->seen, Seen, i);
        if (!seen->confirm && !in_list(theirs, seen->delivery)) g_array_remove_index(terminus->seen, i);
    }
}

void broker_terminus_attach(Lane *lane, AmqpFrame *frame)
{
    const LinkWish *wish = frame->settings;
    Terminus *terminus = found(lane->link->broker, wish, frame->flags & FRAME_RESUMES);
    AmqpFrame *answer = amqp_frame_new(frame->amqp, FRAME_LINK_ATTACHED, lane->number);
    answer->serial = frame->serial;
    if (!terminus) {
        answer->code = AMQP_NOT_FOUND;
        broker_lane_send(lane, answer);
        return;
    }
    terminus->lane = lane;
    terminus->handle = frame->number;
    if (lane->termini->len <= frame->number) g_ptr_array_set_size(lane->termini, (int)frame->number + 1);
    lane->termini->pdata[frame->number] = terminus;
    answer->settings = what_is_unsettled(terminus);
    broker_lane_send(lane, answer);
    if (wish->set.sends) {
        broker_terminus_grant(terminus);
    } else if (wish->set.browses) {
        broker_terminus_watched(terminus, true);
    } else {
        terminus->consumer = broker_consumer_new(lane, terminus->queue, &(AmqpFrame){ 0 });
        terminus->consumer->terminus = terminus;
    }
    reconcile(terminus, wish);
}
