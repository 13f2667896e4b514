/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What actor.c asks of remote procedure calls, real (real.c: libtirpc) or simulated (sim.c).
 *
 * A server has one thread and the methods echo (its text), sleep (so many ms), fail (an error inside it), garble (it
 * cannot decode what it is sent).  Statuses bear the names of sim/ipc/rpc.h, where ONC RPC's stand beside them. */
#pragma once
#include <stdbool.h>

enum { RPC_TEXT = 64 };

typedef struct { int port; bool stream, filters; } ServerOrder;         /* filters: duplicates */
typedef struct { int port, retry_ms; bool stream; } ClientOrder;
typedef struct { const char *method, *text; int limit_ms; } CallOrder;

/* `memory` is the actor's; false: it cannot be. */
bool server_open(void *memory, void *self, const ServerOrder *order);
int server_executed(const void *memory);                /* calls begun since the server came up */
bool client_open(void *memory, void *self, int number, const ClientOrder *order);
/* The status; client_tell() waits for none. */
const char *client_call(void *memory, void *self, int number, const CallOrder *order, char answer[RPC_TEXT]);
void client_tell(void *memory, void *self, int number, const CallOrder *order);
