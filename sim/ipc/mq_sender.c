/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sender's agent: batches from the transmission queue to the other end. */
#include "ipc/mq_part.h"

static NodeId host_of(const MqChannel *channel) { return channel->manager->channels.host; }
static SimTime now_of(const MqChannel *channel) { return ipc_now(channel->manager->ipc); }

static IpcTimer later(MqChannel *channel, SimTime delay, IpcCall call)
{
    return ipc_after(channel->manager->ipc, host_of(channel), delay, call, channel, 0);
}

static Wire *flow_new(const MqChannel *channel, WireKind kind) { return queue_wire_new(channel->manager->all, kind); }

static void out(MqChannel *channel, Wire *wire)
{
    channel->sent = now_of(channel);
    flow_send(channel->connection, wire);
}

/* ---- answers that do not come ---- */

static void unanswered(void *subject, uint64_t detail)
{
    MqChannel *channel = subject;
    (void)detail;
    channel->answer_timer = 0;
    sender_break(channel, "silent");
}

static void expect_answer(MqChannel *channel)
{
    ipc_cancel(channel->manager->ipc, &channel->answer_timer);
    if (channel->settings.heartbeat) channel->answer_timer = later(channel, channel->settings.heartbeat, unanswered);
}

static void beat(void *subject, uint64_t detail)
{
    MqChannel *channel = subject;
    SimTime due = channel->sent + channel->settings.heartbeat, now = now_of(channel);
    (void)detail;
    if (due <= now) {
        due = now + channel->settings.heartbeat;
        if (!channel->answer_timer) {
            out(channel, flow_new(channel, WIRE_HEARTBEAT));
            expect_answer(channel);
        }
    }
    channel->beat_timer = later(channel, due - now, beat);
}

/* ---- the end of a connection ---- */

static void retry(void *subject, uint64_t detail)
{
    MqChannel *channel = subject;
    (void)detail;
    channel->retry_timer = 0;
    channel->counts.retries++;
    sender_attempt(channel);
}

void sender_close(MqChannel *channel)
{
    Ipc *ipc = channel->manager->ipc;
    ipc_cancel(ipc, &channel->batch_timer), ipc_cancel(ipc, &channel->beat_timer),
        ipc_cancel(ipc, &channel->answer_timer);
    ipc_cancel(ipc, &channel->idle_timer), ipc_cancel(ipc, &channel->retry_timer),
        ipc_cancel(ipc, &channel->pump_timer);
    if (channel->connection) connection_free(g_steal_pointer(&channel->connection));
    channel->asking = channel->stops = channel->starting = false;
    if (channel->in_doubt) {
        if (channel->state == MQ_RUNNING || channel->state == MQ_STOPPING) {
            channel->counts.doubts++;
            channel_tell(channel, "mq.indoubt", channel->doubt_sequence, NULL);
        }
    } else if (channel->batch.count) {
        channel->counts.resent += channel->batch.count;
        channel_tell(channel, "mq.batch.backout", channel->batch.count, NULL);
        unit_backout(&channel->batch);
    }
}

void sender_break(MqChannel *channel, const char *reason)
{
    bool stops = channel->stops || channel->stopped;
    channel_tell(channel, "mq.break", 0, reason);
    sender_close(channel);
    if (!stops && !channel->short_left && !channel->long_left) channel->stopped = stops = true;
    if (stops) {
        channel_state(channel, MQ_STOPPED);
        return;
    }
    bool soon = channel->short_left > 0;
    if (soon) channel->short_left--;
    else channel->long_left--;
    channel->retry_timer = later(channel, soon ? channel->settings.short_timer : channel->settings.long_timer, retry);
    channel_state(channel, MQ_RETRYING);
}

/* In order, with nothing under way. */
static void leave(MqChannel *channel)
{
    bool stops = channel->stops;
    sender_close(channel);
    channel_state(channel, stops ? MQ_STOPPED : MQ_INACTIVE);
}

static void idle(void *subject, uint64_t detail)
{
    MqChannel *channel = subject;
    SimTime due = channel->moved + channel->settings.disconnect, now = now_of(channel);
    (void)detail;
    channel->idle_timer = 0;
    if (due <= now && !channel->xmitq->ready && !channel->batch.count) leave(channel);
    else channel->idle_timer = later(channel, due > now ? due - now : channel->settings.disconnect, idle);
}

/* ---- batches ---- */

static void confirm(MqChannel *channel)
{
    ipc_cancel(channel->manager->ipc, &channel->batch_timer);
    channel->in_doubt = channel->asking = true;
    channel->batch.lasting = true;
    channel->doubt_sequence = channel->sequence + channel->batch.count;
    channel->doubt_luwid = ++channel->luwids;
    Wire *wire = flow_new(channel, WIRE_CONFIRM);
    wire->number = channel->doubt_sequence;
    wire->luwid = channel->doubt_luwid;
    out(channel, wire);
    expect_answer(channel);
}

static void batch_over(void *subject, uint64_t detail)
{
    MqChannel *channel = subject;
    (void)detail;
    channel->batch_timer = 0;
    confirm(channel);
}

static void commit(MqChannel *channel)
{
    uint32_t count = channel->batch.count;
    channel->in_doubt = channel->asking = false;
    channel->sequence = channel->doubt_sequence;
    channel->luwid = channel->doubt_luwid;
    channel->counts.batches++;
    channel->counts.messages += count;
    channel->moved = now_of(channel);
    unit_commit(&channel->batch);
    channel_tell(channel, "mq.batch.commit", count, NULL);
}

void sender_resolve(MqChannel *channel, bool committed)
{
    channel_tell(channel, "mq.resolve", channel->doubt_sequence, committed ? "commit" : "backout");
    if (committed) {
        commit(channel);
        return;
    }
    channel->in_doubt = channel->asking = false;
    channel->counts.resent += channel->batch.count;
    unit_backout(&channel->batch);
}

static void data(MqChannel *channel, Entry *entry)
{
    Wire *wire = flow_new(channel, WIRE_DATA);
    wire->message = entry->message;
    wire->name = entry->target;
    wire->manager = entry->manager;
    wire->expires = entry->expires;
    wire->fast = !channel->settings.normal && !entry->persistent;
    if (wire->fast) {
        wire->account = entry->queue->account;
        wire->fate = IPC_DROP_NONPERSISTENT_CHANNEL;
        channel->counts.fast++;
        channel->moved = now_of(channel);
        queue_leaves(entry);
    } else {
        ipc_message_hold(wire->message);
        unit_adopt(&channel->batch, entry);
        wire->number = channel->sequence + channel->batch.count;
        SimTime interval = channel->settings.batch_interval;
        if (interval && channel->batch.count == 1) channel->batch_timer = later(channel, interval, batch_over);
    }
    out(channel, wire);
}

void sender_pump(MqChannel *channel)
{
    while (channel->state == MQ_RUNNING && !channel->asking) {
        if (channel->batch.count >= channel->batch_size) {
            confirm(channel);
            break;
        }
        if (!connection_room(channel->connection)) break;
        Entry *entry = queue_pick(channel->xmitq, NULL);
        if (entry) {
            data(channel, entry);
            continue;
        }
        if (channel->batch.count && !channel->settings.batch_interval) confirm(channel);
        break;
    }
}

void sender_stop(MqChannel *channel)
{
    channel->stops = true;
    if (!channel->batch.count) {
        leave(channel);
        return;
    }
    if (!channel->asking) confirm(channel);
    channel_state(channel, MQ_STOPPING);
}

/* ---- what the connection says ---- */

/* The receiver's last commit tells what became of ours. */
static void accepted(MqChannel *channel, const Wire *wire)
{
    if (channel->in_doubt) sender_resolve(channel, wire->last_luwid == channel->doubt_luwid);
    channel->resets = false;
    if (wire->number != channel->sequence) {
        sender_break(channel, "sequence");
        return;
    }
    channel->batch_size = MAX(1, MIN(channel->settings.batch_size, wire->count));
    channel->short_left = channel->settings.short_retries;
    channel->long_left = channel->settings.long_retries;
    channel->moved = now_of(channel);
    channel_state(channel, MQ_RUNNING);
    if (channel->settings.heartbeat) channel->beat_timer = later(channel, channel->settings.heartbeat, beat);
    if (channel->settings.disconnect) channel->idle_timer = later(channel, channel->settings.disconnect, idle);
    sender_pump(channel);
}

static void confirmed(MqChannel *channel, const Wire *wire)
{
    g_assert(channel->in_doubt && wire->luwid == channel->doubt_luwid);
    commit(channel);
    if (channel->stops) leave(channel);
    else sender_pump(channel);
}

static void received(void *user, Connection *connection, void *content, uint32_t size)
{
    MqChannel *channel = user;
    Wire *wire = content;
    (void)connection, (void)size;
    ipc_cancel(channel->manager->ipc, &channel->answer_timer);
    /* it says that it backed out */
    if (wire->kind == WIRE_ERROR && channel->in_doubt) sender_resolve(channel, false);
    if (wire->kind == WIRE_ACCEPT) accepted(channel, wire);
    else if (wire->kind == WIRE_CONFIRMED) confirmed(channel, wire);
    else if (wire->kind == WIRE_BEAT_BACK && channel->asking) expect_answer(channel);
    else if (wire->kind == WIRE_REFUSE || wire->kind == WIRE_ERROR) sender_break(channel, wire->reason);
    queue_wire_free(wire);
}

static void connected(void *user, Connection *connection)
{
    MqChannel *channel = user;
    (void)connection;
    channel_state(channel, MQ_BINDING);
    Wire *wire = flow_new(channel, WIRE_INIT);
    wire->name = queues_text(channel->manager->all, channel->name);
    wire->number = channel->sequence;
    wire->reset = channel->resets;
    wire->count = channel->settings.batch_size;
    wire->wait = channel->settings.heartbeat;
    out(channel, wire);
    expect_answer(channel);
}

static void failed(void *user, Connection *connection, int error)
{
    (void)connection;
    sender_break(user, ipc_error_name(error));
}

static void ended(void *user, Connection *connection) { (void)connection, sender_break(user, "closed"); }
static void drained(void *user, Connection *connection) { (void)connection, sender_pump(user); }

void sender_attempt(MqChannel *channel)
{
    static const ConnectionUser calls = {
        .connected = connected, .failed = failed, .received = received, .ended = ended, .drained = drained,
        .label = queue_wire_label,
    };
    StreamOptions options = stream_defaults;
    options.overlay = channel->settings.overlay;
    ipc_cancel(channel->manager->ipc, &channel->retry_timer);
    channel->counts.attempts++;
    channel_state(channel, MQ_STARTING);
    channel->connection = connection_open(channel->manager->ipc, host_of(channel), channel->settings.to, &options,
                                          &calls, channel);
}
