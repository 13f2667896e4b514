/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `check` says a run takes: within a factor of two of what it does take. */
#include <sys/resource.h>
#include <sys/wait.h>

#include "../experiment/synthetic.h"
#include "../run_text.h"

static const char head[] = "[scenario]\nreplications = 1\ndrain = 5 s\n[network]\nlatency = uniform(10 ms, 100 ms)\n";
static const struct { const char *name, *text; } scenes[] = {
    { "tree", "[overlay]\nkind = kary-tree\narity = 4\nnodes = 1000\n[protocol]\nkind = tree\n"
              "[workload news]\nkind = publish\npublications = 10\n" },
    { "mesh under crashes", "[overlay]\nkind = random-regular\ndegree = 8\nnodes = 5000\n[protocol]\nkind = flood\n"
                            "[workload news]\nkind = publish\npublications = 10\n[failure crashes]\nkind = crash\n"
                            "fraction = 40 %\nat = 0 s\n" },
    { "tree that is repaired", "[overlay]\nkind = kary-tree\narity = 4\nnodes = 50000\n[protocol]\nkind = tree\n"
                               "repair = grandparent\nheartbeat = 2 s\n[workload news]\nkind = publish\npublications = 5\n" },
    { "gossip", "[overlay]\nkind = random-regular\ndegree = 12\nnodes = 2000\n[protocol]\nkind = gossip\nfanout = 5\n"
                "[workload news]\nkind = publish\npublications = 10\n" },
    { "large mesh", "[overlay]\nkind = random-regular\ndegree = 8\nnodes = 200000\n[protocol]\nkind = flood\n"
                    "[workload news]\nkind = publish\npublications = 1\n" },
    { "who knows everybody", "[overlay]\nkind = narada\nnodes = 400\nrefresh = 2 s\n[protocol]\nkind = reverse-path\n"
                             "[workload news]\nkind = publish\npublications = 200\ninterval = 10 ms\nstart = 4 s\n" },
    { "unicast behind a slow link", "upload = 8 Mbit/s\n[overlay]\nkind = star\nnodes = 20000\n[protocol]\nkind = unicast\n"
                                    "[workload news]\nkind = publish\npublications = 100\ninterval = 10 ms\n[record]\ndeliveries = no\n" },
    { "a short queue", "upload = 8 Mbit/s\nqueue = 100 kB\n[overlay]\nkind = star\nnodes = 20000\n[protocol]\nkind = unicast\n"
                       "[workload news]\nkind = publish\npublications = 100\ninterval = 10 ms\n[record]\ndeliveries = no\n" },
    { "everybody behind a slow link", "upload = 2 Mbit/s\n[overlay]\nkind = random-regular\ndegree = 8\nnodes = 20000\n[protocol]\nkind = flood\n"
                                      "[workload news]\nkind = publish\npublications = 10\ninterval = 0 s\nsource = random\n[record]\ndeliveries = no\n" },
    { "links that are fast enough", "upload = 10 Mbit/s\ndownload = 50 Mbit/s\n[overlay]\nkind = random-regular\ndegree = 8\nnodes = 100000\n"
                                    "[protocol]\nkind = flood\n[workload news]\nkind = publish\npublications = 3\n[record]\ndeliveries = no\n" },
};

/* The most memory that `banyan run` takes, in bytes. */
static double memory_of(const char *text)
{
    g_autofree char *path = NULL;
    int status;
    close(g_file_open_tmp("banyan-XXXXXX.ini", &path, NULL));
    g_file_set_contents(path, text, -1, NULL);
    g_autofree char *directory = g_strconcat(path, ".results", NULL);
    pid_t child = fork();
    if (child == 0) {
        execl(g_getenv("BANYAN"), "banyan", "run", path, "-o", directory, "-j", "1", "--format", "none", NULL);
        _exit(127);
    }
    struct rusage usage;
    g_assert_cmpint(wait4(child, &status, 0, &usage), ==, child);
    g_assert_cmpint(status, ==, 0);
    g_unlink(path);
    synthetic_remove(g_steal_pointer(&directory));
    return (double)usage.ru_maxrss * 1024;
}

static void within_a_factor_of_two(gconstpointer number)
{
    size_t i = GPOINTER_TO_SIZE(number);
    g_autofree char *text = g_strconcat(head, scenes[i].text, NULL);
    g_autoptr(Plan) plan = plan_text(text);
    uint64_t bytes;
    double guessed;
    world_estimate(plan->scenarios[0], &bytes, &guessed);
    g_autoptr(RunResult) result = run_plan(plan, 0, false);
    double sent = metric_value(result, "messages"), taken = g_getenv("BANYAN") ? memory_of(text) : NAN;
    g_test_message("%s: messages %.0f of %.0f guessed, memory %.1f of %.1f MB", scenes[i].name, sent, guessed, taken / 1e6,
                   (double)bytes / 1e6);
    g_assert_true(sent <= 2 * guessed && guessed <= 2 * sent);
#ifndef __SANITIZE_ADDRESS__
    g_assert_true(isnan(taken) || (taken <= 2 * (double)bytes && (double)bytes <= 2 * taken));
#endif
    g_assert_cmpfloat(world_seconds(plan->scenarios[0], 0), >=, world_seconds(plan->scenarios[0], 1));
    if (isnan(taken)) g_test_skip("BANYAN names no program whose memory could be measured");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(scenes); i++) {
        g_autofree char *path = g_strdup_printf("/estimate/%s/within_a_factor_of_two", scenes[i].name);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), within_a_factor_of_two);
    }
    return g_test_run();
}
