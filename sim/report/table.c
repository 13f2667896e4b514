/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/table.h"

#include <stdbool.h>
#include <string.h>

struct Table {
    char *columns;
    GPtrArray *cells;           /* of char * */
};

Table *table_new(const char *columns)
{
    Table *table = g_new(Table, 1);
    *table = (Table){ g_strdup(columns), g_ptr_array_new_with_free_func(g_free) };
    return table;
}

void table_free(Table *table)
{
    if (!table) return;
    g_free(table->columns);
    g_ptr_array_unref(table->cells);
    g_free(table);
}

char *table_clean(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *out = g_string_new("");
    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_isprint(c)) g_string_append_unichar(out, c);
        else g_string_append_c(out, '?');
    }
    return g_string_free(out, FALSE);
}

void table_add(Table *table, const char *text)
{
    g_ptr_array_add(table->cells, table_clean(text));
}

void table_take(Table *table, char *text)
{
    table_add(table, text);
    g_free(text);
}

/* Columns of a terminal that the text fills. */
static guint width_of(const char *text)
{
    guint width = 0;
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if (!g_unichar_iszerowidth(c)) width += g_unichar_iswide(c) ? 2 : 1;
    }
    return width;
}

static void append_escaped(GString *out, const char *text, TableStyle style)
{
    static const struct { const char *plain, *latex; } specials[] = {
        { "\\", "\\textbackslash{}" }, { "{", "\\{" }, { "}", "\\}" }, { "$", "\\$" }, { "&", "\\&" }, { "#", "\\#" },
        { "%", "\\%" }, { "_", "\\_" }, { "^", "\\textasciicircum{}" }, { "~", "\\textasciitilde{}" },
        { "±", "$\\pm$" }, { "−", "$-$" }, { "–", "--" },
    };
    for (const char *p = text; *p; ) {
        size_t i = 0, count = style == TABLE_LATEX ? G_N_ELEMENTS(specials) : 0;
        while (i < count && !g_str_has_prefix(p, specials[i].plain)) i++;
        if (i < count) {
            g_string_append(out, specials[i].latex);
            p += strlen(specials[i].plain);
            continue;
        }
        if (style == TABLE_MARKDOWN && strchr("|\\`*_<>", *p)) g_string_append_c(out, '\\');
        const char *next = g_utf8_next_char(p);
        g_string_append_len(out, p, next - p);
        p = next;
    }
}

static void write_plain(const Table *table, GString *out)
{
    guint columns = (guint)strlen(table->columns), rows = table->cells->len / columns;
    g_autofree guint *widths = g_new0(guint, columns);
    for (guint i = 0; i < rows * columns; i++)
        widths[i % columns] = MAX(widths[i % columns], width_of(table->cells->pdata[i]));
    for (guint row = 0; row < rows; row++) {
        for (guint c = 0; c < columns; c++) {
            const char *text = table->cells->pdata[row * columns + c];
            guint space = widths[c] - width_of(text);
            bool right = table->columns[c] == 'r';
            if (c) g_string_append(out, "  ");
            g_string_append_printf(out, "%*s%s%*s", right ? (int)space : 0, "", text, right ? 0 : (int)space, "");
        }
        while (out->len && out->str[out->len - 1] == ' ') g_string_truncate(out, out->len - 1);
        g_string_append_c(out, '\n');
    }
}

static void write_markdown(const Table *table, GString *out)
{
    guint columns = (guint)strlen(table->columns);
    for (guint i = 0; i < table->cells->len; i++) {
        g_string_append(out, i % columns ? " | " : "| ");
        append_escaped(out, table->cells->pdata[i], TABLE_MARKDOWN);
        if (i % columns != columns - 1) continue;
        g_string_append(out, " |\n");
        if (i != columns - 1) continue;
        for (guint c = 0; c < columns; c++) g_string_append(out, table->columns[c] == 'r' ? "| ---: " : "| --- ");
        g_string_append(out, "|\n");
    }
}

static void write_latex(const Table *table, GString *out)
{
    guint columns = (guint)strlen(table->columns);
    g_string_append_printf(out, "\\begin{tabular}{%s}\n\\hline\n", table->columns);
    for (guint i = 0; i < table->cells->len; i++) {
        if (i % columns) g_string_append(out, " & ");
        append_escaped(out, table->cells->pdata[i], TABLE_LATEX);
        if (i % columns == columns - 1) g_string_append(out, i == columns - 1 ? " \\\\\n\\hline\n" : " \\\\\n");
    }
    g_string_append(out, "\\hline\n\\end{tabular}\n");
}

void table_write(const Table *table, TableStyle style, GString *out)
{
    g_assert(table->cells->len % strlen(table->columns) == 0);
    if (style == TABLE_MARKDOWN) write_markdown(table, out);
    else if (style == TABLE_LATEX) write_latex(table, out);
    else write_plain(table, out);
}
