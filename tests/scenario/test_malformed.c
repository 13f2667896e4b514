/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong is said at its line, with its key and what would be right. */
#include "given.h"

typedef struct {
    const char *text;
    const char *fault;          /* how the line of the fault starts: "11: [overlay] degree: " */
    const char *says;           /* a part of it */
    unsigned count;             /* faults in all */
} Row;

static const Row rows[] = {
    /* the form of the file */
    { "nodes = 3\n" WHOLE, "1: ", "before the first section", 1 },
    { WHOLE "[overlay\n", "11: ", "lacks its closing ']'", 1 },
    { WHOLE "[]\n", "11: ", "brackets are empty", 1 },
    { WHOLE "[failure a b]\n", "11: [failure a b] ", "one name, without blanks", 1 },
    { WHOLE "[failure a,b]\n", "11: [failure a,b] ", "cannot hold any of", 1 },
    { WHOLE "[record] # all\n", "11: ", "a comment stands on a line of its own", 1 },
    { WHOLE "[record] series = no\n", "11: ", "keys stand on lines of their own", 1 },
    { WHOLE "size\n", "11: [workload news] ", "lacks a '='", 1 },
    { WHOLE "= 3\n", "11: [workload news] ", "lacks a key", 1 },
    { WHOLE "size =\n", "11: [workload news] size: ", "the value is empty", 1 },
    { WHOLE "size = 2 kB # large\n", "11: [workload news] size: ", "'# large' stands behind the value", 1 },
    { WHOLE "size = # large\nstart = 1\n", "11: [workload news] size: ", "'# large' stands behind the value", 3 },
    { WHOLE "; a comment\n", "11: ", "starts with '#'", 1 },
    { WHOLE "[record]\nser\x01ies = no\n", "12: ", "control character (byte 1)", 1 },
    { WHOLE "[scenario]\ntitle = \xff\n", "12: ", "byte 255 is not UTF-8", 1 },
    { "", "1: [overlay] ", "the section is missing", 4 },
    { NETWORK TREE NEWS, "1: [protocol] ", "the section is missing", 1 },
    { TREE FLOOD NEWS, "1: [network] ", "the section is missing", 1 },

    /* sections */
    { WHOLE "[recrod]\n", "11: [recrod] ", "did you mean 'record'?", 1 },
    { WHOLE "[Record]\n", "11: [Record] ", "did you mean 'record'?", 1 },
    { WHOLE "[overlay]\nkind = star\n", "11: [overlay] ", "given again; write its keys below line 3", 1 },
    { WHOLE "[workload news]\nkind = publish\n", "11: [workload news] ", "below line 9", 1 },
    { WHOLE "[failure]\nkind = crash\nfraction = 0.1\n", "11: [failure] ", "[failure NAME] is expected", 1 },
    { WHOLE "[record all]\n", "11: [record all] ", "[record] is expected", 1 },
    { WHOLE "[variant]\n", "11: [variant] ", "[variant NAME] is expected", 1 },
    { WHOLE "[group all]\nmembers = 3\n", "11: [group all] ", "'all' stands for every node", 1 },

    /* keys */
    { WHOLE "kind = publish\n", "11: [workload news] kind: ", "given again; it is 'publish' in line 10", 1 },
    { WHOLE "sise = 2 kB\n", "11: [workload news] sise: ", "did you mean 'size'?", 1 },
    { WHOLE "[scenario]\nfirst_replication = 2\n", "12: [scenario] first_replication: ",
      "hyphens, not underscores; did you mean 'first-replication'?", 1 },
    { WHOLE "[scenario]\ntitel = x\n", "12: [scenario] titel: ", "did you mean 'title'?", 1 },
    { WHOLE "[failure f]\nkind = crash\nfraction = 0.1\nrecover_after = 1 s\n", "14: [failure f] recover_after: ",
      "did you mean 'recover-after'?", 1 },
    { WHOLE "[network]\n", "11: [network] ", "given again", 1 },
    { NETWORK "jiter = 1 ms\n" TREE FLOOD NEWS, "3: [network] jiter: ", "did you mean 'jitter'?", 1 },
    { NETWORK TREE "degree = 3\n" FLOOD NEWS, "7: [overlay] degree: ", "'kary-tree' has no such key", 1 },
    { NETWORK TREE FLOOD "fanout = 3\n" NEWS, "9: [protocol] fanout: ", "'flood' has no such key", 1 },
    { NETWORK "[overlay]\nkind = hyparview\nnodes = 9\n[protocol]\nkind = tree\n" NEWS, "7: [protocol] kind: ", "fixed links", 2 },
    { NETWORK TREE "mesh = ring\n" FLOOD NEWS, "7: [overlay] mesh: ", "'kary-tree' has no such key", 1 },
    { NETWORK TREE FLOOD "[workload news]\nsize = 1 kB\n", "9: [workload news] kind: ", "'kind' is missing; one of publish", 1 },
    { NETWORK "[overlay]\nnodes = 3\n" FLOOD NEWS, "3: [overlay] kind: ", "'kind' is missing", 1 },
    { NETWORK "[overlay]\nkind = kary-tree\narity = 2\n" FLOOD NEWS, "3: [overlay] nodes: ", "'nodes' is missing", 1 },
    { NETWORK "[overlay]\nkind = kary-tree\nnodes = 15\n" FLOOD NEWS, "3: [overlay] arity: ", "'arity' is missing", 1 },
    { "[network]\nloss = 0\n" TREE FLOOD NEWS, "1: [network] latency: ", "'latency' is missing", 1 },

    /* names of variants */
    { NETWORK "[overlay]\nkind = kary-three\nnodes = 15\narity = 2\n" FLOOD NEWS, "4: [overlay] kind: ",
      "did you mean 'kary-tree'?", 1 },
    { NETWORK TREE "[protocol]\nkind = goossip\n" NEWS, "8: [protocol] kind: ", "did you mean 'gossip'?", 1 },
    { NETWORK TREE FLOOD "[workload news]\nkind = publsh\n", "10: [workload news] kind: ", "did you mean 'publish'?", 1 },
    { WHOLE "[failure f]\nkind = crsh\n", "12: [failure f] kind: ", "did you mean 'crash'?", 1 },
    { "[network]\nlatency = matrx(x)\n" TREE FLOOD NEWS, "2: [network] latency: ", "did you mean 'matrix'?", 1 },
    { "[network]\nlatency = unifrom(1 ms, 2 ms)\n" TREE FLOOD NEWS, "2: [network] latency: ", "did you mean 'uniform'?", 1 },
    { "[network]\nlatency = fast\n" TREE FLOOD NEWS, "2: [network] latency: ", "no network and no distribution", 1 },
    { NETWORK "[overlay]\nkind = shortest-path-tree\nnodes = 8\nmesh = rign\n" FLOOD NEWS, "6: [overlay] mesh: ",
      "did you mean 'ring'?", 1 },
    { NETWORK "[overlay]\nkind = shortest-path-tree\nnodes = 8\nmesh = minimum-spanning-tree\n" FLOOD NEWS,
      "6: [overlay] mesh: ", "itself taken from a mesh", 1 },
    { NETWORK TREE FLOOD "over = tcp\n" NEWS, "9: [protocol] over: ", "'tcp' is not a choice", 1 },

    /* values */
    { "[network]\nlatency = 50\n" TREE FLOOD NEWS, "2: [network] latency: ", "'50' needs a unit: ns, us, ms", 1 },
    { "[network]\nlatency = 50 m\n" TREE FLOOD NEWS, "2: [network] latency: ", "'m' is not a unit of a duration", 1 },
    { "[network]\nlatency = 0x10 ms\n" TREE FLOOD NEWS, "2: [network] latency: ", "'x10 ms' is not a unit", 1 },
    { "[network]\nlatency = -1 ms\n" TREE FLOOD NEWS, "2: [network] latency: ", "negative", 1 },
    { "[network]\nlatency = uniform(9 ms, 1 ms)\n" TREE FLOOD NEWS, "2: [network] latency: ", "upper end lies below", 1 },
    { "[network]\nlatency = normal(9 ms)\n" TREE FLOOD NEWS, "2: [network] latency: ", "should read normal(MEAN, DEVIATION)", 1 },
    { "[network]\nlatency = matrix(none.txt, ms, rtt)\n" TREE FLOOD NEWS, "2: [network] latency: ", "does not exist", 1 },
    { NETWORK "loss = 120 %\n" TREE FLOOD NEWS, "3: [network] loss: ", "more than the whole", 1 },
    { NETWORK "loss = nan\n" TREE FLOOD NEWS, "3: [network] loss: ", "is not a share", 1 },
    { NETWORK "reorder = true\n" TREE FLOOD NEWS, "3: [network] reorder: ", "neither yes nor no", 1 },
    { NETWORK "placement = anywhere\n" TREE FLOOD NEWS, "3: [network] placement: ", "random, distinct, in-order", 1 },
    { NETWORK "[overlay]\nkind = kary-tree\nnodes = 1e3\narity = 2\n" FLOOD NEWS, "5: [overlay] nodes: ",
      "not a whole number", 1 },
    { NETWORK "[overlay]\nkind = kary-tree\nnodes = 0\narity = 2\n" FLOOD NEWS, "5: [overlay] nodes: ",
      "out of range", 1 },
    { NETWORK "[overlay]\nkind = kary-tree\nnodes = 15\narity = 0\n" FLOOD NEWS, "6: [overlay] arity: ", "1 to 1", 1 },
    { WHOLE "[scenario]\nreplications = 0\n", "12: [scenario] replications: ", "out of range", 1 },
    { WHOLE "[scenario]\nseed = -1\n", "12: [scenario] seed: ", "not a whole number", 1 },
    { WHOLE "[scenario]\nprecision = 0\n", "12: [scenario] precision: ", "out of range", 1 },
    { WHOLE "[scenario]\nprecision = 60 %\n", "12: [scenario] precision: ", "50 %", 1 },
    { WHOLE "[scenario]\ndrain = 10\n", "12: [scenario] drain: ", "needs a unit", 1 },
    { WHOLE "[scenario]\nduration = 0 s\n", "12: [scenario] duration: ", "out of range", 1 },
    { WHOLE "[scenario]\nwarmup = automatic\n", "12: [scenario] warmup: ", "is not a duration", 1 },
    { WHOLE "[record]\ndeliveries = all\n", "12: [record] deliveries: ", "first, yes, no", 1 },
    { WHOLE "[record]\ntrace = no/such/place\n", "12: [record] trace: ", "there is no directory", 1 },
    { WHOLE "source = 3..1\n", "11: [workload news] source: ", "runs backwards", 1 },
    { WHOLE "source = random(x)\n", "11: [workload news] source: ", "not a whole number", 1 },

    /* across sections */
    { WHOLE "source = 15\n", "11: [workload news] source: ", "there is no node 15; the nodes are 0 .. 14", 1 },
    { WHOLE "source = random(16)\n", "11: [workload news] source: ", "16 nodes of 15", 1 },
    { WHOLE "source = members(odd)\n", "11: [workload news] source: ", "no group is called 'odd'", 1 },
    { WHOLE "group = odd\n[group even]\nmembers = 3\n", "11: [workload news] group: ", "one of even", 1 },
    { WHOLE "group = evn\n[group even]\nmembers = 3\n", "11: [workload news] group: ", "did you mean 'even'?", 1 },
    { WHOLE "[group g]\nmembers = 16\n", "12: [group g] members: ", "16 nodes of 15", 1 },
    { WHOLE "[group g]\nmembers = 10..20\n", "12: [group g] members: ", "there is no node 20", 1 },
    { WHOLE "[group g]\nmembers = 0\n", "12: [group g] members: ", "no node at all", 1 },
    { WHOLE "[group g]\nmembers = 1 %\n", "12: [group g] members: ", "no node at all", 1 },
    { WHOLE "[group g]\nmembers = members(g)\n", "12: [group g] members: ", "a share, a count, a range", 1 },
    { WHOLE "[group g]\noverlay = all\n", "11: [group g] members: ", "'members' is missing", 1 },
    { WHOLE "[group a]\nmembers = 3\noverlay = members\n[group b]\nmembers = 3\n", "13: [group a] overlay: ",
      "one group only", 1 },
    { NETWORK "[overlay]\nkind = hypercube\ndimension = 3\n" FLOOD NEWS
      "[group g]\nmembers = 3\noverlay = members\n", "4: [overlay] kind: ", "makes its own number", 2 },
    { WHOLE "[failure f]\nkind = crash\nnodes = 3, 99\n", "13: [failure f] nodes: ", "there is no node 99", 1 },
    { WHOLE "[failure f]\nkind = crash\n", "11: [failure f] ", "who crashes", 1 },
    { WHOLE "[failure f]\nkind = crash\nfraction = 1 %\ncount = 1\n", "14: [failure f] count: ", "is enough", 2 },
    { NETWORK "[overlay]\nkind = hypercube\nnodes = 9\ndimension = 3\n" FLOOD NEWS, "5: [overlay] nodes: ",
      "'nodes' is 9, but", 2 },
    { NETWORK "[overlay]\nkind = hypercube\nnodes = 9\ndimension = 3\n" FLOOD NEWS, "6: [overlay] dimension: ",
      "'nodes' is 9, but", 2 },
    { NETWORK "[overlay]\nkind = random-regular\nnodes = 15\ndegree = 3\n" FLOOD NEWS, "6: [overlay] degree: ", "odd", 2 },
    { NETWORK "[overlay]\nkind = random-regular\nnodes = 4\ndegree = 4\n" FLOOD NEWS, "5: [overlay] nodes: ", "below", 2 },
    { WHOLE "[scenario]\nduration = 5 s\n", "12: [scenario] duration: ", "at 9 s, lies after the end", 2 },
    { WHOLE "publications = 10\ninterval = 1 s\n[scenario]\nduration = 5 s\n", "12: [workload news] interval: ",
      "lies after the end", 3 },
    { WHOLE "publications = 10\ninterval = 1 s\n[scenario]\nduration = 5 s\n", "14: [scenario] duration: ",
      "lies after the end", 3 },
    { WHOLE "[scenario]\nduration = 9 s\nwarmup = 9 s\n", "13: [scenario] warmup: ", "not over when the run ends", 2 },
    { WHOLE "[scenario]\nwarmup = 20 s\n", "12: [scenario] warmup: ", "at 19 s", 2 },
    { NETWORK TREE FLOOD, "1: [scenario] duration: ", "required where nothing publishes", 1 },
    { NETWORK TREE FLOOD "[scenario]\nseed = 2\n", "9: [scenario] duration: ", "required where nothing publishes", 1 },
    { WHOLE "[scenario]\nprecision = 1 %\nreplications = 9\nreplications-max = 5\n", "14: [scenario] replications-max: ",
      "less than", 2 },

    /* variants */
    { WHOLE "[variant a]\noverlay.arty = 3\n", "12: [variant a] overlay.arty: ", "did you mean 'arity'?", 1 },
    { WHOLE "[variant a]\noverlay = 3\n", "12: [variant a] overlay: ", "section.key", 1 },
    { WHOLE "[variant a]\noverlya.arity = 3\n", "12: [variant a] overlya.arity: ", "did you mean 'overlay'?", 1 },
    { WHOLE "[variant a]\noverlay.x.arity = 3\n", "12: [variant a] overlay.x.arity: ", "overlay.arity is expected", 1 },
    { WHOLE "[variant a]\nworkload.size = 3 B\n", "12: [variant a] workload.size: ", "workload.NAME.size is expected", 1 },
    { WHOLE "[variant a]\nexpect.x.value = 3\n", "12: [variant a] expect.x.value: ", "cannot be set from here", 1 },
    { WHOLE "[variant a]\nscenario.seed = 3\n", "12: [variant a] scenario.seed: ", "the same for the whole experiment", 1 },
    { WHOLE "[variant a]\nprotocol.fanout = 3\n", "12: [protocol] fanout: ", "'flood' has no such key", 1 },
    { WHOLE "[variant a]\noverlay.arity = two\n[variant b]\noverlay.arity = two\n", "14: [overlay] arity: ",
      "not a whole number", 2 },
    { WHOLE "[variant a]\noverlay.arity = two\n", "12: [overlay] arity: ", "not a whole number", 1 },
    { WHOLE "[variant a]\noverlay.arity =\n", "12: [variant a] overlay.arity: ", "the value is empty", 1 },
    { WHOLE "[variant a]\noverlay.kind = rign\n", "12: [overlay] kind: ", "did you mean 'ring'?", 1 },
    { WHOLE "[variant a]\nfailure.f.at = 3 s\n", "12: [failure f] kind: ", "'kind' is missing", 1 },
    { WHOLE "[variant a]\n[variant a]\n", "12: [variant a] ", "given again", 1 },
    { WHOLE "[variant a]\nfailure.f.recover_after = 3 s\nfailure.f.kind = crash\nfailure.f.count = 1\n",
      "12: [variant a] failure.f.recover_after: ", "did you mean 'recover-after'?", 1 },
    { WHOLE "[variant a]\noverlay.kind = hypercube\noverlay.dimension = 3\n", "5: [overlay] nodes: ",
      "'nodes' is 15, but the keys of the kind make 8", 2 },

    /* the sweep */
    { WHOLE "[sweep]\n", "11: [sweep] ", "nothing is swept", 1 },
    { WHOLE "[sweep]\noverlay.arty = 1, 2\n", "12: [sweep] overlay.arty: ", "did you mean 'arity'?", 1 },
    { WHOLE "[sweep]\nprotocol.fanout = 1, 2\n", "12: [protocol] fanout: ", "'flood' has no such key", 1 },
    { WHOLE "[sweep]\noverlay.arity = 1,, 2\n", "12: [sweep] overlay.arity: ", "an empty value", 1 },
    { WHOLE "[sweep]\noverlay.arity = 2, 2\n", "12: [sweep] overlay.arity: ", "'2' is listed twice", 1 },
    { WHOLE "[sweep]\nnetwork.loss = 0.2, 20 %\n", "12: [sweep] network.loss: ", "are the same value", 1 },
    { WHOLE "[sweep]\noverlay.arity = 2, two\n", "12: [overlay] arity: ", "not a whole number", 1 },
    { WHOLE "[sweep]\noverlay.arity = 1 .. 4\n", "12: [sweep] overlay.arity: ", "lacks its step", 1 },
    { WHOLE "[sweep]\noverlay.arity = 4 .. 1 step 1\n", "12: [sweep] overlay.arity: ", "runs backwards", 1 },
    { WHOLE "[sweep]\noverlay.arity = 1 .. 4 step 0\n", "12: [sweep] overlay.arity: ", "leads nowhere", 1 },
    { WHOLE "[sweep]\noverlay.arity = 1 .. 4 factor 1\n", "12: [sweep] overlay.arity: ", "a factor above 1", 1 },
    { WHOLE "[sweep]\nnetwork.latency = 1 ms .. 8 ms factor 2 ms\n", "12: [sweep] network.latency: ", "factor has no unit", 1 },
    { WHOLE "[sweep]\nnetwork.latency = 1 ms .. 8 kB step 1 ms\n", "12: [sweep] network.latency: ", "units of one kind", 1 },
    { WHOLE "[sweep]\nnetwork.latency = x .. 8 ms step 1 ms\n", "12: [sweep] network.latency: ", "'x' is not a number", 1 },
    { WHOLE "[sweep]\noverlay.arity = 1 .. 100000 step 1\n", "12: [sweep] overlay.arity: ", "more than 10000 values", 1 },
    { WHOLE "[sweep]\noverlay.arity = 1 .. 1000 step 1\nworkload.news.publications = 1 .. 1000 step 1\n",
      "13: [sweep] workload.news.publications: ", "more than 100000 settings", 2 },
    { WHOLE "[sweep]\nscenario.seed = 1, 2\n", "12: [sweep] scenario.seed: ", "the same for the whole experiment", 1 },
    { WHOLE "[sweep]\noverlay.nodes = 8, 3\n[group g]\nmembers = 4\n", "14: [group g] members: ", "4 nodes of 3", 1 },

    /* expectations and plots */
    { WHOLE "[expect e]\nmetric = delivery_ratio\nop = ge\n", "11: [expect e] value: ", "'value' is missing", 1 },
    { WHOLE "[expect e]\nmetric = delivery_ratio\nvalue = 1\n", "11: [expect e] op: ", "'op' is missing", 1 },
    { WHOLE "[expect e]\nmetric = delivery_ration\nop = ge\nvalue = 1\n", "12: [expect e] metric: ",
      "did you mean 'delivery_ratio'?", 1 },
    { WHOLE "[expect e]\nmetric = delivery_ratio\nop = >=\nvalue = 1\n", "13: [expect e] op: ", "eq, ne, lt", 1 },
    { WHOLE "[expect e]\nmetric = delivery_ratio\nop = ge\nvalue = all\n", "14: [expect e] value: ", "is not a number", 1 },
    { WHOLE "[expect e]\nmetric = delivery_ratio\nop = within\nvalue = 1\n", "14: [expect e] value: ", "LOW .. HIGH", 1 },
    { WHOLE "[expect e]\nmetric = delivery_ratio\nop = within\nvalue = 1 .. 0\n", "14: [expect e] value: ", "runs backwards", 1 },
    { WHOLE "[expect e]\nmetric = hops_max\nop = le\nvalue = 9\nuse = pooled\n", "15: [expect e] use: ", "only ratios", 2 },
    { WHOLE "[expect e]\nmetric = hops_max\nop = le\nvalue = 9\nof = mesh\n", "15: [expect e] of: ",
      "no variant is called 'mesh'; one of default", 1 },
    { WHOLE "[expect e]\nmetric = hops_max\nop = le\nvalue = 9\nwhere = overlay.arity=2\n", "15: [expect e] where: ",
      "there is no [sweep]", 1 },
    { WHOLE "[expect e]\nmetric = hops_max\nop = le\nvalue = 9\nwhere = overlay.arty=2\n[sweep]\noverlay.arity = 2, 3\n",
      "15: [expect e] where: ", "did you mean 'overlay.arity'?", 1 },
    { WHOLE "[expect e]\nmetric = hops_max\nop = le\nvalue = 9\nwhere = overlay.arity=4\n[sweep]\noverlay.arity = 2, 3\n",
      "15: [expect e] where: ", "one of 2, 3", 1 },
    { WHOLE "[expect e]\nmetric = hops_max\nop = le\nvalue = 9\nwhere = overlay.arity\n[sweep]\noverlay.arity = 2, 3\n",
      "15: [expect e] where: ", "key=value", 1 },
    { WHOLE "[expect e]\nmetrik = hops_max\nop = le\nvalue = 9\n", "12: [expect e] metrik: ", "did you mean 'metric'?", 2 },
    { WHOLE "[plot p]\ny = delivery-ratio\n", "12: [plot p] y: ", "did you mean 'delivery_ratio'?", 1 },
    { WHOLE "[plot p]\ny = delivery_ratio\nx = overlay.arity\n", "13: [plot p] x: ", "neither swept", 1 },
    { WHOLE "[plot p]\nx = cdf(latncy)\n", "12: [plot p] x: ", "did you mean 'latency'?", 1 },
    { WHOLE "[plot p]\nx = pdf(latency)\n", "12: [plot p] x: ", "'pdf' is not a choice", 1 },
    { WHOLE "[plot p]\nformat = gif\n", "12: [plot p] format: ", "'gif' is not a choice", 1 },
    /* the communication models */
    { OF_MODELS "[process server]\n[rpc print]\nserver = sever\n", "11: [rpc print] server: ", "did you mean 'server'?", 1 },
    { OF_MODELS "[process w]\ncount = 4\n[rpc print]\nserver = w[4]\n", "12: [rpc print] server: ", "makes 4, numbered from 0", 1 },
    { OF_MODELS "[process w]\nnode = 15\n", "10: [process w] node: ", "there is no node 15", 1 },
    { OF_MODELS "[process s]\n[rpc print]\nserver = s\naddress = n0\n", "12: [rpc print] address: ", "nNODE:PORT", 1 },
    { OF_MODELS "[process s]\n[rpc print]\nserver = s\naddress = n99:111\n", "12: [rpc print] address: ", "there is no node 99", 1 },
    { OF_MODELS "[process s]\n[rpc p]\nserver = s\n[rpc-client c]\nprocesses = s\nrpc = p\nretryable = GONE\n", "15: [rpc-client c] retryable: ",
      "'GONE' is no status", 1 },
    { OF_MODELS "[process s]\n[rpc p]\nserver = s\n[rpc-client c]\nprocesses = s\nrpc = p\nquorum = 2\n", "15: [rpc-client c] quorum: ", "spread = all", 1 },
    { OF_MODELS "[process s]\n[rpc p]\nserver = s\nservice_time = 5 ms\n", "12: [rpc p] service_time: ", "did you mean 'service-time'?", 1 },
    { OF_MODELS "[process p]\n[producer x]\nprocesses = p\nto = nowhere\n", "12: [producer x] to: ", "there is none at all", 1 },
    { OF_MODELS "[process p]\n[failure f]\nkind = process-crash\ntarget = q\n", "12: [failure f] target: ", "no [process] is called 'q'", 1 },
    { OF_MODELS "[process p]\n[failure f]\nkind = link-cut\nlinks = 3\n", "12: [failure f] links: ", "'3' is no link", 1 },
    { OF_MODELS "[process p]\n[link 0-15]\nlatency = 1 ms\n", "10: [link 0-15] ", "there is no node 15", 1 },
    { OF_MODELS "[process p]\n[link 3]\nlatency = 1 ms\n", "10: [link 3] ", "'3' is no link", 1 },
    { "[network]\nlatency = 50 ms\n" TREE "[process p]\n", "1: [scenario] duration: ", "required where nothing publishes", 1 },
    { "[scenario]\nduration = 1 s\n[network]\nlatency = 50 ms\n[overlay]\nkind = hyparview\nnodes = 9\n[process s]\n[rpc p]\nserver = s\nroute = overlay\n",
      "11: [rpc p] route: ", "keeps neighbors and no ways", 1 },
};

static void every_fault_has_its_line(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *faults = NULL;
        g_autoptr(Plan) plan = given_plan(rows[i].text, NULL, &faults);
        if (plan) g_error("row %zu is read without a fault:\n%s", i, rows[i].text);
        g_auto(GStrv) lines = g_strsplit(faults, "\n", -1);
        bool told = false;
        for (guint k = 0; lines[k]; k++)
            told |= g_str_has_prefix(lines[k], rows[i].fault) && strstr(lines[k], rows[i].says);
        bool counted = g_strv_length(lines) == rows[i].count;
        if (!told || !counted)
            g_error("row %zu: '%s…%s' expected in\n%s\nof\n%s", i, rows[i].fault, rows[i].says, faults, rows[i].text);
    }
    g_assert_cmpuint(G_N_ELEMENTS(rows), >=, 80);
}

static void what_set_does_wrong_has_no_line(void)
{
    static const struct { const char *text, *set, *fault; } sets[] = {
        { WHOLE, "overlay.arity", "--set: overlay.arity: lacks a '='" },
        { WHOLE, "overlay.arity=", "--set: overlay.arity: the value is empty" },
        { WHOLE, "overlay.arty=3", "--set: overlay.arty: no such key; did you mean 'arity'?" },
        { WHOLE, "overlay.arity=x", "--set: [overlay] arity: 'x' is not a whole number" },
        { WHOLE, "sweep.overlay.arity=x", "--set: sweep.overlay.arity: keys of [sweep] cannot be set" },
        { WHOLE, "scenario.title=\xff", "--set: the text is not UTF-8" },
        { WHOLE "[sweep]\noverlay.arity = 2, 3\n", "overlay.arity=4",
          "--set: overlay.arity: is swept by the file (line 12)" },
        { WHOLE "[sweep]\nscenario.first_replication = 2, 3\n", NULL, "12: [sweep] scenario.first_replication: keys have hyphens" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
        g_autofree char *faults = NULL;
        g_autoptr(Plan) plan = given_plan(sets[i].text, sets[i].set, &faults);
        g_assert_null(plan);
        g_test_message("%s", faults);
        g_assert_true(g_str_has_prefix(faults, sets[i].fault));
        g_assert_null(strchr(faults, '\n'));
    }
}

static void all_faults_are_told_at_once_by_line(void)
{
    g_autofree char *faults = NULL;
    g_autoptr(Plan) plan = given_plan("[network]\nlatency = 5\nlos = 1 %\n[overlya]\nkind = star\n" FLOOD NEWS
                                      "[variant a]\noverlay.kind = star\noverlay.nodes = 0\n"
                                      "[variant b]\noverlay.kind = strr\n", NULL, &faults);
    g_assert_null(plan);
    g_auto(GStrv) lines = g_strsplit(faults, "\n", -1);
    int last = 0;
    for (guint i = 0; lines[i]; i++) {
        int line = (int)g_ascii_strtoll(lines[i], NULL, 10);
        g_test_message("%s", lines[i]);
        g_assert_cmpint(line, >=, last);
        last = line;
    }
    g_assert_cmpuint(g_strv_length(lines), ==, 5);
}

static void a_file_that_cannot_be_read_says_so(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(plan_read("/no/such/file.ini", NULL, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_FILE);
    g_assert_nonnull(strstr(error->message, "/no/such/file.ini"));
}

#define CASE(name) g_test_add_func("/malformed/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(every_fault_has_its_line);
    CASE(what_set_does_wrong_has_no_line);
    CASE(all_faults_are_told_at_once_by_line);
    CASE(a_file_that_cannot_be_read_says_so);
    int status = g_test_run();
    given_remove();
    return status;
}
