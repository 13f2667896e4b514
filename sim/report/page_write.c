/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/page_write.h"

#include <string.h>

#include "core/error.h"
#include "report/plot_sheet.h"
#include "report/table.h"

static char *markdown_text(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *c = text; *c; c++) {
        if (*c == '&') g_string_append(out, "&amp;");
        else if (*c == '<') g_string_append(out, "&lt;");
        else if (strchr("\\`*_{}[]()#+-.!|>~$^\"'", *c)) g_string_append_printf(out, "\\%c", *c);
        else g_string_append_c(out, *c);
    }
    return g_string_free(out, FALSE);
}

char *page_escape(PageFormat format, const char *text)
{
    g_autofree char *clean = table_clean(text);
    if (format == PAGE_HTML) return g_markup_escape_text(clean, -1);
    return format == PAGE_LATEX ? plot_sheet_tex(clean) : markdown_text(clean);
}

void page_heading(Page *page, unsigned level, const char *text)
{
    static const char *const sections[] = { "section", "subsection", "subsubsection" };
    g_autofree char *safe = page_escape(page->format, text);
    if (page->format == PAGE_HTML) g_string_append_printf(page->out, "<h%u>%s</h%u>\n", level, safe, level);
    else if (page->format == PAGE_LATEX) g_string_append_printf(page->out, "\\%s{%s}\n\n", sections[level - 1], safe);
    else g_string_append_printf(page->out, "%.*s %s\n\n", (int)level, "###", safe);
}

void page_paragraph(Page *page, const char *text)
{
    g_autofree char *safe = page_escape(page->format, text);
    if (page->format == PAGE_HTML) g_string_append_printf(page->out, "<p>%s</p>\n", safe);
    else g_string_append_printf(page->out, "%s\n\n", safe);
}

/* Its own lines, each escaped: nothing in them can end the block. */
void page_code(Page *page, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    if (page->format == PAGE_HTML) g_string_append(page->out, "<pre>");
    if (page->format == PAGE_LATEX) g_string_append(page->out, "\\begin{flushleft}\\ttfamily\\small\n");
    for (guint i = 0; lines[i]; i++) {
        g_autofree char *clean = table_clean(lines[i]);
        g_autofree char *safe = page->format == PAGE_MARKDOWN ? g_strdup(clean) : page_escape(page->format, clean);
        if (page->format == PAGE_HTML) g_string_append_printf(page->out, "%s\n", safe);
        else if (page->format == PAGE_LATEX) g_string_append_printf(page->out, "\\mbox{}%s\\\\\n", safe);
        else g_string_append_printf(page->out, "    %s\n", safe);
    }
    g_string_append(page->out, page->format == PAGE_HTML ? "</pre>\n" :
                               page->format == PAGE_LATEX ? "\\end{flushleft}\n\n" : "\n");
}

void page_list(Page *page, const GPtrArray *texts)
{
    static const char *const begin[] = { "<ul>\n", "", "\\begin{itemize}\n" };
    static const char *const item[] = { "<li>%s</li>\n", "- %s\n", "\\item %s\n" };
    static const char *const end[] = { "</ul>\n", "\n", "\\end{itemize}\n\n" };
    if (!texts->len) return;
    g_string_append(page->out, begin[page->format]);
    for (guint i = 0; i < texts->len; i++) {
        g_autofree char *safe = page_escape(page->format, texts->pdata[i]);
        g_auto(GStrv) around = g_strsplit(item[page->format], "%s", 2);
        g_string_append_printf(page->out, "%s%s%s", around[0], safe, around[1]);
    }
    g_string_append(page->out, end[page->format]);
}

static void html_table(Page *page, const char *columns, const GPtrArray *cells)
{
    size_t width = strlen(columns);
    g_string_append(page->out, "<div class=\"table\"><table>\n");
    for (guint i = 0; i < cells->len; i++) {
        size_t column = i % width;
        const char *tag = i < width ? "th" : "td", *right = columns[column] == 'r' ? " class=\"r\"" : "";
        g_autofree char *safe = page_escape(PAGE_HTML, cells->pdata[i]);
        g_string_append_printf(page->out, "%s<%s%s>%s</%s>%s", column ? "" : "<tr>", tag, right, safe, tag,
                               column + 1 == width ? "</tr>\n" : "");
    }
    g_string_append(page->out, "</table></div>\n");
}

void page_table(Page *page, const char *columns, const GPtrArray *cells)
{
    if (page->format == PAGE_HTML) {
        html_table(page, columns, cells);
        return;
    }
    g_autoptr(Table) table = table_new(columns);
    for (guint i = 0; i < cells->len; i++) table_add(table, cells->pdata[i]);
    table_write(table, page->format == PAGE_LATEX ? TABLE_LATEX : TABLE_MARKDOWN, page->out);
    g_string_append_c(page->out, '\n');
}

/* Ids of two figures in one page would be taken for each other's.  Texts of a
 * figure may look like ids, but hold no raw "<". */
static char *own_ids(const char *svg, unsigned number)
{
    static const char *const places[] = { " id='", " id=\"", "href='#", "url(#" };
    GString *own = g_string_new(NULL);
    bool tag = false;
    for (const char *c = svg; *c;) {
        if (*c == '<' || *c == '>') tag = *c == '<';
        size_t i = 0;
        while (tag && i < G_N_ELEMENTS(places) && !g_str_has_prefix(c, places[i])) i++;
        if (!tag || i == G_N_ELEMENTS(places)) {
            g_string_append_c(own, *c++);
            continue;
        }
        g_string_append_printf(own, "%sf%u-", places[i], number);
        c += strlen(places[i]);
    }
    return g_string_free(own, FALSE);
}

bool page_figure(Page *page, const char *file, unsigned number, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autofree char *svg = NULL, *base = g_path_get_basename(file);
    g_autofree char *path = g_build_filename("plots", base, NULL);
    if (page->format == PAGE_LATEX)
        g_string_append_printf(page->out, "\\noindent\\includegraphics[width=\\linewidth,height=.9\\textheight,keepaspectratio]{%s}\n\n", path);
    if (page->format == PAGE_MARKDOWN) g_string_append_printf(page->out, "![%s](%s)\n\n", base, path);
    if (page->format != PAGE_HTML) return true;
    if (!g_file_get_contents(file, &svg, NULL, &why) || !strstr(svg, "<svg")) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "%s: %s", file, why ? why->message : "no SVG");
        return false;
    }
    g_autofree char *own = own_ids(strstr(svg, "<svg"), number);
    g_string_append_printf(page->out, "<figure>\n%s<figcaption>%s</figcaption></figure>\n", own, base);
    return true;
}
