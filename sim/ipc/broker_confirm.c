/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stable storage, and the confirms that wait for it. */
#include "ipc/broker_parts.h"

/* ---- confirms ---- */

Confirm *broker_confirm_new(Lane *lane)
{
    Confirm *confirm = g_slice_new(Confirm);
    *confirm = (Confirm){ .lane = lane, .number = ++lane->published, .previous = lane->open_last, .waits = 1 };
    if (lane->open_last) lane->open_last->next = confirm;
    else lane->open = confirm;
    lane->open_last = confirm;
    return confirm;
}

static void leave_lane(Confirm *confirm)
{
    Lane *lane = confirm->lane;
    if (confirm->previous) confirm->previous->next = confirm->next;
    else lane->open = confirm->next;
    if (confirm->next) confirm->next->previous = confirm->previous;
    else lane->open_last = confirm->previous;
}

void broker_confirm_part(Confirm *confirm)
{
    if (--confirm->waits) return;
    if (confirm->transfer) {
        broker_session_confirmed(confirm);
        if (confirm->lane) leave_lane(confirm);
    }
    if (confirm->transfer || !confirm->lane) {
        g_slice_free(Confirm, confirm);
        return;
    }
    Broker *broker = confirm->lane->link->broker;
    if (broker->done_last) broker->done_last->next_done = confirm;
    else broker->done = confirm;
    broker->done_last = confirm;
}

void broker_confirm_lane_gone(Lane *lane)
{
    broker_confirm_flush(lane->link->broker);                  /* none of this lane stays among the done */
    for (Confirm *c = lane->open, *next; c; c = next) {
        next = c->next;
        c->lane = NULL;                                 /* freed with its last write */
    }
    lane->open = lane->open_last = NULL;
}

static Confirm *done_take(Broker *broker)
{
    Confirm *confirm = broker->done;
    broker->done = confirm->next_done;
    if (!broker->done) broker->done_last = NULL;
    leave_lane(confirm);
    return confirm;
}

/* One frame covers a run of the oldest open numbers. */
void broker_confirm_flush(Broker *broker)
{
    while (broker->done) {
        bool oldest = broker->done == broker->done->lane->open;
        Confirm *confirm = done_take(broker);
        Lane *lane = confirm->lane;
        uint64_t number = confirm->number;
        bool refused = confirm->refused, multiple = false;
        g_slice_free(Confirm, confirm);
        while (oldest && broker->done && broker->done == lane->open && broker->done->refused == refused) {
            confirm = done_take(broker);
            number = confirm->number;
            multiple = true;
            g_slice_free(Confirm, confirm);
        }
        AmqpFrame *frame = amqp_frame_new(broker->amqp, refused ? FRAME_NACK : FRAME_ACK, lane->number);
        frame->tag = number;
        frame->flags = multiple ? FRAME_MULTIPLE : 0;
        ipc_tell(broker->ipc, &(IpcEvent){ .event = "amqp.confirm", .node = broker->host, .object = broker->name,
                                           .number = number, .reason = refused ? "nack" : "ack" });
        broker_lane_send(lane, frame);
    }
}

/* ---- storage ---- */

static void written(Entry *entry)
{
    entry->stored = true;
    entry->write = NULL;
    if (entry->confirm) broker_confirm_part(entry->confirm);
    entry->confirm = NULL;
}

static void writes_due(void *subject, uint64_t detail)
{
    Broker *broker = subject;
    SimTime now = broker_now(broker);
    (void)detail;
    broker->write_timer = 0;
    while (broker->writes && broker->writes->due <= now) {
        Write *write = broker->writes;
        broker->writes = write->next;
        if (write->entry) written(write->entry);
        g_slice_free(Write, write);
    }
    if (broker->writes)
        broker->write_timer = ipc_after(broker->ipc, broker->host, broker->writes->due - now, writes_due, broker, 0);
    else
        broker->writes_last = NULL;
    broker_settle(broker);
}

void broker_store_write(Broker *broker, Entry *entry)
{
    if (!broker->set.store_latency) {
        written(entry);
        return;
    }
    Write *write = g_slice_new(Write);
    *write = (Write){ .entry = entry, .due = broker_now(broker) + broker->set.store_latency };
    entry->write = write;
    if (broker->writes_last) broker->writes_last->next = write;
    else broker->writes = write;
    broker->writes_last = write;
    if (!broker->write_timer)
        broker->write_timer = ipc_after(broker->ipc, broker->host, broker->set.store_latency, writes_due, broker, 0);
}

static void end_writes(Broker *broker, bool done)
{
    while (broker->writes) {
        Write *write = broker->writes;
        broker->writes = write->next;
        if (write->entry && done) written(write->entry);
        else if (write->entry) write->entry->write = NULL;
        g_slice_free(Write, write);
    }
    broker->writes_last = NULL;
    ipc_cancel(broker->ipc, &broker->write_timer);
}

void broker_store_finish(Broker *broker) { end_writes(broker, true); }
void broker_store_lose(Broker *broker) { end_writes(broker, false); }
