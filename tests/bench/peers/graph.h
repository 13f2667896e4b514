/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the C and C++ peers: load the edge list into CSR form. */
#ifndef PEERS_GRAPH_H
#define PEERS_GRAPH_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

struct nbr { int32_t v, lat; };		/* neighbour, latency in us */
struct graph {
	int32_t n, e;
	int32_t *off;			/* n + 1 entries (one spare) */
	struct nbr *nbr;		/* 2e */
};
/* Processor time, which others on the machine change little. */
static inline double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + 1e-9 * t.tv_nsec;
}
static inline struct graph graph_load(const char *path)
{
	struct graph g;
	int32_t h[2], i, *r;
	FILE *f = fopen(path, "rb");
	if (!f || fread(h, 4, 2, f) != 2) { perror(path); exit(1); }
	g.n = h[0], g.e = h[1];
	r = (int32_t *)malloc(12 * (size_t)g.e);
	if (fread(r, 12, g.e, f) != (size_t)g.e) { perror(path); exit(1); }
	fclose(f);
	g.off = (int32_t *)calloc((size_t)g.n + 2, 4);
	g.nbr = (struct nbr *)malloc(sizeof *g.nbr * 2 * (size_t)g.e);
	for (i = 0; i < g.e; i++) g.off[r[3 * i] + 2]++, g.off[r[3 * i + 1] + 2]++;
	for (i = 2; i <= g.n + 1; i++) g.off[i] += g.off[i - 1];
	for (i = 0; i < g.e; i++) {
		int32_t u = r[3 * i], v = r[3 * i + 1], l = r[3 * i + 2];
		struct nbr a, b;
		a.v = v, a.lat = l, b.v = u, b.lat = l;
		g.nbr[g.off[u + 1]++] = a;
		g.nbr[g.off[v + 1]++] = b;
	}
	free(r);
	return g;
}
static inline void report(const char *peer, int n, int m, unsigned long long recv,
			  unsigned long long del, double max_us, double sum_us,
			  double build_s, double loop_s)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	printf("peer=%s n=%d m=%d received=%llu delivered=%llu duplicates=%llu "
	       "max_us=%.3f mean_us=%.3f build_s=%.4f loop_s=%.4f loop_ev_s=%.0f peak_kib=%ld\n",
	       peer, n, m, recv, del, recv - del, max_us, sum_us / (del ? del : 1),
	       build_s, loop_s, loop_s > 0 ? recv / loop_s : 0,
	       usage.ru_maxrss);
}
#endif
