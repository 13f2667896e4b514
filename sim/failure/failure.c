/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "failure/failure.h"

void failure_check_who(const Keys *keys, bool needed)
{
    static const char *const ways[] = { "nodes", "fraction", "count" };
    int given = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) given += keys_given(keys, ways[i]);
    if (!given && needed) keys_fault(keys, NULL, "it says not who is struck; one of nodes, fraction or count");
    for (size_t i = 0; given > 1 && i < G_N_ELEMENTS(ways); i++)
        if (keys_given(keys, ways[i])) keys_fault(keys, ways[i], "one of nodes, fraction or count is enough; %d are given", given);
}

void failure_check_span(const Keys *keys, SimTime at, SimTime until)
{
    if (until < 0 || until > at) return;
    keys_fault(keys, "until", "it ends before it begins; a later time than 'at'");
    if (keys_given(keys, "at")) keys_fault(keys, "at", "it begins after it ends; an earlier time than 'until'");
}

bool failure_host_read(const char *text, NodeId *node)
{
    uint64_t number;
    if (!parse_count(text + (*text == 'n'), &number, NULL) || number >= NODE_NONE) return false;
    *node = (NodeId)number;
    return true;
}

bool failure_link_read(const char *text, NodeId *a, NodeId *b)
{
    g_auto(GStrv) ends = g_strsplit(text, "-", 2);
    return g_strv_length(ends) == 2 && failure_host_read(g_strstrip(ends[0]), a) && failure_host_read(g_strstrip(ends[1]), b) &&
           *a != *b;
}

NodeId *failure_pick(FailureScope *scope, const FailureWho *who, uint32_t *count)
{
    NodeId *nodes = failure_candidates(scope, &who->nodes, who->spare == 1, count);
    if (isnan(who->fraction) && who->count == PARAM_NO_COUNT) return nodes;
    uint32_t take = who->count != PARAM_NO_COUNT ? MIN(who->count, *count) : (uint32_t)floor(who->fraction * *count + 0.5);
    random_shuffle(failure_random(scope), nodes, *count);
    *count = take;
    return nodes;
}

void failure_strike_refers(const void *strike, const Nodes **nodes)
{
    *nodes = &((const FailureStrike *)strike)->who.nodes;
}

void failure_strike_check(void *data, const Keys *keys)
{
    const FailureStrike *strike = data;
    failure_check_who(keys, true);
    failure_check_span(keys, strike->at, strike->until);
}
