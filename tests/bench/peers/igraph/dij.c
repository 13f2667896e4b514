/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dij GRAPH: first-delivery latencies from node 0 by igraph, no simulation. */
#include "../graph.h"
#include <igraph/igraph.h>

int main(int argc, char **argv)
{
	if (argc != 2) return 2;
	double t0 = now_s();
	int32_t h[2], r[3];
	FILE *f = fopen(argv[1], "rb");
	if (!f || fread(h, 4, 2, f) != 2) return 1;
	igraph_vector_int_t e;
	igraph_vector_t w;
	igraph_t g;
	igraph_matrix_t d;
	igraph_vector_int_init(&e, 2 * (igraph_integer_t)h[1]);
	igraph_vector_init(&w, h[1]);
	for (int i = 0; i < h[1]; i++) {
		if (fread(r, 4, 3, f) != 3) return 1;
		VECTOR(e)[2 * i] = r[0], VECTOR(e)[2 * i + 1] = r[1], VECTOR(w)[i] = r[2];
	}
	igraph_create(&g, &e, h[0], IGRAPH_UNDIRECTED);
	igraph_vector_int_destroy(&e);
	igraph_matrix_init(&d, 0, 0);
	double t1 = now_s();
	igraph_distances_dijkstra(&g, &d, igraph_vss_1(0), igraph_vss_all(), &w, IGRAPH_ALL);
	double t2 = now_s(), max = 0, sum = 0;
	for (int i = 0; i < h[0]; i++) {
		double x = MATRIX(d, 0, i);
		max = x > max ? x : max, sum += x;
	}
	printf("peer=igraph n=%d m=1 delivered=%d max_us=%.3f mean_us=%.3f build_s=%.4f loop_s=%.4f\n",
	       h[0], h[0] - 1, max, sum / (h[0] - 1), t1 - t0, t2 - t1);
	return 0;
}
