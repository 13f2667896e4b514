/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a process has of stores and their queues; for queue_session.c and queue_handle.c. */
#pragma once
#include "ipc/queue_part.h"

struct QueueHandle {
    Getter getter;              /* first; of a get that waits */
    Notice notice;
    QueueHandle *next;          /* of its session */
    Session *session;
    Place place;                /* of a local one */
    uint32_t number;            /* of a remote one */
    Entry *handed;              /* given to a getter that has not gone on yet */
    IpcMessage *storing;        /* while the disk has not got it: it goes with its process */
    WaitList waiting;
    void (*handler)(QueueHandle *handle, void *argument);
    void *argument;
    uint64_t news;              /* messages the handler is to hear of */
    IpcTimer telling;
};

/* What a process has to do with one store. */
struct Session {
    Resource resource;          /* first */
    Session *next, *previous;   /* of the library */
    Session *next_own;          /* of the process */
    Process *process;
    QueueStore *store;          /* its address, where it is remote */
    Connection *connection;     /* NULL: on the same host */
    int error;                  /* < 0: it is broken */
    bool connected, in_unit;    /* in_unit: of a remote one, or of one that broke with it */
    Work unit;
    Wire *reply;
    WaitList waiting;
    QueueHandle *handles;
};

static inline Ipc *session_ipc(const Session *session) { return session->store->all->ipc; }

/* A session that stands, made where there is none (it may block); NULL and *error. */
Session *session_with(Process *self, QueueStore *store, int *error);
void session_drop(Session *session);

/* A request, and its reply in session->reply, for the caller to free; < 0: there is none. */
int session_call(Session *session, Wire *request);
int session_call_status(Session *session, Wire *request);      /* the same where the status is all that counts */

/* ---- queue_handle.c ---- */
void handle_hear(QueueHandle *handle);          /* of one more message */
void handle_unhand(QueueHandle *handle);        /* gives back what it was given and has not seen */
void handle_free(QueueHandle *handle);
