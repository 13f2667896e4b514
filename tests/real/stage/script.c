/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stage.h"

static char said[128][128];         /* by actor: what its call is called, until it is done */

static void tell(char actor, const char *result)
{
    printf("%c %s %s\n", actor, said[(int)actor], result);
}

static void collect(char actor, bool patient)
{
    char result[STAGE_WORDS];
    bool done = stage_result(actor, patient, result);
    tell(actor, done ? result : patient ? "never" : "waits");
}

static void play_actor(char *line)
{
    char actor = line[0], *order = line + 2;
    size_t length = strlen(order);
    bool waits = length > 2 && strcmp(order + length - 2, " &") == 0;
    if (strcmp(order, "ends") == 0) collect(actor, true);
    else if (strcmp(order, "still") == 0) collect(actor, false);
    else if (strcmp(order, "crashes") == 0) stage_crash(actor);
    else if (strcmp(order, "vanishes") == 0) stage_vanish(actor);
    else if (strcmp(order, "returns") == 0) stage_return(actor);
    else {
        if (waits) order[length - 2] = '\0';
        snprintf(said[(int)actor], sizeof said[0], "%s", order);
        stage_order(actor, order);
        collect(actor, !waits);
    }
}

static void play(char *line)
{
    if (strcmp(line, "settle") == 0) stage_settle();
    else if (strncmp(line, "wait ", 5) == 0) stage_wait(atoi(line + 5));
    else if (strcmp(line, "cut") == 0) stage_cut(true);
    else if (strcmp(line, "heal") == 0) stage_cut(false);
    else if (isupper((unsigned char)line[0]) && line[1] == ' ') play_actor(line);
    else {
        fprintf(stderr, "what is '%s'?\n", line);
        exit(1);
    }
}

int script_play(const char *path, bool privileged)
{
    FILE *file = fopen(path, "r");
    char line[128];
    bool skip = true;
    unsigned row = 0;
    if (!file) {
        perror(path);
        return 1;
    }
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#') {
            skip = line[1] == '!' && !privileged;
            if (skip) continue;
            stage_fresh(row++);
            puts(line);
        } else if (line[0] && !skip) {
            play(line);
        }
        fflush(stdout);
    }
    stage_fresh(row);
    fclose(file);
    return 0;
}
