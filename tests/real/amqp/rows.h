/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rows are written in: AMQP, real or simulated.  Every call prints one line of who
 * did what with which result, and never a time.  A call that closes its channel says with
 * which code, and the channel is opened again. */
#pragma once
#include <stdbool.h>

typedef struct Chan Chan;

/* Each row begins with fresh() and a name; names of its queues and exchanges are its own. */
void fresh(const char *row);
Chan *chan(const char *name);                       /* with a connection of its own */
void closes(Chan *chan);                            /* the connection */
void restart(bool clean);                           /* of the broker; every connection is gone */

/* Options are words, with values as in ttl=50:
 * exchange: direct fanout topic headers, durable alternate=X passive
 * queue: durable exclusive auto-delete passive ttl= expires= maxlen= reject-publish dlx= dlk= maxprio= sac
 * bind: to-exchange any all-with-x any-with-x, else headers as t=r
 * deletes: if-unused if-empty
 * publishes: persistent mandatory ttl= priority=, else headers
 * consumes: auto exclusive priority= */
void exchange(Chan *chan, const char *name, const char *options);
void queue(Chan *chan, const char *name, const char *options);
void binds(Chan *chan, const char *queue, const char *exchange, const char *key, const char *options);
void deletes(Chan *chan, const char *queue, const char *options);
void publishes(Chan *chan, const char *exchange, const char *key, const char *text, const char *options);
void gets(Chan *chan, const char *queue);           /* to be acknowledged */
void drains(Chan *chan, const char *queue);         /* everything, acknowledged at once */
void dies_of(Chan *chan, const char *queue);        /* gets one, with its history */
void consumes(Chan *chan, const char *queue, const char *options);
void takes(Chan *chan);                             /* what has been pushed, as CONSUMER:TEXT, and cancellations */
void acks(Chan *chan, const char *text, bool many);
void rejects(Chan *chan, const char *text, bool many, bool requeue);
void recovers(Chan *chan);
void prefetches(Chan *chan, int count, bool all);
void numbers(Chan *chan);                           /* confirm mode */
void confirms(Chan *chan);                          /* returns and confirms that have come */
void transacts(Chan *chan, const char *what);       /* select, commit, rollback */
void depth(Chan *chan, const char *queue);          /* how many wait */
void state(Chan *chan);                             /* of the channel */
void settle(void);                                  /* until everything has got where it goes */
void waits(int ms);
void rows(void);
