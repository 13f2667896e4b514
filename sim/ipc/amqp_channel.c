/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client's channel: requests, publications, confirms. */
#include <string.h>

#include "ipc/amqp_parts.h"

AmqpChannel *amqp_channel_new(AmqpConnection *connection)
{
    unsigned number = 1;
    while (number < connection->channels->len && connection->channels->pdata[number]) number++;
    if (number >= connection->channels->len) g_ptr_array_set_size(connection->channels, (int)number + 1);
    AmqpChannel *channel = g_new0(AmqpChannel, 1);
    *channel = (AmqpChannel){ .connection = connection, .number = number, .open = connection->open, .first_open = 1,
                              .takers = g_array_new(FALSE, TRUE, sizeof(Taker)) };
    connection->channels->pdata[number] = channel;
    return channel;
}

void amqp_channel_end(AmqpChannel *channel)
{
    if (!channel) return;
    if (channel->lost) channel->lost(channel->session);
    amqp10_session_free(channel->session);
    channel->connection->channels->pdata[channel->number] = NULL;
    for (uint32_t i = 0; i < channel->inbox_count; i++)
        amqp_frame_free(channel->inbox[(channel->inbox_first + i) & (channel->inbox_room - 1)]);
    if (channel->answer) amqp_frame_free(channel->answer);
    g_array_unref(channel->takers);
    g_free(channel->inbox);
    g_free(channel->open_numbers);
    g_free(channel);
}

void amqp_channel_lost(AmqpChannel *channel, int code)
{
    channel->open = false;
    if (code) channel->code = code;
    wait_list_wake_all(&channel->waiting);
    if (channel->closed) channel->closed(channel->closed_user, channel);
    if (channel->lost) channel->lost(channel->session);
}

int amqp_channel_error(AmqpChannel *channel)
{
    const AmqpConnection *connection = channel->connection;
    if (channel->code) return -IPC_EPROTO;
    return connection->error == IPC_EPROTO ? -IPC_EPROTO : connection->error ? -connection->error : -IPC_EPIPE;
}

int amqp_channel_ask(AmqpChannel *channel, AmqpFrame *request, AmqpFrame **answer)
{
    AmqpConnection *connection = channel->connection;
    bool may = amqp_connection_may_wait(connection);
    if (!may || !channel->open) {
        amqp_frame_free(request);
        return !may ? -IPC_EDEADLK : -IPC_EPIPE;
    }
    SimTime limit = amqp_connection_limit(connection);
    if (channel->answer) amqp_frame_free(channel->answer);
    channel->answer = NULL;
    request->serial = ++channel->serial;
    amqp_connection_post(connection, request);
    while (!channel->answer && channel->open)
        if (!process_wait(connection->process, &channel->waiting, limit) && !channel->answer &&
            channel->open) return -IPC_ETIMEDOUT;
    if (!channel->answer) return amqp_channel_error(channel);
    if (answer) *answer = channel->answer;
    else amqp_frame_free(channel->answer);
    channel->answer = NULL;
    return 0;
}

/* ---- what the broker says ---- */

static void confirmed(AmqpChannel *channel, const AmqpFrame *frame)
{
    bool multiple = frame->flags & FRAME_MULTIPLE, stored = frame->method == FRAME_ACK;
    uint64_t first = multiple ? channel->first_open : frame->tag;
    for (uint64_t n = first; n <= frame->tag; n++) {
        uint8_t *open = &channel->open_numbers[n & (channel->open_room - 1)];
        channel->open_count -= *open;
        *open = 0;
    }
    uint32_t mask = channel->open_room - 1;
    while (channel->first_open <= channel->published && !channel->open_numbers[channel->first_open & mask])
        channel->first_open++;
    channel->refused = channel->refused || !stored;
    if (channel->confirmed) channel->confirmed(channel->confirmed_user, frame->tag, multiple, stored);
    if (!channel->open_count) wait_list_wake_all(&channel->waiting);
}

static void returned(AmqpChannel *channel, const AmqpFrame *frame)
{
    AmqpTarget to = { .exchange = frame->content->exchange, .key = frame->content->key, .mandatory = true };
    if (channel->returned) channel->returned(channel->returned_user, frame->code, &to, frame->content->message);
}

static void closed_by_broker(AmqpChannel *channel, int code)
{
    amqp_connection_post(channel->connection, amqp_frame_new(channel->connection->amqp, FRAME_CHANNEL_CLOSE_OK,
                                                             channel->number));
    amqp_channel_lost(channel, code);
}

void amqp_channel_receive(AmqpChannel *channel, AmqpFrame *frame)
{
    if (channel->receive && frame->method >= FRAME_LINK_OPEN && !frame->serial) {
        channel->receive(channel->session, frame);
        return;
    }
    switch (frame->method) {
    case FRAME_DELIVER: amqp_channel_delivered(channel, frame); return;
    case FRAME_ACK: case FRAME_NACK: confirmed(channel, frame); break;
    case FRAME_RETURN: returned(channel, frame); break;
    case FRAME_CANCEL: amqp_channel_cancelled(channel, frame->number); break;
    case FRAME_CHANNEL_CLOSE: closed_by_broker(channel, frame->code); break;
    default:
        if (frame->serial != channel->serial || channel->answer) break;     /* nobody waits for it any more */
        channel->answer = frame;
        wait_list_wake_all(&channel->waiting);
        return;
    }
    amqp_frame_free(frame);
}

/* ---- opening and closing ---- */

int amqp_channel_open(AmqpConnection *connection, AmqpChannel **out)
{
    if (!connection->open) return -IPC_EPIPE;
    AmqpChannel *channel = amqp_channel_new(connection);
    int error = amqp_channel_ask(channel, amqp_frame_new(connection->amqp, FRAME_CHANNEL_OPEN, channel->number), NULL);
    if (error) amqp_channel_end(channel);
    else *out = channel;
    return error;
}

int amqp_channel_close(AmqpChannel *channel)
{
    int error = 0;
    if (channel->open)
        error = amqp_channel_ask(channel, amqp_frame_new(channel->connection->amqp, FRAME_CHANNEL_CLOSE,
                                                         channel->number), NULL);
    amqp_channel_end(channel);
    return error;
}

void amqp_channel_on_closed(AmqpChannel *channel, void (*closed)(void *user, AmqpChannel *channel), void *user)
{
    channel->closed = closed;
    channel->closed_user = user;
}

bool amqp_channel_is_open(const AmqpChannel *channel) { return channel->open; }
int amqp_channel_code(const AmqpChannel *channel) { return channel->code; }

/* ---- publishing ---- */

/* Waits until the transport has room. */
static int wait_for_room(AmqpChannel *channel)
{
    AmqpConnection *connection = channel->connection;
    SimTime limit = amqp_connection_limit(connection);
    while (channel->open && !connection_room(connection->stream)) {
        Process *self = process_running(connection->amqp->ipc);
        if (!self || !process_wait(self, &channel->waiting, limit)) return -IPC_EAGAIN;
    }
    return channel->open ? 0 : amqp_channel_error(channel);
}

static void number_opens(AmqpChannel *channel)
{
    uint64_t number = ++channel->published, count = number - channel->first_open + 1;
    if (count > channel->open_room) {
        uint32_t room = channel->open_room ? channel->open_room * 2 : 64;
        uint8_t *ring = g_new0(uint8_t, room);
        for (uint64_t n = channel->first_open; n < number; n++)
            ring[n & (room - 1)] = channel->open_numbers[n & (channel->open_room - 1)];
        g_free(channel->open_numbers);
        channel->open_numbers = ring;
        channel->open_room = room;
    }
    channel->open_numbers[number & (channel->open_room - 1)] = 1;
    channel->open_count++;
}

int amqp_publish(AmqpChannel *channel, const AmqpTarget *to, IpcMessage *message)
{
    AmqpConnection *connection = channel->connection;
    int error = channel->open ? wait_for_room(channel) : -IPC_EPIPE;
    if (error) {
        ipc_message_drop(message);
        return error;
    }
    AmqpFrame *frame = amqp_frame_new(connection->amqp, FRAME_PUBLISH, channel->number);
    const char *exchange = g_intern_string(to->exchange);
    if (channel->exchange != exchange || !channel->account) {
        channel->exchange = exchange;
        channel->account = broker_account_at(connection->amqp, connection->broker, exchange);
    }
    frame->content = amqp_content_new(message, exchange, g_intern_string(to->key ? to->key : ""));
    frame->flags = to->mandatory ? FRAME_MANDATORY : 0;
    channel->account->published++;
    amqp_frame_carries(frame, channel->account, connection->host, true);
    if (channel->confirms) number_opens(channel);
    ipc_tell(connection->amqp->ipc, &(IpcEvent){ .event = "amqp.publish", .node = connection->host,
        .process = process_name(connection->process), .object = channel->account->object, .message = message->id });
    amqp_connection_post(connection, frame);
    return 0;
}

int amqp_confirm(AmqpChannel *channel, AmqpConfirmed told, void *user)
{
    int error = amqp_channel_ask(channel, amqp_frame_new(channel->connection->amqp, FRAME_CONFIRM_SELECT,
                                                         channel->number), NULL);
    if (error) return error;
    channel->confirms = true;
    channel->confirmed = told;
    channel->confirmed_user = user;
    return 0;
}

uint64_t amqp_published(const AmqpChannel *channel) { return channel->published; }
unsigned amqp_unconfirmed(const AmqpChannel *channel) { return channel->open_count; }

int amqp_wait_confirms(AmqpChannel *channel)
{
    AmqpConnection *connection = channel->connection;
    if (!amqp_connection_may_wait(connection)) return -IPC_EDEADLK;
    SimTime limit = amqp_connection_limit(connection);
    while (channel->open_count && channel->open)
        if (!process_wait(connection->process, &channel->waiting, limit) && channel->open_count) return -IPC_ETIMEDOUT;
    if (channel->open_count) return amqp_channel_error(channel);
    bool refused = channel->refused;
    channel->refused = false;
    return !refused;
}

void amqp_on_returned(AmqpChannel *channel, AmqpReturned told, void *user)
{
    channel->returned = told;
    channel->returned_user = user;
}

static int ask_plainly(AmqpChannel *channel, AmqpMethod method)
{
    return amqp_channel_ask(channel, amqp_frame_new(channel->connection->amqp, method, channel->number), NULL);
}

int amqp_tx_select(AmqpChannel *channel) { return ask_plainly(channel, FRAME_TX_SELECT); }
int amqp_tx_commit(AmqpChannel *channel) { return ask_plainly(channel, FRAME_TX_COMMIT); }
int amqp_tx_rollback(AmqpChannel *channel) { return ask_plainly(channel, FRAME_TX_ROLLBACK); }
int amqp_recover(AmqpChannel *channel) { return ask_plainly(channel, FRAME_RECOVER); }
