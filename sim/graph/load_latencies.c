/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/suggest.h"
#include "graph/latencies.h"
#include "graph/pairs.h"
#include "graph/text.h"

typedef struct {
    const LatencyFile *file;
    Text text;
    char separator;             /* ' ' for any run of blanks */
    GPtrArray *fields;          /* of the line in hand; they point into it */
    Pairs *pairs;               /* of a list */
} Reader;

static char *next_line(Reader *reader)
{
    char *line;
    do line = text_filled_line(&reader->text);
    while (line && *line == '#');
    return line;
}

/* Takes the quotes off a field in place, "" being one quote; what follows stays behind. */
static char *unquote(char *field)
{
    char *out = field, *in = field + 1;
    for (; *in && (*in != '"' || in[1] == '"'); in++) {
        *out++ = *in;
        if (*in == '"') in++;
    }
    char *rest = *in ? in + 1 : in;
    *out = '\0';
    return rest;
}

static void split(Reader *reader, char *line)
{
    const char separator = reader->separator;
    g_ptr_array_set_size(reader->fields, 0);
    for (char *p = line; p; ) {
        while (*p == ' ' || (*p == '\t' && separator != '\t')) p++;
        if (separator == ' ' && !*p) return;
        bool quoted = *p == '"' && separator != ' ';
        char *field = p, *rest = quoted ? unquote(p) : p;
        char *end = separator == ' ' ? strpbrk(rest, " \t") : strchr(rest, separator);
        if (end) *end = '\0';
        if (!quoted) g_strchomp(field);
        g_ptr_array_add(reader->fields, field);
        p = end ? end + 1 : NULL;
    }
}

static const char *field(const Reader *reader, guint i)
{
    return reader->fields->pdata[i];
}

/* True and *out, NaN where the text stands for no value, as 0 and less do; false
 * where it is no number. */
static bool read_value(const char *text, double *out)
{
    static const char *const words[] = { "", "-", "NA", "nan", "NaN", "NAN", NULL };
    *out = NAN;
    if (!g_strv_contains(words, text) && !text_is_number(text, out)) return false;
    if (*out <= 0) *out = NAN;
    return true;
}

static bool value_fault(const Reader *reader, guint i, GError **error)
{
    return text_fault(&reader->text, SIM_ERROR_SYNTAX, error, "value %u: '%s' is not a finite number; "
                      "leave it empty or say NaN where there is none", i + 1, field(reader, i));
}

static bool add_row(Reader *reader, GArray *cells, uint32_t row, uint32_t columns, GError **error)
{
    if (reader->fields->len != columns)
        return text_fault(&reader->text, SIM_ERROR_SYNTAX, error, "%u values where the first line has %u",
                          reader->fields->len, columns);
    if (row >= columns)
        return text_fault(&reader->text, SIM_ERROR_SYNTAX, error, "one line too many for a matrix of %u columns%s", columns,
                          columns == 3 ? "; a list reads 'i,j value', or names its columns in the first line" : "");
    for (guint i = 0; i < columns; i++) {
        double value;
        if (!read_value(field(reader, i), &value)) return value_fault(reader, i, error);
        g_array_append_val(cells, value);
    }
    return true;
}

static Latencies *read_matrix(Reader *reader, GError **error)
{
    uint32_t columns = reader->fields->len, rows = 0;
    if (columns < 2 || columns > LATENCIES_MOST_ROWS) {
        text_fault(&reader->text, SIM_ERROR_RANGE, error, "%u values in the first line; a matrix has 2 to %u",
                   columns, LATENCIES_MOST_ROWS);
        return NULL;
    }
    g_autoptr(GArray) cells = g_array_new(FALSE, FALSE, sizeof(double));
    for (char *line; ; split(reader, line)) {
        if (!add_row(reader, cells, rows++, columns, error)) return NULL;
        if (!(line = next_line(reader))) break;
    }
    if (rows < columns) {
        text_fault(&reader->text, SIM_ERROR_SYNTAX, error, "the file ends after %u lines of %u values; "
                   "a matrix has as many lines as columns", rows, columns);
        return NULL;
    }
    Latencies *l = latencies_new(rows, (double *)g_array_free(g_steal_pointer(&cells), FALSE));
    g_string_append_printf(l->notes, "%u rows", rows);
    return l;
}

static bool add_pair(Reader *reader, const guint *columns, GError **error)
{
    const char *from = field(reader, columns[0]), *to = field(reader, columns[1]);
    if (!*from || !*to) return text_fault(&reader->text, SIM_ERROR_SYNTAX, error, "an end of the pair has no name");
    double value;
    if (!read_value(field(reader, columns[2]), &value))
        return value_fault(reader, columns[2], error);
    pairs_add(reader->pairs, from, to, value);
    if (pairs_rows(reader->pairs) > LATENCIES_MOST_ROWS)
        return text_fault(&reader->text, SIM_ERROR_RANGE, error, "more than %u rows", LATENCIES_MOST_ROWS);
    return true;
}

static Latencies *finish_pairs(Reader *reader, GError **error)
{
    g_autoptr(GError) reason = NULL;
    Latencies *l = pairs_join(reader->pairs, reader->file->repeats, &reason);
    if (!l) g_set_error(error, SIM_ERROR, reason->code, "%s: %s", reader->text.file, reason->message);
    return l;
}

/* The column of that name in the first line, or false and *error. */
static bool find_column(const Reader *reader, const char *name, guint *out, GError **error)
{
    for (guint i = 0; i < reader->fields->len; i++)
        if (strcmp(field(reader, i), name) == 0) return *out = i, true;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < reader->fields->len; i++) g_ptr_array_add(names, reader->fields->pdata[i]);
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = suggest(name, (const char *const *)names->pdata);
    return text_fault(&reader->text, SIM_ERROR_UNKNOWN, error, "no column is called '%s'%s", name, hint);
}

static Latencies *read_table(Reader *reader, GError **error)
{
    const LatencyFile *file = reader->file;
    guint columns[3] = { 0, 1, 2 }, width = reader->fields->len;
    if (file->from && (!find_column(reader, file->from, &columns[0], error) ||
                       !find_column(reader, file->to, &columns[1], error) ||
                       !find_column(reader, file->value, &columns[2], error)))
        return NULL;
    for (char *line; (line = next_line(reader)); ) {
        split(reader, line);
        if (reader->fields->len != width) {
            text_fault(&reader->text, SIM_ERROR_SYNTAX, error, "%u fields where the first line names %u columns",
                       reader->fields->len, width);
            return NULL;
        }
        if (!add_pair(reader, columns, error)) return NULL;
    }
    return finish_pairs(reader, error);
}

/* Cuts "i,j value" into three fields; false where the line has another form. */
static bool split_pair(Reader *reader, char *line)
{
    size_t from = strcspn(line, ", \t"), to = line[from] == ',' ? strcspn(line + from + 1, ", \t;") : 0;
    if (!from || !to) return false;
    char *rest = line + from + 1 + to, *value = rest + strspn(rest, " \t");
    if (value == rest || !*value || strpbrk(value, ",;")) return false;
    line[from] = *rest = '\0';
    g_ptr_array_set_size(reader->fields, 0);
    g_ptr_array_add(reader->fields, line);
    g_ptr_array_add(reader->fields, line + from + 1);
    g_ptr_array_add(reader->fields, g_strchomp(value));
    return true;
}

static Latencies *read_pairs(Reader *reader, GError **error)
{
    static const guint columns[] = { 0, 1, 2 };
    for (char *line; ; ) {
        if (!add_pair(reader, columns, error)) return NULL;
        if (!(line = next_line(reader))) return finish_pairs(reader, error);
        if (!split_pair(reader, line)) {
            text_fault(&reader->text, SIM_ERROR_SYNTAX, error, "'%s' does not read 'i,j value', as the first line does", line);
            return NULL;
        }
    }
}

/* A first line of words names columns; which ones hold the pair is said or plain. */
static bool header_fits(Reader *reader, GError **error)
{
    guint numbers = 0;
    double value;
    for (guint i = 0; i < reader->fields->len; i++) numbers += text_is_number(field(reader, i), &value);
    if (!numbers && (reader->file->from || reader->fields->len == 3)) return true;
    if (reader->file->from)
        return text_fault(&reader->text, SIM_ERROR_SYNTAX, error, "the first line names no columns, it holds numbers; "
                          "leave the names of columns out for a matrix");
    if (numbers || reader->fields->len < 3)
        return text_fault(&reader->text, SIM_ERROR_SYNTAX, error, "the first line is neither numbers of a matrix, "
                          "nor 'i,j value', nor names of columns");
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < reader->fields->len; i++)
        g_string_append_printf(names, "%s%s", i ? ", " : "", field(reader, i));
    return text_fault(&reader->text, SIM_ERROR_SYNTAX, error, "the columns are %s; name three of them: "
                      "matrix(FILE, UNIT, DIRECTION, FROM, TO, VALUE)", names->str);
}

static bool all_values(const Reader *reader)
{
    double value;
    guint numbers = 0;
    for (guint i = 0; i < reader->fields->len; i++) {
        if (!read_value(field(reader, i), &value)) return false;
        numbers += text_is_number(field(reader, i), &value);
    }
    return numbers > 0;
}

static Latencies *read_form(Reader *reader, GError **error)
{
    char *line = next_line(reader);
    if (!line) return text_fault(&reader->text, SIM_ERROR_SYNTAX, error, "the file holds only comments"), NULL;
    if (!reader->file->from && split_pair(reader, line)) return read_pairs(reader, error);
    reader->separator = strchr(line, '\t') ? '\t' : strchr(line, ';') ? ';' : strchr(line, ',') ? ',' : ' ';
    split(reader, line);
    if (!reader->file->from && all_values(reader)) return read_matrix(reader, error);
    return header_fits(reader, error) ? read_table(reader, error) : NULL;
}

Latencies *latencies_load(const LatencyFile *file, GError **error)
{
    Reader reader = { .file = file };
    if (!text_open(&reader.text, file->path, error)) return NULL;
    reader.fields = g_ptr_array_new();
    reader.pairs = pairs_new();
    Latencies *l = text_check_encoding(&reader.text, error) ? read_form(&reader, error) : NULL;
    g_ptr_array_unref(reader.fields);
    pairs_free(reader.pairs);
    text_clear(&reader.text);
    return l;
}
