/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The menu: every variant a scenario can name.  Adding one is one file in its
 * room and one line here. */
#pragma once
#include "cli/cli.h"
#include "failure/failure.h"
#include "metric/metric.h"
#include "network/network.h"
#include "overlay/overlay.h"
#include "protocol/protocol.h"
#include "workload/model.h"
#include "workload/workload.h"

#define NETWORKS(X) \
    X(barabasi_albert) \
    X(cities) \
    X(coordinates) \
    X(distribution) \
    X(euclidean) \
    X(graph) \
    X(link) \
    X(matrix) \
    X(transit_stub) \
    X(waxman)

#define OVERLAYS(X) \
    X(barabasi_albert) \
    X(binomial_tree) \
    X(chain) \
    X(chord) \
    X(complete) \
    X(cyclon) \
    X(degree_bounded_tree) \
    X(erdos_renyi) \
    X(file) \
    X(geometric) \
    X(grid) \
    X(hyparview) \
    X(hypercube) \
    X(kademlia) \
    X(kary_tree) \
    X(minimum_spanning_tree) \
    X(multi_tree) \
    X(narada) \
    X(nice) \
    X(pastry) \
    X(random_regular) \
    X(random_tree) \
    X(ring) \
    X(shortest_path_tree) \
    X(star) \
    X(torus) \
    X(watts_strogatz)

#define PROTOCOLS(X) \
    X(bucket_broadcast) \
    X(flood) \
    X(gossip) \
    X(gossipsub) \
    X(lookup) \
    X(mesh_pull) \
    X(nice) \
    X(plumtree) \
    X(reverse_path) \
    X(scribe) \
    X(splitstream) \
    X(rumour) \
    X(tree) \
    X(tree_mesh) \
    X(unicast)

#define WORKLOADS(X) \
    X(publish)

/* Families of sections of the communication models, in the order in which they are built. */
#define MODELS(X) \
    X(process) \
    X(amqp) \
    X(mq) \
    X(queue) \
    X(rpc) \
    X(socket) \
    X(zeromq) \
    X(traffic)

#define FAILURES(X) \
    X(arrivals) \
    X(attack) \
    X(broker_kill) \
    X(broker_start) \
    X(broker_stop) \
    X(channel_reset) \
    X(channel_resolve) \
    X(channel_start) \
    X(channel_stop) \
    X(churn) \
    X(correlated) \
    X(crash) \
    X(delayer) \
    X(flap) \
    X(free_rider) \
    X(host_crash) \
    X(host_restart) \
    X(link_cut) \
    X(link_broken) \
    X(link_loss) \
    X(loss) \
    X(mute) \
    X(partition) \
    X(process_crash) \
    X(process_restart) \
    X(qmgr_start) \
    X(qmgr_stop) \
    X(region) \
    X(slow) \
    X(spammer) \
    X(spike)

#define METRICS(X) \
    X(delivery) \
    X(latency) \
    X(reach) \
    X(hops) \
    X(stretch) \
    X(stress) \
    X(messages) \
    X(packets) \
    X(load) \
    X(order) \
    X(drops) \
    X(availability) \
    X(recovery) \
    X(detection) \
    X(warmup)

#define COMMANDS(X) \
    X(bench) \
    X(check) \
    X(compare) \
    X(explain) \
    X(help) \
    X(list) \
    X(merge) \
    X(plot) \
    X(report) \
    X(run) \
    X(topology)

/* NULL-terminated, in the order above; behind them what registry_add() has added. */
extern const Network *networks[];
extern const Overlay *overlays[];
extern const Protocol *protocols[];
extern const Workload *workloads[];
extern const Failure *failures[];
extern const Metric *metrics[];
extern const Model *const models[];
extern const Command *const commands[];

/* One room of the menu, for whoever treats all rooms alike. */
typedef struct {
    const char *name;                   /* "overlays", as in `list overlays` */
    const char *section;                /* "overlay": the section of a scenario that names its variants */
    const char *summary;                /* one line */
    const Variant *const *variants;     /* NULL-terminated; each the first member of its contract */
} Room;

/* The rooms in the order of a scenario, ended by a NULL name. */
extern const Room rooms[];

/* The entry of that name; or NULL and *error (SIM_ERROR_UNKNOWN, with a
 * did-you-mean). */
const Variant *room_find(const Room *room, const char *name, GError **error);

/* The room of a section, or NULL. */
const Room *room_of(const char *section);

/* The family whose sections are called so, and *which of them; NULL: none. */
const Model *model_of(const char *section, const Variant **which);

/* Adds a variant that was built outside the tree, the first member of its contract,
 * to the room of `section`; it has to outlive every use.  False and *error:
 * SIM_ERROR_UNKNOWN (no such room), SIM_ERROR_RANGE (no name, the name is taken, too
 * many).  Before anything is read; not for two threads. */
bool registry_add(const char *section, const Variant *variant, GError **error);
