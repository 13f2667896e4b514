/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Network coordinates: OverSim's node lists (I. Baumgart, B. Heep, S. Krause,
 * "OverSim: a flexible overlay network simulation framework", Global Internet
 * 2007), and plain lines. */
#include <string.h>

#include "graph/load.h"
#include "graph/text.h"

/* Coordinates while they are read: x, y, x, y, … */
typedef struct {
    Text *text;
    GArray *values;                 /* of double */
    GString *coord;                 /* the text of the <coord> at hand; NULL outside */
    guint before;                   /* values before the <node> at hand */
    bool in_list, in_node;
} Reading;

static Coordinates *coordinates_new(const GArray *values)
{
    Coordinates *made = g_new0(Coordinates, 1);
    made->count = values->len / 2;
    made->x = g_new(double, made->count + 1);
    made->y = g_new(double, made->count + 1);
    for (uint32_t i = 0; i < made->count; i++) {
        made->x[i] = g_array_index(values, double, 2 * i);
        made->y[i] = g_array_index(values, double, 2 * i + 1);
    }
    return made;
}

void coordinates_free(Coordinates *coordinates)
{
    if (!coordinates) return;
    g_free(coordinates->x);
    g_free(coordinates->y);
    g_free(coordinates);
}

static bool read_line(Reading *reading, char *line, GError **error)
{
    char *fields[2];
    double value;
    g_strdelimit(line, ",", ' ');
    unsigned count = text_fields(line, fields, 2);
    if (count != 2) return text_fault(reading->text, SIM_ERROR_SYNTAX, error, "%u fields; 'x y' is expected", count);
    for (int i = 0; i < 2; i++) {
        if (!text_number(reading->text, fields[i], "coordinate", &value, error)) return false;
        g_array_append_val(reading->values, value);
    }
    return true;
}

static bool read_lines(Reading *reading, GError **error)
{
    char *line;
    while ((line = text_filled_line(reading->text)))
        if (line[strspn(line, " \t")] != '#' && !read_line(reading, line, error)) return false;
    return true;
}

static void start_list(Reading *reading, const char **names, const char **values, GError **error)
{
    const char *dimensions = "";
    reading->in_list = true;
    for (unsigned i = 0; names[i]; i++)
        if (strcmp(names[i], "dimensions") == 0) dimensions = values[i];
    if (strcmp(dimensions, "2") != 0)
        text_fault(reading->text, SIM_ERROR_SYNTAX, error, "dimensions '%s'; 2 is expected", dimensions);
}

static void start(GMarkupParseContext *xml, const char *element, const char **names, const char **values,
                  gpointer data, GError **error)
{
    (void)xml;
    Reading *reading = data;
    if (!reading->in_list && strcmp(element, "nodelist") == 0) start_list(reading, names, values, error);
    else if (reading->in_list && !reading->in_node && strcmp(element, "node") == 0) {
        reading->in_node = true;
        reading->before = reading->values->len;
    } else if (reading->in_node && !reading->coord && strcmp(element, "coord") == 0) {
        reading->coord = g_string_new(NULL);
    } else {
        text_fault(reading->text, SIM_ERROR_SYNTAX, error, "<%s> is not expected here; <nodelist>, <node>, <coord>",
                   element);
    }
}

static void end(GMarkupParseContext *xml, const char *element, gpointer data, GError **error)
{
    (void)xml;
    Reading *reading = data;
    double value;
    if (strcmp(element, "coord") == 0) {
        g_autofree char *field = g_strstrip(g_string_free(g_steal_pointer(&reading->coord), FALSE));
        if (text_number(reading->text, field, "coordinate", &value, error)) g_array_append_val(reading->values, value);
    } else if (strcmp(element, "node") == 0) {
        reading->in_node = false;
        guint given = reading->values->len - reading->before;
        if (given != 2)
            text_fault(reading->text, SIM_ERROR_SYNTAX, error, "a node with %u coordinates; 2 are expected", given);
    }
}

static void text_part(GMarkupParseContext *xml, const char *part, gsize length, gpointer data, GError **error)
{
    (void)xml;
    (void)error;
    Reading *reading = data;
    if (reading->coord) g_string_append_len(reading->coord, part, (gssize)length);
}

static bool read_xml(Reading *reading, GError **error)
{
    static const GMarkupParser parser = { start, end, text_part, NULL, NULL };
    bool ok = text_markup(reading->text, &parser, reading, error);
    if (reading->coord) g_string_free(reading->coord, TRUE);
    return ok;
}

Coordinates *coordinates_load(const char *path, GError **error)
{
    Text text;
    if (!text_open(&text, path, error)) return NULL;
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
    Reading reading = { .text = &text, .values = values };
    bool xml = text.data[strspn(text.data, " \t\r\n")] == '<';
    bool ok = text_check_encoding(&text, error) && (xml ? read_xml(&reading, error) : read_lines(&reading, error));
    if (ok && !values->len) ok = text_fault(&text, SIM_ERROR_TOPOLOGY, error, "no coordinates in it");
    text_clear(&text);
    return ok ? coordinates_new(values) : NULL;
}
