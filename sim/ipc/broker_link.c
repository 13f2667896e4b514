/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A broker's end of its connections: opening, heartbeats, alarms, loss. */
#include "ipc/broker_parts.h"

void broker_link_send(Link *link, AmqpFrame *frame)
{
    link->sent = broker_now(link->broker);
    amqp_frame_send(frame, link->stream);
    if (link->stream && !link->stalled && !connection_room(link->stream)) link->stalled = true;
}

/* ---- heartbeats ---- */

static void listen_on(void *subject, uint64_t detail)
{
    Link *link = subject;
    Broker *broker = link->broker;
    (void)detail;
    link->watch_timer = 0;
    if (link->blocked) link->received = broker_now(broker);         /* it is us who do not read */
    SimTime left = link->received + link->heartbeat - broker_now(broker);
    if (left > 0) {
        link->watch_timer = ipc_after(broker->ipc, broker->host, left, listen_on, link, 0);
        return;
    }
    ipc_tell(broker->ipc, &(IpcEvent){ .event = "amqp.silent", .node = broker->host, .object = broker->name,
                                       .number = connection_peer(link->stream).host });
    connection_abort(link->stream);
    link->stream = NULL;
    broker_link_free(link);
    broker_settle(broker);
}

static void beat(void *subject, uint64_t detail)
{
    Link *link = subject;
    Broker *broker = link->broker;
    (void)detail;
    SimTime left = link->sent + link->heartbeat / 2 - broker_now(broker);
    if (left <= 0) {
        broker_link_send(link, amqp_frame_new(broker->amqp, FRAME_HEARTBEAT, 0));
        left = link->heartbeat / 2;
    }
    link->beat_timer = ipc_after(broker->ipc, broker->host, left, beat, link, 0);
}

static void start_beating(Link *link, SimTime heartbeat)
{
    Broker *broker = link->broker;
    link->heartbeat = heartbeat;
    if (heartbeat < 2) return;
    link->watch_timer = ipc_after(broker->ipc, broker->host, heartbeat, listen_on, link, 0);
    link->beat_timer = ipc_after(broker->ipc, broker->host, heartbeat / 2, beat, link, 0);
}

/* ---- frames of the connection itself ---- */

static void reply(Link *link, const AmqpFrame *to, AmqpMethod method)
{
    AmqpFrame *frame = amqp_frame_new(to->amqp, method, to->channel);
    frame->serial = to->serial;
    frame->time = link->broker->set.heartbeat;
    broker_link_send(link, frame);
}

static void open_lane(Link *link, const AmqpFrame *frame)
{
    if (link->lanes->len <= frame->channel) g_ptr_array_set_size(link->lanes, frame->channel + 1);
    if (link->lanes->pdata[frame->channel]) return;
    Lane *lane = broker_lane_new(link, frame->channel);
    if (frame->method == FRAME_LINK_OPEN) {
        lane->termini = g_ptr_array_new();
        if (frame->number) lane->window = frame->number;
    }
    link->lanes->pdata[frame->channel] = lane;
    reply(link, frame, FRAME_OK);
}

static void close_lane(Link *link, AmqpFrame *frame)
{
    if (frame->channel < link->lanes->len) {
        broker_lane_free(link->lanes->pdata[frame->channel]);
        link->lanes->pdata[frame->channel] = NULL;
    }
    if (frame->method == FRAME_CHANNEL_CLOSE) reply(link, frame, FRAME_CHANNEL_CLOSE_OK);
}

static void to_lane(Link *link, AmqpFrame *frame)
{
    Lane *lane = frame->channel < link->lanes->len ? link->lanes->pdata[frame->channel] : NULL;
    bool publication = frame->method == FRAME_PUBLISH;
    if (!lane) amqp_frame_drop(frame, IPC_DROP_PROTOCOL);
    else if (lane->termini) broker_session_receive(lane, frame);
    else broker_lane_receive(lane, frame);
    if (!publication || !link->broker->alarm || link->blocked) return;
    link->blocked = true;
    connection_pause(link->stream, true);
    broker_link_send(link, amqp_frame_new(link->broker->amqp, FRAME_BLOCKED, 0));
}

static void receive(void *user, Connection *stream, void *content, uint32_t size)
{
    Link *link = user;
    AmqpFrame *frame = content;
    Broker *broker = link->broker;
    (void)stream, (void)size;
    link->received = broker_now(broker);
    switch (frame->method) {
    case FRAME_HEADER: reply(link, frame, FRAME_START); break;
    case FRAME_START_OK: reply(link, frame, FRAME_TUNE); break;
    case FRAME_OPEN:
        start_beating(link, frame->time);
        reply(link, frame, FRAME_OPEN_OK);
        break;
    case FRAME_CLOSE: reply(link, frame, FRAME_CLOSE_OK); break;
    case FRAME_CLOSE_OK: case FRAME_HEARTBEAT: break;
    case FRAME_CHANNEL_OPEN: case FRAME_LINK_OPEN: open_lane(link, frame); break;
    case FRAME_CHANNEL_CLOSE: case FRAME_CHANNEL_CLOSE_OK: close_lane(link, frame); break;
    default:
        to_lane(link, frame);
        broker_settle(broker);
        return;
    }
    bool over = frame->method == FRAME_CLOSE || frame->method == FRAME_CLOSE_OK;
    amqp_frame_free(frame);
    if (over) broker_link_free(link);
    broker_settle(broker);
}

/* ---- life ---- */

static void lost(void *user, Connection *stream)
{
    Link *link = user;
    Broker *broker = link->broker;
    (void)stream;
    broker_link_free(link);
    broker_settle(broker);
}

static void failed(void *user, Connection *stream, int error)
{
    (void)error;
    lost(user, stream);
}

static void drained(void *user, Connection *stream)
{
    Link *link = user;
    (void)stream;
    link->stalled = false;
    broker_link_refresh(link);
    broker_settle(link->broker);
}

bool broker_link_incoming(void *user, Connection *stream)
{
    static const ConnectionUser calls = { .failed = failed, .received = receive, .ended = lost, .drained = drained,
                                          .label = amqp_frame_label };
    Broker *broker = user;
    Link *link = g_new0(Link, 1);
    *link = (Link){ .broker = broker, .stream = stream, .received = broker_now(broker), .lanes = g_ptr_array_new() };
    g_ptr_array_add(broker->links, link);
    connection_use(stream, &calls, link);
    return true;
}

void broker_link_notice(Link *link, int code)
{
    AmqpFrame *notice = amqp_frame_new(link->broker->amqp, FRAME_CLOSE, 0);
    notice->code = (uint16_t)code;
    broker_link_send(link, notice);
}

void broker_link_free(Link *link)
{
    Broker *broker = link->broker;
    ipc_cancel(broker->ipc, &link->watch_timer);
    ipc_cancel(broker->ipc, &link->beat_timer);
    g_ptr_array_remove(broker->links, link);
    link->stalled = true;                               /* nobody of it takes anything more */
    for (guint i = 0; i < link->lanes->len; i++) broker_lane_free(link->lanes->pdata[i]);
    for (guint i = broker->queues->len; i-- > 0;) {
        Queue *queue = broker->queues->pdata[i];
        if (queue->owner == link) broker_queue_delete(queue);
    }
    if (link->stream) connection_free(link->stream);
    g_ptr_array_unref(link->lanes);
    g_free(link);
}

void broker_alarm(Broker *broker, bool on)
{
    broker->alarm = on;
    for (guint i = 0; !on && i < broker->links->len; i++) {
        Link *link = broker->links->pdata[i];
        if (!link->blocked) continue;
        link->blocked = false;
        link->received = broker_now(broker);
        broker_link_send(link, amqp_frame_new(broker->amqp, FRAME_UNBLOCKED, 0));
        connection_pause(link->stream, false);
    }
}
