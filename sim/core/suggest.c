/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/suggest.h"

#include <glib.h>
#include <string.h>

enum { LONGEST = 40, LISTED = 24 };

/* Optimal string alignment distance of two words of at most LONGEST letters. */
static int distance(const char *a, const char *b)
{
    int d[LONGEST + 1][LONGEST + 1], n = (int)strlen(a), m = (int)strlen(b);
    for (int i = 0; i <= n; i++) d[i][0] = i;
    for (int j = 0; j <= m; j++) d[0][j] = j;
    for (int i = 1; i <= n; i++)
        for (int j = 1; j <= m; j++) {
            int change = d[i - 1][j - 1] + (g_ascii_tolower(a[i - 1]) != g_ascii_tolower(b[j - 1]));
            d[i][j] = MIN(change, MIN(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = MIN(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[n][m];
}

char *suggest(const char *name, const char *const *names)
{
    const char *best = NULL;
    size_t length = strlen(name);
    int least = length > 5 ? 3 : length > 2 ? 2 : 1;        /* the farthest that still helps */
    GString *list = g_string_new("; one of ");
    for (size_t i = 0; names[i]; i++) {
        if (i < LISTED) g_string_append_printf(list, "%s%s", i ? ", " : "", names[i]);
        else if (i == LISTED) g_string_append(list, ", …");
        if (length > LONGEST || strlen(names[i]) > LONGEST) continue;
        int far = distance(name, names[i]);
        if (far < least || (far == least && !best)) least = far, best = names[i];
    }
    if (!best) return names[0] ? g_string_free(list, FALSE) : (g_string_free(list, TRUE), g_strdup(""));
    g_string_free(list, TRUE);
    return g_strdup_printf("; did you mean '%s'?", best);
}
