/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the queues: entries, units of work, who waits, and what goes over connections.
 * Shared with the queue managers, whose channels get and put as sessions do. */
#pragma once
#include "ipc/queue.h"

typedef struct Entry Entry;
typedef struct Queues Queues;                   /* the state of the library */
typedef struct { Entry *first, *last; } Entries;

/* One message in one queue. */
struct Entry {
    Entry *next, *previous;     /* of a queue, or of a unit of work */
    Queue *queue;
    IpcMessage *message;
    uint64_t place;             /* order of putting */
    SimTime since, expires;     /* -1: never */
    const char *target, *manager;       /* transmission header; texts of the library */
    const char *reason;         /* dead-letter header */
    Account *meant_for;         /* of a dead letter: where it could not go */
    uint32_t backouts;
    bool persistent;
};

/* What is got stays hidden, what is put is not visible, until the commit. */
typedef struct Work Work;
struct Work {
    Work *next, *previous;
    QueueStore *store;          /* NULL: not begun */
    Entries gets, puts;
    unsigned count;
    bool lasting;               /* in doubt: it outlives the store's going down */
};

/* Who waits for a message; give() gets one that was picked for `unit`. */
typedef struct Getter Getter;
struct Getter {
    Getter *next, *previous;
    Queue *queue;               /* NULL: it does not wait */
    Work *unit;                 /* NULL: outside a unit of work */
    void (*give)(Getter *getter, Entry *entry);
};

/* Who hears of each message that becomes visible; call() must not touch the queue. */
typedef struct Notice Notice;
struct Notice { Notice *next; void (*call)(Notice *notice); Queue *queue; };

struct Queue {
    Queue *next;
    QueueStore *store;
    char *name;
    QueueSettings settings;
    Account *account;
    Entries only, *levels;      /* levels: one for each priority, where that counts */
    uint64_t used[4];           /* levels that are not empty */
    uint32_t ready, hidden, deepest;
    uint64_t places;
    bool inhibited, expires;    /* expires: a message with a time to live was put */
    Getter *first_getter, *last_getter;
    Notice *notices;
    uint64_t puts, gets, refused, backouts;
    double depth_time, wait_time;
    SimTime depth_since;
};

/* Where what is put under a name goes. */
typedef struct { Queue *queue; const char *target, *manager; } Place;

typedef struct Servant Servant;                 /* of a process elsewhere */
typedef struct Session Session;                 /* of a process with a store */

struct QueueStore {
    QueueStore *next;
    Queues *all;
    Address at;
    QueueStoreSettings settings;
    char *manager;
    bool stopped, up;
    Queue *first, *last;        /* queues */
    Work *units;
    Servant *servants;
    Listener *listener;
    /* Of a queue manager: */
    void *user;
    int (*resolve)(void *user, const char *name, const char *manager, Place *place);
    void (*started)(void *user);
    void (*stopping)(void *user);       /* before its units are backed out */
};

typedef enum {
    WIRE_OPEN, WIRE_CLOSE, WIRE_PUT, WIRE_GET, WIRE_NOTIFY, WIRE_COMMIT, WIRE_BACKOUT, WIRE_REPLY, WIRE_NOTICE,
    WIRE_INIT, WIRE_ACCEPT, WIRE_REFUSE, WIRE_DATA, WIRE_CONFIRM, WIRE_CONFIRMED, WIRE_HEARTBEAT, WIRE_BEAT_BACK,
    WIRE_ERROR
} WireKind;

/* A request, a reply, or a flow of a message channel. */
typedef struct Wire Wire;
struct Wire {
    Wire *next, *previous;
    Queues *all;
    IpcMessage *message;
    Account *account;           /* the message was taken from there and is nowhere else; NULL: it is still somewhere */
    const char *name, *manager; /* a queue; texts of the library */
    const char *reason;
    uint64_t luwid, last_luwid;
    SimTime wait;               /* of a get, -1: for ever; the heartbeat interval of a channel */
    SimTime expires;
    uint32_t number, count;     /* handle; sequence number; batch size */
    uint32_t backouts;
    int32_t status;
    uint8_t kind, fate;         /* fate: IpcDrop if it never arrives */
    bool unit, fast, reset;
};

struct Queues {
    Ipc *ipc;
    QueueStore *stores, *last_store;
    Session *sessions;
    GHashTable *by_process;     /* first Session of each; only looked up */
    GHashTable *texts;
    Wire *wires;
    Entry *free_entries;
    GPtrArray *chunks;
    bool stopped;
};

Queues *queues_of(Ipc *ipc);
const char *queues_text(Queues *all, const char *text);         /* the same text, for the run; NULL: NULL */
static inline SimTime queues_now(const Queues *all) { return ipc_now(all->ipc); }

/* ---- entries (queue_entry.c) ---- */
Entry *entry_new(Queue *queue, IpcMessage *message);            /* takes over a hold */
void entry_free(Entry *entry);
void entries_append(Entries *list, Entry *entry);
void entries_remove(Entries *list, Entry *entry);
void queue_tell(const Queue *queue, const char *event, const Entry *entry, const char *reason);

bool queue_has_room(Queue *queue);              /* after what has expired was thrown out */
/* Puts it, at once or with the unit's commit: -IPC_ENOBUFS, -IPC_EPERM, with the entry left to the caller. */
int queue_add(Queue *queue, Entry *entry, Work *unit);
void queue_enter(Entry *entry);                 /* it becomes visible */
void queue_depth_note(Queue *queue);            /* before each change of ready + hidden */
/* The first message, out of the queue (then queue_done() or queue_return()) or into the unit; NULL: none. */
Entry *queue_pick(Queue *queue, Work *unit);
void queue_return(Entry *entry, bool counts);   /* back in its place; counts: one backout more */
IpcMessage *queue_done(Entry *entry);           /* taken for good; the hold is the caller's */
/* taken, to be counted by who carries it; the message stays with its holder */
void queue_leaves(Entry *entry);
void queue_purge(Queue *queue);                 /* drops what is not persistent */
void queue_count(Queue *queue);                 /* what stands, into the account */
void queue_clear(Queue *queue);

void getter_join(Queue *queue, Getter *getter);
void getter_leave(Getter *getter);
void notice_join(Queue *queue, Notice *notice);
void notice_leave(Notice *notice);

/* ---- units of work (queue_unit.c) ---- */
void unit_begin(Work *unit, QueueStore *store);         /* without effect where it has begun */
SimTime unit_latency(const Work *unit);                 /* what the disk takes to commit it */
SimTime place_latency(const Place *place, const IpcMessage *message);   /* to put it there */
void unit_adopt(Work *unit, Entry *entry);               /* one that queue_pick() took out */
void unit_commit(Work *unit);
void unit_backout(Work *unit);
void unit_purge(Work *unit);                            /* drops what was got and is not persistent */

/* ---- connections (queue_wire.c) ---- */
Wire *queue_wire_new(Queues *all, WireKind kind);
void queue_wire_free(Wire *wire);                             /* and its message */
void queue_wire_label(const void *wire, GString *words);    /* "put orders #3" */
uint32_t queue_wire_send(Connection *connection, Wire *wire, const QueueStoreSettings *settings);     /* its size */
StreamOptions queue_stream_options(const QueueStoreSettings *settings);

/* ---- stores (queue.c) and who comes from elsewhere (queue_servant.c) ---- */
Account *queue_account(const QueueStore *store, const char *name);     /* also of a queue that does not exist */
int place_find(QueueStore *store, const char *name, const char *manager, Place *place);
int place_put(const Place *place, IpcMessage *message, Work *unit);     /* takes over a hold */
void servant_listen(QueueStore *store);
void servants_end(QueueStore *store);

/* ---- sessions (queue_session.c) ---- */
void sessions_break(QueueStore *store);                 /* of processes on its own host */
void sessions_free(Queues *all);
