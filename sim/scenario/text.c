/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/text.h"

#include <string.h>

typedef struct {
    Faults *faults;
    Text *text;
    Section *section;           /* that keys belong to; NULL before the first */
    Section *lost;              /* takes the keys of a section that cannot be kept */
    int line;
} Reader;

static void entry_clear(gpointer data)
{
    Entry *entry = data;
    g_free(entry->key);
    g_free(entry->value);
}

static Section *section_new(const char *kind, const char *name, int line)
{
    Section *section = g_new0(Section, 1);
    section->kind = g_strdup(kind);
    section->name = g_strdup(name);
    section->title = name ? g_strdup_printf("%s %s", kind, name) : g_strdup(kind);
    section->line = line;
    section->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    g_array_set_clear_func(section->entries, entry_clear);
    return section;
}

static void section_free(gpointer data)
{
    Section *section = data;
    g_array_unref(section->entries);
    g_free(section->kind);
    g_free(section->name);
    g_free(section->title);
    g_free(section);
}

void text_free(Text *text)
{
    if (!text) return;
    g_ptr_array_unref(text->sections);
    g_free(text);
}

const Entry *section_entry(const Section *section, const char *key)
{
    for (guint i = 0; i < section->entries->len; i++) {
        const Entry *entry = &g_array_index(section->entries, Entry, i);
        if (strcmp(entry->key, key) == 0) return entry;
    }
    return NULL;
}

/* The section that keys without a home go to: they are read and forgotten. */
static void lose(Reader *reader)
{
    if (reader->lost) section_free(reader->lost);
    reader->lost = section_new("", NULL, reader->line);
    reader->section = reader->lost;
}

static const Section *find(const Text *text, const char *title)
{
    for (guint i = 0; i < text->sections->len; i++) {
        const Section *section = text->sections->pdata[i];
        if (strcmp(section->title, title) == 0) return section;
    }
    return NULL;
}

/* What is wrong with the words between the brackets, or NULL. */
static const char *title_fault(char **words, guint count)
{
    if (!count) return "the brackets are empty; [kind] or [kind NAME] is expected";
    if (count > 2) return "a section has one name, without blanks; [kind NAME] is expected";
    if (strpbrk(words[0], "[]=:,#()/\\") || (count == 2 && strpbrk(words[1], "[]=:,#()/\\")))
        return "a section's name cannot hold any of [ ] = : , # ( ) / \\";
    return NULL;
}

/* The words between the brackets, blanks left out. */
static char **title_words(const char *inside)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_auto(GStrv) pieces = g_strsplit_set(inside, " \t", -1);
    for (guint i = 0; pieces[i]; i++)
        if (*pieces[i]) g_ptr_array_add(words, g_strdup(pieces[i]));
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
}

static void open_section(Reader *reader, const char *line)
{
    const char *close = strchr(line, ']');
    lose(reader);
    if (!close) {
        faults_add(reader->faults, reader->line, NULL, NULL, "'%s' lacks its closing ']'", line);
        return;
    }
    if (close[1]) {
        const char *rest = close + 1 + strspn(close + 1, " \t");
        faults_add(reader->faults, reader->line, NULL, NULL, *rest == '#'
                   ? "'%s' stands behind a section; a comment stands on a line of its own"
                   : "'%s' stands behind a section; keys stand on lines of their own", rest);
    }
    g_autofree char *inside = g_strndup(line + 1, (size_t)(close - line - 1));
    g_auto(GStrv) words = title_words(inside);
    guint count = g_strv_length(words);
    const char *wrong = title_fault(words, count);
    if (wrong) {
        faults_add(reader->faults, reader->line, *inside ? inside : NULL, NULL, "%s", wrong);
        return;
    }
    Section *section = section_new(words[0], words[1], reader->line);
    const Section *first = find(reader->text, section->title);
    if (first) {
        faults_add(reader->faults, reader->line, section->title, NULL,
                   "the section is given again; write its keys below line %d", first->line);
        section_free(section);
        return;
    }
    g_ptr_array_add(reader->text->sections, section);
    reader->section = section;
}

/* Cuts off and reports a comment behind a value. */
static void cut_comment(const Reader *reader, const char *key, char *value)
{
    char *mark = strchr(value, '#');
    while (mark && mark > value && !g_ascii_isspace(mark[-1])) mark = strchr(mark + 1, '#');
    if (!mark) return;
    const char *title = *reader->section->title ? reader->section->title : NULL;
    faults_add(reader->faults, reader->line, title, key,
               "'%s' stands behind the value and is part of it; a comment stands on a line of its own", mark);
    *mark = '\0';
    g_strchomp(value);
}

static void read_entry(Reader *reader, char *line)
{
    Section *section = reader->section;
    const char *title = *section->title ? section->title : NULL;
    char *equals = strchr(line, '=');
    if (!equals) {
        faults_add(reader->faults, reader->line, title, NULL, "'%s' lacks a '='; key = value is expected", line);
        return;
    }
    *equals = '\0';
    char *key = g_strchomp(line), *value = g_strchug(equals + 1);
    if (!*key) {
        faults_add(reader->faults, reader->line, title, NULL, "'= %s' lacks a key; key = value is expected", value);
        return;
    }
    const Entry *first = section_entry(section, key);
    if (first) {
        faults_add(reader->faults, reader->line, title, key, "given again; it is '%s' in line %d", first->value,
                   first->line);
        return;
    }
    bool commented = *value == '#';
    cut_comment(reader, key, value);
    if (!*value && !commented) faults_add(reader->faults, reader->line, title, key, "the value is empty");
    Entry entry = { g_strdup(key), g_strdup(value), reader->line };
    g_array_append_val(section->entries, entry);
}

static void read_line(Reader *reader, char *line)
{
    for (const char *p = line; *p; p++)
        if (g_ascii_iscntrl(*p) && *p != '\t') {
            faults_add(reader->faults, reader->line, NULL, NULL, "the line holds a control character (byte %d)",
                       (unsigned char)*p);
            return;
        }
    g_strstrip(line);
    if (!*line || *line == '#') return;
    if (*line == ';') faults_add(reader->faults, reader->line, NULL, NULL, "a comment starts with '#', not with ';'");
    else if (*line == '[') open_section(reader, line);
    else if (reader->section) read_entry(reader, line);
    else faults_add(reader->faults, reader->line, NULL, NULL,
                    "'%s' stands before the first section; a section such as [overlay] is expected first", line);
}

static bool is_utf8(const char *bytes, gsize length, Faults *faults)
{
    const char *end;
    int line = 1;
    if (g_utf8_validate_len(bytes, length, &end)) return true;
    for (const char *p = bytes; p < end; p++) line += *p == '\n';
    faults_add(faults, line, NULL, NULL, "byte %d is not UTF-8 text; save the file as UTF-8", (unsigned char)*end);
    return false;
}

Text *text_parse(const char *bytes, gsize length, Faults *faults)
{
    static const char mark[] = "\xEF\xBB\xBF";
    if (!is_utf8(bytes, length, faults)) return NULL;
    if (length >= 3 && memcmp(bytes, mark, 3) == 0) bytes += 3, length -= 3;
    g_autofree char *copy = g_strndup(bytes, length);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    Text *text = g_new0(Text, 1);
    text->sections = g_ptr_array_new_with_free_func(section_free);
    Reader reader = { .faults = faults, .text = text };
    for (guint i = 0; lines[i]; i++) {
        size_t end = strlen(lines[i]);
        if (end && lines[i][end - 1] == '\r') lines[i][end - 1] = '\0';
        reader.line = (int)i + 1;
        read_line(&reader, lines[i]);
    }
    if (reader.lost) section_free(reader.lost);
    return text;
}
