/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/units.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

typedef struct { const char *name; double factor; } UnitName;

static const UnitName time_units[] = {
    { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 }, { "min", 60e9 }, { "h", 3600e9 }, { NULL, 0 }
};
static const UnitName size_units[] = {
    { "B", 1 }, { "kB", 1e3 }, { "MB", 1e6 }, { "GB", 1e9 },
    { "KiB", 1024 }, { "MiB", 1048576 }, { "GiB", 1073741824 }, { NULL, 0 }
};
static const UnitName bandwidth_units[] = {
    { "bit/s", 1 }, { "kbit/s", 1e3 }, { "Mbit/s", 1e6 }, { "Gbit/s", 1e9 }, { NULL, 0 }
};
static const UnitName rate_units[] = { { "/s", 1 }, { "/min", 1.0 / 60 }, { "/h", 1.0 / 3600 }, { NULL, 0 } };
static const UnitName share_units[] = { { "%", 0.01 }, { "", 1 }, { NULL, 0 } };
static const UnitName no_units[] = { { "", 1 }, { NULL, 0 } };

static const struct { const UnitName *units; const char *what, *names; } kinds[] = {
    [UNIT_NONE] = { no_units, "number", "" },
    [UNIT_TIME] = { time_units, "duration", "ns, us, ms, s, min or h" },
    [UNIT_SIZE] = { size_units, "size", "B, kB, MB, GB, KiB, MiB or GiB" },
    [UNIT_BANDWIDTH] = { bandwidth_units, "bandwidth", "bit/s, kbit/s, Mbit/s or Gbit/s" },
    [UNIT_RATE] = { rate_units, "rate", "/s, /min or /h" },
    [UNIT_SHARE] = { share_units, "share", "% (as in '20 %'), or no unit (as in 0.2)" },
};

const char *unit_names(Unit unit)
{
    return kinds[unit].names;
}

/* The length of the decimal number that starts `text`, 0 if there is none. */
static size_t number_length(const char *text)
{
    size_t i = text[0] == '+' || text[0] == '-', digits = 0;
    while (g_ascii_isdigit(text[i])) i++, digits++;
    if (text[i] == '.')
        for (i++; g_ascii_isdigit(text[i]); i++) digits++;
    if (!digits) return 0;
    if (text[i] == 'e' || text[i] == 'E') {
        size_t j = i + 1 + (text[i + 1] == '+' || text[i + 1] == '-');
        if (g_ascii_isdigit(text[j])) {
            while (g_ascii_isdigit(text[j])) j++;
            i = j;
        }
    }
    return i;
}

/* Splits off the number that starts `text` from the words behind it. */
static bool split(const char *text, const char *what, char **digits, char **rest, GError **error)
{
    while (g_ascii_isspace(*text)) text++;
    size_t length = number_length(text);
    if (!length) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "'%s' is not a %s", text, what);
        return false;
    }
    *digits = g_strndup(text, length);
    *rest = g_strstrip(g_strdup(text + length));
    return true;
}

/* The value of `digits`, counted in units of `factor`. */
static bool evaluate(const char *digits, double factor, double *out, GError **error)
{
    double value = g_ascii_strtod(digits, NULL) * factor;
    if (!isfinite(value)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s' is too large a number", digits);
        return false;
    }
    *out = value;
    return true;
}

/* A number of hundredths.  Moving the point in the text keeps "0.7 %" equal to
 * 0.007, where a product or quotient is not. */
static double percent(const char *digits)
{
    if (strpbrk(digits, "eE")) return g_ascii_strtod(digits, NULL) / 100;
    g_autofree char *moved = g_strconcat(digits, "e-2", NULL);
    return g_ascii_strtod(moved, NULL);
}

static bool unit_missing(const char *text, const char *rest, Unit unit, GError **error)
{
    const char *what = kinds[unit].what;
    if (unit == UNIT_NONE)
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "'%s' is not a %s; a number without a unit is expected",
                    text, what);
    else if (*rest)
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "'%s' is not a unit of a %s; use %s", rest, what,
                    unit_names(unit));
    else
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "'%s' needs a unit: %s", text, unit_names(unit));
    return false;
}

bool parse_quantity(const char *text, Unit unit, double *out, GError **error)
{
    double value;
    g_autofree char *digits = NULL, *rest = NULL;
    if (!split(text, kinds[unit].what, &digits, &rest, error)) return false;
    const UnitName *u = kinds[unit].units;
    while (u->name && strcmp(u->name, rest) != 0) u++;
    if (!u->name) return unit_missing(text, rest, unit, error);
    if (!evaluate(digits, u->factor, &value, error)) return false;
    if (unit == UNIT_SHARE && *rest) value = percent(digits);
    if (value < 0 || signbit(value)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s' is negative; 0 or more is expected", text);
        return false;
    }
    if (unit == UNIT_SHARE && value > 1) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s' is more than the whole; 0 %% to 100 %% is expected", text);
        return false;
    }
    *out = value;
    return true;
}

bool parse_duration(const char *text, SimTime *out, GError **error)
{
    double ns;
    if (!parse_quantity(text, UNIT_TIME, &ns, error)) return false;
    if (ns >= 0x1p63) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s' is out of range; at most 292 years", text);
        return false;
    }
    *out = (SimTime)llround(ns);
    return true;
}

bool parse_count(const char *text, uint64_t *out, GError **error)
{
    g_autofree char *digits = g_strstrip(g_strdup(text));
    guint64 value;
    if (!g_ascii_isdigit(*digits) || strspn(digits, "0123456789") != strlen(digits)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "'%s' is not a whole number", text);
        return false;
    }
    if (!g_ascii_string_to_unsigned(digits, 10, 0, G_MAXUINT64, &value, NULL)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s' is too large", text);
        return false;
    }
    *out = value;
    return true;
}

bool parse_number(const char *text, double *out, GError **error)
{
    g_autofree char *digits = NULL, *rest = NULL;
    if (!split(text, "number", &digits, &rest, error)) return false;
    if (*rest) return unit_missing(text, rest, UNIT_NONE, error);
    return evaluate(digits, 1, out, error);
}

bool parse_bool(const char *text, bool *out, GError **error)
{
    g_autofree char *word = g_strstrip(g_strdup(text));
    bool yes = strcmp(word, "yes") == 0;
    if (!yes && strcmp(word, "no") != 0) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "'%s' is neither yes nor no", text);
        return false;
    }
    *out = yes;
    return true;
}

char *format_duration(SimTime time)
{
    static const struct { const char *name; SimTime ns; } scale[] = {
        { "s", SIM_S }, { "ms", SIM_MS }, { "us", SIM_US }, { "ns", 1 }
    };
    if (time == 0) return g_strdup("0 s");
    for (size_t i = 0; ; i++) {
        if (time % scale[i].ns == 0)
            return g_strdup_printf("%" G_GINT64_FORMAT " %s", time / scale[i].ns, scale[i].name);
        if (time < scale[i].ns || time % (scale[i].ns / 1000) != 0) continue;
        int thousandths = (int)(time % scale[i].ns / (scale[i].ns / 1000)), digits = 3;
        while (thousandths % 10 == 0) thousandths /= 10, digits--;
        return g_strdup_printf("%" G_GINT64_FORMAT ".%0*d %s", time / scale[i].ns, digits, thousandths, scale[i].name);
    }
}

char *format_number(double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (isnan(value)) return g_strdup("nan");           /* printf would show its sign */
    if (fabs(value) < 1e15 && value == trunc(value)) return g_strdup_printf("%.0f", value == 0 ? 0 : value);
    for (int digits = 1; digits <= 17; digits++) {
        char format[8];
        g_snprintf(format, sizeof format, "%%.%dg", digits);
        g_ascii_formatd(text, sizeof text, format, value);
        if (g_ascii_strtod(text, NULL) == value) break;
    }
    return g_strdup(text);
}

char *parse_call(const char *text, char **inner)
{
    while (g_ascii_isspace(*text)) text++;
    size_t name = 0;
    while (g_ascii_isalnum(text[name]) || text[name] == '-') name++;
    const char *open = text + name;
    while (g_ascii_isspace(*open)) open++;
    size_t length = strlen(text);
    while (length && g_ascii_isspace(text[length - 1])) length--;
    if (!name || *open != '(' || text[length - 1] != ')') return NULL;
    *inner = g_strstrip(g_strndup(open + 1, (size_t)(text + length - 1 - (open + 1))));
    return g_strndup(text, name);
}

char **parse_list(const char *text)
{
    GPtrArray *items = g_ptr_array_new();
    const char *start = text;
    int depth = 0;
    for (const char *p = text; ; p++) {
        if (*p == '(') depth++;
        if (*p == ')') depth--;
        if (*p && (*p != ',' || depth > 0)) continue;
        char *item = g_strstrip(g_strndup(start, (size_t)(p - start)));
        if (*p || *item || items->len) g_ptr_array_add(items, item);
        else g_free(item);
        if (!*p) break;
        start = p + 1;
    }
    g_ptr_array_add(items, NULL);
    return (char **)g_ptr_array_free(items, FALSE);
}
