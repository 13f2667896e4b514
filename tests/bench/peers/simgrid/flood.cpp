/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flood GRAPH M [--mode=full|star|timer] [--detach] [--cfg=...]
 * SimGrid s4u: one actor and one mailbox per node, detached sends of 1 byte.
 *  full:  a Full zone, one link per overlay edge, its latency the edge's; the
 *         textbook platform; its route table is N x N pointers.
 *  star:  a Star zone (O(N) platform), base latency 1 s and the network model's
 *         latency-factor callback giving each (src, dst) pair its own latency.
 *  timer: no actor, no network: one kernel timer per message (engine floor). */
#include "../graph.h"
#include <algorithm>
#include <cstring>
#include <simgrid/kernel/Timer.hpp>
#include <simgrid/kernel/resource/NetworkModelIntf.hpp>
#include <simgrid/s4u.hpp>
#include <vector>
namespace sg4 = simgrid::s4u;

struct Msg { int32_t from, id; double born; };
static graph g;
static int M;
static bool detach;
static uint64_t received, delivered;
static double max_lat, sum_lat;
static std::vector<uint64_t> seen;
static std::vector<sg4::Mailbox*> box;
static std::vector<int32_t> index_of_host;	/* by host netpoint id */

/* true if first receipt */
static bool account(int32_t self, const Msg& m, double now)
{
	if (m.from >= 0) received++;
	if (seen[self] >> m.id & 1) return false;
	seen[self] |= 1ull << m.id;
	if (m.from >= 0) {
		double d = now - m.born;
		delivered++, sum_lat += d, max_lat = std::max(max_lat, d);
	}
	return true;
}
/* put_async, each actor keeping its own pending sends: a detached send would sit
 * in one engine-wide std::list whose remove() is linear in everything in flight
 * (--detach shows it). */
static void forward(int32_t self, const Msg& m, std::vector<sg4::CommPtr>& out)
{
	out.erase(std::remove_if(out.begin(), out.end(), [](auto& c) { return c->test(); }), out.end());
	for (int i = g.off[self]; i < g.off[self + 1]; i++) {
		if (g.nbr[i].v == m.from) continue;
		auto* o = new Msg{self, m.id, m.born};
		if (detach) box[g.nbr[i].v]->put_init(o, 1)->detach();
		else out.push_back(box[g.nbr[i].v]->put_async(o, 1));
	}
}
/* A plain get() on a mailbox takes messages in the order they were SENT, so a
 * slow link would hold up a fast one; hence one posted receive per neighbour and
 * wait_any, which takes them as they arrive. */
static void node(int32_t self)
{
	int k = g.off[self + 1] - g.off[self];
	std::vector<Msg*> in(k);
	std::vector<sg4::CommPtr> out;
	std::vector<sg4::CommPtr> pending(k);
	for (int i = 0; i < k; i++) pending[i] = box[self]->get_async(&in[i]);
	while (true) {
		ssize_t i = sg4::Comm::wait_any(pending);
		Msg* m = in[i];
		pending[i] = box[self]->get_async(&in[i]);
		if (account(self, *m, sg4::Engine::get_clock())) forward(self, *m, out);
		delete m;
	}
}
static void publisher()
{
	std::vector<sg4::CommPtr> out;
	for (int id = 0; id < M; id++) {
		sg4::this_actor::sleep_until(1 + id);
		Msg m{-1, id, sg4::Engine::get_clock()};
		account(0, m, 0), forward(0, m, out);
	}
	sg4::this_actor::sleep_for(60);	/* the daemons end with the last plain actor */
}
static void timed(int32_t self, Msg m)
{
	double now = sg4::Engine::get_clock();
	if (!account(self, m, now)) return;
	for (int i = g.off[self]; i < g.off[self + 1]; i++) {
		int32_t v = g.nbr[i].v;
		if (v == m.from) continue;
		Msg o{self, m.id, m.born};
		simgrid::kernel::timer::Timer::set(now + g.nbr[i].lat * 1e-6, [v, o] { timed(v, o); });
	}
}
int main(int argc, char** argv)
{
	double t0 = now_s();
	const char* mode = "full";
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], "--mode=", 7)) mode = argv[i] + 7;
		else if (!strcmp(argv[i], "--detach")) detach = true;
	sg4::Engine e(&argc, argv);
	sg4::Engine::set_config("network/model:CM02");
	sg4::Engine::set_config("network/TCP-gamma:0");
	sg4::Engine::set_config("network/crosstraffic:0");
	sg4::Engine::set_config("contexts/stack-size:16");
	sg4::Engine::set_config("contexts/guard-size:0");
	sg4::Engine::set_config("surf/precision:1e-9");
	g = graph_load(argv[1]), M = atoi(argv[2]);
	seen.assign(g.n, 0);
	std::vector<sg4::Host*> host;
	bool full = !strcmp(mode, "full"), star = !strcmp(mode, "star");
	if (full || star) {
		auto* z = full ? sg4::create_full_zone("z") : sg4::create_star_zone("z");
		for (int i = 0; i < g.n; i++) host.push_back(z->create_host("h" + std::to_string(i), 1e9));
		if (full) {
			for (int u = 0; u < g.n; u++)
				for (int i = g.off[u]; i < g.off[u + 1]; i++) {
					int v = g.nbr[i].v;
					if (v < u) continue;
					auto* l = z->create_link("l" + std::to_string(u) + "-" + std::to_string(v), 1e15)
							  ->set_latency(g.nbr[i].lat * 1e-6)
							  ->set_sharing_policy(sg4::Link::SharingPolicy::FATPIPE)->seal();
					z->add_route(host[u]->get_netpoint(), host[v]->get_netpoint(), nullptr, nullptr,
						     {sg4::LinkInRoute{l}});
				}
		} else {
			auto* l = z->create_link("hub", 1e15)->set_latency(1.0)
					  ->set_sharing_policy(sg4::Link::SharingPolicy::FATPIPE)->seal();
			for (int i = 0; i < g.n; i++) {	/* up: the hub link; down: nothing */
				z->add_route(host[i]->get_netpoint(), nullptr, nullptr, nullptr, {sg4::LinkInRoute{l}}, false);
				z->add_route(nullptr, host[i]->get_netpoint(), nullptr, nullptr, {}, false);
			}
			z->get_network_model()->set_lat_factor_cb(
				[](double, const sg4::Host* s, const sg4::Host* d, const std::vector<sg4::Link*>&,
				   const std::unordered_set<sg4::NetZone*>&) {
					intptr_t u = (intptr_t)s->get_data<void>(), v = (intptr_t)d->get_data<void>();
					for (int i = g.off[u]; i < g.off[u + 1]; i++)
						if (g.nbr[i].v == v) return g.nbr[i].lat * 1e-6;
					abort();
				});
		}
		z->seal();
		for (int i = 0; i < g.n; i++) {
			host[i]->set_data((void*)(intptr_t)i);
			box.push_back(sg4::Mailbox::by_name(std::to_string(i)));
		}
		for (int i = 0; i < g.n; i++)
			sg4::Actor::create("n", host[i], node, i)->daemonize();
		sg4::Actor::create("pub", host[0], publisher);
	} else {
		sg4::create_full_zone("z")->create_host("h", 1e9);
		for (int id = 0; id < M; id++)
			simgrid::kernel::timer::Timer::set(1.0 + id, [id] { timed(0, Msg{-1, id, 1.0 + id}); });
	}
	double t1 = now_s();
	e.run();
	double t2 = now_s();
	char name[32];
	snprintf(name, sizeof name, "simgrid-%s", mode);
	report(name, g.n, M, received, delivered, max_lat * 1e6, sum_lat * 1e6, t1 - t0, t2 - t1);
	fflush(stdout);
	_Exit(0);
}
