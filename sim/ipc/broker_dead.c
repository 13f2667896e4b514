/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dead letters: they go on through another exchange once the event that killed them is
 * over, so that two queues that drop into each other do not call each other. */
#include "ipc/broker_parts.h"

void broker_dead_letter(Queue *queue, AmqpContent *content, AmqpDeathReason reason)
{
    Broker *broker = queue->broker;
    Dead *dead = g_slice_new(Dead);
    *dead = (Dead){ .content = amqp_content_hold(content), .account = queue->account,
                    .queue = queue->end.name, .label = queue->label,
                    .exchange = queue->set.dead_exchange, .key = queue->set.dead_key, .reason = reason };
    if (broker->dead_last) broker->dead_last->next = dead;
    else broker->dead = dead;
    broker->dead_last = dead;
}

/* The history with this death in front; one line for each queue and reason. */
static AmqpDeath *history(const AmqpContent *content, const Dead *dead, uint32_t *count)
{
    AmqpDeath *deaths = g_new(AmqpDeath, content->death_count + 1);
    *count = 1;
    deaths[0] = (AmqpDeath){ dead->queue, content->exchange, content->key, dead->reason, 1, content->ttl };
    for (uint32_t i = 0; i < content->death_count; i++) {
        const AmqpDeath *old = &content->deaths[i];
        if (old->queue != dead->queue || old->reason != dead->reason) {
            deaths[(*count)++] = *old;
            continue;
        }
        uint32_t times = old->count + 1;
        deaths[0] = *old;
        deaths[0].count = times;
    }
    return deaths;
}

/* It has been there, and nobody has rejected it since. */
static bool is_cycle(const AmqpContent *content, const char *queue)
{
    for (uint32_t i = 0; i < content->death_count; i++) {
        if (content->deaths[i].reason == AMQP_REJECTED) return false;
        if (content->deaths[i].queue == queue) return true;
    }
    return false;
}

static void drop(Broker *broker, const Dead *dead, IpcDrop reason)
{
    dead->account->dropped[reason]++;
    ipc_tell(broker->ipc, &(IpcEvent){ .event = "amqp.drop", .node = broker->host, .object = dead->label,
                                       .message = dead->content->message->id, .reason = ipc_drop_names[reason] });
}

static void pass_on(Broker *broker, const Dead *dead)
{
    AmqpTarget to = { .exchange = dead->exchange, .key = dead->key ? dead->key : dead->content->key };
    AmqpContent *content = amqp_content_new(ipc_message_hold(dead->content->message), to.exchange, to.key);
    content->ttl = -1;                                  /* it shall not expire again */
    content->deaths = history(dead->content, dead, &content->death_count);
    unsigned count, reached = 0;
    RouteEnd *const *route = amqp_router_route(broker->router, &to, content->message, &count);
    RouteEnd **queues = g_memdup2(route, count * sizeof *route);
    for (unsigned i = 0; i < count; i++) {
        if (dead->reason != AMQP_REJECTED && is_cycle(content, queues[i]->name)) continue;
        if (!reached++) {
            dead->account->dead_lettered++;
            ipc_tell(broker->ipc, &(IpcEvent){ .event = "amqp.deadletter", .node = broker->host, .object = dead->label,
                                               .message = content->message->id,
                                                   .reason = amqp_death_names[dead->reason] });
        }
        (void)broker_queue_put((Queue *)queues[i], content, NULL);
    }
    g_free(queues);
    if (!reached) drop(broker, dead, count ? IPC_DROP_DEAD_LETTER_CYCLE : IPC_DROP_DEAD_LETTER_MISSING);
    amqp_content_drop(content);
}

void broker_dead_flush(Broker *broker)
{
    while (broker->dead) {
        Dead *dead = broker->dead;
        broker->dead = dead->next;
        if (!broker->dead) broker->dead_last = NULL;
        pass_on(broker, dead);
        amqp_content_drop(dead->content);
        g_slice_free(Dead, dead);
    }
}
