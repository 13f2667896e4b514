/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/memory.h"

#include <glib.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { BIG = 1 << 20 };         /* below this a plain allocation is as good */

void *big_new(size_t count, size_t size)
{
    size_t bytes;
    if (!g_size_checked_mul(&bytes, count, size)) g_error("an array of %zu items of %zu bytes cannot exist", count, size);
    if (bytes < BIG) return g_malloc0(bytes ? bytes : 1);
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) g_error("no memory for %zu bytes", bytes);
    (void)madvise(memory, bytes, MADV_HUGEPAGE);
    return memory;
}

void big_free(void *memory, size_t count, size_t size)
{
    if (!memory) return;
    if (count * size < BIG) g_free(memory);
    else (void)munmap(memory, count * size);
}
