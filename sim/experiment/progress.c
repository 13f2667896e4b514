/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/progress.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

enum { BAR = 24, DRAW_US = 100000 };

struct Progress {
    uint64_t total, before, finished, events;
    gint64 started, drawn;          /* us */
    size_t width;                   /* columns of the line that stands there */
    bool shown, colored;
};

Progress *progress_new(uint64_t total, uint64_t finished, bool shown)
{
    Progress *progress = g_new0(Progress, 1);
    const char *no_color = g_getenv("NO_COLOR"), *terminal = g_getenv("TERM");
    *progress = (Progress){ .total = total, .before = finished, .finished = finished, .shown = shown };
    progress->colored = !(no_color && *no_color) && terminal && strcmp(terminal, "dumb") != 0;
    progress->started = g_get_monotonic_time();
    return progress;
}

void progress_free(Progress *progress)
{
    if (!progress) return;
    progress_wipe(progress);
    g_free(progress);
}

void progress_add(Progress *progress, uint64_t events)
{
    progress->finished++;
    progress->events += events;
}

void progress_set_total(Progress *progress, uint64_t total)
{
    progress->total = total;
}

/* "4.1 M events/s" */
static void append_speed(GString *text, double speed)
{
    static const char *const prefixes[] = { "", " k", " M", " G" };
    size_t step = 0;
    for (; speed >= 1000 && step + 1 < G_N_ELEMENTS(prefixes); step++) speed /= 1000;
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(digits, sizeof digits, speed < 10 ? "%.1f" : "%.0f", speed);
    g_string_append_printf(text, "  %s%s events/s", digits, prefixes[step]);
}

/* "1 h 05 min left" */
static void append_left(GString *text, double seconds)
{
    unsigned long whole = (unsigned long)(seconds + 0.5);
    if (whole >= 3600) g_string_append_printf(text, "  %lu h %02lu min left", whole / 3600, whole / 60 % 60);
    else if (whole >= 60) g_string_append_printf(text, "  %lu min %02lu s left", whole / 60, whole % 60);
    else g_string_append_printf(text, "  %lu s left", whole);
}

char *progress_text(const Progress *progress, double elapsed_s)
{
    double share = progress->total ? MIN(1, (double)progress->finished / (double)progress->total) : 1;
    uint64_t now = progress->finished - progress->before;
    int full = (int)(share * BAR);
    GString *text = g_string_new("[");
    for (int i = 0; i < BAR; i++) g_string_append_c(text, i < full ? '#' : '.');
    g_string_append_printf(text, "] %3d %%  %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT " runs", (int)(share * 100),
                           progress->finished, progress->total);
    if (now && elapsed_s > 0) {
        append_speed(text, (double)progress->events / elapsed_s);
        append_left(text, elapsed_s / (double)now * (double)(progress->total - MIN(progress->total, progress->finished)));
    }
    return g_string_free(text, FALSE);
}

void progress_wipe(Progress *progress)
{
    if (!progress->width) return;
    fprintf(stderr, "\r%*s\r", (int)progress->width, "");
    fflush(stderr);
    progress->width = 0;
}

void progress_draw(Progress *progress)
{
    gint64 now = g_get_monotonic_time();
    if (!progress->shown || now - progress->drawn < DRAW_US) return;
    g_autofree char *text = progress_text(progress, (double)(now - progress->started) / 1e6);
    size_t width = strlen(text), bar = BAR + 2;
    int rest = (int)(MAX(width, progress->width) - bar);
    fprintf(stderr, "\r%s%.*s%s%-*s", progress->colored ? "\033[32m" : "", (int)bar, text,
            progress->colored ? "\033[0m" : "", rest, text + bar);
    fflush(stderr);
    progress->width = width;
    progress->drawn = now;
}
