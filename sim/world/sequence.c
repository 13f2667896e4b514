/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the communication models do, step by step: as lines of the trace, and as rows for a
 * message-sequence chart.
 *
 * A line of the trace has the time (ns), the event, the node, the process, the object, the
 * message, a number and the reason, with - where there is none.  Of a packet the event is
 * packet.send, packet.arrive or packet.lost, the node where that happens, the object model and
 * kind, the message its number in the order sent, the number the other end, the reason what
 * it carries. */
#include <inttypes.h>

#include "world/state.h"

struct Sequence {
    uint32_t most;              /* packets; beyond, nothing is kept.  0: none is */
    uint32_t sent;
    GArray *numbers;            /* of uint32_t: by its place in flight, the number of a packet, from 1 */
    GString *label;
};

/* A field of the trace: on one line and between two tabs, whatever it holds. */
static void put_text(FILE *file, const char *text)
{
    fputc('\t', file);
    if (!text || !*text) fputc('-', file);
    for (const char *c = text; c && *c; c++) {
        if (*c == '\t') fputs("\\t", file);
        else if (*c == '\n') fputs("\\n", file);
        else if (*c == '\\') fputs("\\\\", file);
        else if ((guchar)*c < ' ' || *c == 127) fprintf(file, "\\x%02x", (unsigned)*c);
        else fputc(*c, file);
    }
}

static void put_line(const World *world, const IpcEvent *event)
{
    FILE *file = world->trace;
    fprintf(file, "%" PRId64 "\t%s\t%u", event->time, event->event, event->node);
    put_text(file, event->process);
    put_text(file, event->object);
    fprintf(file, "\t%" PRIu64 "\t%" PRIu64, event->message, event->number);
    put_text(file, event->reason);
    fputc('\n', file);
}

static void unwatch(World *world)
{
    ipc_watch(world->ipc, NULL, NULL);
    ipc_watch_packets(world->ipc, NULL, NULL);
}

/* Too many for a chart: none is better than the first of them. */
static void give_up(World *world)
{
    world->sequence->most = 0;
    g_array_set_size(world->result->packets, 0);
    g_array_set_size(world->result->steps, 0);
    if (!world->trace) unwatch(world);
}

static void told(void *data, const IpcEvent *event)
{
    World *world = data;
    struct Sequence *sequence = world->sequence;
    RunResult *result = world->result;
    if (world->trace) put_line(world, event);
    if (!sequence->most) return;
    if (result->steps->len / 8 >= sequence->most) {
        give_up(world);
        return;
    }
    StepRow row = { event->time, result_text(result, event->event), event->node, result_text(result, event->process),
                    result_text(result, event->object), event->message, event->number,
                    result_text(result, event->reason) };
    g_array_append_val(result->steps, row);
}

static const char *kind_of(const Packet *packet)
{
    return packet->library->kinds ? packet->library->kinds[packet->kind] : packet->library->name;
}

static void row_begin(World *world, const Packet *packet, const char *label)
{
    RunResult *result = world->result;
    if (!world->sequence->most) return;
    if (world->sequence->sent > world->sequence->most) {
        give_up(world);
        return;
    }
    PacketRow row = { result_text(result, packet->library->name), result_text(result, kind_of(packet)),
                      *label ? result_text(result, label) : NULL, packet->from, packet->to, packet->size,
                      result_text(result, "under-way"), world->now, -1 };
    g_array_append_val(result->packets, row);
}

static void row_end(World *world, uint32_t number, PacketFate fate)
{
    if (!world->sequence->most) return;
    PacketRow *row = &g_array_index(world->result->packets, PacketRow, number - 1);
    row->fate = result_text(world->result, fate == PACKET_ARRIVED ? "arrived" : "lost");
    row->ended = world->now;
}

static void packet_line(World *world, const Packet *packet, uint32_t number, PacketFate fate, const char *label)
{
    static const char *const events[] = { "packet.send", "packet.arrive", "packet.lost" };
    g_autofree char *kind = g_strconcat(packet->library->name, ".", kind_of(packet), NULL);
    bool sent = fate == PACKET_SENT;
    IpcEvent line = { .time = world->now, .event = events[fate], .node = sent ? packet->from : packet->to,
                      .object = kind, .message = number, .number = sent ? packet->to : packet->from, .reason = label };
    put_line(world, &line);
}

static void packet_seen(void *data, const Packet *packet, uint32_t place, PacketFate fate)
{
    World *world = data;
    struct Sequence *sequence = world->sequence;
    g_string_truncate(sequence->label, 0);
    if (fate == PACKET_SENT) {
        ipc_packet_label(world->ipc, packet, sequence->label);
        if (place >= sequence->numbers->len) g_array_set_size(sequence->numbers, place + 1);
        g_array_index(sequence->numbers, uint32_t, place) = ++sequence->sent;
        row_begin(world, packet, sequence->label->str);
    }
    uint32_t number = g_array_index(sequence->numbers, uint32_t, place);
    if (fate != PACKET_SENT) row_end(world, number, fate);
    if (world->trace) packet_line(world, packet, number, fate, sequence->label->str);
}

void sequence_open(World *world)
{
    if (!world->ipc || (!world->trace && !world->recording.sequence)) return;
    struct Sequence *sequence = world->sequence = g_new0(struct Sequence, 1);
    sequence->most = world->recording.sequence;
    sequence->numbers = g_array_new(FALSE, TRUE, sizeof(uint32_t));
    sequence->label = g_string_new(NULL);
    ipc_watch(world->ipc, told, world);
    ipc_watch_packets(world->ipc, packet_seen, world);
}

void sequence_close(World *world)
{
    if (!world->sequence) return;
    unwatch(world);
    g_array_unref(world->sequence->numbers);
    g_string_free(world->sequence->label, TRUE);
    g_clear_pointer(&world->sequence, g_free);
}
