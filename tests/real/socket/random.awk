# SPDX-License-Identifier: GPL-3.0-or-later
# Random rows, each 25 calls on any descriptor in any state: awk -v rows=N -v seed=S -f random.awk

function draw(n) { state = (state * 16807) % 2147483647; return int(state / 65536) % n }
function one(list,   words, n) { n = split(list, words, "|"); return words[1 + draw(n)] }

function of_listener() {
    return "S " one("accept l a0|accept l a0|accept l a1|accept l a2|poll l|listen l 0|send l x|receive l 5|" \
                    "shutdown l write|error l")
}

function step(   actor, fd, calls) {
    actor = one("C|C|S|S|D")
    fd = (actor == "S") ? one("l|a0|a1|a2|a0|a1") : one("s0|s1|s2")
    if (fd == "l") return of_listener()
    if (actor == "S" && draw(5) == 0) return "S set " fd " nonblock 1"
    if (actor != "S" && draw(5) == 0) return actor " connect " fd " " one("180|180|180|181")
    if (actor != "S" && draw(20) == 0) return actor " crashes"
    calls = "send @ ab|send @ cdefg|send @ x|send @ -|receive @ 3|receive @ 9|receive @ 9|shutdown @ write|" \
            "shutdown @ read|close @|poll @|poll @|error @|set @ linger 0"
    gsub("@", fd, calls)
    return actor " " one(calls)
}

function come_up(actor,   k) {
    for (k = 0; k < 3; k++) {
        joined[actor "s" k] = 0
        print actor " open s" k " stream\n" actor " set s" k " nonblock 1"
    }
}

function join(actor, accepted) {
    print actor " connect s0 180\nsettle\nS accept l " accepted "\nS set " accepted " nonblock 1"
    joined[actor "s0"] = joined["S" accepted] = 1
}

# Linux says ENOTCONN of shutting what was never joined, and yet does something; and resets where both sides are shut.
function is_left_out(word,   which) {
    which = word[1] word[3]
    if (word[2] != "shutdown") return 0
    if (!joined[which] || (shut[which] && shut[which] != word[4])) return 1
    shut[which] = word[4]
    return 0
}

function play(line,   word) {
    split(line, word, " ")
    if (is_left_out(word)) return
    print line "\nsettle"
    if (word[2] == "connect" && word[4] == 180) joined[word[1] word[3]] = 1
    if (word[2] == "accept") joined["S" word[4]] = 1
    if (word[2] == "accept") print "S set " word[4] " nonblock 1"
    if (word[2] == "crashes") come_up(word[1])
}

BEGIN {
    state = seed + 1
    for (row = 0; row < rows; row++) {
        split("", joined)
        split("", shut)
        print "\n# random " row "\nS open l stream\nS set l nonblock 1\nS bind l 180\nS listen l 1"
        joined["Sl"] = 1
        come_up("C")
        come_up("D")
        join("C", "a0")
        if (row % 2) join("D", "a1")
        for (i = 0; i < 25; i++) play(step())
    }
}
