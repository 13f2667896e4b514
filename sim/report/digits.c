/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/digits.h"

#include <glib.h>
#include <math.h>

enum { DIGITS_MOST = 6 };           /* significant ones of a mean */

char *digits_number(double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (isnan(value)) return g_strdup("–");
    bool whole = value == floor(value) && fabs(value) < 1e15;
    g_ascii_formatd(text, sizeof text, whole ? "%.0f" : "%.6g", value);
    return g_strdup(text);
}

static char *fixed(double value, int decimals)
{
    char format[8], text[400];          /* a double has at most 309 digits before the point */
    g_snprintf(format, sizeof format, "%%.%df", decimals);
    return g_strdup(g_ascii_formatd(text, sizeof text, format, value));
}

char *digits_estimate(const Estimate *estimate)
{
    double half = estimate_half_width(estimate);
    if (!isfinite(half) || half == 0) {
        g_autofree char *value = digits_number(estimate->value);
        return half == 0 ? g_strdup_printf("%s ± 0", value) : g_steal_pointer(&value);
    }
    int decimals = 1 - (int)floor(log10(half));
    int before = estimate->value ? (int)floor(log10(fabs(estimate->value))) + 1 : 0;
    if (decimals > DIGITS_MOST - MIN(before, DIGITS_MOST) && decimals > 0) {
        g_autofree char *value = digits_number(estimate->value);
        char text[G_ASCII_DTOSTR_BUF_SIZE];
        return g_strdup_printf("%s ± %s", value, g_ascii_formatd(text, sizeof text, "%.2g", half));
    }
    g_autofree char *value = fixed(estimate->value, MAX(0, decimals)), *reach = fixed(half, MAX(0, decimals));
    return g_strdup_printf("%s ± %s", value, reach);
}

char *digits_difference(const Estimate *estimate)
{
    g_autofree char *text = digits_estimate(estimate);
    if (estimate->value > 0) return g_strconcat("+", text, NULL);
    if (*text == '-') return g_strconcat("−", text + 1, NULL);
    return g_steal_pointer(&text);
}
