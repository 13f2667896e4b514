/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights of a Rocketfuel map: "from to weight", each direction on a line of its
 * own.  R. Mahajan, N. Spring, D. Wetherall, T. Anderson, "Inferring link
 * weights using end-to-end measurements", IMW 2002. */
#include "graph/format.h"

/* The node of that name; numbered in the order of first mention. */
static NodeId node_of(Draft *draft, GHashTable *by_name, const char *name)
{
    guint found = GPOINTER_TO_UINT(g_hash_table_lookup(by_name, name));
    if (found) return found - 1;
    uint64_t id = draft->ids->len;
    char *own = g_strdup(name);
    g_array_append_val(draft->ids, id);
    g_ptr_array_add(draft->names, own);
    g_hash_table_insert(by_name, own, GUINT_TO_POINTER(draft->ids->len));
    return (NodeId)id;
}

bool format_rocketfuel(Text *text, Draft *draft, GError **error)
{
    g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
    DraftColumn *weight = draft_column(draft, "weight", false);
    char *line, *fields[3];
    draft->directed = true;
    while ((line = text_filled_line(text))) {
        double value;
        unsigned count = text_fields(line, fields, 3);
        if (count != 3)
            return text_fault(text, SIM_ERROR_SYNTAX, error, "%u fields; 'from to weight' is expected", count);
        if (!text_number(text, fields[2], "weight", &value, error)) return false;
        NodeId from = node_of(draft, by_name, fields[0]);
        draft_link(draft, from, node_of(draft, by_name, fields[1]));
        draft_value(weight, value);
    }
    return true;
}
