/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rows are written in: ZeroMQ, real or simulated.  Every call prints one line of
 * who did what with which result, and never a time. */
#pragma once

typedef struct Sock Sock;

/* Each row begins with fresh() and a name. */
void fresh(const char *row);
/* `options` as "sndhwm=3 rcvhwm=3 linger=0 id=X immediate relaxed correlate conflate nodrop mandatory
 * handover once"; once: it never connects again; linger is 0 unless given. */
Sock *sock(const char *name, const char *type, const char *options);

/* "inproc://a", or "tcp://1" for the first port of this run. */
void binds(Sock *sock, const char *endpoint);
void connects(Sock *sock, const char *endpoint);
void unbinds(Sock *sock, const char *endpoint);
void disconnects(Sock *sock, const char *endpoint);
void subscribes(Sock *sock, const char *topic);
void unsubscribes(Sock *sock, const char *topic);

/* Frames with bars between them; without waiting. */
void sends(Sock *sock, const char *text);
void sends_part(Sock *sock, const char *text);      /* more to come */
void fills(Sock *sock, unsigned most);              /* sends 0, 1, … until one is refused; prints how many were not */
void fills_parts(Sock *sock, unsigned most);        /* the same with messages of three parts */
void receives(Sock *sock);
void receives_all(Sock *sock);
void closes(Sock *sock);

void settle(void);                                  /* until everything has got where it goes */
void rows(void);
