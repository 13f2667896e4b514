/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/point.h"

#include <string.h>

static void json_text(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\') g_string_append_c(out, '\\');
        if (g_ascii_iscntrl(*p)) g_string_append_printf(out, "\\u%04x", (unsigned char)*p);
        else g_string_append_c(out, *p);
    }
    g_string_append_c(out, '"');
}

/* The number that `text` is to a parameter of this kind, or NULL. */
static char *number(const Param *param, const char *text)
{
    uint64_t count;
    double value;
    bool counts = param->type == PARAM_COUNT || param->type == PARAM_WHOLE || param->type == PARAM_MEMBERS;
    if (counts && parse_count(text, &count, NULL)) return g_strdup_printf("%" G_GUINT64_FORMAT, count);
    bool shares = param->type == PARAM_SHARE || param->type == PARAM_LOSS || param->type == PARAM_MEMBERS;
    if (shares && parse_quantity(text, UNIT_SHARE, &value, NULL)) return format_number(value);
    if (param->type == PARAM_NUMBER && parse_number(text, &value, NULL)) return format_number(value);
    return NULL;
}

char *point_value(const Param *param, const char *text)
{
    char *found = param ? number(param, text) : NULL;
    if (found) return found;
    GString *out = g_string_new(NULL);
    json_text(out, text);
    return g_string_free(out, FALSE);
}

/* The last word of a key, or the whole where another axis has the same. */
static const char *short_name(const Axis *axes, uint32_t count, uint32_t i)
{
    const char *name = strrchr(axes[i].key, '.') + 1;
    for (uint32_t k = 0; k < count; k++)
        if (k != i && strcmp(strrchr(axes[k].key, '.') + 1, name) == 0) return axes[i].key;
    return name;
}

void point_describe(Point *point, const Axis *axes, uint32_t axis_count, const Param *const *params)
{
    GString *json = g_string_new("{"), *label = g_string_new(NULL);
    for (uint32_t i = 0; i < axis_count; i++) {
        g_autofree char *value = point_value(params[i], point->values[i]);
        const char *comma = i ? ", " : "";
        g_string_append(json, comma);
        json_text(json, axes[i].key);
        g_string_append_printf(json, ": %s", value);
        g_string_append_printf(label, "%s%s = %s", comma, short_name(axes, axis_count, i), point->values[i]);
    }
    g_string_append_c(json, '}');
    point->json = g_string_free(json, FALSE);
    point->label = g_string_free(label, FALSE);
}
