/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Publications from plan to verdict: who has them, who should have had them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/truncation.h"
#include "world/state.h"

static gint by_time(gconstpointer a, gconstpointer b)
{
    const Live *x = a, *y = b;
    if (x->public.published != y->public.published) return x->public.published < y->public.published ? -1 : 1;
    if (x->public.source != y->public.source) return x->public.source < y->public.source ? -1 : 1;
    if (x->workload != y->workload) return x->workload < y->workload ? -1 : 1;
    return x->public.number < y->public.number ? -1 : x->public.number > y->public.number;
}

static gint by_node(gconstpointer a, gconstpointer b)
{
    const Source *x = a, *y = b;
    return (x->node > y->node) - (x->node < y->node);
}

static uint32_t source_find(const World *world, NodeId node)
{
    Source wanted = { .node = node };
    const Source *found = bsearch(&wanted, world->sources, world->source_count, sizeof *found, by_node);
    return (uint32_t)(found - world->sources);
}

static void sources_collect(World *world)
{
    world->sources = g_new0(Source, world->live_count + 1);
    for (uint32_t i = 0; i < world->live_count; i++) world->sources[i].node = world->lives[i].public.source;
    qsort(world->sources, world->live_count, sizeof(Source), by_node);
    for (uint32_t i = 0; i < world->live_count; i++)
        if (!world->source_count || world->sources[world->source_count - 1].node != world->sources[i].node)
            world->sources[world->source_count++] = world->sources[i];
    g_autofree uint32_t *made = g_new0(uint32_t, world->source_count + 1);
    for (uint32_t i = 0; i < world->live_count; i++) {
        Live *live = &world->lives[i];
        live->source_index = source_find(world, live->public.source);
        live->order = ++made[live->source_index];
    }
}

void publications_sort(World *world)
{
    g_array_sort(world->planned, by_time);
    world->live_count = world->planned->len;
    world->lives = (Live *)g_array_free(g_steal_pointer(&world->planned), FALSE);
    sources_collect(world);
    coding_expand(world);
    world->running = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    world->restarts = g_array_new(FALSE, FALSE, sizeof(NodeId));
    for (uint32_t i = 0; i < world->live_count; i++) {
        Live *live = &world->lives[i];
        live->counted = live->public.published >= world->warmup;
        engine_at(world->engine, live->public.published, EVENT_WORKLOAD, live->public.source, live->public.source, i);
    }
}

/* Publications that overlap need to know which of them each node has had. */
static void source_begin(World *world, const Live *live)
{
    Source *source = &world->sources[live->source_index];
    if (source->in_use++ && !source->newest) source->newest = big_new(world->nodes, sizeof(uint32_t));
}

static void source_end(World *world, const Live *live)
{
    Source *source = &world->sources[live->source_index];
    if (--source->in_use || !source->newest) return;
    big_free(source->newest, world->nodes, sizeof(uint32_t));
    source->newest = NULL;
}

bool publication_overtaken(World *world, const Live *live, NodeId node)
{
    uint32_t *newest = world->sources[live->source_index].newest;
    if (!newest) return false;
    if (newest[node] > live->order) return true;
    newest[node] = live->order;
    return false;
}

/* True if the source itself belongs to those that the publication is for. */
static bool source_is_member(const World *world, const Live *live)
{
    return !live->public.group || bit_get(world->groups[live->public.group].is_member, live->public.source);
}

static void running_add(World *world, uint32_t number)
{
    world->lives[number].place = world->running->len;
    g_array_append_val(world->running, number);
}

void publication_publish(World *world, uint32_t number, uint32_t size)
{
    Message message = { .publication = number, .size = size, .flags = MESSAGE_PAYLOAD };
    publication_use(world, number);
    world->protocol->publish(world_node(world, world->lives[number].public.source), &message);
    if (--world->lives[number].in_use == 0) publication_unused(world, number);
}

/* Kept beside the deliveries, which do not say who published. */
static void publication_record(World *world, const Live *live)
{
    const Part *workload = world->scenario->workloads->pdata[live->workload];
    PublicationRow row = { result_text(world->result, workload->name), live->public.number, live->public.source,
                           live->public.published, live->public.size };
    g_array_append_val(world->result->publications, row);
}

void publication_make(World *world, uint32_t number)
{
    Live *live = &world->lives[number];
    NodeId source = live->public.source;
    bool up = bit_get(world->up, source);
    live->up_at_send = world->groups[live->public.group].up - (up && source_is_member(world, live));
    if (!up) {
        live->state = LIVE_SKIPPED;
        return;
    }
    world->counters.publications++;
    live->state = LIVE_MADE;
    live->seen = live->had = big_new(world->words, sizeof(uint64_t));
    live->latency = g_new0(Histogram, 1);
    bit_set(live->seen, source);
    live->in_use = 1;
    running_add(world, number);
    source_begin(world, live);
    if (world->recording.deliveries) publication_record(world, live);
    if (live->packets) coding_publish(world, number);
    else publication_publish(world, number, live->public.size);
    if (--live->in_use == 0) publication_unused(world, number);
}

/* Members that should have it beside those it was delivered to in time: up from
 * its time until its deadline or the end. */
static uint64_t missed(const World *world, const Live *live)
{
    SimTime deadline = world->scenario->settings.deadline, published = live->public.published;
    SimTime until = deadline >= 0 ? MIN(published + deadline, world->end) : world->end;
    const Members *members = &world->groups[live->public.group];
    if (!world->last_transition) return members->count - source_is_member(world, live) - live->delivered;
    uint64_t count = live->late_expected;
    for (uint32_t i = 0; i < members->count; i++) {
        NodeId node = members->members ? members->members[i] : i;
        if (node == live->public.source || (live->had && bit_get(live->had, node))) continue;
        count += liveness_up_during(world, node, published, until);
    }
    return count;
}

static void count_reach(Observation *seen, const Live *live)
{
    static const double shares[REACHES] = { 0.5, 0.9, 0.99 };
    for (int r = 0; r < REACHES; r++) {
        uint64_t rank = (uint64_t)ceil(shares[r] * (double)live->expected * (1 - 1e-12));
        if (!rank || live->delivered < rank) continue;
        seen->reached[r]++;
        seen->reach_time[r] += histogram_rank(live->latency, rank);
    }
}

/* Adds a judged publication to what was seen of the run. */
static void count_live(World *world, Live *live)
{
    Observation *seen = &world->seen;
    seen->delivered += live->delivered;
    seen->delivered_at_send += live->delivered_at_send;
    seen->expected += live->expected;
    seen->expected_at_send += live->up_at_send;
    seen->expected_all += world->groups[live->public.group].count - source_is_member(world, live);
    if (live->state == LIVE_MADE) seen->publications++;
    else seen->skipped++;
    if (live->expected) seen->judged++, seen->complete += live->delivered == live->expected;
    if (live->expected) count_reach(seen, live);
    if (live->latency) histogram_merge(&seen->latency, live->latency);
}

static void forget(World *world, Live *live)
{
    stress_judge(world, live);
    if (live->had != live->seen) big_free(live->had, world->words, sizeof(uint64_t));
    big_free(live->seen, world->words, sizeof(uint64_t));
    live->seen = live->had = NULL;
    if (live->got) big_free(live->got, world->nodes, sizeof *live->got);
    live->got = NULL;
    if (live->latency) histogram_clear(live->latency);
    g_clear_pointer(&live->latency, g_free);
}

/* The node forgets that it had it. */
static void forget_at(World *world, Live *live, NodeId node)
{
    if (live->got) live->got[node] = 0;
    if (!live->seen || !bit_get(live->seen, node)) return;
    if (live->had == live->seen && !live->block) {
        live->had = big_new(world->words, sizeof(uint64_t));
        memcpy(live->had, live->seen, world->words * sizeof(uint64_t));
    }
    bit_clear(live->seen, node);
}

/* Restarts touch the publications in use at once; the others hear of them when asked. */
void publication_refresh(World *world, Live *live)
{
    for (; live->restarts < world->restarts->len; live->restarts++)
        forget_at(world, live, g_array_index(world->restarts, NodeId, live->restarts));
}

/* Takes it off the list; the last one moves to its place. */
static void running_remove(World *world, Live *live)
{
    g_array_remove_index_fast(world->running, live->place);
    if (live->place < world->running->len) world->lives[g_array_index(world->running, uint32_t, live->place)].place = live->place;
    live->restarts = world->restarts->len;
}

void publication_use(World *world, uint32_t number)
{
    Live *live = &world->lives[number];
    if (live->in_use++ || live->judged) return;
    publication_refresh(world, live);
    running_add(world, number);
    if (live->block) publication_use(world, live->block - 1);
}

static void judge(World *world, Live *live)
{
    live->judged = true;
    live->expected = live->delivered + missed(world, live);
    live->mean_latency = live->latency && live->latency->count ? histogram_mean(live->latency) : NAN;
    if (!live->counted) return;
    count_live(world, live);
    if (live->had && world->scenario->settings.deadline < 0) classes_count(world, live);
}

/* It can reach nobody any more.  What is expected is known once no node can
 * change before its deadline; until then who has it is kept. */
void publication_unused(World *world, uint32_t number)
{
    Live *live = &world->lives[number];
    if (live->judged) return;                   /* the run is over */
    if (!live->ended && !live->block) source_end(world, live);  /* a late word about it takes it up and drops it again */
    live->ended = true;
    running_remove(world, live);
    SimTime deadline = world->scenario->settings.deadline;
    bool open = world->now <= world->last_change && (deadline < 0 || world->now <= live->public.published + deadline);
    if (!open && live->block) live->judged = true;      /* by its block */
    else if (!open) judge(world, live);
    if (!open) forget(world, live);
    if (live->block && --world->lives[live->block - 1].in_use == 0) publication_unused(world, live->block - 1);
}

void publications_restart(World *world, NodeId node)
{
    g_array_append_val(world->restarts, node);
    for (guint i = 0; i < world->running->len; i++)
        forget_at(world, &world->lives[g_array_index(world->running, uint32_t, i)], node);
}

void publications_judge(World *world)
{
    for (uint32_t i = 0; i < world->live_count; i++) {
        Live *live = &world->lives[i];
        if (live->judged || live->state == LIVE_PLANNED) continue;
        judge(world, live);
        forget(world, live);
    }
}

/* One number for each publication that has it, in order of time. */
static double latency_of(const Live *live) { return live->judged ? live->mean_latency : NAN; }

static double ratio_of(const Live *live)
{
    return live->judged && live->expected ? (double)live->delivered / (double)live->expected : NAN;
}

static SimTime warmup_of(const World *world, double (*value)(const Live *live))
{
    g_autofree double *series = g_new(double, world->live_count + 1);
    g_autofree uint32_t *of = g_new(uint32_t, world->live_count + 1);
    size_t count = 0;
    for (uint32_t i = 0; i < world->live_count; i++) {
        double known = value(&world->lives[i]);
        if (isnan(known)) continue;
        of[count] = i;
        series[count++] = known;
    }
    size_t cut = truncation_mser5(series, count);
    return cut ? world->lives[of[cut]].public.published : 0;
}

SimTime publications_warmup(const World *world)
{
    return MAX(warmup_of(world, latency_of), warmup_of(world, ratio_of));
}

void publications_free(World *world)
{
    for (uint32_t i = 0; i < world->live_count + world->packet_count; i++) forget(world, &world->lives[i]);
    for (uint32_t i = 0; i < world->source_count; i++) {
        big_free(world->sources[i].newest, world->nodes, sizeof(uint32_t));
        g_free(world->sources[i].depths);
        g_free(world->sources[i].by_depth);
    }
    g_free(world->sources);
    g_free(world->lives);
    if (world->running) g_array_unref(world->running);
    if (world->restarts) g_array_unref(world->restarts);
    if (world->planned) g_array_unref(world->planned);
}
