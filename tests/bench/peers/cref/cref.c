/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cref GRAPH M: the workload in plain C on a binary heap; not a peer, only the
 * yardstick for what no framework at all costs. */
#include "../graph.h"
#include <string.h>

struct ev { uint64_t t; int32_t to, from, msg, pad; };
static struct ev *h;
static size_t len, cap;

static void push(struct ev e)
{
	size_t i = len++;
	if (len > cap) h = realloc(h, sizeof *h * (cap = cap ? 2 * cap : 1024));
	for (; i && h[(i - 1) / 2].t > e.t; i = (i - 1) / 2) h[i] = h[(i - 1) / 2];
	h[i] = e;
}
static struct ev pop(void)
{
	struct ev top = h[0], e = h[--len];
	size_t i = 0, c;
	while ((c = 2 * i + 1) < len) {
		c += c + 1 < len && h[c + 1].t < h[c].t;
		if (h[c].t >= e.t) break;
		h[i] = h[c], i = c;
	}
	h[i] = e;
	return top;
}
int main(int argc, char **argv)
{
	if (argc != 3) return 2;
	double t0 = now_s();
	struct graph g = graph_load(argv[1]);
	int m = atoi(argv[2]);
	uint64_t *seen = calloc(g.n, sizeof *seen), recv = 0, del = 0, max = 0, sum = 0;
	double t1 = now_s();
	for (int i = 0; i < m; i++)
		push((struct ev){(uint64_t)i * 1000000, 0, -1, i, 0});
	while (len) {
		struct ev e = pop();
		if (e.from >= 0) {
			recv++;
			if (seen[e.to] >> e.msg & 1) continue;
			uint64_t d = e.t - (uint64_t)e.msg * 1000000;
			del++, sum += d, max = d > max ? d : max;
		}
		seen[e.to] |= 1ull << e.msg;
		for (int i = g.off[e.to]; i < g.off[e.to + 1]; i++)
			if (g.nbr[i].v != e.from)
				push((struct ev){e.t + g.nbr[i].lat, g.nbr[i].v, e.to, e.msg, 0});
	}
	double t2 = now_s();
	report("c-heap", g.n, m, recv, del, max, sum, t1 - t0, t2 - t1);
	return 0;
}
