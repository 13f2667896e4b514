/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine GRAPH M [Map|Heap|Calendar|PriorityQueue|List]
 * ns-3's event engine alone: one Simulator::ScheduleWithContext per message, nodes
 * are plain array entries. */
#include "../graph.h"
#include <ns3/core-module.h>
#include <algorithm>
#include <vector>
using namespace ns3;

static graph g;
static uint64_t received, delivered;
static int64_t max_ns, sum_ns;
static std::vector<uint64_t> seen;

static void Receive(uint32_t self, int32_t from, int32_t id)
{
	if (from >= 0) received++;
	if (seen[self] >> id & 1) return;
	seen[self] |= 1ull << id;
	if (from >= 0) {
		int64_t d = Simulator::Now().GetNanoSeconds() - id * 1000000000ll;
		delivered++, sum_ns += d, max_ns = std::max(max_ns, d);
	}
	for (int i = g.off[self]; i < g.off[self + 1]; i++)
		if (g.nbr[i].v != from)
			Simulator::ScheduleWithContext(g.nbr[i].v, MicroSeconds(g.nbr[i].lat), &Receive,
						       (uint32_t)g.nbr[i].v, (int32_t)self, id);
}
int main(int argc, char** argv)
{
	double t0 = now_s();
	g = graph_load(argv[1]);
	int m = atoi(argv[2]);
	std::string sched = argc > 3 ? argv[3] : "Map";
	ObjectFactory f("ns3::" + sched + "Scheduler");
	Simulator::SetScheduler(f);
	seen.assign(g.n, 0);
	for (int id = 0; id < m; id++)
		Simulator::ScheduleWithContext(0, Seconds(id), &Receive, 0u, -1, id);
	double t1 = now_s();
	Simulator::Run();
	double t2 = now_s();
	report(("ns3-engine-" + sched).c_str(), g.n, m, received, delivered, max_ns / 1e3, sum_ns / 1e3, t1 - t0, t2 - t1);
	fflush(stdout);
	_Exit(0);
}
