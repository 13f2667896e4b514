/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No damage to a file ends in anything but a plan or a list of faults. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/error.h"
#include "scenario/plan.h"

static const char text[] =
    "# A comment\n[scenario]\nseed = 7\nduration = 60 s\nwarmup = auto\n"
    "[network]\nlatency = uniform(1 ms, 9 ms)\nloss = 1 %\n"
    "[overlay]\nkind = shortest-path-tree\nmesh = random-regular\nnodes = 20\ndegree = 4\n"
    "[protocol]\nkind = gossip\nfanout = 4\n"
    "[group g]\nmembers = 1..9, 12\n"
    "[workload news]\nkind = publish\nsource = members(g)\ninterval = 500 ms\ngroup = g\n"
    "[failure f]\nkind = crash\nat = 5 s\nnodes = random(3)\n"
    "[variant a]\noverlay.kind = kary-tree\noverlay.arity = 2\n[variant b]\nnetwork.loss = 0\n"
    "[sweep]\nscenario.deadline = 1 s .. 4 s factor 2\nprotocol.mode = push, pull\n"
    "[expect e]\nmetric = delivery_ratio\nop = within\nvalue = 0 .. 1\nwhere = protocol.mode=push\n"
    "[plot p]\ny = delivery_ratio\nx = scenario.deadline\n";

static unsigned good, bad;

/* A file in memory: a disk would take longer than the reading. */
static void read_bytes(const char *bytes, gsize length)
{
    g_autoptr(GError) error = NULL;
    int file = memfd_create("x.ini", 0);
    g_assert_cmpint(write(file, bytes, length), ==, (gssize)length);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", file);
    g_autoptr(Plan) plan = plan_read(path, NULL, &error);
    close(file);
    g_assert_true((plan != NULL) != (error != NULL));
    if (plan) good++;
    else bad++;
    if (error) g_assert_error(error, SIM_ERROR, SIM_ERROR_SCENARIO);
    if (error) g_assert_cmpuint(strlen(error->message), >, strlen(path));
}

static void the_whole_is_right(void)
{
    good = bad = 0;
    read_bytes(text, strlen(text));
    g_assert_cmpuint(good, ==, 1);
}

static void cut_off_anywhere(void)
{
    good = bad = 0;
    for (gsize i = 0; i < strlen(text); i++) read_bytes(text, i);
    g_test_message("%u plans, %u with faults", good, bad);
    g_assert_cmpuint(bad, >, 300);
}

static void one_byte_changed(void)
{
    static const char bytes[] = { '\0', '\n', '=', '[', '.', '9', 'x', '\xff', '(' };
    gsize step = g_test_slow() ? 1 : 3;
    good = bad = 0;
    for (gsize k = 0; k < sizeof bytes; k++)
        for (gsize i = k % step; i < strlen(text); i += step) {
            g_autofree char *changed = g_strdup(text);
            changed[i] = bytes[k];
            read_bytes(changed, strlen(text));
        }
    g_test_message("%u plans, %u with faults", good, bad);
    g_assert_cmpuint(good, >, 10);
    g_assert_cmpuint(bad, >, 1000);
}

static void one_line_left_out_or_twice(void)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    good = bad = 0;
    for (guint i = 0; lines[i]; i++)
        for (int times = 0; times <= 2; times += 2) {
            GString *changed = g_string_new(NULL);
            for (guint k = 0; lines[k]; k++)
                for (int n = 0; n < (k == i ? times : 1); n++) g_string_append_printf(changed, "%s\n", lines[k]);
            read_bytes(changed->str, changed->len);
            g_string_free(changed, TRUE);
        }
    g_assert_cmpuint(good + bad, ==, 2 * g_strv_length(lines));
}

#define CASE(name) g_test_add_func("/fuzz/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(the_whole_is_right);
    CASE(cut_off_anywhere);
    CASE(one_byte_changed);
    CASE(one_line_left_out_or_twice);
    return g_test_run();
}
