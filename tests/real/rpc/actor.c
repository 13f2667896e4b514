/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An actor of rows.txt:
 *     serve s PORT stream|plain|filtering      plain and filtering: datagrams
 *     executed s
 *     dial NUMBER PORT stream|RETRY_MS         RETRY_MS: datagrams
 *     call NUMBER METHOD TEXT LIMIT_MS
 *     tell NUMBER METHOD TEXT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpc.h"
#include "stage/stage.h"

static void serve(void *memory, void *self, char words[][RPC_TEXT], char *result)
{
    bool stream = strcmp(words[3], "stream") == 0;
    ServerOrder order = { atoi(words[2]), stream, strcmp(words[3], "filtering") == 0 };
    snprintf(result, STAGE_WORDS, "%s", server_open(memory, self, &order) ? "ok" : "cannot");
}

static void dial(void *memory, void *self, char words[][RPC_TEXT], char *result)
{
    bool stream = strcmp(words[3], "stream") == 0;
    ClientOrder order = { atoi(words[2]), stream ? 0 : atoi(words[3]), stream };
    snprintf(result, STAGE_WORDS, "%s", client_open(memory, self, atoi(words[1]), &order) ? "ok" : "cannot");
}

void actor_obey(void *desk, void *self, const char *order, char result[STAGE_WORDS])
{
    char words[5][RPC_TEXT] = { "" }, answer[RPC_TEXT] = "";
    if (sscanf(order, "%63s %63s %63s %63s %63s", words[0], words[1], words[2], words[3], words[4]) < 2) abort();
    CallOrder call = { words[2], words[3], atoi(words[4]) };
    if (strcmp(words[0], "serve") == 0) serve(desk, self, words, result);
    else if (strcmp(words[0], "dial") == 0) dial(desk, self, words, result);
    else if (strcmp(words[0], "executed") == 0) snprintf(result, STAGE_WORDS, "%d", server_executed(desk));
    else if (strcmp(words[0], "call") == 0) {
        const char *status = client_call(desk, self, atoi(words[1]), &call, answer);
        snprintf(result, STAGE_WORDS, "%s '%s'", status, answer);
    } else if (strcmp(words[0], "tell") == 0) {
        client_tell(desk, self, atoi(words[1]), &call);
        snprintf(result, STAGE_WORDS, "sent");
    } else {
        abort();
    }
}
