/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a communication model carries for an application: a message of one frame or
 * more, with properties and headers.  Shared by whoever holds it, and not changed once
 * it has been handed over; what happens to one copy (redelivered, how often) belongs to
 * the queue that holds it. */
#pragma once
#include "core/units.h"

typedef struct {
    void *data;                 /* owned; NULL: only its size counts */
    uint32_t size;              /* bytes */
} Frame;

typedef struct { char *key, *value; } Header;   /* owned */

typedef struct {
    unsigned holders;
    uint64_t id;                /* the sender's own */
    SimTime created;
    SimTime ttl;                /* time to live from the moment it is queued; -1: for ever */
    uint32_t size;              /* bytes of all frames */
    uint8_t priority;           /* higher is more urgent */
    bool persistent;
    uint16_t frame_count, header_count;
    Frame *frames;              /* owned */
    Header *headers;            /* owned */
    void (*on_end)(void *user, uint64_t id);    /* (optional) */
    void *end_user;
} IpcMessage;

/* A message of one frame; `data` is copied, NULL: a frame of that size without
 * content.  One holder. */
IpcMessage *ipc_message_new(const void *data, uint32_t size);
IpcMessage *ipc_message_text(const char *text);         /* its bytes, without the 0 */
IpcMessage *ipc_message_empty(void);                    /* of no frame yet */
IpcMessage *ipc_message_hold(IpcMessage *message);      /* one holder more */
void ipc_message_drop(IpcMessage *message);             /* one fewer; the last one frees it.  NULL is allowed */

/* Calls on_end(user, id) when the last holder of this very message, not of a copy, lets go. */
void ipc_message_on_end(IpcMessage *message, void (*on_end)(void *user, uint64_t id), void *user);

void ipc_message_frame(IpcMessage *message, const void *data, uint32_t size);   /* adds one at the end */
void ipc_message_header(IpcMessage *message, const char *key, const char *value);   /* adds or replaces one */
const char *ipc_message_header_of(const IpcMessage *message, const char *key);      /* NULL: none */

/* A copy with one holder that may be changed. */
IpcMessage *ipc_message_copy(const IpcMessage *message);

/* True if the frame has exactly these bytes. */
bool ipc_message_is(const IpcMessage *message, unsigned frame, const char *text);
