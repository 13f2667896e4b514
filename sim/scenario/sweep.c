/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/sweep.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/units.h"

enum { MOST_VALUES = 10000, MOST_DIGITS = 12, MOST_PLACES = 9, TOLD_APART = 15 };

/* A decimal number and its unit: digits · 10^-places unit.  The limits above keep
 * every product below within 127 bits. */
typedef struct {
    __int128 digits;
    int places;
    char unit[8];
} Decimal;

static bool bad(GError **error, const char *text)
{
    g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX,
                "'%s' is not a number with at most %d digits and its unit; a range has numbers only", text, MOST_DIGITS);
    return false;
}

/* Reads "12.5 ms"; no exponent. */
static bool decimal_parse(const char *text, Decimal *out, GError **error)
{
    Decimal value = { 0 };
    const char *p = text;
    int digits = 0;
    bool point = false;
    for (; g_ascii_isdigit(*p) || (*p == '.' && !point); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        value.digits = value.digits * 10 + (*p - '0');
        value.places += point;
        if (++digits > MOST_DIGITS || value.places > MOST_PLACES) return bad(error, text);
    }
    while (g_ascii_isspace(*p)) p++;
    if (!digits || strlen(p) >= sizeof value.unit || strpbrk(p, "0123456789.,() \t")) return bad(error, text);
    g_strlcpy(value.unit, p, sizeof value.unit);
    *out = value;
    return true;
}

static char *decimal_text(const Decimal *value)
{
    char reversed[64];
    int n = 0, places = value->places;
    __int128 digits = value->digits;
    for (; places > 0 && digits % 10 == 0; places--) digits /= 10;
    for (; digits > 0 || n <= places; digits /= 10) {
        if (n == places && places > 0) reversed[n++] = '.', places = -1;
        reversed[n++] = (char)('0' + (int)(digits % 10));
    }
    GString *text = g_string_new(NULL);
    while (n > 0) g_string_append_c(text, reversed[--n]);
    if (*value->unit) g_string_append_printf(text, " %s", value->unit);
    return g_string_free(text, FALSE);
}

/* How many base units one of this unit is; 0 where it is no unit of that kind. */
static double unit_factor(const char *unit, Unit kind)
{
    g_autofree char *one = g_strdup_printf("1 %s", unit);
    double value;
    return parse_quantity(one, kind, &value, NULL) ? value : 0;
}

/* Writes all three in the smallest of their units, or in bytes where powers of
 * 1000 meet powers of 1024; false where they are no units of this kind. */
static bool convert(Decimal *const of[3], Unit kind)
{
    double factors[3], least = INFINITY;
    const char *unit = "";
    bool whole = true;
    for (int i = 0; i < 3; i++) {
        factors[i] = unit_factor(of[i]->unit, kind);
        if (factors[i] <= 0) return false;
        if (factors[i] < least) least = factors[i], unit = of[i]->unit;
    }
    for (int i = 0; i < 3; i++) whole &= kind != UNIT_SIZE || fmod(factors[i], least) == 0;
    g_autofree char *name = g_strdup(whole ? unit : "B");
    for (int i = 0; i < 3; i++) {
        of[i]->digits *= llround(factors[i] / (whole ? least : 1));
        g_strlcpy(of[i]->unit, name, sizeof of[i]->unit);
    }
    return true;
}

static bool same_unit(Decimal *const of[3], GError **error)
{
    if (strcmp(of[0]->unit, of[1]->unit) == 0 && strcmp(of[1]->unit, of[2]->unit) == 0) return true;
    for (Unit kind = UNIT_TIME; kind <= UNIT_SHARE; kind++)
        if (convert(of, kind)) return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "'%s', '%s' and '%s' are not units of one kind; "
                "write the same unit behind each number", of[0]->unit, of[1]->unit, of[2]->unit);
    return false;
}

static void same_places(Decimal *const of[3])
{
    int most = MAX(of[0]->places, MAX(of[1]->places, of[2]->places));
    for (int i = 0; i < 3; i++)
        for (; of[i]->places < most; of[i]->places++) of[i]->digits *= 10;
}

/* Rounds half up to what a double tells apart. */
static void shorten(Decimal *value)
{
    __int128 most = 1;
    for (int i = 0; i < TOLD_APART; i++) most *= 10;
    for (; value->places > 0 && value->digits >= most; value->places--) value->digits = (value->digits + 5) / 10;
}

static bool too_many(GError **error)
{
    g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "the range has more than %d values", MOST_VALUES);
    return false;
}

static bool by_step(Decimal from, Decimal to, Decimal step, GPtrArray *out, GError **error)
{
    if (!same_unit((Decimal *[]){ &from, &to, &step }, error)) return false;
    same_places((Decimal *[]){ &from, &to, &step });
    if (step.digits == 0 || from.digits > to.digits) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, step.digits == 0 ? "a step of 0 leads nowhere"
                    : "the range runs backwards; LOW .. HIGH step S is expected");
        return false;
    }
    for (; from.digits <= to.digits; from.digits += step.digits) {
        if (out->len == MOST_VALUES) return too_many(error);
        g_ptr_array_add(out, decimal_text(&from));
    }
    return true;
}

/* True if a <= b; both in the same unit.  Exact where they are close. */
static bool at_most(Decimal a, Decimal b)
{
    double x = (double)a.digits * pow(10, -a.places), y = (double)b.digits * pow(10, -b.places);
    if (x < y * (1 - 1e-6)) return true;
    if (x > y * (1 + 1e-6)) return false;
    Decimal none = { 0 };
    same_places((Decimal *[]){ &a, &b, &none });
    return a.digits <= b.digits;
}

static bool by_factor(Decimal from, Decimal to, Decimal factor, GPtrArray *out, GError **error)
{
    Decimal also = from, one = { .digits = 1 };
    if (*factor.unit) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "a factor has no unit");
        return false;
    }
    if (!same_unit((Decimal *[]){ &from, &to, &also }, error)) return false;
    if (at_most(factor, one) || from.digits == 0 || !at_most(from, to)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, at_most(factor, one) ? "a factor above 1 is expected"
                    : from.digits == 0 ? "a range by a factor starts above 0"
                    : "the range runs backwards; LOW .. HIGH factor F is expected");
        return false;
    }
    while (at_most(from, to)) {
        if (out->len == MOST_VALUES) return too_many(error);
        g_ptr_array_add(out, decimal_text(&from));
        from.digits *= factor.digits;
        from.places += factor.places;
        shorten(&from);
    }
    return true;
}

/* Takes "A .. B step C" apart; false where the text has no such form. */
static bool is_range(const char *text, char *parts[3], bool *factor)
{
    g_autoptr(GRegex) form = g_regex_new("^(.*?)\\s*\\.\\.\\s*(.*?)\\s*(step|factor)\\s*(.*)$", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    if (!g_regex_match(form, text, 0, &match)) return false;
    g_autofree char *word = g_match_info_fetch(match, 3);
    *factor = strcmp(word, "factor") == 0;
    parts[0] = g_match_info_fetch(match, 1);
    parts[1] = g_match_info_fetch(match, 2);
    parts[2] = g_match_info_fetch(match, 4);
    return true;
}

static bool range_values(char *const parts[3], bool factor, GPtrArray *out, GError **error)
{
    Decimal numbers[3];
    for (int i = 0; i < 3; i++)
        if (!decimal_parse(parts[i], &numbers[i], error)) return false;
    return (factor ? by_factor : by_step)(numbers[0], numbers[1], numbers[2], out, error);
}

static bool list_values(const char *text, bool again, GPtrArray *out, GError **error)
{
    g_auto(GStrv) items = parse_list(text);
    for (guint i = 0; items[i]; i++) {
        if (!*items[i]) {
            g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "the list has an empty value; a, b, c is expected");
            return false;
        }
        if (!again && g_ptr_array_find_with_equal_func(out, items[i], g_str_equal, NULL)) {
            g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s' is listed twice", items[i]);
            return false;
        }
        g_ptr_array_add(out, g_strdup(items[i]));
    }
    return true;
}

static char **read_values(const char *text, bool again, GError **error)
{
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func(g_free);
    char *parts[3];
    bool factor = false, read;
    if (is_range(text, parts, &factor)) {
        read = range_values(parts, factor, out, error);
        for (int i = 0; i < 3; i++) g_free(parts[i]);
    } else {
        read = list_values(text, again, out, error);
    }
    if (!read) return NULL;
    if (!out->len) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "the value is empty");
        return NULL;
    }
    g_ptr_array_set_free_func(out, NULL);
    g_ptr_array_add(out, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&out), FALSE);
}

char **sweep_values(const char *text, GError **error) { return read_values(text, false, error); }
char **sweep_values_in_step(const char *text, GError **error) { return read_values(text, true, error); }
