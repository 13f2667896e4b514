/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a message of a communication model ended undelivered: the closed set. */
#pragma once

#define IPC_DROPS(X) \
    X(NO_SUBSCRIBER, "no-subscriber") \
    X(HWM, "hwm") \
    X(PEER_GONE, "peer-gone") \
    X(LINGER, "linger0") \
    X(CONFLATED, "conflated") \
    X(UNROUTABLE, "unroutable") \
    X(EXPIRED, "expired") \
    X(MAXLEN, "maxlen") \
    X(REJECTED, "rejected") \
    X(AUTO_ACK, "auto-ack") \
    X(RCVBUF_FULL, "rcvbuf-full") \
    X(LATE_REPLY, "late-reply") \
    X(NONPERSISTENT_RESTART, "nonpersistent-restart") \
    X(NONPERSISTENT_CHANNEL, "nonpersistent-channel") \
    X(LINK_LOSS, "link-loss") \
    X(DEAD_LETTER_MISSING, "dead-letter-missing") \
    X(DEAD_LETTER_CYCLE, "dead-letter-cycle") \
    X(PROTOCOL, "protocol") \
    X(CRASH, "crash") \
    X(DELETED, "deleted")

typedef enum {
#define IPC_DROP_NAME(name, text) IPC_DROP_##name,
    IPC_DROPS(IPC_DROP_NAME)
#undef IPC_DROP_NAME
    IPC_DROP_REASONS
} IpcDrop;

extern const char *const ipc_drop_names[IPC_DROP_REASONS];
