/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channels as operators see them: states and commands. */
#include "ipc/mq_part.h"

const MqChannelSettings mq_channel_defaults = {
    .batch_size = 50, .heartbeat = 300 * SIM_S, .disconnect = 6000 * SIM_S, .short_retries = 10,
    .short_timer = 60 * SIM_S,
    .long_retries = 999999999, .long_timer = 1200 * SIM_S, .message_retries = 10, .message_timer = SIM_S,
};

const char *const mq_state_names[MQ_STATES] = {
    "INACTIVE", "STARTING", "BINDING", "RUNNING", "PAUSED", "STOPPING", "RETRYING", "STOPPED",
};

void channel_tell(const MqChannel *channel, const char *event, uint64_t number, const char *reason)
{
    IpcEvent told = { .event = event, .node = channel->manager->channels.host, .process = channel->manager->name,
                      .object = channel->name, .number = number, .reason = reason };
    ipc_tell(channel->manager->ipc, &told);
}

void channel_state(MqChannel *channel, MqState state)
{
    if (channel->state == state) return;
    channel->state = state;
    channel_tell(channel, "mq.chstate", 0, mq_state_names[state]);
}

int mq_channel_start(MqChannel *channel)
{
    if (!manager_is_up(channel->manager)) return -IPC_ENOTCONN;
    channel->stopped = false;
    if (!channel->sender) {
        if (channel->state == MQ_STOPPED) channel_state(channel, MQ_INACTIVE);
        return 0;
    }
    if (channel->state != MQ_INACTIVE && channel->state != MQ_STOPPED && channel->state != MQ_RETRYING) return 0;
    channel->short_left = channel->settings.short_retries;
    channel->long_left = channel->settings.long_retries;
    sender_attempt(channel);
    return 0;
}

int mq_channel_stop(MqChannel *channel, bool force)
{
    if (!manager_is_up(channel->manager)) return -IPC_ENOTCONN;
    channel->stopped = true;
    if (channel->sender && !force && channel->state == MQ_RUNNING) {
        sender_stop(channel);
        return 0;
    }
    if (channel->agent) agent_end(channel->agent);
    else if (channel->sender) sender_close(channel);
    channel_state(channel, MQ_STOPPED);
    return 0;
}

static bool runs(const MqChannel *channel)
{
    return channel->state != MQ_INACTIVE && channel->state != MQ_STOPPED && channel->state != MQ_RETRYING;
}

int mq_channel_resolve(MqChannel *channel, bool commit)
{
    if (!manager_is_up(channel->manager)) return -IPC_ENOTCONN;
    if (!channel->sender || !channel->in_doubt || runs(channel)) return -IPC_EINVAL;
    sender_resolve(channel, commit);
    return 0;
}

int mq_channel_reset(MqChannel *channel, uint32_t sequence)
{
    if (!manager_is_up(channel->manager)) return -IPC_ENOTCONN;
    if (channel->in_doubt || runs(channel) || !sequence) return -IPC_EINVAL;
    channel->sequence = sequence - 1;
    channel->resets = channel->sender;
    channel_tell(channel, "mq.reset", sequence, NULL);
    return 0;
}

void mq_channel_forget(MqChannel *channel)
{
    g_assert(!runs(channel) && !channel->in_doubt);
    channel->sequence = 0;
    channel->luwid = 0;
}

MqChannelStatus mq_channel_status(const MqChannel *channel)
{
    MqChannelStatus status = channel->counts;
    status.state = channel->state;
    status.sequence = channel->sequence;
    status.luwid = channel->luwid;
    status.in_doubt = channel->in_doubt;
    status.in_batch = channel->batch.count;
    if (channel->agent) agent_count(channel->agent, &status);
    return status;
}

const char *mq_channel_name(const MqChannel *channel) { return channel->name; }
