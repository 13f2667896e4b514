/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workload/keys.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "core/units.h"

static void add(KeyChoice *choice, char *name, double weight)
{
    choice->names = g_renew(char *, choice->names, choice->count + 2);
    choice->up_to = g_renew(double, choice->up_to, choice->count + 1);
    choice->up_to[choice->count] = weight + (choice->count ? choice->up_to[choice->count - 1] : 0);
    choice->names[choice->count++] = name;
    choice->names[choice->count] = NULL;
}

static char *read_zipf(const char *text, KeyChoice *out)
{
    g_autofree char *inner = g_strndup(text + 5, strcspn(text + 5, ")"));
    g_auto(GStrv) list = parse_list(inner);
    double count, exponent;
    if (g_strv_length(list) != 2 || !parse_number(list[0], &count, NULL) || !parse_number(list[1], &exponent, NULL) ||
        count < 1 || count > 1e6 || exponent < 0)
        return g_strdup_printf("'%s' is no zipf(COUNT, EXPONENT), as in zipf(100, 1.1)", text);
    for (uint32_t i = 1; i <= (uint32_t)count; i++) add(out, g_strdup_printf("k%u", i), pow(i, -exponent));
    return NULL;
}

char *key_choice_read(const char *text, KeyChoice *out)
{
    *out = (KeyChoice){ 0 };
    if (g_str_has_prefix(text, "zipf(")) return read_zipf(text, out);
    g_auto(GStrv) list = parse_list(text);
    for (char **item = list; *item; item++) {
        double weight = 1;
        char *colon = strrchr(*item, ':');
        if (colon && (!parse_number(colon + 1, &weight, NULL) || !(weight > 0)))
            return g_strdup_printf("'%s' is no weighted key; NAME:WEIGHT with a weight above 0 is expected", *item);
        add(out, g_strndup(*item, colon ? (size_t)(colon - *item) : strlen(*item)), weight);
    }
    return out->count ? NULL : g_strdup("no key at all; NAME:WEIGHT, … or zipf(COUNT, EXPONENT) is expected");
}

void key_choice_clear(KeyChoice *choice)
{
    g_strfreev(choice->names);
    g_free(choice->up_to);
    *choice = (KeyChoice){ 0 };
}

const char *key_choice_draw(const KeyChoice *choice, Random *random)
{
    if (!choice->count) return NULL;
    double at = random_unit(random) * choice->up_to[choice->count - 1];
    uint32_t low = 0, high = choice->count - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (at < choice->up_to[middle]) high = middle;
        else low = middle + 1;
    }
    return choice->names[low];
}
