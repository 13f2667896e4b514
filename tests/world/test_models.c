/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Communication models in a run: their packets on overlays that fail, their sections, and
 * the same bytes every time. */
#include "../run_text.h"

#define CALL(name, client, server, deadline) \
    "[process c" name "]\nnode = " client "\n[process s" name "]\nnode = " server "\n[rpc r" name "]\nserver = s" name \
    "\nroute = overlay\n[rpc-client k" name "]\nprocesses = c" name "\nrpc = r" name "\narrivals = 0 s\nretry-interval = 1 s\ndeadline = " \
    deadline "\n"

static RunResult *run_models(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return run_text(text, 1);
}

/* A ring of six: the way from 0 to 2 is two hops, the other way round four. */
static void a_mesh_goes_round_and_a_tree_does_not(void)
{
    static const struct { const char *network; double latency, packets; } rows[] = {
        { "", 40, 4 },                                          /* there and back, 10 ms a hop */
        { "routing = tree\n", 40, 4 },                          /* breadth first from 0: the same links */
        { "[failure f]\nkind = link-cut\nlinks = 1-2\n", 80, 8 },
        { "heal = no\n[failure f]\nkind = link-cut\nlinks = 1-2\n", NAN, 0 },
        { "convergence = 1500 ms\n[failure f]\nkind = link-cut\nlinks = 1-2\n", 2080, 12 },    /* two copies are lost at the cut */
        { "[failure f]\nkind = crash\nnodes = 1\n", 80, 8 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].network);
        g_autoptr(RunResult) result = run_models("[scenario]\nduration = 60 s\n[overlay]\nkind = ring\nnodes = 6\n"
            CALL("", "0", "2", "20 s") "[network]\nlatency = 10 ms\n%s", rows[i].network);
        g_assert_cmpfloat(metric_value(result, "rpc_ok"), ==, isnan(rows[i].latency) ? 0 : 1);
        if (isnan(rows[i].latency)) continue;
        g_assert_cmpfloat(metric_value(result, "rpc_latency_mean_ms"), ==, rows[i].latency);
        g_assert_cmpfloat(metric_value(result, "packets"), ==, rows[i].packets);
    }
    g_autoptr(RunResult) tree = run_models("[scenario]\nduration = 60 s\n[network]\nlatency = 10 ms\n[overlay]\nkind = kary-tree\n"
        "arity = 2\nnodes = 7\n" CALL("", "3", "6", "20 s") "[failure f]\nkind = crash\nnodes = 1\n");
    g_assert_cmpfloat(metric_value(tree, "rpc_deadline_exceeded"), ==, 1);
}

/* A hundred callers of one server, hop by hop as the overlay routes. */
static void calls_travel_over_overlays_that_route(void)
{
    static const char *const overlays_at_work[] = { "chord", "pastry", "kademlia", "narada" };
    for (size_t i = 0; i < G_N_ELEMENTS(overlays_at_work); i++) {
        g_autoptr(RunResult) result = run_models("[scenario]\nduration = 900 s\n[network]\nlatency = 10 ms\n[overlay]\nkind = %s\nnodes = 64\n"
            "join = uniform(0 s, 60 s)\n[process c]\nnode = 1..63\ncount = 63\nstart = 600 s\n[process s]\nnode = 0\nstart = 600 s\n"
            "[rpc r]\nserver = s\nroute = overlay\nthreads = 0\n[rpc-client k]\nprocesses = c\nrpc = r\narrivals = 0 s\ncalls = 3\n"
            "deadline = 20 s\n", overlays_at_work[i]);
        double hops = metric_value(result, "packets") / metric_value(result, "rpc_transmissions") / 2;
        g_test_message("%s: %g hops", overlays_at_work[i], hops);
        g_assert_cmpfloat(metric_value(result, "rpc_success_ratio"), ==, 1);
        g_assert_cmpfloat(hops, >, 1);
        g_assert_cmpfloat(hops, <, 6);
        g_assert_cmpfloat(fabs(metric_value(result, "rpc_latency_mean_ms") - 20 * hops), <, 1e-6 + 20 * 0.02 * hops);
    }
}

/* Packets that carry a message of 200 bytes or more on the wire: one producer, ten consumers of which two want it. */
static unsigned carried(const char *model)
{
    g_autofree char *text = g_strdup_printf("[scenario]\nduration = 60 s\n[network]\nlatency = 10 ms\n[overlay]\nkind = star\nnodes = 12\n"
        "[process pub]\nnode = 1\n[process hub]\nnode = 0\n[process sub]\nnode = 2..11\ncount = 10\n%s"
        "[producer p]\nprocesses = pub\nto = %s\ntopics = a\ncount = 1\nsize = 1 kB\nstart = 10 s\n",
        model, strstr(model, "[zmq") ? "out" : "hub.events");
    g_autoptr(Plan) plan = plan_text(text);
    g_autoptr(GError) error = NULL;
    Recording recording = { .sequence = 10000 };
    g_autoptr(RunResult) result = world_run(plan->scenarios[0], 1, &recording, &error);
    unsigned count = 0;
    for (guint i = 0; i < result->packets->len; i++) count += g_array_index(result->packets, PacketRow, i).bytes > 1000;
    return count;
}

static void filtering_at_the_publisher_saves_links(void)
{
    static const char zeromq[] = "[zmq out]\nprocesses = pub\ntype = PUB\nbind = pub.news\n"
        "[zmq in]\nprocesses = sub[0..1]\ntype = SUB\nconnect = pub.news\nsubscribe = a\n"
        "[zmq other]\nprocesses = sub[2..9]\ntype = SUB\nconnect = pub.news\nsubscribe = b\n"
        "[consumer c]\nprocesses = sub[0..1]\nfrom = in\n";
    static const char amqp[] = "[broker hub]\nnode = 0\nheartbeat = 0 s\n[exchange hub.events]\ntype = topic\n[amqp-queue hub.one]\n"
        "[amqp-queue hub.two]\n[amqp-queue hub.rest]\n[binding 1]\nsource = hub.events\ndestination = hub.one\nkey = a\n"
        "[binding 2]\nsource = hub.events\ndestination = hub.two\nkey = a\n[binding 3]\nsource = hub.events\ndestination = hub.rest\nkey = b\n"
        "[consumer c1]\nprocesses = sub[0]\nfrom = hub.one\nmode = push\n[consumer c2]\nprocesses = sub[1]\nfrom = hub.two\nmode = push\n"
        "[consumer c3]\nprocesses = sub[2..9]\nfrom = hub.rest\nmode = push\n";
    g_assert_cmpuint(carried(zeromq), ==, 2);
    g_assert_cmpuint(carried(amqp), ==, 1 + 2);
}

static void a_link_may_differ(void)
{
    static const struct { const char *link; double latency; } rows[] = {
        { "", 20 }, { "latency = 30 ms", 60 },
        { "bandwidth = 8 kbit/s", 20 + 40 + 140 },              /* a reply of 40 B and a call of 140 B, a byte a millisecond */
        { "latency = 5 ms\nbandwidth = 80 kbit/s", 10 + 4 + 14 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(RunResult) result = run_models("[scenario]\nduration = 60 s\n[network]\nlatency = 10 ms\n[overlay]\nkind = ring\nnodes = 4\n"
            CALL("", "0", "1", "20 s") "[link 1-0]\n%s\n", rows[i].link);
        g_assert_cmpfloat(metric_value(result, "rpc_latency_mean_ms"), ==, rows[i].latency);
    }
    g_autoptr(RunResult) deaf = run_models("[scenario]\nduration = 60 s\n[network]\nlatency = 10 ms\n[overlay]\nkind = ring\nnodes = 4\n"
        CALL("a", "0", "1", "5 s") CALL("b", "2", "3", "5 s") "[link 0-1]\nloss = 100 %%\n");
    g_assert_cmpfloat(metric_value(deaf, "rpc_ok[ka]"), ==, 0);
    g_assert_cmpfloat(metric_value(deaf, "rpc_ok[kb]"), ==, 1);
}

/* Of a message of ten packets on a link that loses a tenth of them, 0.9^10 arrive. */
static void a_message_is_lost_with_any_of_its_packets(void)
{
    enum { CALLS = 4000 };
    g_autoptr(RunResult) result = run_models("[scenario]\nduration = 10000 s\n[network]\nlatency = 1 ms\n[overlay]\nkind = ring\nnodes = 4\n"
        "[process c]\nnode = 0\n[process s]\nnode = 1\n[rpc r]\nserver = s\nsemantics = maybe\n[rpc-client k]\nprocesses = c\nrpc = r\n"
        "loop = open\narrivals = 100 ms\ncalls = %d\ndeadline = 1 s\nrequest-size = 960 B\n[link 0-1]\nloss = 10 %%\nmtu = 100 B\n", CALLS);
    double chance = pow(0.9, 10), error = sqrt(chance * (1 - chance) / CALLS);
    g_assert_cmpfloat(fabs(metric_value(result, "rpc_executions") / CALLS - chance), <=, 4 * error);
}

/* Every scenario of the models, twice: the same steps in the same order. */
static void the_same_scenario_and_seed_give_the_same_steps(void)
{
    g_autoptr(GDir) folder = g_dir_open("scenarios/ipc", 0, NULL);
    g_autoptr(GError) error = NULL;
    const char *name;
    unsigned count = 0;
    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *path = g_build_filename("scenarios/ipc", name, NULL);
        if (!g_str_has_suffix(name, ".ini")) continue;
        g_autoptr(Plan) plan = plan_read(path, NULL, &error);
        g_assert_no_error(error);
        char *bytes[2] = { NULL, NULL };
        for (int i = 0; i < 2; i++) {
            g_autofree char *file = NULL;
            int fd = g_file_open_tmp("banyan-XXXXXX.tsv", &file, &error);
            g_assert_no_error(error);
            close(fd);
            Recording recording = { .trace = file };
            result_free(world_run(plan->scenarios[0], 7, &recording, &error));
            g_assert_no_error(error);
            g_assert_true(g_file_get_contents(file, &bytes[i], NULL, NULL));
            g_assert_cmpint(unlink(file), ==, 0);
        }
        g_assert_cmpint(strcmp(bytes[0], bytes[1]), ==, 0);
        g_free(bytes[0]);
        g_free(bytes[1]);
        count++;
    }
    g_assert_cmpuint(count, >, 10);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/models/COM-07 a mesh goes round and a tree does not", a_mesh_goes_round_and_a_tree_does_not);
    g_test_add_func("/models/calls travel over overlays that route", calls_travel_over_overlays_that_route);
    g_test_add_func("/models/COM-08 filtering at the publisher saves links", filtering_at_the_publisher_saves_links);
    g_test_add_func("/models/a link may differ", a_link_may_differ);
    g_test_add_func("/models/a message is lost with any of its packets", a_message_is_lost_with_any_of_its_packets);
    g_test_add_func("/models/COM-06 the same scenario and seed give the same steps", the_same_scenario_and_seed_give_the_same_steps);
    return g_test_run();
}
