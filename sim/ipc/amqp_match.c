/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "ipc/amqp_route.h"

/* The word after this one, or NULL. */
static const char *next_word(const char *word)
{
    const char *dot = strchr(word, '.');
    return dot ? dot + 1 : NULL;
}

static bool same_word(const char *pattern, const char *word)
{
    size_t length = strcspn(pattern, ".");
    if (length == 1 && *pattern == '*') return true;
    return length == strcspn(word, ".") && memcmp(pattern, word, length) == 0;
}

static bool is_hash(const char *word) { return word[0] == '#' && (word[1] == '\0' || word[1] == '.'); }

/* The latest # alone is worth going back to: what an earlier one could take, it can too. */
bool amqp_topic_matches(const char *pattern, const char *key)
{
    const char *p = *pattern ? pattern : NULL, *k = *key ? key : NULL;
    const char *after_hash = NULL, *retry = NULL;
    bool hash = false;
    while (k) {
        if (p && is_hash(p)) {
            hash = true;
            p = after_hash = next_word(p);
            retry = k;
        } else if (p && same_word(p, k)) {
            p = next_word(p);
            k = next_word(k);
        } else if (hash) {
            p = after_hash;
            k = retry = next_word(retry);
        } else {
            return false;
        }
    }
    while (p && is_hash(p)) p = next_word(p);
    return !p;
}

bool amqp_headers_match(AmqpMatch match, const AmqpArgument *arguments, const IpcMessage *message)
{
    bool with_x = match == AMQP_ALL_WITH_X || match == AMQP_ANY_WITH_X;
    bool all = true, any = false;
    for (const AmqpArgument *a = arguments; a && a->key; a++) {
        if (!with_x && strncmp(a->key, "x-", 2) == 0) continue;
        const char *value = ipc_message_header_of(message, a->key);
        bool same = value && (!a->value || strcmp(value, a->value) == 0);
        all = all && same;
        any = any || same;
    }
    return match == AMQP_ALL || match == AMQP_ALL_WITH_X ? all : any;
}
