# SPDX-License-Identifier: GPL-3.0-or-later
# Judges and tabulates the lines of tests/bench/peers/run: name=value words.

function median(list, count,    i, j, kept) {
    for (i = 2; i <= count; i++) {
        kept = list[i]
        for (j = i - 1; j > 0 && list[j] > kept; j--) list[j + 1] = list[j]
        list[j + 1] = kept
    }
    return list[int((count + 1) / 2)]
}

# Peers that compute in double precision may be off by a billionth.
function differs(a, b) { return a - b > 0.002 || b - a > 0.002 }

function check(name) {
    if (!(name in word)) return
    if (!differs(word[name], truth[word["n"], name])) return
    printf "DIFFERS: %s at %d nodes: %s = %s, not %s\n", word["peer"], word["n"], name, word[name], truth[word["n"], name]
    wrong = 1
}

{
    delete word
    for (i = 1; i <= NF; i++) {
        at = index($i, "=")
        word[substr($i, 1, at - 1)] = substr($i, at + 1)
    }
    n = word["n"]
    peer = word["peer"]
    if (!(n in known)) {
        known[n] = 1
        sizes[++size_count] = n
        for (name in word) truth[n, name] = word[name]
        if (peer != "banyan") { print "DIFFERS: Banyan did not run at " n " nodes"; wrong = 1 }
    }
    check("received")           # igraph and networkx compute one publication and no messages
    if (word["m"] == truth[n, "m"]) check("delivered")
    check("max_us")
    check("mean_us")
    checked++
    if (!(peer in seen)) { seen[peer] = 1; peers[++peer_count] = peer }
    if (!("received" in word)) { agrees[peer, n] = 1; next }
    runs[peer, n]++
    rate[peer, n, runs[peer, n]] = word["received"] / word["loop_s"]
    peak[peer, n] = word["peak_kib"] * 1024 / n
}

END {
    printf "%-26s", "messages a second"
    for (s = 1; s <= size_count; s++) printf " %20s", sizes[s] " nodes"
    printf "  bytes a node\n"
    for (p = 1; p <= peer_count; p++) {
        peer = peers[p]
        printf "%-26s", peer
        bytes = 0
        for (s = 1; s <= size_count; s++) {
            n = sizes[s]
            if ((peer, n) in agrees) { printf " %20s", "agrees"; continue }
            if (!((peer, n) in runs)) { printf " %20s", "-"; continue }
            for (i = 1; i <= runs[peer, n]; i++) list[i] = rate[peer, n, i]
            best[peer, n] = median(list, runs[peer, n])
            printf " %10.3f M %7.3g x", best[peer, n] / 1e6, best[peer, n] / best["banyan", n]
            bytes = peak[peer, n]
        }
        printf "  %12s\n", bytes ? sprintf("%.0f", bytes) : "-"
    }
    printf "(M: million messages a second; x: as many as Banyan's; bytes a node at the largest size run)\n"
    printf "%s: %d runs, the same messages and latencies\n", wrong ? "NOT EQUAL" : "equal", checked
    exit wrong
}
