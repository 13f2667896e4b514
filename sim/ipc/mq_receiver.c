/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receiver's agent: puts what comes to its queues, and commits batches. */
#include <string.h>

#include "ipc/mq_part.h"

struct Agent {
    Agent *next, *previous;
    MqManager *manager;
    MqChannel *channel;         /* NULL until it is named */
    Connection *connection;
    Work batch;
    uint32_t batch_count;       /* messages in it, those that went elsewhere included */
    Wire *held;                 /* what cannot be delivered yet */
    uint32_t tries;
    SimTime heartbeat, heard;
    IpcTimer retry, silence, beat;
};

static IpcTimer later(Agent *agent, SimTime delay, IpcCall call)
{
    return ipc_after(agent->manager->ipc, agent->manager->channels.host, delay, call, agent, 0);
}

static Wire *flow_new(const Agent *agent, WireKind kind) { return queue_wire_new(agent->manager->all, kind); }
static void out(Agent *agent, Wire *wire) { flow_send(agent->connection, wire); }

/* Of the queue it was meant for. */
static Account *account_of(const Agent *agent, const Wire *wire)
{
    return queue_account(agent->manager->store, wire->name ? wire->name : "");
}

static void forget(Agent *agent)
{
    Wire *held = g_steal_pointer(&agent->held);
    if (!held) return;
    if (held->fast) {                                   /* it is nowhere else */
        Account *account = account_of(agent, held);
        account->entered++;
        account->dropped[IPC_DROP_NONPERSISTENT_CHANNEL]++;
    }
    queue_wire_free(held);
}

void agent_end(Agent *agent)
{
    MqManager *manager = agent->manager;
    MqChannel *channel = agent->channel;
    bool stopped = manager->all->stopped;
    if (agent->previous) agent->previous->next = agent->next;
    else manager->agents = agent->next;
    if (agent->next) agent->next->previous = agent->previous;
    ipc_cancel(manager->ipc, &agent->retry), ipc_cancel(manager->ipc, &agent->silence),
        ipc_cancel(manager->ipc, &agent->beat);
    if (!stopped) connection_free(agent->connection);
    if (stopped && agent->held) queue_wire_free(agent->held);
    else forget(agent);
    unit_backout(&agent->batch);
    if (channel && channel->agent == agent) {
        if (agent->batch_count && !stopped) channel_tell(channel, "mq.batch.backout", agent->batch_count, NULL);
        channel->agent = NULL;
        if (!stopped) channel_state(channel, channel->stopped ? MQ_STOPPED : MQ_INACTIVE);
    }
    g_free(agent);
}

void agent_count(Agent *agent, MqChannelStatus *status) { status->in_batch = agent->batch_count; }

/* ---- delivery ---- */

static int put(Agent *agent, const Wire *wire, const Place *place, const char *reason)
{
    Entry *entry = entry_new(place->queue, ipc_message_hold(wire->message));
    entry->target = place->target;
    entry->manager = place->manager;
    entry->expires = wire->expires;
    entry->reason = reason;
    if (reason) entry->meant_for = account_of(agent, wire);
    int error = queue_add(place->queue, entry, wire->fast ? NULL : &agent->batch);
    if (error) entry_free(entry);
    else if (place->target) queue_tell(place->queue, "mq.xmit", NULL, place->manager);
    return error;
}

/* True: it has gone somewhere. */
static bool dead_letter(Agent *agent, const Wire *wire, const char *reason)
{
    const MqManager *manager = agent->manager;
    Queue *queue = manager->dead_letters && !agent->channel->settings.no_dead_letters
                 ? queue_find(manager->store, manager->dead_letters) : NULL;
    Place place = { .queue = queue };
    if (queue && put(agent, wire, &place, reason) == 0) {
        queue_tell(queue, "mq.dlq", NULL, reason);
        return true;
    }
    if (!wire->fast) return false;
    Account *account = account_of(agent, wire);
    account->entered++;
    account->dropped[IPC_DROP_DEAD_LETTER_MISSING]++;
    return true;
}

static void give_up(Agent *agent, const char *reason)
{
    Wire *wire = flow_new(agent, WIRE_ERROR);
    wire->reason = reason;
    out(agent, wire);
    agent_end(agent);
}

static void try_again(void *subject, uint64_t detail);

/* Until it is retried nothing else is read; the sender hears that we live. */
static void beat(void *subject, uint64_t detail)
{
    Agent *agent = subject;
    (void)detail;
    out(agent, flow_new(agent, WIRE_BEAT_BACK));
    agent->beat = later(agent, MAX(1, agent->heartbeat / 2), beat);
}

static void hold(Agent *agent, Wire *wire)
{
    if (!agent->held) {
        agent->tries = 0;
        connection_pause(agent->connection, true);
        channel_state(agent->channel, MQ_PAUSED);
        if (agent->heartbeat) beat(agent, 0);
    }
    agent->held = wire;
    agent->tries++;
    agent->retry = later(agent, agent->channel->settings.message_timer, try_again);
}

static void release(Agent *agent)
{
    agent->held = NULL;
    ipc_cancel(agent->manager->ipc, &agent->beat);
    channel_state(agent->channel, MQ_RUNNING);
}

/* False: the agent has ended. */
static bool deliver(Agent *agent, Wire *wire)
{
    Place place;
    uint32_t retries = agent->channel->settings.message_retries;
    int error = manager_place(agent->manager, wire->name ? wire->name : "", wire->manager, &place);
    bool unknown = error == -IPC_ENOENT || error == -IPC_EHOSTUNREACH;
    if (!error) error = put(agent, wire, &place, NULL);
    if (error && !unknown && (agent->held ? agent->tries : 0) < retries) {
        hold(agent, wire);
        return true;
    }
    if (error && !dead_letter(agent, wire, queue_reason(error))) {
        if (!agent->held) queue_wire_free(wire);
        give_up(agent, queue_reason(error));
        return false;
    }
    if (!wire->fast) agent->batch_count++;
    else agent->channel->counts.fast++;
    bool was_held = agent->held != NULL;
    if (was_held) release(agent);
    queue_wire_free(wire);
    if (was_held) connection_pause(agent->connection, false);
    return true;
}

static void try_again(void *subject, uint64_t detail)
{
    Agent *agent = subject;
    (void)detail;
    agent->retry = 0;
    (void)deliver(agent, agent->held);
}

/* ---- the protocol ---- */

static void silent(void *subject, uint64_t detail)
{
    Agent *agent = subject;
    SimTime now = ipc_now(agent->manager->ipc), due = agent->heard + 2 * agent->heartbeat;
    (void)detail;
    agent->silence = 0;
    if (due <= now && !agent->held) agent_end(agent);
    else agent->silence = later(agent, due > now ? due - now : 2 * agent->heartbeat, silent);
}

static void refuse(Agent *agent, const char *reason)
{
    Wire *wire = flow_new(agent, WIRE_REFUSE);
    wire->reason = reason;
    out(agent, wire);
    agent_end(agent);
}

static void init(Agent *agent, const Wire *wire)
{
    MqChannel *channel = mq_channel_find(agent->manager, wire->name);
    if (!channel || channel->sender || channel->stopped) {
        refuse(agent, channel && !channel->sender ? "stopped" : "unknown-channel");
        return;
    }
    if (channel->agent) agent_end(channel->agent);
    channel->agent = agent;
    agent->channel = channel;
    agent->heartbeat = wire->wait;
    if (wire->reset) channel->sequence = wire->number, channel->luwid = 0;
    channel->counts.attempts++;
    channel_state(channel, MQ_RUNNING);
    Wire *answer = flow_new(agent, WIRE_ACCEPT);
    answer->number = channel->sequence;
    answer->last_luwid = channel->luwid;
    answer->count = channel->settings.batch_size;
    out(agent, answer);
    if (agent->heartbeat) agent->silence = later(agent, 2 * agent->heartbeat, silent);
}

static void commit(Agent *agent, const Wire *wire)
{
    MqChannel *channel = agent->channel;
    g_assert(wire->number == channel->sequence + agent->batch_count);
    channel->sequence = wire->number;
    channel->luwid = wire->luwid;
    channel->counts.batches++;
    channel->counts.messages += agent->batch_count;
    channel_tell(channel, "mq.batch.commit", agent->batch_count, NULL);
    agent->batch_count = 0;
    unit_commit(&agent->batch);
    Wire *answer = flow_new(agent, WIRE_CONFIRMED);
    answer->luwid = wire->luwid;
    out(agent, answer);
}

static void data(Agent *agent, Wire *wire)
{
    if (wire->account) wire->account->delivered++, wire->account = NULL;
    g_assert(wire->fast || wire->number == agent->channel->sequence + agent->batch_count + 1);
    (void)deliver(agent, wire);
}

static void received(void *user, Connection *connection, void *content, uint32_t size)
{
    Agent *agent = user;
    Wire *wire = content;
    (void)connection, (void)size;
    agent->heard = ipc_now(agent->manager->ipc);
    if (wire->kind == WIRE_DATA) {
        data(agent, wire);
        return;
    }
    if (wire->kind == WIRE_INIT) init(agent, wire);
    else if (wire->kind == WIRE_CONFIRM) commit(agent, wire);
    else if (wire->kind == WIRE_HEARTBEAT) out(agent, flow_new(agent, WIRE_BEAT_BACK));
    queue_wire_free(wire);
}

static void failed(void *user, Connection *connection, int error) { (void)connection, (void)error, agent_end(user); }
static void ended(void *user, Connection *connection) { (void)connection, agent_end(user); }

static bool incoming(void *user, Connection *connection)
{
    static const ConnectionUser calls = { .failed = failed, .received = received, .ended = ended,
                                          .label = queue_wire_label };
    MqManager *manager = user;
    Agent *agent = g_new0(Agent, 1);
    *agent = (Agent){ .manager = manager, .connection = connection, .next = manager->agents,
                      .heard = ipc_now(manager->ipc) };
    if (agent->next) agent->next->previous = agent;
    manager->agents = agent;
    connection_use(connection, &calls, agent);
    return true;
}

void receiver_listen(MqManager *manager)
{
    enum { BACKLOG = 100 };
    ListenerSettings settings = { .backlog = BACKLOG, .options = stream_defaults, .incoming = incoming,
                                  .user = manager };
    manager->listener = listener_open(manager->ipc, manager->channels, &settings);
    g_assert(manager->listener);
}
