/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/amqp_frame.h"

#include <string.h>

const char *const amqp_kind_names[] = { "direct", "fanout", "topic", "headers", NULL };
const char *const amqp_overflow_names[] = { "drop-head", "reject-publish", "reject-publish-dlx", NULL };
const char *const amqp_match_names[] = { "all", "any", "all-with-x", "any-with-x", NULL };
const char *const amqp_death_names[] = { "rejected", "expired", "maxlen", NULL };
const AmqpQueueSettings amqp_queue_defaults = { .message_ttl = -1, .expires = -1, .max_length = -1, .max_bytes = -1 };

static void start(Ipc *ipc, void *state)
{
    Amqp *amqp = state;
    amqp->ipc = ipc;
    amqp->brokers = g_ptr_array_new();
}

static void host_down(void *state, NodeId host)
{
    Amqp *amqp = state;
    for (guint i = 0; i < amqp->brokers->len; i++) broker_host_down(amqp->brokers->pdata[i], host);
    amqp_clients_host_down(amqp, host);
}

static void host_up(void *state, NodeId host)
{
    Amqp *amqp = state;
    for (guint i = 0; i < amqp->brokers->len; i++) broker_host_up(amqp->brokers->pdata[i], host);
}

static void finish(void *state)
{
    Amqp *amqp = state;
    for (guint i = 0; i < amqp->brokers->len; i++) broker_count(amqp->brokers->pdata[i]);
    for (const AmqpFrame *f = amqp->flying; f; f = f->next) {
        f->account->entered += f->fresh;
        f->account->in_flight++;
    }
    amqp->over = true;
}

static void stop(void *state)
{
    Amqp *amqp = state;
    amqp_clients_stop(amqp);
    amqp_links_stop(amqp);
    for (guint i = 0; i < amqp->brokers->len; i++) broker_free(amqp->brokers->pdata[i]);
    g_ptr_array_unref(amqp->brokers);
}


static const Library amqp_library = {
    .name = "amqp", .size = sizeof(Amqp), .start = start,
    .host_down = host_down, .host_up = host_up, .finish = finish, .stop = stop,
};

Amqp *amqp_of(Ipc *ipc) { return ipc_library(ipc, &amqp_library); }

/* ---- contents ---- */

AmqpContent *amqp_content_new(IpcMessage *message, const char *exchange, const char *key)
{
    AmqpContent *content = g_slice_new(AmqpContent);
    *content = (AmqpContent){ .holders = 1, .message = message, .exchange = exchange, .key = key, .ttl = message->ttl };
    return content;
}

AmqpContent *amqp_content_hold(AmqpContent *content)
{
    content->holders++;
    return content;
}

void amqp_content_drop(AmqpContent *content)
{
    if (!content || --content->holders) return;
    ipc_message_drop(content->message);
    g_free(content->deaths);
    g_slice_free(AmqpContent, content);
}

/* ---- frames ---- */

AmqpFrame *amqp_frame_new(Amqp *amqp, AmqpMethod method, unsigned channel)
{
    AmqpFrame *frame = g_slice_new(AmqpFrame);
    *frame = (AmqpFrame){ .amqp = amqp, .method = (uint8_t)method, .channel = (uint16_t)channel };
    return frame;
}

void amqp_frame_label(const void *content, GString *words)
{
    static const char *const methods[] = {
#define AMQP_METHOD_NAME(name) #name,
        AMQP_METHODS(AMQP_METHOD_NAME)
#undef AMQP_METHOD_NAME
    };
    const AmqpFrame *frame = content;
    const char *method = methods[frame->method];
    g_autofree char *small = g_ascii_strdown(g_str_has_prefix(method, "LINK_") ? method + strlen("LINK_") : method, -1);
    g_string_append(words, g_strdelimit(small, "_", '-'));
    bool again = frame->content && (frame->method == FRAME_DELIVER || frame->method == FRAME_GET_OK) &&
                 (frame->flags & FRAME_REDELIVERED);
    const char *name = frame->content ? frame->content->key : frame->name;
    if (name && *name) g_string_append_printf(words, " %s", name);
    if (frame->content) g_string_append_printf(words, " #%u", (uint32_t)frame->content->message->id);
    if (again) g_string_append(words, " again");
}

void amqp_frame_carries(AmqpFrame *frame, Account *account, NodeId node, bool fresh)
{
    Amqp *amqp = frame->amqp;
    frame->account = account;
    frame->listed = true;
    frame->fresh = fresh;
    frame->node = node;
    frame->next = amqp->flying;
    frame->previous = NULL;
    if (amqp->flying) amqp->flying->previous = frame;
    amqp->flying = frame;
}

void amqp_frame_settled(AmqpFrame *frame)
{
    if (!frame->listed) return;
    if (frame->previous) frame->previous->next = frame->next;
    else frame->amqp->flying = frame->next;
    if (frame->next) frame->next->previous = frame->previous;
    frame->next = frame->previous = NULL;
    frame->listed = false;
    frame->account = NULL;
}

void amqp_frame_drop(AmqpFrame *frame, IpcDrop reason)
{
    if (frame->account && !frame->amqp->over) {
        frame->account->entered += frame->fresh;
        frame->account->dropped[reason]++;
        ipc_tell(frame->amqp->ipc, &(IpcEvent){ .event = "amqp.drop", .node = frame->node,
                                                .object = frame->account->object,
                                                .message = frame->content->message->id,
                                                    .reason = ipc_drop_names[reason] });
    }
    amqp_frame_settled(frame);
    amqp_content_drop(frame->content);
    g_free(frame->settings);
    g_slice_free(AmqpFrame, frame);
}

void amqp_frame_free(AmqpFrame *frame)
{
    amqp_frame_drop(frame, frame->fresh ? IPC_DROP_PEER_GONE : IPC_DROP_AUTO_ACK);
}

static void release(void *content) { amqp_frame_free(content); }

/* A frame is 8 bytes around its payload; a content is a method, a header and a body frame. */
uint32_t amqp_frame_size(const AmqpFrame *frame)
{
    if (frame->method == FRAME_HEARTBEAT || frame->method == FRAME_HEADER) return 8;
    uint32_t size = 8 + 4 + 12;
    if (frame->name) size += (uint32_t)strlen(frame->name);
    if (frame->key) size += (uint32_t)strlen(frame->key);
    if (!frame->content) return size;
    const IpcMessage *message = frame->content->message;
    for (unsigned i = 0; i < message->header_count; i++)
        size += 6 + (uint32_t)(strlen(message->headers[i].key) + strlen(message->headers[i].value));
    return size + 8 + 14 + 8 + message->size;
}

void amqp_frame_send(AmqpFrame *frame, Connection *stream)
{
    if (stream) connection_send(stream, frame, release, amqp_frame_size(frame));
    else amqp_frame_free(frame);
}

AmqpBinding *amqp_binding_copy(const AmqpBinding *binding)
{
    size_t count = 0;
    while (binding->arguments && binding->arguments[count].key) count++;
    AmqpBinding *copy = g_malloc0(sizeof *copy + (count + 1) * sizeof(AmqpArgument));
    AmqpArgument *arguments = (AmqpArgument *)(copy + 1);
    *copy = *binding;
    copy->source = g_intern_string(binding->source);
    copy->destination = g_intern_string(binding->destination);
    copy->key = g_intern_string(binding->key ? binding->key : "");
    copy->arguments = arguments;
    for (size_t i = 0; i < count; i++)
        arguments[i] = (AmqpArgument){ g_intern_string(binding->arguments[i].key),
                                       g_intern_string(binding->arguments[i].value) };
    return copy;
}
