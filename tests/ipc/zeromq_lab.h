/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ZeroMQ on the bench: sockets used from outside their processes, which never block. */
#pragma once
#include "ipc/zeromq.h"
#include "lab.h"

#define MS (1000 * 1000LL)

static inline void zlab_idle_(Process *self, void *argument)
{
    (void)argument;
    for (;;) process_sleep(self, 1000 * 1000 * MS);
}

/* A process that owns sockets and does nothing. */
static inline Process *zlab_process(Lab *lab, NodeId host, const char *name)
{
    Process *process = process_spawn(lab->ipc, host, name, zlab_idle_, NULL);
    lab_run(lab, lab->now);
    return process;
}

static inline ZeromqOptions zlab_marks(uint32_t sndhwm, uint32_t rcvhwm)
{
    ZeromqOptions options = zeromq_defaults;
    options.sndhwm = sndhwm;
    options.rcvhwm = rcvhwm;
    return options;
}

/* A socket in a process of its own, both of that name. */
static inline ZeromqSocket *zlab_open(Lab *lab, NodeId host, ZeromqType type, const char *name, const ZeromqOptions *options)
{
    return zeromq_open(zlab_process(lab, host, name), type, name, options);
}

static inline ZeromqSocket *zlab_bound(Lab *lab, NodeId host, ZeromqType type, const char *name, const char *endpoint,
                                       const ZeromqOptions *options)
{
    ZeromqSocket *socket = zlab_open(lab, host, type, name, options);
    g_assert_cmpint(zeromq_bind(socket, endpoint), ==, 0);
    return socket;
}

static inline ZeromqSocket *zlab_connected(Lab *lab, NodeId host, ZeromqType type, const char *name, const char *endpoint,
                                           const ZeromqOptions *options)
{
    ZeromqSocket *socket = zlab_open(lab, host, type, name, options);
    g_assert_cmpint(zeromq_connect(socket, endpoint), ==, 0);
    return socket;
}

/* A message of the frames between the bars of "X|Y||A". */
static inline IpcMessage *zlab_message(const char *text)
{
    IpcMessage *message = ipc_message_empty();
    g_auto(GStrv) frames = g_strsplit(text, "|", -1);
    if (!frames[0]) ipc_message_frame(message, NULL, 0);
    for (char **frame = frames; *frame; frame++) ipc_message_frame(message, *frame, (uint32_t)strlen(*frame));
    return message;
}

/* Sends without waiting: "ok", or the name of the error. */
static inline const char *zlab_put(ZeromqSocket *socket, const char *text)
{
    IpcMessage *message = zlab_message(text);
    int error = zeromq_send(socket, message, ZEROMQ_DONTWAIT);
    if (error) ipc_message_drop(message);
    return error ? ipc_error_name(error) : "ok";
}

static inline const char *zlab_put_part(ZeromqSocket *socket, const char *text)
{
    IpcMessage *message = zlab_message(text);
    int error = zeromq_send(socket, message, ZEROMQ_DONTWAIT | ZEROMQ_SNDMORE);
    if (error) ipc_message_drop(message);
    return error ? ipc_error_name(error) : "ok";
}

static inline void zlab_text_(GString *out, const IpcMessage *message)
{
    for (unsigned i = 0; i < message->frame_count; i++) {
        const unsigned char *bytes = message->frames[i].data;
        if (i) g_string_append_c(out, '|');
        for (uint32_t b = 0; bytes && b < message->frames[i].size; b++) {
            if (g_ascii_isprint(bytes[b])) g_string_append_c(out, (char)bytes[b]);
            else g_string_append_printf(out, "<%u>", bytes[b]);
        }
    }
}

/* What one recv gives without waiting: frames with bars, or the error.  Kept until the next call. */
static inline const char *zlab_get(ZeromqSocket *socket)
{
    static GString *out;
    IpcMessage *message;
    if (!out) out = g_string_new(NULL);
    g_string_truncate(out, 0);
    int error = zeromq_recv(socket, &message, ZEROMQ_DONTWAIT);
    if (error) return ipc_error_name(error);
    zlab_text_(out, message);
    ipc_message_drop(message);
    return out->str;
}

/* All that can be read, each with a space after it.  Kept until the next call. */
static inline const char *zlab_get_all(ZeromqSocket *socket)
{
    static GString *out;
    IpcMessage *message;
    if (!out) out = g_string_new(NULL);
    g_string_truncate(out, 0);
    while (zeromq_recv(socket, &message, ZEROMQ_DONTWAIT) == 0) {
        zlab_text_(out, message);
        g_string_append_c(out, ' ');
        ipc_message_drop(message);
    }
    return out->str;
}

/* Sends FORMAT of 0, 1, … without waiting until one is refused, at most `most`; how many were not. */
static inline unsigned zlab_fill(ZeromqSocket *socket, const char *format, unsigned most)
{
    for (unsigned i = 0; i < most; i++) {
        g_autofree char *number = g_strdup_printf("%u", i);
        g_auto(GStrv) parts = g_strsplit(format, "#", -1);
        g_autofree char *text = g_strjoinv(number, parts);
        if (strcmp(zlab_put(socket, text), "ok") != 0) return i;
    }
    return most;
}

static inline void zlab_wait(Lab *lab, SimTime time) { lab_run(lab, lab->now + time); }
static inline void zlab_kill(Lab *lab, const char *name) { process_crash(process_find(lab->ipc, name)); ipc_settle(lab->ipc); }

static inline uint64_t zlab_dropped(Lab *lab, const char *object, IpcDrop reason)
{
    return ipc_account(lab->ipc, "zmq", object)->dropped[reason];
}

static inline uint64_t zlab_delivered(Lab *lab, const char *object) { return ipc_account(lab->ipc, "zmq", object)->delivered; }
