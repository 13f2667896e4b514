/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Large arrays come zeroed, whatever was there before. */
#include "core/memory.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

static void arrays_of_every_size_are_zeroed_and_writable(void)
{
    static const size_t rows[][2] = { { 0, 8 }, { 8, 0 }, { 1, 1 }, { 100, 24 }, { (1 << 20) - 1, 1 },
                                      { 1 << 20, 1 }, { 1 << 20, 5 } };
    for (size_t r = 0; r < G_N_ELEMENTS(rows); r++)
        for (int again = 0; again < 3; again++) {
            size_t bytes = rows[r][0] * rows[r][1];
            unsigned char *memory = big_new(rows[r][0], rows[r][1]);
            g_assert_nonnull(memory);
            for (size_t i = 0; i < bytes; i++) g_assert_cmpuint(memory[i], ==, 0);
            if (bytes) memset(memory, 0xff, bytes);
            big_free(memory, rows[r][0], rows[r][1]);
        }
    big_free(NULL, 10, 10);
}

static void a_large_array_stands_on_a_page(void)
{
    void *memory = big_new(1 << 21, 1);
    g_assert_cmpuint((uintptr_t)memory % 4096, ==, 0);
    big_free(memory, 1 << 21, 1);
}

static void an_impossible_array_ends_the_process_with_its_size(void)
{
    if (g_test_subprocess()) {
        big_new(SIZE_MAX / 2, 16);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*items of 16 bytes cannot exist*");
}

static void a_lack_of_memory_ends_the_process_with_its_size(void)
{
    if (g_test_subprocess()) {
        big_new((size_t)1 << 56, 1);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*no memory for 72057594037927936 bytes*");
}

#define CASE(name) g_test_add_func("/memory/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(arrays_of_every_size_are_zeroed_and_writable);
    CASE(a_large_array_stands_on_a_page);
    CASE(an_impossible_array_ends_the_process_with_its_size);
    CASE(a_lack_of_memory_ends_the_process_with_its_size);
    return g_test_run();
}
