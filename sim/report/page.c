/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/page.h"

#include <string.h>

#include "core/error.h"
#include "report/page_parts.h"
#include "report/page_replay.h"
#include "report/plot.h"
#include "report/plot_sheet.h"

static bool write_figures(Page *page, const char *results, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(GPtrArray) drawn = g_ptr_array_new_with_free_func(g_free);
    PlotOrder order = { .results = results, .format = page->format == PAGE_LATEX ? "pdf" : "svg" };
    page_heading(page, 2, "Figures");
    if (!plot_sheet_ready(&why)) {
        page_paragraph(page, why->message);
        return true;
    }
    if (!plot_results(&order, drawn, error)) return false;
    if (page->format == PAGE_HTML) g_string_append(page->out, "<div class=\"figures\">\n");
    for (guint i = 0; i < drawn->len; i++)
        if (!page_figure(page, drawn->pdata[i], i, error)) return false;
    if (page->format == PAGE_HTML) g_string_append(page->out, "</div>\n");
    return true;
}

static const char controls[] =
    "<div id=\"replay\" role=\"group\" aria-label=\"Replay\" tabindex=\"0\">\n"
    "<div id=\"panels\"></div>\n"
    "<div id=\"controls\"><button id=\"play\" type=\"button\">Play</button>\n"
    "<input id=\"scrub\" type=\"range\" min=\"0\" max=\"10000\" value=\"0\" aria-label=\"time\">\n"
    "<output id=\"clock\" for=\"scrub\"></output>\n"
    "<label>speed <select id=\"speed\"><option value=\"0.1\">⅒</option><option value=\"0.25\">¼</option>"
    "<option value=\"0.5\">½</option><option value=\"1\" selected>1</option><option value=\"2\">2</option>"
    "<option value=\"4\">4</option></select></label></div>\n"
    "<ul id=\"key\"><li>● bright: reached</li><li>● small, pale: waiting</li><li>■ missed</li><li>× down</li>"
    "<li>◆ source</li></ul>\n"
    "<p class=\"soft\">Space plays and pauses, ← and → step, Home and End jump; #t=1.5 in the address shows that "
    "second.</p>\n</div>\n";

/* Whether there were packets of communication models, and nothing was multicast that could spread. */
static bool only_models(const PlotData *data)
{
    g_autoptr(sqlite3_stmt) rows = plot_data_prepare(data,
        "SELECT EXISTS (SELECT 1 FROM metric WHERE name = 'packets' AND value > 0) AND "
        "NOT EXISTS (SELECT 1 FROM metric WHERE name = 'delivery_ratio')", NULL);
    return rows && plot_data_step(rows, NULL) && sqlite3_column_int(rows, 0);
}

/* Pages on paper have no replay; the figures of communication models show who sent what. */
static bool write_replay(Page *page, const PlotData *data, GError **error)
{
    if (page->format != PAGE_HTML || only_models(data)) return true;
    g_autofree char *shown = NULL, *json = page_replay(data, &shown, error);
    if (!json) return false;
    page_heading(page, 2, "Replay");
    if (!*json) {
        page_paragraph(page, "No run recorded its overlay; [record] deliveries = first makes replication 0 do so.");
        return true;
    }
    g_autofree char *what = g_strdup_printf("Replication 0%s%s: the latest publication spreads, and what fails goes "
                                            "dark.", *shown ? ", " : "", shown);
    page_paragraph(page, what);
    g_string_append(page->out, controls);
    g_string_append_printf(page->out, "<noscript><p>The replay needs JavaScript.</p></noscript>\n"
                                      "<script type=\"application/json\" id=\"replay-data\">%s</script>\n", json);
    return true;
}

/* Only this script may run, and nothing may be fetched. */
static void write_head(Page *page, const char *title)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    const char *script = plot_script_text("page.js");
    g_checksum_update(sum, (const guchar *)script, (gssize)strlen(script));
    guint8 digest[32];
    gsize length = sizeof digest;
    g_checksum_get_digest(sum, digest, &length);
    g_autofree char *hash = g_base64_encode(digest, length), *safe = page_escape(PAGE_HTML, title);
    g_string_append_printf(page->out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'sha256-%s'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<link rel=\"icon\" href=\"data:,\">\n"
        "<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n", hash, safe, plot_script_text("page.css"));
}

static void write_foot(Page *page)
{
    g_string_append_printf(page->out, "<script>%s</script>\n</body>\n</html>\n", plot_script_text("page.js"));
}

static bool write_body(Page *page, const char *results, const PlotData *data, const Samples *samples, GError **error)
{
    page_question(page, data);
    page_answer(page, samples);
    page_setting(page, data);
    if (!write_replay(page, data, error) || !write_figures(page, results, error) || !page_failures(page, data, error))
        return false;
    page_repeat(page, data, samples);
    return true;
}

char *page_text(const char *results, PageFormat format, GError **error)
{
    g_autoptr(Samples) samples = samples_read(results, SAMPLES_ALL, error);
    g_autoptr(PlotData) data = samples ? plot_data_open(results, error) : NULL;
    if (!data) return NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    Page page = { format, out };
    const char *title = *data->title ? data->title : samples->stem;
    if (format == PAGE_HTML) write_head(&page, title);
    if (format == PAGE_LATEX)
        g_string_append(out, "% \\input this; it needs \\usepackage[utf8]{inputenc} and graphicx\n");
    page_heading(&page, 1, title);
    if (!write_body(&page, results, data, samples, error)) return NULL;
    if (format == PAGE_HTML) write_foot(&page);
    return g_string_free(g_steal_pointer(&out), FALSE);
}
