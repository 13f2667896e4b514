/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/text.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

/* A small gzip file can hold an endless text; no topology is as large as this. */
#define INFLATED_MOST ((gsize)1 << 32)

static bool file_fault(const char *path, GError **error, const char *what)
{
    g_set_error(error, SIM_ERROR, SIM_ERROR_FILE, "%s: %s", path, what);
    return false;
}

static bool inflate(Text *text, GError **error)
{
    g_autoptr(GInputStream) packed = g_memory_input_stream_new_from_data(text->data, (gssize)text->size, NULL);
    g_autoptr(GZlibDecompressor) gzip = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
    g_autoptr(GInputStream) stream = g_converter_input_stream_new(packed, G_CONVERTER(gzip));
    GString *plain = g_string_sized_new(text->size * 4);
    char block[1 << 16];
    gssize got;
    g_autoptr(GError) reason = NULL;
    while ((got = g_input_stream_read(stream, block, sizeof block, NULL, &reason)) > 0) {
        g_string_append_len(plain, block, got);
        if (plain->len > INFLATED_MOST) break;
    }
    g_free(text->data);
    text->size = plain->len;
    text->data = g_string_free(plain, FALSE);
    if (got > 0) return file_fault(text->file, error, "inflates to more than 4 GiB");
    if (got == 0) return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_FILE, "%s: the gzip file is broken or cut short: %s", text->file,
                reason->message);
    return false;
}

static bool check_bytes(Text *text, GError **error)
{
    if (strspn(text->data, " \t\r\n") == text->size) return file_fault(text->file, error, "the file is empty");
    const char *nul = memchr(text->data, '\0', text->size);
    if (!nul) return true;
    for (const char *p = text->data; p < nul; p++) text->line += *p == '\n';
    return text_fault(text, SIM_ERROR_SYNTAX, error, "a NUL byte; a text file is expected");
}

bool text_open(Text *text, const char *path, GError **error)
{
    *text = (Text){ .file = g_strdup(path), .line = 1 };
    g_autoptr(GError) reason = NULL;
    bool ok = false;
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) file_fault(path, error, "is a directory; a file is expected");
    else if (g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR))
        file_fault(path, error, "is not a regular file");
    else if (!g_file_get_contents(path, &text->data, &text->size, &reason))
        g_set_error_literal(error, SIM_ERROR, SIM_ERROR_FILE, reason->message);
    else ok = true;
    if (ok && text->size > 2 && memcmp(text->data, "\x1f\x8b", 2) == 0) ok = inflate(text, error);
    if (ok && g_str_has_prefix(text->data, "\xef\xbb\xbf")) {
        text->size -= 3;
        memmove(text->data, text->data + 3, text->size + 1);
    }
    if (!ok || !check_bytes(text, error)) {
        text_clear(text);
        return false;
    }
    text->next = text->data;
    text->line = 0;
    return true;
}

void text_clear(Text *text)
{
    g_free(text->file);
    g_free(text->data);
    *text = (Text){ 0 };
}

bool text_check_encoding(Text *text, GError **error)
{
    const char *end;
    if (g_utf8_validate(text->data, (gssize)text->size, &end)) return true;
    Text at = { .file = text->file, .line = 1 };
    for (const char *p = text->data; p < end; p++) at.line += *p == '\n';
    return text_fault(&at, SIM_ERROR_SYNTAX, error, "a byte that is not UTF-8; convert the file, as with iconv");
}

char *text_line(Text *text)
{
    if (!text->next || text->next == text->data + text->size) return NULL;
    char *line = text->next, *end = strchr(line, '\n');
    text->line++;
    text->next = end ? end + 1 : NULL;
    if (!end) end = line + strlen(line);
    if (end > line && end[-1] == '\r') end--;
    *end = '\0';
    return line;
}

char *text_filled_line(Text *text)
{
    char *line;
    do line = text_line(text);
    while (line && !line[strspn(line, " \t\r")]);
    return line;
}

char *text_next_line(Text *text, const char *what, uint64_t had, uint64_t declared, GError **error)
{
    char *line = text_filled_line(text);
    if (!line)
        text_fault(text, SIM_ERROR_SYNTAX, error, "the file ends after %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                   " %s that its header declares", had, declared, what);
    return line;
}

unsigned text_fields(char *line, char **fields, unsigned room)
{
    unsigned count = 0;
    for (char *p = line + strspn(line, " \t\r"); *p; p += strspn(p, " \t\r")) {
        if (count < room) fields[count] = p;
        count++;
        p += strcspn(p, " \t\r");
        if (*p) *p++ = '\0';
    }
    return count;
}

/* GLib's parser is past the line of a tag when it calls back, so it is fed line by
 * line, and the end of a line by itself. */
static bool feed_lines(Text *text, GMarkupParseContext *xml, GError **error)
{
    const char *end = text->data + text->size;
    for (const char *p = text->data; p < end;) {
        gssize length = (gssize)strcspn(p, "\n");
        text->line++;
        if (!g_markup_parse_context_parse(xml, p, length, error)) return false;
        p += length;
        if (p < end && !g_markup_parse_context_parse(xml, p++, 1, error)) return false;
    }
    return g_markup_parse_context_end_parse(xml, error);
}

bool text_markup(Text *text, const GMarkupParser *parser, gpointer data, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(GMarkupParseContext) xml =
        g_markup_parse_context_new(parser, G_MARKUP_TREAT_CDATA_AS_TEXT, data, NULL);
    text->line = 0;
    if (feed_lines(text, xml, &reason)) return true;
    if (reason->domain == SIM_ERROR) return g_propagate_error(error, g_steal_pointer(&reason)), false;
    /* Its own messages start with its line and column. */
    const char *what = g_str_has_prefix(reason->message, "Error on line") ? strstr(reason->message, ": ") : NULL;
    return text_fault(text, SIM_ERROR_SYNTAX, error, "not sound XML: %s", what ? what + 2 : reason->message);
}

bool text_fault(const Text *text, SimError code, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, SIM_ERROR, (int)code, "%s:%u: %s", text->file, text->line, what);
    return false;
}

bool text_count(const Text *text, const char *field, const char *what, uint64_t most, uint64_t *out, GError **error)
{
    uint64_t value = 0;
    const char *p = field;
    for (; g_ascii_isdigit(*p); p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        if (digit > most || value > (most - digit) / 10)
            return text_fault(text, SIM_ERROR_RANGE, error, "%s '%s' is too large; at most %" G_GUINT64_FORMAT, what,
                              field, most);
        value = value * 10 + digit;
    }
    if (*p || p == field)
        return text_fault(text, SIM_ERROR_SYNTAX, error, "%s '%s' is not a whole number", what, field);
    *out = value;
    return true;
}

bool text_is_number(const char *field, double *out)
{
    /* strtod would take hexadecimal, inf and nan as well. */
    if (!*field || strspn(field, "0123456789+-.eE") != strlen(field)) return false;
    char *end;
    double value = g_ascii_strtod(field, &end);
    if (*end || !isfinite(value)) return false;
    *out = value;
    return true;
}

bool text_number(const Text *text, const char *field, const char *what, double *out, GError **error)
{
    if (text_is_number(field, out)) return true;
    return text_fault(text, SIM_ERROR_SYNTAX, error, "%s '%s' is not a finite number", what, field);
}
