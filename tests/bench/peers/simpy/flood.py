# SPDX-License-Identifier: GPL-3.0-or-later
"""flood.py GRAPH M [process|callback]   (SimPy 3 or 4)

process:  the idiom of the SimPy manual: a Store as each node's inbox, a node process
          that loops on inbox.get(), and a short process per message in flight that
          waits for the link's latency and then puts.
callback: the leanest SimPy allows: one Timeout per message, a callback on it.
"""
import resource
import sys
import time
from array import array

import simpy

t0 = time.process_time()
path, M = sys.argv[1], int(sys.argv[2])
mode = sys.argv[3] if len(sys.argv) > 3 else "process"
raw = array("i", open(path, "rb").read())
N, E = raw[0], raw[1]
adj = [[] for _ in range(N)]
it = iter(raw[2:])
for u, v, lat in zip(it, it, it):
    adj[u].append((v, lat * 1e-6))
    adj[v].append((u, lat * 1e-6))
seen = [0] * N
received = delivered = 0
max_lat = sum_lat = 0.0
env = simpy.Environment()


def account(me, sender, msg):
    """True on first receipt."""
    global received, delivered, max_lat, sum_lat
    if sender >= 0:
        received += 1
    if seen[me] >> msg & 1:
        return False
    seen[me] |= 1 << msg
    if sender >= 0:
        d = env.now - msg
        delivered += 1
        sum_lat += d
        if d > max_lat:
            max_lat = d
    return True


if mode == "process":
    inbox = [simpy.Store(env) for _ in range(N)]

    def link(dst, lat, item):
        yield env.timeout(lat)
        inbox[dst].put(item)

    def node(me):
        while True:
            sender, msg = yield inbox[me].get()
            if account(me, sender, msg):
                for v, lat in adj[me]:
                    if v != sender:
                        env.process(link(v, lat, (me, msg)))

    def publisher():
        for msg in range(M):
            inbox[0].put((-1, msg))
            yield env.timeout(1)

    for i in range(N):
        env.process(node(i))
    env.process(publisher())
else:

    def on_message(event):
        me, sender, msg = event.value
        if account(me, sender, msg):
            for v, lat in adj[me]:
                if v != sender:
                    env.timeout(lat, (v, me, msg)).callbacks.append(on_message)

    for m in range(M):
        env.timeout(m, (0, -1, m)).callbacks.append(on_message)

t1 = time.process_time()
env.run()
t2 = time.process_time()
print(f"peer=simpy-{mode} n={N} m={M} received={received} delivered={delivered} "
      f"duplicates={received - delivered} max_us={max_lat * 1e6:.3f} "
      f"mean_us={sum_lat * 1e6 / delivered:.3f} build_s={t1 - t0:.4f} loop_s={t2 - t1:.4f} "
      f"loop_ev_s={received / (t2 - t1):.0f} peak_kib={resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
