/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/bench_load.h"

#include <string.h>

#include "core/error.h"
#include "core/suggest.h"

/* Neighbors tell each other that they are there, and each waits for all others:
 * for every beat one timer fires, one message travels, one timer is cancelled
 * and two are set. */
enum { WATCHED_MOST = 8, TAG_BEAT = WATCHED_MOST };

#define BEAT (1000 * SIM_MS)
#define PATIENCE (60 * SIM_S)           /* far ahead, as time-outs are */

typedef struct {
    uint64_t watch[WATCHED_MOST];       /* the time-out of each neighbor */
    uint32_t turn;                      /* which neighbor hears next */
} Watcher;

static void watcher_start(Node *self)
{
    Watcher *state = node_state(self);
    node_after(self, (SimTime)random_below(node_random(self), BEAT), TAG_BEAT);
    for (uint32_t i = 0; i < MIN(node_degree(self), WATCHED_MOST); i++) state->watch[i] = node_after(self, PATIENCE, i);
}

static void watcher_timer(Node *self, uint32_t tag)
{
    Watcher *state = node_state(self);
    if (tag != TAG_BEAT) return;
    Message beat = { .publication = PUBLICATION_NONE, .size = 16 };
    uint32_t degree = MIN(node_degree(self), WATCHED_MOST);
    if (degree) node_send_neighbor(self, state->turn++ % degree, &beat);
    node_after(self, BEAT, TAG_BEAT);
}

static void watcher_receive(Node *self, NodeId from, const Message *message)
{
    Watcher *state = node_state(self);
    if (message->publication != PUBLICATION_NONE) (void)node_deliver(self, message);
    for (uint32_t i = 0; i < MIN(node_degree(self), WATCHED_MOST); i++) {
        if (node_neighbor(self, i) != from) continue;
        (void)node_cancel(self, state->watch[i]);
        state->watch[i] = node_after(self, PATIENCE, i);
    }
}

static void watcher_publish(Node *self, const Message *publication)
{
    node_send_neighbors(self, NODE_NONE, publication);
}

static const Protocol watcher = {
    .variant = { .name = "watcher", .summary = "neighbors watch each other", .source = "a bench" },
    .state_size = sizeof(Watcher),
    .start = watcher_start, .publish = watcher_publish, .receive = watcher_receive, .timer = watcher_timer,
};

/* An overlay of degree 8 or near it, and nothing else to do. */
#define SETUP(overlay) "[scenario]\nduration = 1 ns\n" LATENCY "[overlay]\n" overlay \
    "\n[protocol]\nkind = flood\n[workload w]\nkind = publish\n", { 1, 1, 1, 1, 1 }, NULL, true

#define LATENCY "[network]\nlatency = uniform(10 ms, 100 ms)\n"
#define MESH LATENCY "[overlay]\nkind = random-regular\ndegree = 8\n"

const BenchLoad bench_loads[] = {
    { "flood", "each publication over every link of a random graph of degree 8, a second apart",
      MESH "[protocol]\nkind = flood\n[workload w]\nkind = publish\n", { 1000, 200, 50, 10, 1 }, NULL, false },
    { "gossip", "each node tells 4 random neighbors of 8 once, publications a second apart",
      MESH "[protocol]\nkind = gossip\nfanout = 4\n[workload w]\nkind = publish\n", { 1000, 200, 50, 5, 1 }, NULL, false },
    { "tree", "down a binary tree, publications a second apart",
      LATENCY "[overlay]\nkind = kary-tree\narity = 2\n[protocol]\nkind = tree\n[workload w]\nkind = publish\n",
      { 5000, 500, 50, 10, 1 }, NULL, false },
    { "timers", "each node tells a neighbor every second that it is there, and watches 8 neighbors",
      "[scenario]\nduration = DURATION s\n" MESH "[protocol]\nkind = flood\n[workload w]\nkind = publish\nsize = 1 B\n",
      { 1, 1, 1, 1, 1 }, &watcher, false },
    { "storm", "many floods of random sources at once, a millisecond apart",
      MESH "[protocol]\nkind = flood\n[workload w]\nkind = publish\nsource = random\ninterval = 1 ms\n",
      { 1000, 200, 50, 10, 2 }, NULL, false },
    { "rough", "a flood a second where nodes come and go, links lose and access links are slow",
      LATENCY "loss = 1 %\nupload = 10 Mbit/s\ndownload = 50 Mbit/s\n[overlay]\nkind = random-regular\ndegree = 8\n[protocol]\nkind = flood\n"
      "[failure churn]\nkind = churn\nsession = exponential(10 min)\ndowntime = exponential(2 min)\nspare = source\n"
      "[workload w]\nkind = publish\n", { 1000, 200, 20, 5, 1 }, NULL, false },
    { "stream", "100,000 publications or as many as asked for, 100 ms apart, down a binary tree",
      LATENCY "[overlay]\nkind = kary-tree\narity = 2\n[protocol]\nkind = tree\n[workload w]\nkind = publish\n"
      "interval = 100 ms\n", { 100000, 10000, 1000, 100, 10 }, NULL, false },
    { "calls", "100 processes call 100 others 10,000 times each",
      "[scenario]\nduration = 3000 s\n" LATENCY "[overlay]\nkind = ring\n[protocol]\nkind = flood\n[process server]\nnode = 0..99\n"
      "count = 100\n[process client]\nnode = 100..199\ncount = 100\n[rpc s]\nserver = server\nsemantics = maybe\nthreads = 0\n"
      "[rpc-client c]\nprocesses = client\nrpc = s\narrivals = 0 s\ncalls = 10000\n[workload w]\nkind = publish\n",
      { 1, 1, 1, 1, 1 }, NULL, false },
    { "random-regular", "set-up alone: degree 8", SETUP("kind = random-regular\ndegree = 8") },
    { "erdos-renyi", "set-up alone: mean degree 8", SETUP("kind = erdos-renyi\ndegree = 8") },
    { "barabasi-albert", "set-up alone: 4 links a joiner", SETUP("kind = barabasi-albert\nedges = 4") },
    { "watts-strogatz", "set-up alone: degree 8, a tenth of the links rewired",
      SETUP("kind = watts-strogatz\ndegree = 8\nrewiring = 10 %") },
    { "kary-tree", "set-up alone: 8 children a node", SETUP("kind = kary-tree\narity = 8") },
    { "grid", "set-up alone: rows of 1,000", SETUP("kind = grid\nwidth = 1000\nheight = HEIGHT") },
    { NULL, NULL, NULL, { 0 }, NULL, false },
};

const BenchLoad *bench_load_find(const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const BenchLoad *load = bench_loads; load->name; load++) {
        if (strcmp(load->name, name) == 0) return load;
        g_ptr_array_add(names, (gpointer)load->name);
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = suggest(name, (const char *const *)names->pdata);
    g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "bench: no workload is called '%s'%s", name, hint);
    return NULL;
}

static uint32_t publications_of(const BenchLoad *load, uint32_t nodes)
{
    size_t i = 0;
    for (uint64_t size = 1000; size < nodes && i + 1 < G_N_ELEMENTS(load->publications); size *= 10) i++;
    return load->publications[i];
}

char *bench_load_text(const BenchLoad *load, uint32_t nodes, uint32_t publications)
{
    /* About five million events, two a node and second. */
    g_autofree char *duration = g_strdup_printf("%u", publications ? publications : MAX(2500000 / nodes, 5));
    g_autofree char *count = g_strdup_printf("\nnodes = %u\n[protocol]", nodes);
    g_autofree char *height = g_strdup_printf("%u", nodes / 1000);
    GString *text = g_string_new(load->text);
    g_string_replace(text, "DURATION", duration, 0);
    g_string_replace(text, "HEIGHT", height, 0);
    g_string_replace(text, "\n[protocol]", count, 0);
    bool given = publications && !load->protocol && !load->setup;
    g_string_append_printf(text, "publications = %u\n[record]\ndeliveries = no\nstretch = no\n", given ? publications : publications_of(load, nodes));
    return g_string_free(text, FALSE);
}
