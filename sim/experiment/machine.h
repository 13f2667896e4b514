/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this machine has to offer. */
#pragma once
#include <stdint.h>

/* Cores that this process may use, at least 1. */
unsigned machine_cores(void);

/* Bytes of memory that can be taken without swapping, a container's limit
 * included; UINT64_MAX where the system does not say. */
uint64_t machine_free_memory(void);
