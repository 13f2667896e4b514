/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/param.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/suggest.h"

static bool is_absent(const Param *param, const char *text)
{
    static const char *const words[] = { "", "off", "unlimited", NULL };
    return param->fallback && strcmp(text, param->fallback) == 0 && g_strv_contains(words, text);
}

static void set_absent(const Param *param, void *field)
{
    switch (param->type) {
    case PARAM_COUNT: *(uint32_t *)field = PARAM_NO_COUNT; break;
    case PARAM_WHOLE: case PARAM_SIZE: *(uint64_t *)field = UINT64_MAX; break;
    case PARAM_NUMBER: case PARAM_SHARE: case PARAM_RATE: *(double *)field = NAN; break;
    case PARAM_DURATION: *(SimTime *)field = -1; break;
    case PARAM_TEXT: case PARAM_FILE: *(char **)field = NULL; break;
    case PARAM_NODES: case PARAM_MEMBERS: *(Nodes *)field = (Nodes){ .kind = NODES_ABSENT }; break;
    case PARAM_LOSS: *(Loss *)field = (Loss){ 0 }; break;
    case PARAM_DURATION_LAW: case PARAM_SIZE_LAW: case PARAM_BANDWIDTH_LAW:
        *(Distribution *)field = (Distribution){ .kind = LAW_ABSENT };
        break;
    default: g_assert_not_reached();
    }
}

/* A bound as the reader of the message would write it. */
static char *bound_text(const Param *param, double value)
{
    if (param->type == PARAM_DURATION) return format_duration((SimTime)value);
    g_autofree char *number = format_number(param->type == PARAM_SHARE ? value * 100 : value);
    const char *unit = param->type == PARAM_SHARE ? " %" : param->type == PARAM_SIZE ? " B"
                     : param->type == PARAM_RATE ? " /s" : "";
    return g_strconcat(number, unit, NULL);
}

char *param_range_text(const Param *param)
{
    if (param->min == 0 && param->max == 0) return NULL;
    g_autofree char *low = bound_text(param, param->min);
    g_autofree char *high = param->max < 0x1p63 ? bound_text(param, param->max) : NULL;
    return g_strdup_printf("%s %s%s", low, high ? "to " : "or more", high ? high : "");
}

static bool in_range(const Param *param, const char *text, double value, GError **error)
{
    g_autofree char *range = param_range_text(param);
    if (!range || (value >= param->min && value <= param->max)) return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s' is out of range; %s is expected", text, range);
    return false;
}

static bool read_count(const Param *param, const char *text, void *field, GError **error)
{
    uint64_t value;
    if (!parse_count(text, &value, error)) return false;
    if (param->type == PARAM_COUNT && value >= PARAM_NO_COUNT) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s' is too large; at most 4294967294", text);
        return false;
    }
    if (!in_range(param, text, (double)value, error)) return false;
    if (param->type == PARAM_COUNT) *(uint32_t *)field = (uint32_t)value;
    else *(uint64_t *)field = value;
    return true;
}

static bool read_double(const Param *param, const char *text, void *field, GError **error)
{
    double value;
    bool read = param->type == PARAM_NUMBER ? parse_number(text, &value, error)
              : parse_quantity(text, param->type == PARAM_SHARE ? UNIT_SHARE : UNIT_RATE, &value, error);
    if (!read || !in_range(param, text, value, error)) return false;
    *(double *)field = value;
    return true;
}

static bool read_amount(const Param *param, const char *text, void *field, GError **error)
{
    if (param->type == PARAM_DURATION) {
        SimTime time;
        if (!parse_duration(text, &time, error) || !in_range(param, text, (double)time, error)) return false;
        *(SimTime *)field = time;
        return true;
    }
    double bytes;
    if (!parse_quantity(text, UNIT_SIZE, &bytes, error) || !in_range(param, text, bytes, error)) return false;
    if (bytes >= 0x1p63) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s' is too large a size", text);
        return false;
    }
    *(uint64_t *)field = (uint64_t)llround(bytes);
    return true;
}

/* The choices without the keys that they may fill. */
static char **choice_names(const Param *param)
{
    char **names = g_strsplit(param->choices, "|", -1);
    for (char **name = names; *name; name++) (*name)[strcspn(*name, "(")] = '\0';
    return names;
}

/* What the choice of a row gives to `row`: the 5 s of `orphans = expiration(5 s)` where that row
 * has the choice expiration(quantum) and `row` is quantum.  Free it; NULL: nothing. */
static char *choice_argument(const Param *choice, const char *row, const char *text)
{
    size_t length = text ? strlen(text) : 0, name = text ? strcspn(text, "(") : 0;
    if (choice->type != PARAM_CHOICE || name == length || text[length - 1] != ')') return NULL;
    g_auto(GStrv) names = g_strsplit(choice->choices, "|", -1);
    g_autofree char *wanted = g_strdup_printf("%.*s(%s)", (int)name, text, row);
    return g_strv_contains((const char *const *)names, wanted) ? g_strstrip(g_strndup(text + name + 1, length - name - 2)) : NULL;
}

/* True for `20 %` of the choice 20%, and for poll(50 ms) of poll(interval). */
static bool is_choice(const char *name, const char *written, const char *text)
{
    size_t length = strlen(name);
    bool call = written[length] == '(' && strncmp(name, text, length) == 0 && text[length] == '(' && g_str_has_suffix(text, ")");
    if (call || strcmp(name, text) == 0) return true;
    return g_ascii_isdigit(*text) && g_str_has_suffix(text, " %") && g_str_has_suffix(name, "%") &&
           length + 1 == strlen(text) && strncmp(name, text, length - 1) == 0;
}

static bool read_choice(const Param *param, const char *text, void *field, GError **error)
{
    g_auto(GStrv) names = choice_names(param), written = g_strsplit(param->choices, "|", -1);
    for (int i = 0; names[i]; i++)
        if (is_choice(names[i], written[i], text)) {
            *(int *)field = i;
            return true;
        }
    g_autofree char *hint = suggest(text, (const char *const *)names);
    g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "'%s' is not a choice%s", text, hint);
    return false;
}

static bool read_file(const char *text, const char *directory, void *field, GError **error)
{
    g_autofree char *path = g_canonicalize_filename(text, directory);
    const char *wrong = !g_file_test(path, G_FILE_TEST_EXISTS) ? "does not exist"
                      : g_file_test(path, G_FILE_TEST_IS_DIR) ? "is a directory; a file is expected"
                      : g_access(path, R_OK) ? "may not be read" : NULL;
    if (wrong) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_FILE, "'%s' %s (looked for %s)", text, wrong, path);
        return false;
    }
    *(char **)field = g_steal_pointer(&path);
    return true;
}

bool param_read(const Param *param, const char *text, const char *directory, void *config, GError **error)
{
    void *field = (char *)config + param->offset;
    if (is_absent(param, text)) return set_absent(param, field), true;
    if (!*text) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "the value is empty");
        return false;
    }
    switch (param->type) {
    case PARAM_COUNT: case PARAM_WHOLE: return read_count(param, text, field, error);
    case PARAM_NUMBER: case PARAM_SHARE: case PARAM_RATE: return read_double(param, text, field, error);
    case PARAM_BOOL: return parse_bool(text, field, error);
    case PARAM_DURATION: case PARAM_SIZE: return read_amount(param, text, field, error);
    case PARAM_TEXT: return *(char **)field = g_strdup(text), true;
    case PARAM_FILE: return read_file(text, directory, field, error);
    case PARAM_CHOICE: return read_choice(param, text, field, error);
    case PARAM_NODES: return nodes_parse(text, field, error);
    case PARAM_MEMBERS: return nodes_parse_members(text, field, error);
    case PARAM_LOSS: return loss_parse(text, field, error);
    case PARAM_DURATION_LAW: return distribution_parse(text, UNIT_TIME, directory, field, error);
    case PARAM_SIZE_LAW: return distribution_parse(text, UNIT_SIZE, directory, field, error);
    case PARAM_BANDWIDTH_LAW: return distribution_parse(text, UNIT_BANDWIDTH, directory, field, error);
    case PARAM_END_TYPE: break;
    }
    g_assert_not_reached();
}

static void fill_default(const Param *param, const char *directory, void *config)
{
    g_autoptr(GError) error = NULL;
    if (param->fallback && !param_read(param, param->fallback, directory, config, &error))
        g_error("the default of '%s' is wrong: %s", param->name, error->message);
}

static void fill(const Param *param, const char *text, const Keys *keys, const char *key, void *config)
{
    g_autoptr(GError) error = NULL;
    if (text && !*text) {
        keys_fault(keys, key, "the value is empty");
    } else if (text) {
        if (param_read(param, text, keys_directory(keys), config, &error)) return;
        keys_fault(keys, key, "%s", error->message);
    } else if (!param->fallback) {
        g_autofree char *type = param_type_text(param);
        keys_fault(keys, key, "'%s' is missing; it needs a %s: %s", param->name, type, param->help);
    }
    fill_default(param, keys_directory(keys), config);
}

void params_fill(const Param *params, const Keys *keys, void *config)
{
    for (const Param *p = params; p && p->type; p++) {
        const char *key = p->name;
        g_autofree char *argument = NULL;
        for (const Param *c = params; c->type && !argument; c++) {
            argument = choice_argument(c, p->name, keys_value(keys, c->name));
            if (argument) key = c->name;
        }
        if (argument && keys_given(keys, p->name)) keys_fault(keys, p->name, "'%s' says it too; one of them", key);
        fill(p, argument ? argument : keys_value(keys, p->name), keys, key, config);
    }
}

/* The name of an argument "name = value", to be freed, with *value its text; NULL for a plain one. */
static char *argument_name(const char *arg, const char **value)
{
    size_t length = strspn(arg, "abcdefghijklmnopqrstuvwxyz-");
    const char *equals = arg + length + strspn(arg + length, " \t");
    if (!length || *equals != '=') return NULL;
    *value = equals + 1 + strspn(equals + 1, " \t");
    return g_strndup(arg, length);
}

static void no_argument(const Param *params, unsigned rows, const char *name, const Keys *keys, const char *key)
{
    g_autofree const char **names = g_new0(const char *, rows + 1);
    for (unsigned i = 0; i < rows; i++) names[i] = params[i].name;
    g_autofree char *hint = suggest(name, names);
    keys_fault(keys, key, "no argument is called '%s'%s", name, hint);
}

/* Puts the text of each argument at the place of its row; reports those that have none. */
static void sort_arguments(const Param *params, char **args, const Keys *keys, const char *key, const char **texts)
{
    unsigned rows = 0, plain = 0, given = g_strv_length(args);
    while (params && params[rows].type) rows++;
    for (unsigned i = 0; i < given; i++) {
        const char *value = args[i];
        g_autofree char *name = argument_name(args[i], &value);
        const Param *named = name ? params_find(params, name) : NULL;
        unsigned row = named ? (unsigned)(named - params) : name ? rows : plain++;
        if (name && !named) no_argument(params, rows, name, keys, key);
        else if (row < rows && texts[row]) keys_fault(keys, key, "'%s' is given twice", params[row].name);
        else if (row < rows) texts[row] = value;
    }
    if (plain > rows) keys_fault(keys, key, "%u arguments where at most %u are expected", given, rows);
}

void params_fill_call(const Param *params, const char *inner, const Keys *keys, const char *key, void *config)
{
    g_auto(GStrv) args = parse_list(inner);
    unsigned rows = 0;
    while (params && params[rows].type) rows++;
    g_autofree const char **texts = g_new0(const char *, rows + 1);
    sort_arguments(params, args, keys, key, texts);
    for (unsigned i = 0; i < rows; i++) fill(&params[i], texts[i], keys, key, config);
}

void params_clear(const Param *params, void *config)
{
    for (const Param *p = params; p && p->type; p++) {
        void *field = (char *)config + p->offset;
        if (p->type == PARAM_TEXT || p->type == PARAM_FILE) g_clear_pointer((char **)field, g_free);
        if (p->type == PARAM_NODES || p->type == PARAM_MEMBERS) nodes_clear(field);
        if (p->type >= PARAM_DURATION_LAW) distribution_clear(field);
    }
}

const Param *params_find(const Param *params, const char *name)
{
    for (const Param *p = params; p && p->type; p++)
        if (strcmp(p->name, name) == 0) return p;
    return NULL;
}

char *param_type_text(const Param *param)
{
    static const char *const words[] = {
        [PARAM_COUNT] = "whole number", [PARAM_WHOLE] = "whole number", [PARAM_NUMBER] = "number",
        [PARAM_SHARE] = "share", [PARAM_RATE] = "rate", [PARAM_BOOL] = "yes or no",
        [PARAM_DURATION] = "duration", [PARAM_SIZE] = "size", [PARAM_TEXT] = "text", [PARAM_FILE] = "file",
        [PARAM_NODES] = "set of nodes", [PARAM_MEMBERS] = "share, count or range of nodes",
        [PARAM_LOSS] = "share or gilbert-elliott(P, R, GOOD, BAD)",
        [PARAM_DURATION_LAW] = "duration or distribution", [PARAM_SIZE_LAW] = "size or distribution",
        [PARAM_BANDWIDTH_LAW] = "bandwidth or distribution",
    };
    if (param->type != PARAM_CHOICE) return g_strdup(words[param->type]);
    g_auto(GStrv) names = choice_names(param);
    return g_strjoinv(" or ", names);
}
