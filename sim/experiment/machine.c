/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/machine.h"

#include <glib.h>
#include <string.h>

#include "core/units.h"

unsigned machine_cores(void)
{
    return MAX(1, g_get_num_processors());
}

/* The whole number in a file of one line, or UINT64_MAX ("max" means none too). */
static uint64_t number_in(const char *path)
{
    g_autofree char *text = NULL;
    uint64_t value;
    if (!g_file_get_contents(path, &text, NULL, NULL) || !parse_count(text, &value, NULL)) return UINT64_MAX;
    return value;
}

static uint64_t available(void)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents("/proc/meminfo", &text, NULL, NULL)) return UINT64_MAX;
    const char *row = strstr(text, "MemAvailable:");
    return row ? g_ascii_strtoull(row + strlen("MemAvailable:"), NULL, 10) * 1024 : UINT64_MAX;
}

uint64_t machine_free_memory(void)
{
    uint64_t limit = number_in("/sys/fs/cgroup/memory.max"), used = number_in("/sys/fs/cgroup/memory.current");
    uint64_t room = limit == UINT64_MAX || used == UINT64_MAX ? UINT64_MAX : limit - MIN(limit, used);
    return MIN(available(), room);
}
