/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [producer NAME] and [consumer NAME]: who puts messages into the queues, sockets and
 * exchanges of the other sections, and who takes them out. */
#include "core/histogram.h"
#include "workload/keys.h"
#include "workload/model.h"
#include "workload/zeromq_sections.h"

#include <string.h>

#define RETRY ((SimTime)100 * 1000 * 1000)      /* until a handle that cannot be had is asked for again */

typedef struct {
    char *processes, *to, *topics, *keys, *headers;
    Distribution arrivals, size;
    uint32_t count, priority;
    SimTime ttl, start;
    bool persistent, mandatory, confirm, resend;
    KeyChoice choice;
} ProducerConfig;

static const Param producer_params[] = {
    { "processes", PARAM_TEXT, offsetof(ProducerConfig, processes), NULL, 0, 0, "who produces: NAME, NAME[0..3], …", NULL },
    { "to", PARAM_TEXT, offsetof(ProducerConfig, to), NULL, 0, 0, "a [zmq], [queue], QUEUE@MANAGER, BROKER.EXCHANGE, or BROKER", NULL },
    { "topics", PARAM_TEXT, offsetof(ProducerConfig, topics), "", 0, 0, "NAME:WEIGHT, …, or zipf(COUNT, EXPONENT)", NULL },
    { "keys", PARAM_TEXT, offsetof(ProducerConfig, keys), "", 0, 0, "the same, where they are called routing keys", NULL },
    { "headers", PARAM_TEXT, offsetof(ProducerConfig, headers), "", 0, 0, "KEY:VALUE, … that each message carries", NULL },
    { "arrivals", PARAM_DURATION_LAW, offsetof(ProducerConfig, arrivals), "1 s", 0, 0, "time from one message to the next", NULL },
    { "count", PARAM_COUNT, offsetof(ProducerConfig, count), "10", 0, 4e9, "messages of each process", NULL },
    { "size", PARAM_SIZE_LAW, offsetof(ProducerConfig, size), "100 B", 0, 0, "bytes of each", NULL },
    { "persistent", PARAM_BOOL, offsetof(ProducerConfig, persistent), "no", 0, 0, "they survive a restart of the queue", NULL },
    { "priority", PARAM_COUNT, offsetof(ProducerConfig, priority), "0", 0, 255, "higher is more urgent", NULL },
    { "ttl", PARAM_DURATION, offsetof(ProducerConfig, ttl), "off", 0, 0x1p62, "time to live in a queue; off: for ever", NULL },
    { "mandatory", PARAM_BOOL, offsetof(ProducerConfig, mandatory), "no", 0, 0, "what no queue takes is returned", NULL },
    { "confirm", PARAM_BOOL, offsetof(ProducerConfig, confirm), "no", 0, 0, "the broker confirms each", NULL },
    { "resend-unconfirmed", PARAM_BOOL, offsetof(ProducerConfig, resend), "no", 0, 0,
      "what was not confirmed is sent again after a reconnection", NULL },
    { "start", PARAM_DURATION, offsetof(ProducerConfig, start), "0 s", 0, 0x1p62, "after the start of its process", NULL },
    PARAM_END
};

typedef struct {
    char *processes, *from, *forward;
    int mode, ack;
    SimTime poll, start;
    uint32_t prefetch, count;
    Distribution service;
    double reject;
    bool requeue;
    uint32_t priority;
} ConsumerConfig;

static const Param consumer_params[] = {
    { "processes", PARAM_TEXT, offsetof(ConsumerConfig, processes), NULL, 0, 0, "who consumes: NAME, NAME[0..3], …", NULL },
    { "from", PARAM_TEXT, offsetof(ConsumerConfig, from), NULL, 0, 0, "a [zmq], [queue], QUEUE@MANAGER or BROKER.QUEUE", NULL },
    { "forward", PARAM_TEXT, offsetof(ConsumerConfig, forward), "", 0, 0, "where each message goes once it is served, as `to` of a producer", NULL },
    { "mode", PARAM_CHOICE, offsetof(ConsumerConfig, mode), "get", 0, 0, "blocks, polls, as poll(50 ms), is notified, or is pushed to", "get|poll(poll)|notify|push" },
    { "poll", PARAM_DURATION, offsetof(ConsumerConfig, poll), "100 ms", 1, 0x1p62, "interval of mode = poll", NULL },
    { "ack", PARAM_CHOICE, offsetof(ConsumerConfig, ack), "auto", 0, 0,
      "a message is gone when taken, when it is served, or when its unit of work commits", "auto|manual|uow" },
    { "prefetch", PARAM_COUNT, offsetof(ConsumerConfig, prefetch), "0", 0, 65535, "unacknowledged at most; 0: no limit", NULL },
    { "service-time", PARAM_DURATION_LAW, offsetof(ConsumerConfig, service), "0 s", 0, 0, "what each message takes", NULL },
    { "reject-rate", PARAM_SHARE, offsetof(ConsumerConfig, reject), "0", 0, 1, "share that it rejects", NULL },
    { "requeue", PARAM_BOOL, offsetof(ConsumerConfig, requeue), "no", 0, 0, "what it rejects goes back into the queue", NULL },
    { "priority", PARAM_COUNT, offsetof(ConsumerConfig, priority), "0", 0, 255, "among the consumers of a queue", NULL },
    { "count", PARAM_COUNT, offsetof(ConsumerConfig, count), "", 0, 4e9, "stops after so many; absent: never", NULL },
    { "start", PARAM_DURATION, offsetof(ConsumerConfig, start), "0 s", 0, 0x1p62, "after the start of its process", NULL },
    PARAM_END
};

static void producer_check(void *data, const Keys *keys)
{
    ProducerConfig *config = data;
    const char *key = config->topics ? "topics" : "keys", *text = config->topics ? config->topics : config->keys;
    if (config->topics && config->keys) keys_fault(keys, "keys", "topics or keys is enough; both are given");
    g_autofree char *wrong = text ? key_choice_read(text, &config->choice) : NULL;
    if (wrong) keys_fault(keys, key, "%s", wrong);
    g_auto(GStrv) headers = config->headers ? parse_list(config->headers) : NULL;
    for (char **header = headers; header && *header; header++)
        if (!strchr(*header, ':')) keys_fault(keys, "headers", "'%s' is no KEY:VALUE", *header);
}

static void producer_clear(void *data) { key_choice_clear(&((ProducerConfig *)data)->choice); }

/* What one section makes: a worker for each of its processes. */
typedef struct Worker Worker;

typedef struct {
    const ProducerConfig *producer;     /* one of the two */
    const ConsumerConfig *consumer;
    Outlet outlet;                      /* of a producer, or where a consumer forwards */
    Inlet inlet;
    bool forwards;
    Worker *workers;
    uint32_t count;
    Histogram latency, blocked;
    uint64_t sent, failed, taken, duplicates, redelivered, rejected;
    SimTime last;                       /* when the last message was sent or taken; -1: none */
} Traffic;

struct Worker {
    Traffic *traffic;
    uint32_t number;                    /* among all workers of producers, for ids */
    uint32_t made;                      /* messages so far, through restarts */
    GHashTable *seen;                   /* of a consumer: ids it has had, or all of its section; only looked up */
    Random random;
};

static IpcMessage *message_make(Worker *worker, SimTime now)
{
    const ProducerConfig *config = worker->traffic->producer;
    double size = distribution_draw(&config->size, &worker->random);
    IpcMessage *message = ipc_message_new(NULL, (uint32_t)(size + 0.5));
    message->id = (uint64_t)(worker->number + 1) << 32 | ++worker->made;
    message->created = now;
    message->ttl = config->ttl;
    message->persistent = config->persistent;
    message->priority = (uint8_t)config->priority;
    g_auto(GStrv) headers = config->headers ? parse_list(config->headers) : NULL;
    for (char **header = headers; header && *header; header++) {
        g_auto(GStrv) pair = g_strsplit(*header, ":", 2);
        ipc_message_header(message, g_strstrip(pair[0]), g_strstrip(pair[1]));
    }
    return message;
}

static void *outlet_wait(const Outlet *outlet, Process *self, const OutletOptions *options)
{
    void *handle;
    while (!(handle = outlet->open(outlet->object, self, options))) process_sleep(self, RETRY);
    return handle;
}

/* Arrivals keep their schedule: who was blocked catches up. */
static void produce(Process *self, void *argument)
{
    Worker *worker = argument;
    Traffic *traffic = worker->traffic;
    const ProducerConfig *config = traffic->producer;
    OutletOptions options = { config->mandatory, config->confirm, config->resend };
    process_sleep(self, config->start);
    SimTime due = process_now(self);
    void *handle = outlet_wait(&traffic->outlet, self, &options);
    while (worker->made < config->count) {
        if (due > process_now(self)) process_sleep(self, due - process_now(self));
        const char *key = key_choice_draw(&config->choice, &worker->random);
        SimTime began = process_now(self);
        int result = traffic->outlet.put(handle, message_make(worker, due), key);
        histogram_add(&traffic->blocked, (uint64_t)(process_now(self) - began));
        traffic->sent += result >= 0;
        traffic->failed += result < 0;
        traffic->last = process_now(self);
        due += distribution_time(&config->arrivals, &worker->random);
    }
}

static void count_taken(const Worker *worker, const Taken *taken, SimTime now)
{
    Traffic *traffic = worker->traffic;
    const IpcMessage *message = taken->message;
    traffic->taken++;
    traffic->last = now;
    traffic->redelivered += taken->redelivered;
    if (!message->id) return;
    if (g_hash_table_contains(worker->seen, &message->id)) {
        traffic->duplicates++;
        return;
    }
    g_hash_table_add(worker->seen, g_memdup2(&message->id, sizeof message->id));
    histogram_add(&traffic->latency, (uint64_t)(now - message->created));
}

static void consume(Process *self, void *argument)
{
    Worker *worker = argument;
    Traffic *traffic = worker->traffic;
    const ConsumerConfig *config = traffic->consumer;
    InletOptions options = { (TakeMode)config->mode, (TakeAck)config->ack, config->poll, config->prefetch, (int)config->priority };
    OutletOptions plain = { 0 };
    process_sleep(self, config->start);
    void *handle, *onward = traffic->forwards ? outlet_wait(&traffic->outlet, self, &plain) : NULL;
    while (!(handle = traffic->inlet.open(traffic->inlet.object, self, &options))) process_sleep(self, RETRY);
    for (uint32_t i = 0; config->count == PARAM_NO_COUNT || i < config->count; i++) {
        Taken taken = { NULL, 0, false };
        if (traffic->inlet.take(handle, &taken) < 0) {
            process_sleep(self, RETRY);
            continue;
        }
        count_taken(worker, &taken, process_now(self));
        process_keep(self, taken.message);
        process_sleep(self, distribution_time(&config->service, &worker->random));
        bool rejects = config->reject > 0 && random_unit(&worker->random) < config->reject;
        traffic->rejected += rejects;
        if (onward && !rejects) (void)traffic->outlet.put(onward, ipc_message_hold(taken.message), NULL);
        (void)traffic->inlet.settle(handle, &taken, !rejects, config->requeue);
        process_unkeep(self, taken.message);
        ipc_message_drop(taken.message);
    }
    traffic->inlet.close(handle);
}

/* Sections that can be put to or taken from, by the names they have there. */
static bool check_object(ModelCheck *check, const char *key, const char *name, bool put)
{
    static const char *const into[] = { "zmq", "queue", "exchange", "broker", NULL };
    static const char *const out_of[] = { "zmq", "queue", "amqp-queue", NULL };
    const char *at = strchr(name, '@');
    if (!at) return model_refer_any(check, key, put ? into : out_of, name);
    g_autofree char *queue = g_strdup_printf("%s.%.*s", at + 1, (int)(at - name), name);
    return model_refer(check, key, "mq-queue", queue);
}

static void check_sockets(ModelCheck *check, const ProducerConfig *producer, const ConsumerConfig *consumer)
{
    if (producer) zmq_check_user(check, "to", producer->to, producer->processes, true);
    if (consumer) zmq_check_user(check, "from", consumer->from, consumer->processes, false);
    if (consumer && consumer->forward) zmq_check_user(check, "forward", consumer->forward, consumer->processes, true);
}

static void check(const ModelSection *section, ModelCheck *check)
{
    bool produces = strcmp(section->section, "producer") == 0;
    const ProducerConfig *producer = section->config;
    const ConsumerConfig *consumer = section->config;
    (void)model_refer_processes(check, "processes", produces ? producer->processes : consumer->processes);
    if (produces) (void)check_object(check, "to", producer->to, true);
    else (void)check_object(check, "from", consumer->from, false);
    if (!produces && consumer->forward) (void)check_object(check, "forward", consumer->forward, true);
    check_sockets(check, produces ? producer : NULL, produces ? NULL : consumer);
}

static void *build(const ModelSection *section, ModelScope *scope)
{
    Traffic *traffic = g_new0(Traffic, 1);
    bool produces = strcmp(section->section, "producer") == 0;
    traffic->producer = produces ? section->config : NULL;
    traffic->consumer = produces ? NULL : section->config;
    traffic->last = -1;
    const char *onward = produces ? traffic->producer->to : traffic->consumer->forward;
    if (onward) traffic->outlet = *model_outlet_of(scope, onward);
    if (!produces) traffic->inlet = *model_inlet_of(scope, traffic->consumer->from);
    traffic->forwards = !produces && onward;
    g_autofree Program **programs = model_programs(scope, produces ? traffic->producer->processes : traffic->consumer->processes,
                                                   &traffic->count);
    traffic->workers = g_new0(Worker, traffic->count);
    for (uint32_t i = 0; i < traffic->count; i++) {
        Worker *worker = &traffic->workers[i];
        worker->traffic = traffic;
        bool own = i == 0 || traffic->inlet.copies;
        worker->seen = own ? g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL)
                           : g_hash_table_ref(traffic->workers[0].seen);
        worker->random = random_keyed(random_bits(model_random(scope)), i);
        worker->number = model_serial(scope);
        program_thread(programs[i], section->name, produces ? produce : consume, worker);
    }
    return traffic;
}

static const MetricName metrics[] = {
    { "producer_sent", "messages", "accepted by what they were put to" },
    { "producer_failed", "messages", "refused by it" },
    { "producer_blocked_ms", "ms", "mean time that a put took" },
    { "producer_blocked_max_ms", "ms", "longest time that a put took" },
    { "producer_last_s", "s", "when the last was put" },
    { "consumer_taken", "messages", "taken by the consumers, again and again where redelivered" },
    { "consumer_latency_mean_ms", "ms", "from creation to the first taking" },
    { "consumer_latency_p50_ms", "ms", "its median" },
    { "consumer_latency_p95_ms", "ms", "its 95th percentile" },
    { "consumer_latency_p99_ms", "ms", "its 99th percentile" },
    { "consumer_duplicates", "messages", "taken that the section had taken before" },
    { "consumer_redelivered", "messages", "taken with the mark of a redelivery" },
    { "consumer_rejected", "messages", "rejected" },
    { "consumer_last_s", "s", "when the last was taken" },
    { NULL, NULL, NULL },
};

static void report(const ModelSection *section, void *built, ModelScope *scope)
{
    const Traffic *traffic = built;
    (void)section;
    if (traffic->producer) {
        model_value(scope, "producer_sent", (double)traffic->sent);
        model_value(scope, "producer_failed", (double)traffic->failed);
        model_ratio(scope, "producer_blocked_ms", (double)traffic->blocked.sum / SIM_MS, (double)traffic->blocked.count);
        if (traffic->blocked.count) model_own(scope, "producer_blocked_max_ms", (double)traffic->blocked.most / SIM_MS);
        if (traffic->last >= 0) model_own(scope, "producer_last_s", (double)traffic->last / SIM_S);
        return;
    }
    model_value(scope, "consumer_taken", (double)traffic->taken);
    model_ratio(scope, "consumer_latency_mean_ms", (double)traffic->latency.sum / SIM_MS, (double)traffic->latency.count);
    if (traffic->latency.count) {
        model_own(scope, "consumer_latency_p50_ms", histogram_quantile(&traffic->latency, 0.5) / SIM_MS);
        model_own(scope, "consumer_latency_p95_ms", histogram_quantile(&traffic->latency, 0.95) / SIM_MS);
        model_own(scope, "consumer_latency_p99_ms", histogram_quantile(&traffic->latency, 0.99) / SIM_MS);
    }
    model_value(scope, "consumer_duplicates", (double)traffic->duplicates);
    model_value(scope, "consumer_redelivered", (double)traffic->redelivered);
    model_value(scope, "consumer_rejected", (double)traffic->rejected);
    if (traffic->last >= 0) model_own(scope, "consumer_last_s", (double)traffic->last / SIM_S);
}

static void clear(void *built)
{
    Traffic *traffic = built;
    for (uint32_t i = 0; i < traffic->count; i++) g_hash_table_unref(traffic->workers[i].seen);
    histogram_clear(&traffic->latency);
    histogram_clear(&traffic->blocked);
    g_free(traffic->workers);
    g_free(traffic);
}

static const Variant producer = {
    .name = "producer", .summary = "processes that put messages into a queue, socket or exchange",
    .params = producer_params, .config_size = sizeof(ProducerConfig), .check = producer_check, .clear = producer_clear,
};

static const Variant consumer = {
    .name = "consumer", .summary = "processes that take messages from a queue or socket",
    .params = consumer_params, .config_size = sizeof(ConsumerConfig),
};

static const Variant *const sections[] = { &producer, &consumer, NULL };

const Model model_traffic = {
    .variant = { .name = "traffic", .summary = "producers and consumers of messages", .source = "open-loop arrivals" },
    .sections = sections, .metrics = metrics, .check = check, .build = build, .report = report, .clear = clear,
};
