/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calls of sockets as the actors of rows.txt make them, real (real.c) or simulated
 * (sim.c).  Each gives a number >= 0 or the negative of an error that net_error() names. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NET_IN = 1, NET_OUT = 4, NET_ERR = 8, NET_HUP = 16, NET_NVAL = 32 };

/* Ports below 100 are C's, 100 … S's, 200 … D's. */
int64_t net_open(void *self, bool datagram);
int64_t net_set(void *self, int fd, const char *option, int64_t value);     /* times in ms */
int64_t net_pending(void *self, int fd);                                    /* the pending error, or 0 */
int64_t net_bind(void *self, int fd, int port);
int64_t net_listen(void *self, int fd, int backlog);
int64_t net_accept(void *self, int fd);
int64_t net_connect(void *self, int fd, int port);
int64_t net_send(void *self, int fd, const void *data, size_t size, bool wait);
int64_t net_send_to(void *self, int fd, const void *data, size_t size, int port);
int64_t net_receive(void *self, int fd, void *data, size_t size, bool wait);
int64_t net_shutdown(void *self, int fd, int sides);                        /* 1 reading, 2 writing, 3 both */
int64_t net_close(void *self, int fd);
int64_t net_poll(void *self, int fd, int events);                           /* which of them are there */
const char *net_error(int64_t error);
