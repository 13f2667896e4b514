/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/message.h"

#include <glib.h>
#include <string.h>

IpcMessage *ipc_message_empty(void)
{
    IpcMessage *message = g_new0(IpcMessage, 1);
    message->holders = 1;
    message->ttl = -1;
    return message;
}

IpcMessage *ipc_message_new(const void *data, uint32_t size)
{
    IpcMessage *message = ipc_message_empty();
    ipc_message_frame(message, data, size);
    return message;
}

IpcMessage *ipc_message_text(const char *text)
{
    return ipc_message_new(text, (uint32_t)strlen(text));
}

IpcMessage *ipc_message_hold(IpcMessage *message)
{
    message->holders++;
    return message;
}

void ipc_message_drop(IpcMessage *message)
{
    if (!message || --message->holders) return;
    if (message->on_end) message->on_end(message->end_user, message->id);
    for (unsigned i = 0; i < message->frame_count; i++) g_free(message->frames[i].data);
    for (unsigned i = 0; i < message->header_count; i++) {
        g_free(message->headers[i].key);
        g_free(message->headers[i].value);
    }
    g_free(message->frames);
    g_free(message->headers);
    g_free(message);
}

void ipc_message_on_end(IpcMessage *message, void (*on_end)(void *user, uint64_t id), void *user)
{
    message->on_end = on_end;
    message->end_user = user;
}

void ipc_message_frame(IpcMessage *message, const void *data, uint32_t size)
{
    message->frames = g_renew(Frame, message->frames, message->frame_count + 1u);
    message->frames[message->frame_count++] = (Frame){ data && size ? g_memdup2(data, size) : NULL, size };
    message->size += size;
}

void ipc_message_header(IpcMessage *message, const char *key, const char *value)
{
    for (unsigned i = 0; i < message->header_count; i++) {
        if (strcmp(message->headers[i].key, key) != 0) continue;
        g_free(message->headers[i].value);
        message->headers[i].value = g_strdup(value);
        return;
    }
    message->headers = g_renew(Header, message->headers, message->header_count + 1u);
    message->headers[message->header_count++] = (Header){ g_strdup(key), g_strdup(value) };
}

const char *ipc_message_header_of(const IpcMessage *message, const char *key)
{
    for (unsigned i = 0; i < message->header_count; i++)
        if (strcmp(message->headers[i].key, key) == 0) return message->headers[i].value;
    return NULL;
}

IpcMessage *ipc_message_copy(const IpcMessage *message)
{
    IpcMessage *copy = ipc_message_empty();
    copy->id = message->id;
    copy->created = message->created;
    copy->ttl = message->ttl;
    copy->priority = message->priority;
    copy->persistent = message->persistent;
    for (unsigned i = 0; i < message->frame_count; i++)
        ipc_message_frame(copy, message->frames[i].data, message->frames[i].size);
    for (unsigned i = 0; i < message->header_count; i++)
        ipc_message_header(copy, message->headers[i].key, message->headers[i].value);
    return copy;
}

bool ipc_message_is(const IpcMessage *message, unsigned frame, const char *text)
{
    if (frame >= message->frame_count) return false;
    const Frame *f = &message->frames[frame];
    return f->size == strlen(text) && (!f->size || (f->data && memcmp(f->data, text, f->size) == 0));
}
