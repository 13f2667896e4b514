/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/csv.h"

#include <math.h>
#include <string.h>

#include "core/units.h"

void csv_field(GString *out, const char *text)
{
    size_t length = strlen(text);
    if (!strpbrk(text, ",\"\r\n") && !(length && (text[0] == ' ' || text[length - 1] == ' '))) {
        g_string_append(out, text);
        return;
    }
    g_string_append_c(out, '"');
    for (; *text; text++) {
        if (*text == '"') g_string_append_c(out, '"');
        g_string_append_c(out, *text);
    }
    g_string_append_c(out, '"');
}

void csv_value(GString *out, double value)
{
    g_string_append_c(out, ',');
    if (!isfinite(value)) return;
    g_autofree char *text = format_number(value);
    g_string_append(out, text);
}
