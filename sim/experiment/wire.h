/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The result of a run as bytes, to cross from a worker process to its parent.
 *
 * Whole numbers take 7 bits a byte, doubles 8 bytes as they stand in memory
 * (both ends are one machine and one program), each text is sent once.
 */
#pragma once
#include "world/result.h"

/* Appends `result`; *failure instead where that is not NULL. */
void wire_write(GByteArray *bytes, const RunResult *result, const GError *failure);

/* Reads what wire_write() made.  Returns the result; or NULL and *error: the
 * failure that was sent, or SIM_ERROR_MACHINE where the bytes are cut short or
 * are no result. */
RunResult *wire_read(const guint8 *bytes, gsize length, GError **error);
