/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of access classes, one a line. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "network/network.h"

static bool read_rate(const char *text, double *rate, GError **error)
{
    if (strcmp(text, "unlimited") == 0) {
        *rate = INFINITY;
        return true;
    }
    if (!parse_quantity(text, UNIT_BANDWIDTH, rate, error)) return false;
    if (*rate >= 1) return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s' is below 1 bit/s", text);
    return false;
}

/* Sets which nodes belong to the class: a share, "node N" or "nodes A..B". */
static bool read_who(const char *text, double before, NetworkClass *class, GError **error)
{
    double share;
    class->up_to = before;
    class->first = class->last = NODE_NONE;
    if (!g_str_has_prefix(text, "node")) {
        if (!parse_quantity(text, UNIT_SHARE, &share, error)) return false;
        class->up_to += share;
        return true;
    }
    Nodes nodes = { 0 };
    const char *blank = strpbrk(text, " \t");
    if (!blank || !nodes_parse(blank, &nodes, NULL) || nodes.kind != NODES_LISTED || nodes.count != 1) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "'%s' is neither a share nor 'node N' or 'nodes A..B'", text);
        nodes_clear(&nodes);
        return false;
    }
    class->first = nodes.ranges[0].first;
    class->last = nodes.ranges[0].last;
    nodes_clear(&nodes);
    return true;
}

/* Appends the class that a line describes; false and *error where it is none. */
static bool read_line(const char *line, GArray *classes, GError **error)
{
    NetworkClass class = { 0 };
    g_auto(GStrv) fields = parse_list(line);
    if (g_strv_length(fields) != 3) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "'%s' is no class; 'SHARE, UPLOAD, DOWNLOAD' is expected", line);
        return false;
    }
    double before = classes->len ? g_array_index(classes, NetworkClass, classes->len - 1).up_to : 0;
    if (!read_who(fields[0], before, &class, error) || !read_rate(fields[1], &class.upload, error) ||
        !read_rate(fields[2], &class.download, error)) return false;
    g_array_append_val(classes, class);
    return true;
}

NetworkClass *network_classes_read(const char *path, uint32_t *count, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) reason = NULL;
    if (!g_file_get_contents(path, &text, NULL, &reason)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_FILE, "%s", reason->message);
        return NULL;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GArray) classes = g_array_new(FALSE, FALSE, sizeof(NetworkClass));
    for (guint i = 0; lines[i]; i++) {
        g_strstrip(lines[i]);
        if (!*lines[i] || *lines[i] == '#') continue;
        if (read_line(lines[i], classes, &reason)) continue;
        g_set_error(error, SIM_ERROR, reason->code, "%s:%u: %s", path, i + 1, reason->message);
        return NULL;
    }
    double sum = classes->len ? g_array_index(classes, NetworkClass, classes->len - 1).up_to : 0;
    if (fabs(sum - 1) > 1e-6) {
        g_autofree char *percent = format_number(round(sum * 1e8) / 1e6);
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "%s: the shares add up to %s %%; 100 %% is expected", path, percent);
        return NULL;
    }
    *count = classes->len;
    return (NetworkClass *)g_array_free(g_steal_pointer(&classes), FALSE);
}
