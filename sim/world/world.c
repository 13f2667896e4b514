/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/world.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "core/error.h"
#include "core/memory.h"
#include "world/state.h"

enum { FETCH_FIRST = 24, FETCH_LINKS = 12, FETCH_NEXT = 6 };     /* events ahead whose memory is asked for */

Recording world_recording(const Scenario *scenario, uint32_t replication)
{
    enum { FIRST_MOST = 10000 };                /* nodes up to which the overlay is recorded unasked */
    enum { PACKETS_MOST = 2000 };               /* up to which the sequence is */
    const Record *record = &scenario->record;
    bool first = replication == 0, small = scenario->nodes <= FIRST_MOST;
    Recording recording = {
        .overlay = record->deliveries == RECORD_ALL || (first && (small || record->deliveries == RECORD_FIRST)),
        .deliveries = record->deliveries == RECORD_ALL || (record->deliveries == RECORD_FIRST && first),
        .series = record->series,
        .sequence = !first || record->sequence == RECORD_NEVER ? 0 : record->sequence == RECORD_ALWAYS ? UINT32_MAX : PACKETS_MOST,
        .trace = record->trace,
    };
    return recording;
}

/* How far ahead most messages arrive: the longest of the first links. */
static SimTime horizon_guess(const World *world)
{
    enum { SAMPLE = 4096 };
    SimTime horizon = world->network->horizon ? world->network->horizon(world->scenario->latency.config) : 0;
    uint32_t links = world->graph ? world->graph->first[world->nodes] : 0;
    for (uint32_t i = 0; i < MIN(links, SAMPLE); i++) horizon = MAX(horizon, world->graph->links[i].latency);
    for (NodeId v = 1; !links && v < MIN(world->nodes, SAMPLE); v++) horizon = MAX(horizon, world_latency(world, 0, v));
    const Distribution *jitter = &world->scenario->network.jitter;
    return horizon + (SimTime)MIN(distribution_quantile(jitter, 0.99), 1e18) + 1;
}

/* The groups that the planned publications are for, ascending. */
static uint32_t *groups_published(const World *world, uint32_t *count)
{
    uint32_t *groups = g_new(uint32_t, world->group_count + 1);
    g_autofree bool *used = g_new0(bool, world->group_count + 1);
    for (uint32_t i = 0; i < world->live_count; i++) used[world->lives[i].public.group] = true;
    *count = 0;
    for (uint32_t g = 0; g < world->group_count; g++)
        if (used[g]) groups[(*count)++] = g;
    return groups;
}

static bool protocol_prepare(World *world, GError **error)
{
    const Protocol *protocol = world->protocol;
    world->state_size = (protocol->state_size + 7) / 8 * 8;
    if (world->state_size) world->states = big_new(world->nodes, world->state_size);
    if (world->live) live_prepare(world);
    detect_prepare(world);
    world->shared = g_malloc0(protocol->shared_size + 1);
    world->random_key = random_key(world->seed, "protocol");
    world->load = big_new(world->nodes, sizeof(uint32_t));
    if (!protocol->prepare) return true;
    g_autofree NodeId *sources = g_new(NodeId, world->source_count + 1);
    for (uint32_t i = 0; i < world->source_count; i++) sources[i] = world->sources[i].node;
    ProtocolScope scope = { .overlay = world->topology, .sources = sources, .source_count = world->source_count,
                            .seed = world->seed };
    g_autofree uint32_t *groups = groups_published(world, &scope.group_count);
    scope.groups = groups;
    return protocol->prepare(world->scenario->protocol.config, &scope, world->shared, error);
}

static bool trace_open(World *world, GError **error)
{
    if (!world->recording.trace) return true;
    world->trace = fopen(world->recording.trace, "w");
    if (world->trace) return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "cannot write '%s': %s", world->recording.trace, g_strerror(errno));
    return false;
}

double world_lap(gint64 *since)
{
    gint64 before = *since;
    *since = g_get_monotonic_time();
    return (double)(*since - before) / 1e6;
}

static double processor_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool set_up(World *world, GError **error)
{
    if (!world_build(world, error)) return false;
    workloads_plan(world);
    uint64_t density = world->graph ? world->graph->first[world->nodes] : (uint64_t)world->nodes * (world->live ? 8 : 1);
    world->staged = access_is_limited(world);           /* then a message is several events, near ones too */
    world->engine = engine_new(horizon_guess(world), world->staged ? density : density / 4);
    world->calendar = engine_calendar(world->engine);
    publications_sort(world);
    failures_plan(world);
    liveness_prepare(world);
    access_prepare(world);
    stress_prepare(world);
    channel_prepare(world);
    observe_schedule(world);
    if (world->warmup > 0) engine_at(world->engine, MIN(world->warmup, world->end), EVENT_MARK, 0, 0, 0);
    if (!protocol_prepare(world, error) || !trace_open(world, error)) return false;
    models_build(world);
    return true;
}

/* The same for stations: them first, then what is first in line, then what is behind it. */
static void stations_fetch(const World *world)
{
    uint32_t to, word;
    if (world->channels && engine_peek(world->engine, FETCH_FIRST, &to, &word)) __builtin_prefetch(&world->channels[to], 1);
    for (int s = STAGE_SHAPER; s <= STAGE_DOWNLOAD; s++) {
        const Station *stations = world->stages[s].stations;
        if (!stations) continue;
        if (engine_peek(world->engine, FETCH_FIRST, &to, &word)) __builtin_prefetch(&stations[to], 1);
        if (engine_peek(world->engine, FETCH_LINKS, &to, &word) && stations[to].head) {
            __builtin_prefetch(&world->waiting.list[stations[to].head - 1], 1);
            __builtin_prefetch(&world->waiting.list[stations[to].tail - 1], 1);
        }
        if (engine_peek(world->engine, FETCH_NEXT, &to, &word) && stations[to].head) {
            uint32_t next = world->waiting.list[stations[to].head - 1].next;
            if (next) __builtin_prefetch(&world->waiting.list[next - 1], 1);
        }
    }
}

/* Where the arrays lie that every message touches; the same for a whole run. */
typedef struct {
    const uint32_t *first, *load;
    const Link *links;
    const char *states;
    size_t state_size;
    bool staged;
} Arrays;

static Arrays arrays_of(const World *world)
{
    const Graph *graph = world->graph;
    return (Arrays){ graph ? graph->first : NULL, world->load, graph ? graph->links : NULL, world->states,
                     world->state_size, world->staged };
}

/* Asks for the memory that events a little ahead will touch. */
static inline void fetch_ahead(const World *world, const Arrays *arrays)
{
    uint32_t to, word;
    if (engine_peek(world->engine, FETCH_FIRST, &to, &word)) {
        if (arrays->first) __builtin_prefetch(&arrays->first[to]);
        __builtin_prefetch(&world->bodies.list[word]);      /* of a message; a timer's word does no harm */
        if (arrays->state_size) __builtin_prefetch(arrays->states + to * arrays->state_size);
    }
    if (G_UNLIKELY(arrays->staged)) stations_fetch(world);
    if (!engine_peek(world->engine, FETCH_LINKS, &to, &word)) return;
    if (arrays->first) __builtin_prefetch(&arrays->links[arrays->first[to]]);
    __builtin_prefetch(&arrays->load[to], 1);
}

static void timer_fire(World *world, const Event *event)
{
    uint32_t epoch, tag;
    if (!engine_timer_take(world->engine, event->word, &epoch, &tag)) return;
    if (world->epochs && (world->epochs[event->to] != epoch || !bit_get(world->up, event->to))) return;
    world->counters.timers++;
    uint32_t owner = tag >> TIMER_OWNER_SHIFT, own = tag & ((1u << TIMER_OWNER_SHIFT) - 1);
    if (owner == TIMER_PROTOCOL) world->protocol->timer(world_node(world, event->to), own);
    else if (owner == TIMER_OVERLAY) world->live->timer(world_node(world, event->to), own);
    else if (owner == TIMER_IPC) ipc_timer(world->ipc, event->to, own);
    else world->detector->timer(world_node(world, event->to), own);
}

static void trace_event(World *world, const Event *event)
{
    static const char *const names[] = { "mark", "down", "up", "publish", "timer", "message", "sample" };
    bool message = event->class == EVENT_MESSAGE && event->to != event->from;
    const char *name = event->class == EVENT_MESSAGE && !message ? "turn" : names[event->class];
    fprintf(world->trace, "%" G_GINT64_FORMAT "\t%s\t%u\t%u", event->time, name, event->to, event->from);
    if (message) {
        const Message *m = &world->bodies.list[event->word].message;
        fprintf(world->trace, "\t%u\t%u\t%u\t%u", m->kind, m->publication, m->hops, m->size);
    }
    fputc('\n', world->trace);
}

void world_start(World *world, NodeId node)
{
    if (world->state_size) memset(world->states + node * world->state_size, 0, world->state_size);
    world->protocol_started = false;
    if (world->detector) detect_start(world, node);
    if (world->live) live_start(world, node);
    world->protocol_started = true;
    if (world->protocol->start) world->protocol->start(world_node(world, node));
}

void world_stop(World *world, NodeId node)
{
    if (world->protocol->stop) world->protocol->stop(world_node(world, node));
    if (world->live) live_stop(world, node);
    if (world->detector) detect_stop(world, node);
}

static void run(World *world)
{
    Event event;
    const Arrays arrays = arrays_of(world);
    bool starts = world->live || world->detector || world->protocol->start;
    world->protocol_started = true;
    for (NodeId v = 0; starts && v < world->nodes; v++)
        if (bit_get(world->up, v)) world_start(world, v);
    if (world->ipc) ipc_settle(world->ipc);
    while (engine_next(world->engine, world->end, &event)) {
        world->now = event.time;
        if (G_UNLIKELY(world->trace != NULL)) trace_event(world, &event);
        if (G_LIKELY(event.class == EVENT_MESSAGE)) {
            fetch_ahead(world, &arrays);
            node_arrive(world, &event);
            continue;
        }
        switch (event.class) {
        case EVENT_DOWN: case EVENT_UP:
            liveness_change(world, event.word);
            break;
        case EVENT_WORKLOAD: publication_make(world, event.word); break;
        case EVENT_TIMER: timer_fire(world, &event); break;
        case EVENT_SAMPLE: observe_sample(world); break;
        case EVENT_MARK: observe_warmup(world); break;
        case EVENT_MESSAGE: break;
        }
    }
}

static void tear_down(World *world)
{
    bool stops = world->protocol->stop || world->detector || (world->live && world->live->stop);
    for (NodeId v = 0; world->ran && stops && v < world->nodes; v++)
        if (bit_get(world->up, v)) world_stop(world, v);
    models_free(world);
    relay_free(world);
    if (world->live) live_free(world);
    detect_free(world);
    if (world->shared && world->protocol->release) world->protocol->release(world->shared);
    publications_free(world);
    failures_free(world);
    for (uint32_t g = 1; g < world->group_count; g++) {
        g_free(world->groups[g].members);
        big_free(world->groups[g].is_member, world->words, sizeof(uint64_t));
    }
    if (world->network_state && world->network->free) world->network->free(world->network_state);
    uint32_t links = world->graph ? world->graph->first[world->nodes] : 0;
    big_free(world->cut, (size_t)links / 64 + 1, sizeof(uint64_t));
    big_free(world->loss_states, (size_t)links + 1, sizeof(uint8_t));
    big_free(world->last_arrival, (size_t)links + 1, sizeof(SimTime));
    big_free(world->access, world->access_count, sizeof(SimTime));
    big_free(world->states, world->nodes, world->state_size);
    big_free(world->randoms, world->nodes, sizeof(Random));
    big_free(world->channels, world->nodes, sizeof(Random));
    big_free(world->up, world->words + 1, sizeof(uint64_t));
    big_free(world->down_holds, world->nodes, sizeof(uint16_t));
    big_free(world->epochs, world->nodes, sizeof(uint32_t));
    big_free(world->last_transition, world->nodes, sizeof(uint32_t));
    big_free(world->load, world->nodes, sizeof(uint32_t));
    access_free(world);
    next_hop_free(world);
    topology_free(world->topology);
    engine_free(world->engine);
    bodies_clear(&world->bodies);
    histogram_clear(&world->seen.latency);
    histogram_clear(&world->seen.hops);
    histogram_clear(&world->seen.stretch);
    g_clear_pointer(&world->far_arrivals, g_hash_table_unref);
    g_clear_pointer(&world->cut_pairs, g_hash_table_unref);
    g_clear_pointer(&world->cut_holds, g_hash_table_unref);
    g_clear_pointer(&world->far_losses, g_hash_table_unref);
    g_clear_pointer(&world->transitions, g_array_unref);
    g_free(world->load_before);
    g_free(world->lanes);
    g_free(world->groups);
    g_free(world->shared);
    if (world->trace) fclose(world->trace);
}

/* Runs once; what precedes *warmup does not count.  Where the run is to find its
 * warm-up, *warmup becomes what it has found. */
static RunResult *run_once(const World *prepared, SimTime *warmup, GError **error)
{
    g_autoptr(RunResult) result = result_new();
    World world = *prepared;
    world.self.world = &world;
    world.result = result;
    world.warmup = *warmup;
    gint64 since = g_get_monotonic_time();
    bool ready = set_up(&world, error);
    if (ready) {
        result->cost.start_s = world_lap(&since) - result->cost.overlay_s - result->cost.network_s;
        if (world.recording.overlay && !world.live) observe_overlay(&world);
        (void)world_lap(&since);
        double busy = processor_s();
        world.ran = true;
        run(&world);
        sequence_close(&world);
        result->wall_s = world_lap(&since);
        result->cost.loop_cpu_s = processor_s() - busy;
        if (world.recording.overlay && world.live) observe_overlay(&world);
        result->cost.pending_most = engine_most(world.engine);
        result->cost.pending_bytes = engine_bytes(world.engine);
        observe_end(&world);
        result->cost.end_s = world_lap(&since);
        if (world.warmup_found && !world.warmup) *warmup = publications_warmup(&world);
    }
    tear_down(&world);
    return ready ? g_steal_pointer(&result) : NULL;
}

RunResult *world_run(const Scenario *scenario, uint64_t seed, const Recording *recording, GError **error)
{
    bool find = scenario->settings.warmup == WARMUP_AUTO;
    World prepared = {
        .scenario = scenario, .protocol = scenario_protocol(scenario), .network = scenario_network(scenario),
        .live = scenario_overlay(scenario)->live, .recording = *recording, .seed = seed, .warmup_found = find,
    };
    SimTime warmup = find ? 0 : scenario->settings.warmup;
    RunResult *result = run_once(&prepared, &warmup, error);
    if (!result || !find || !warmup) return result;
    result_free(result);                /* counters cannot be cut afterwards: the same run again, with its cut known */
    return run_once(&prepared, &warmup, error);
}
