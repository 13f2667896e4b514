# SPDX-License-Identifier: GPL-3.0-or-later
"""dij.py GRAPH: first-delivery latencies from node 0 by networkx, no simulation."""
import sys
import time
from array import array

import networkx as nx

t0 = time.process_time()
raw = array("i", open(sys.argv[1], "rb").read())
N, E = raw[0], raw[1]
G = nx.Graph()
G.add_nodes_from(range(N))
it = iter(raw[2:])
G.add_weighted_edges_from(zip(it, it, it))
t1 = time.process_time()
d = nx.single_source_dijkstra_path_length(G, 0)
t2 = time.process_time()
assert len(d) == N
print(f"peer=networkx n={N} m=1 delivered={N - 1} max_us={max(d.values())} "
      f"mean_us={sum(d.values()) / (N - 1):.3f} build_s={t1 - t0:.4f} loop_s={t2 - t1:.4f}")
