/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lightning Network snapshots as CLoTH has them: channels_*.csv with columns
 * node1_id, node2_id, capacity (millisatoshi), and beside it nodes_*.csv with a
 * column id.  M. Conoscenti, A. Vetrò, J. C. De Martin, "CLoTH: a Lightning
 * Network simulator", SoftwareX 15, 2021. */
#include <stdlib.h>
#include <string.h>

#include "graph/format.h"

enum { COLUMNS_MOST = 64 };

/* Cuts a line at commas; returns how many fields there are, which may be over COLUMNS_MOST. */
static unsigned split(char *line, char **fields)
{
    unsigned count = 0;
    for (char *p = line; p; count++) {
        char *comma = strchr(p, ',');
        if (comma) *comma = '\0';
        if (count < COLUMNS_MOST) fields[count] = g_strstrip(p);
        p = comma ? comma + 1 : NULL;
    }
    return count;
}

/* The places of these titles in the first line. */
static bool find_titles(Text *text, const char *const *titles, unsigned *places, unsigned *width, GError **error)
{
    char *fields[COLUMNS_MOST];
    *width = split(text_filled_line(text), fields);
    if (*width > COLUMNS_MOST)
        return text_fault(text, SIM_ERROR_SYNTAX, error, "more than %d columns", COLUMNS_MOST);
    for (unsigned t = 0; titles[t]; t++) {
        for (places[t] = 0; places[t] < *width && strcmp(fields[places[t]], titles[t]) != 0;) places[t]++;
        if (places[t] == *width)
            return text_fault(text, SIM_ERROR_SYNTAX, error, "no column is called '%s'; the first line names them",
                              titles[t]);
    }
    return true;
}

/* The fields of the next line; sets *more to false after the last. */
static bool next_row(Text *text, unsigned width, char **fields, bool *more, GError **error)
{
    char *line = text_filled_line(text);
    *more = line != NULL;
    if (!line) return true;
    unsigned count = split(line, fields);
    if (count == width) return true;
    return text_fault(text, SIM_ERROR_SYNTAX, error, "%u fields where the first line has %u", count, width);
}

static bool read_nodes(Text *text, Draft *draft, GError **error)
{
    static const char *const titles[] = { "id", NULL };
    char *fields[COLUMNS_MOST];
    unsigned place, width;
    uint64_t id;
    bool more;
    if (!find_titles(text, titles, &place, &width, error)) return false;
    for (;;) {
        if (!next_row(text, width, fields, &more, error)) return false;
        if (!more) return true;
        if (!text_count(text, fields[place], "node id", G_MAXUINT64, &id, error) || !draft_node(draft, id, error))
            return false;
    }
}

/* The nodes file of a channels file: "channels" is "nodes" in its name; or NULL. */
static char *nodes_path(const char *path)
{
    g_autofree char *name = g_path_get_basename(path), *directory = g_path_get_dirname(path);
    char *word = strstr(name, "channels");
    if (!word) return NULL;
    g_autofree char *other = g_strdup_printf("%.*snodes%s", (int)(word - name), name, word + strlen("channels"));
    char *found = g_build_filename(directory, other, NULL);
    if (!g_file_test(found, G_FILE_TEST_EXISTS)) g_clear_pointer(&found, g_free);
    return found;
}

static bool read_nodes_file(Draft *draft, const char *path, GError **error)
{
    Text text, *channels = draft->text;
    if (!text_open(&text, path, error)) return false;
    draft->text = &text;
    bool ok = text_check_encoding(&text, error) && read_nodes(&text, draft, error);
    draft->text = channels;
    text_clear(&text);
    return ok;
}

typedef struct { uint64_t ends[2]; double capacity; unsigned line; } Channel;

static bool read_channels(Text *text, GArray *channels, GError **error)
{
    static const char *const titles[] = { "node1_id", "node2_id", "capacity", NULL };
    char *fields[COLUMNS_MOST];
    unsigned places[3], width;
    bool more;
    if (!find_titles(text, titles, places, &width, error)) return false;
    for (;;) {
        Channel channel = { .line = 0 };
        if (!next_row(text, width, fields, &more, error)) return false;
        if (!more) return true;
        channel.line = text->line;
        if (!text_count(text, fields[places[0]], "node id", G_MAXUINT64, &channel.ends[0], error) ||
            !text_count(text, fields[places[1]], "node id", G_MAXUINT64, &channel.ends[1], error) ||
            !text_number(text, fields[places[2]], "capacity", &channel.capacity, error)) return false;
        g_array_append_val(channels, channel);
    }
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Without a list of nodes: those that have a channel, ascending. */
static bool nodes_of_channels(Draft *draft, const GArray *channels, GError **error)
{
    g_autofree uint64_t *ids = g_new(uint64_t, 2 * (gsize)channels->len + 1);
    for (guint i = 0; i < channels->len; i++)
        memcpy(ids + 2 * (gsize)i, g_array_index(channels, Channel, i).ends, 2 * sizeof *ids);
    qsort(ids, 2 * (gsize)channels->len, sizeof *ids, ascending);
    for (gsize i = 0; i < 2 * (gsize)channels->len; i++)
        if ((!i || ids[i] != ids[i - 1]) && !draft_node(draft, ids[i], error)) return false;
    draft_note(draft, "no file of nodes lies beside it; nodes without a channel are not known");
    return true;
}

static bool add_channels(Text *text, Draft *draft, const GArray *channels, GError **error)
{
    DraftColumn *capacity = draft_column(draft, "capacity", false);
    for (guint i = 0; i < channels->len; i++) {
        const Channel *channel = &g_array_index(channels, Channel, i);
        NodeId ends[2];
        text->line = channel->line;
        for (int e = 0; e < 2; e++)
            if (!draft_find_id(draft, channel->ends[e], &ends[e], error)) return false;
        draft_link(draft, ends[0], ends[1]);
        draft_value(capacity, channel->capacity);
    }
    return true;
}

bool format_lightning(Text *text, Draft *draft, GError **error)
{
    g_autoptr(GArray) channels = g_array_new(FALSE, FALSE, sizeof(Channel));
    g_autofree char *nodes = nodes_path(text->file);
    return read_channels(text, channels, error) &&
           (nodes ? read_nodes_file(draft, nodes, error) : nodes_of_channels(draft, channels, error)) &&
           add_channels(text, draft, channels, error);
}
