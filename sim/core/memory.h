/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Large arrays: zeroed, page-aligned, on huge pages where the kernel has them. */
#pragma once
#include <stddef.h>

/* `count` zeroed items of `size` bytes; never NULL (the process ends where the
 * machine has no memory left).  Free with big_free and the same numbers. */
void *big_new(size_t count, size_t size);
void big_free(void *memory, size_t count, size_t size);
