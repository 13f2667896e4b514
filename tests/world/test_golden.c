/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Golden runs: what a run reports stays equal to the last bit, whatever is made
 * faster, on every compiler and at every optimisation level.
 *
 * tests/world/golden.txt holds a digest of each scenario's sorted rows.
 * tests/world/golden writes it anew where results change for a reason, which the
 * commit says. */
#include "run_text.h"

#define RECORD "tests/world/golden.txt"

typedef struct { const char *name, *text; } Golden;

static const Golden goldens[] = {
    { "flood-crash",
      "[network]\nlatency = uniform(10 ms, 100 ms)\n[overlay]\nkind = random-regular\ndegree = 8\nnodes = 150\n"
      "[protocol]\nkind = flood\n[workload w]\nkind = publish\npublications = 8\ninterval = 400 ms\nsource = 0..2\n"
      "[failure third]\nkind = crash\nat = 1 s\nfraction = 33 %\nspare = source\n" },
    { "flood-restarts",
      "[scenario]\nduration = 30 s\ndeadline = 2 s\n[network]\nlatency = lognormal(40 ms, 0.6)\n[overlay]\n"
      "kind = erdos-renyi\ndegree = 3.5\nnodes = 130\n[protocol]\nkind = flood\n[workload w]\nkind = publish\n"
      "publications = 40\ninterval = exponential(300 ms)\nsource = random\n[failure away]\nkind = crash\n"
      "at = uniform(1 s, 9 s)\nfraction = 40 %\nrecover-after = exponential(2 s)\n" },
    { "gossip-push-complete",
      "[network]\nlatency = exponential(30 ms)\nloss = 5 %\n[overlay]\nkind = complete\nnodes = 90\n[protocol]\n"
      "kind = gossip\nfanout = 3.5\n[workload w]\nkind = publish\npublications = 12\nsource = random\n" },
    { "gossip-push-pull",
      "[scenario]\nduration = 12 s\n[network]\nlatency = gamma(30 ms, 2)\njitter = exponential(4 ms)\n[overlay]\n"
      "kind = barabasi-albert\nedges = 3\nnodes = 100\n[protocol]\nkind = gossip\nfanout = 2\nmode = push-pull\n"
      "infect = forever\nrounds = 4\nclock = poisson\ninterval = 500 ms\n[workload w]\nkind = publish\n"
      "publications = 5\n[failure gone]\nkind = crash\nat = 3 s\nprobability = 20 %\n" },
    { "gossip-pull-ring",
      "[scenario]\nduration = 20 s\n[network]\nlatency = 0 ms\n[overlay]\nkind = ring\nnodes = 24\n[protocol]\n"
      "kind = gossip\nfanout = 1\nmode = pull\nclock = synchronous\n[workload w]\nkind = publish\n"
      "publications = 3\nstart = 500 ms\n" },
    { "tree-cuts",
      "[network]\nlatency = pareto(10 ms, 2.5)\n[overlay]\nkind = kary-tree\narity = 3\nnodes = 121\n[protocol]\n"
      "kind = tree\nvia-root = yes\n[workload w]\nkind = publish\npublications = 10\nsource = 100..104\n"
      "[failure cut]\nkind = link-cut\nat = 2500 ms\nuntil = 6 s\nfraction = 10 %\n" },
    { "tree-on-mesh",
      "[network]\nlatency = weibull(40 ms, 1.5)\njitter = uniform(0 ms, 80 ms)\n[overlay]\nkind = watts-strogatz\n"
      "degree = 6\nrewiring = 20 %\nnodes = 110\n[protocol]\nkind = tree\nspanning = latency\n[workload w]\n"
      "kind = publish\npublications = 20\ninterval = 30 ms\nsource = 3, 7\n" },
    { "multi-tree",
      "[network]\nlatency = 20 ms\nloss = 2 %\n[overlay]\nkind = multi-tree\ntrees = 3\narity = 4\nnodes = 100\n"
      "[protocol]\nkind = tree\nuse = all\n[workload w]\nkind = publish\npublications = 9\ninterval = 10 ms\n" },
    { "tree-of-least-degree",
      "[network]\nlatency = uniform(5 ms, 50 ms)\naccess = uniform(0 ms, 20 ms)\n[overlay]\n"
      "kind = degree-bounded-tree\ndegree = 4\nmesh = watts-strogatz\nrewiring = 10 %\nnodes = 80\n[protocol]\nkind = tree\n"
      "spanning = random\n[workload w]\nkind = publish\npublications = 4\n" },
    { "unicast-joins",
      "[scenario]\nwarmup = 1 s\n[network]\nlatency = normal(50 ms, 10 ms)\nasymmetric = yes\n[overlay]\nkind = star\n"
      "nodes = 70\njoin = uniform(0 s, 4 s)\n[protocol]\nkind = unicast\n[group few]\nmembers = 30 %\n"
      "[workload w]\nkind = publish\npublications = 7\ngroup = few\n[workload all]\nkind = publish\n"
      "publications = 3\nstart = 700 ms\nsource = 5\n" },
    { "file-and-its-links",
      "[scenario]\nduration = 6 s\n[network]\nlatency = link(weight, ms)\n[overlay]\nkind = file\n"
      "path = TOPOLOGIES/baltic.edgelist\nformat = edgelist\n[protocol]\nkind = flood\n[workload w]\nkind = publish\n"
      "publications = 30\ninterval = 100 ms\nsource = all\n[failure off]\nkind = crash\nat = 1 s\nnodes = 3\n"
      "recover-after = 1 s\n" },
    { "lattices-and-ties",
      "[network]\nlatency = 10 ms\n[overlay]\nkind = torus\nwidth = 12\nheight = 9\n[protocol]\nkind = flood\n"
      "hop-limit = 9\n[workload w]\nkind = publish\npublications = 12\ninterval = 10 ms\nsource = all\n" },
    { "transit-stub",
      "[network]\nlatency = transit-stub(domains = 3, stubs = 2, stub-routers = 4)\n[overlay]\nkind = geometric\n"
      "degree = 7\nnodes = 120\ndisconnected = largest\n[protocol]\nkind = gossip\nfanout = 5\nmode = push\n"
      "[workload w]\nkind = publish\npublications = 5\nsource = random\nsize = uniform(100 B, 2 kB)\n" },
    { "tree-mended",
      "[scenario]\nduration = 40 s\n[network]\nlatency = uniform(5 ms, 80 ms)\nloss = 3 %\n[overlay]\nkind = kary-tree\n"
      "arity = 3\nnodes = 121\n[protocol]\nkind = tree\nrepair = backup\nrecover = yes\nmax-degree = 4\n[workload w]\n"
      "kind = publish\npublications = 30\nsource = 0, 50\n[failure away]\nkind = crash\nat = uniform(3 s, 20 s)\n"
      "fraction = 30 %\nspare = source\nrecover-after = exponential(5 s)\n" },
    { "tree-of-their-own",
      "[scenario]\nduration = 40 s\n[network]\nlatency = euclidean(60 ms)\n[overlay]\nkind = complete\nnodes = 80\n"
      "join = uniform(0 s, 10 s)\n[protocol]\nkind = tree\nrepair = grandparent\njoin = latency\nimprove = 4 s\n"
      "max-degree = 3\n[workload w]\nkind = publish\npublications = 30\n[failure gone]\nkind = crash\nat = 15 s\n"
      "fraction = 20 %\nspare = source\n" },
    { "far-timers",
      "[scenario]\nduration = 6 h\n[network]\nlatency = uniform(1 us, 10 s)\n[overlay]\nkind = hypercube\n"
      "dimension = 5\n[protocol]\nkind = gossip\nmode = push\ninfect = forever\ninterval = exponential(5 min)\n"
      "fanout = 1\n[workload w]\nkind = publish\npublications = 3\ninterval = 1 h\n" },
};

static void line_add(GPtrArray *lines, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void line_add(GPtrArray *lines, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_ptr_array_add(lines, g_strdup_vprintf(format, args));
    va_end(args);
}

#define EACH(Row, array) \
    for (const Row *row = (const Row *)(array)->data, *end = row + (array)->len; row < end; row++)

static void observed_lines(const RunResult *result, GPtrArray *lines)
{
    EACH(MetricRow, result->metrics)
        line_add(lines, "metric %s %a %a %a", row->name, row->value, row->numerator, row->denominator);
    EACH(HistogramRow, result->histograms)
        line_add(lines, "histogram %s %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, row->name,
                 row->low, row->high, row->count);
    EACH(SeriesRow, result->series) line_add(lines, "series %s %a %a", row->name, row->time_s, row->value);
    EACH(EventRow, result->events)
        line_add(lines, "event %a %s %s %u %u", row->time_s, row->failure, row->kind, row->node, row->other);
}

/* A NaN has two signs and prints by it, so a place that is unknown is left out. */
static void made_lines(const RunResult *result, GPtrArray *lines)
{
    EACH(NodeRow, result->nodes) {
        line_add(lines, "node %u %s", row->node, row->name ? row->name : "");
        if (!isnan(row->x)) line_add(lines, "place %u %a %a", row->node, row->x, row->y);
    }
    EACH(LinkRow, result->links) line_add(lines, "link %u %u %a", row->a, row->b, row->latency_ms);
    EACH(DeliveryRow, result->deliveries)
        line_add(lines, "delivery %s %u %u %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %u", row->workload,
                 row->publication, row->node, row->published, row->delivered, row->hops);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *digest_of(const Golden *golden)
{
    g_autofree char *here = g_get_current_dir(), *topologies = g_build_filename(here, "topologies", NULL);
    g_autoptr(GString) text = g_string_new(golden->text);
    g_string_replace(text, "TOPOLOGIES", topologies, 0);
    g_autoptr(Plan) plan = plan_text(text->str);            /* owns the names that the rows point to */
    g_autoptr(RunResult) result = run_plan(plan, 1, true);
    g_assert_cmpuint(result->deliveries->len, >, 0);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    observed_lines(result, lines);
    made_lines(result, lines);
    g_ptr_array_sort(lines, by_text);
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < lines->len; i++) g_string_append_printf(all, "%s\n", (char *)lines->pdata[i]);
    const char *rows = g_getenv("GOLDEN_ROWS");         /* a directory: what the digest is of, to compare by hand */
    if (rows) {
        g_autofree char *path = g_build_filename(rows, golden->name, NULL);
        g_assert_true(g_file_set_contents(path, all->str, -1, NULL));
    }
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, all->str, -1);
}

/* The recorded digest of that name; free it.  NULL: none. */
static char *recorded(const char *name)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(RECORD, &text, NULL, NULL)) return NULL;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_auto(GStrv) words = g_strsplit(*line, " ", 2);
        if (words[0] && words[1] && strcmp(words[0], name) == 0) return g_strdup(words[1]);
    }
    return NULL;
}

static void is_as_recorded(gconstpointer data)
{
    const Golden *golden = data;
    g_autofree char *now = digest_of(golden), *then = recorded(golden->name);
    g_assert_cmpstr(now, ==, then);
}

static int print_all(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(goldens); i++) {
        g_autofree char *digest = digest_of(&goldens[i]);
        g_print("%s %s\n", goldens[i].name, digest);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--print") == 0) return print_all();
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(goldens); i++) {
        g_autofree char *path = g_strdup_printf("/golden/%s", goldens[i].name);
        g_test_add_data_func(path, &goldens[i], is_as_recorded);
    }
    return g_test_run();
}
