/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of links between numbered nodes: "a b" or "a b weight", with comments as
 * SNAP has them (https://snap.stanford.edu/data); and Orbis, whose first line
 * holds two numbers that are neither count (P. Mahadevan et al., "Orbis",
 * SIGCOMM 2007). */
#include <stdlib.h>
#include <string.h>

#include "graph/format.h"

typedef struct { uint64_t a, b; } Pair;

static int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Ids of any size: sorted, and searched for. */
static void number_sparse(Draft *draft, const GArray *pairs)
{
    g_array_append_vals(draft->ids, pairs->data, pairs->len * 2);
    qsort(draft->ids->data, draft->ids->len, sizeof(uint64_t), by_id);
    uint64_t *ids = (uint64_t *)draft->ids->data;
    guint kept = 0;
    for (guint i = 0; i < draft->ids->len; i++)
        if (!kept || ids[kept - 1] != ids[i]) ids[kept++] = ids[i];
    g_array_set_size(draft->ids, kept);
    for (guint i = 0; i < pairs->len; i++) {
        const Pair *pair = &g_array_index(pairs, Pair, i);
        const uint64_t *a = bsearch(&pair->a, ids, kept, sizeof *ids, by_id);
        const uint64_t *b = bsearch(&pair->b, ids, kept, sizeof *ids, by_id);
        draft_link(draft, (NodeId)(a - ids), (NodeId)(b - ids));
    }
}

/* Ids that a table holds: several times faster for millions of links. */
static void number_dense(Draft *draft, const GArray *pairs, uint64_t largest)
{
    g_autofree NodeId *ranks = g_new0(NodeId, largest + 1);
    for (guint i = 0; i < pairs->len; i++) {
        const Pair *pair = &g_array_index(pairs, Pair, i);
        ranks[pair->a] = ranks[pair->b] = 1;
    }
    for (uint64_t id = 0; id <= largest; id++) {
        if (!ranks[id]) continue;
        ranks[id] = draft->ids->len;
        g_array_append_val(draft->ids, id);
    }
    for (guint i = 0; i < pairs->len; i++) {
        const Pair *pair = &g_array_index(pairs, Pair, i);
        draft_link(draft, ranks[pair->a], ranks[pair->b]);
    }
}

/* A node for each id that is mentioned, ascending; holes cost nothing. */
static void number_nodes(Draft *draft, const GArray *pairs)
{
    uint64_t largest = 0;
    if (!pairs->len) return;
    for (guint i = 0; i < pairs->len; i++) {
        const Pair *pair = &g_array_index(pairs, Pair, i);
        largest = MAX(largest, MAX(pair->a, pair->b));
    }
    if (largest < 8 * (uint64_t)pairs->len) number_dense(draft, pairs, largest);
    else number_sparse(draft, pairs);
}

static bool read_pair(Text *text, char **fields, GArray *pairs, GError **error)
{
    Pair pair;
    if (!text_count(text, fields[0], "node id", G_MAXUINT64, &pair.a, error) ||
        !text_count(text, fields[1], "node id", G_MAXUINT64, &pair.b, error)) return false;
    if (pairs->len == G_MAXINT32)
        return text_fault(text, SIM_ERROR_RANGE, error, "more than 2147483647 links");
    g_array_append_val(pairs, pair);
    return true;
}

static bool read_weight(Text *text, Draft *draft, const char *field, GError **error)
{
    double weight;
    if (!text_number(text, field, "weight", &weight, error)) return false;
    if (!draft->columns->len) draft_column(draft, "weight", false);
    draft_value(draft->columns->pdata[0], weight);
    return true;
}

/* SNAP's "# Nodes: 6474 Edges: 13233" is often wrong: the body is right, a difference is told. */
static void note_header(Draft *draft, const char *comment, const char *word, guint counted)
{
    const char *at = strstr(comment, word);
    if (!at) return;
    guint64 declared = g_ascii_strtoull(at + strlen(word), NULL, 10);
    if (declared != counted)
        draft_note(draft, "its header says %s %" G_GUINT64_FORMAT ", the list has %u", word, declared, counted);
}

static bool read_lines(Text *text, Draft *draft, GArray *pairs, char **comment, GError **error)
{
    char *line, *fields[3];
    unsigned columns = 0;
    while ((line = text_filled_line(text))) {
        const char *start = line + strspn(line, " \t");
        if (*start == '#' || *start == '%') {
            if (!*comment && strstr(start, "Nodes:")) *comment = g_strdup(start);
            continue;
        }
        unsigned count = text_fields(line, fields, 3);
        if (!columns) columns = count;
        if (count < 2 || count > 3)
            return text_fault(text, SIM_ERROR_SYNTAX, error, "%u fields; 'a b' or 'a b weight' is expected", count);
        if (count != columns)
            return text_fault(text, SIM_ERROR_SYNTAX, error, "%u fields where the first link has %u", count, columns);
        if (!read_pair(text, fields, pairs, error)) return false;
        if (count == 3 && !read_weight(text, draft, fields[2], error)) return false;
    }
    return true;
}

bool format_edgelist(Text *text, Draft *draft, GError **error)
{
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    g_autofree char *comment = NULL;
    draft->directed = true;
    if (!read_lines(text, draft, pairs, &comment, error)) return false;
    number_nodes(draft, pairs);
    if (comment) {
        note_header(draft, comment, "Nodes:", draft->ids->len);
        note_header(draft, comment, "Edges:", pairs->len);
    }
    return true;
}

bool format_orbis(Text *text, Draft *draft, GError **error)
{
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    char *line, *fields[2];
    unsigned lines = 0;
    while ((line = text_filled_line(text))) {
        unsigned count = text_fields(line, fields, 2);
        if (count != 2)
            return text_fault(text, SIM_ERROR_SYNTAX, error, "%u fields; %s is expected", count,
                              lines ? "'a b'" : "a header of two numbers");
        if (!read_pair(text, fields, pairs, error)) return false;
        lines++;
    }
    Pair header = g_array_index(pairs, Pair, 0);
    g_array_remove_index(pairs, 0);
    number_nodes(draft, pairs);
    if (header.a != draft->ids->len || header.b != pairs->len)
        draft_note(draft, "its header says %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT ", the list has %u nodes and "
                   "%u links", header.a, header.b, draft->ids->len, pairs->len);
    return true;
}
