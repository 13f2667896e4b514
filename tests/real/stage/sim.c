/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actors as processes on hosts of their own. */
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>

#include "ipc/lab.h"

enum { ACTORS = 8 };

static const char names[ACTORS + 1] = "CSDEFGHI";  /* by host */
static const SimTime settle = 10 * SIM_MS, waits = 100 * SIM_MS, patience = 1000 * SIM_S;

typedef struct {
    Process *process;
    WaitList idle;
    const char *order;          /* NULL: none to be done */
    char *text, result[STAGE_WORDS];
    bool done;
} Actor;

static Lab *lab;
static Actor actors[ACTORS];

static void work(Process *self, void *argument)
{
    Actor *actor = argument;
    char desk[STAGE_DESK] __attribute__((aligned(16))) = "";
    for (;;) {
        while (!actor->order) process_wait(self, &actor->idle, -1);
        actor_obey(desk, self, actor->order, actor->result);
        actor->order = NULL;
        actor->done = true;
    }
}

static NodeId host_of(char name)
{
    const char *at = strchr(names, name);
    if (!at) g_error("there is no actor %c", name);
    return (NodeId)(at - names);
}

void stage_fresh(unsigned row)
{
    (void)row;
    if (lab) lab_free(lab);
    for (int i = 0; i < ACTORS; i++) g_free(actors[i].text);
    memset(actors, 0, sizeof actors);
    lab = lab_new(ACTORS, SIM_MS);
}

void stage_order(char name, const char *order)
{
    NodeId host = host_of(name);
    Actor *actor = &actors[host];
    g_free(actor->text);
    actor->order = actor->text = g_strdup(order);
    actor->done = false;
    if (!actor->process) actor->process = process_spawn(lab->ipc, host, (char[]){ name, '\0' }, work, actor);
    else if (!process_is_up(actor->process)) process_restart(actor->process);
    else wait_list_wake(&actor->idle);
    ipc_settle(lab->ipc);
}

bool stage_result(char name, bool patient, char result[STAGE_WORDS])
{
    const Actor *actor = &actors[host_of(name)];
    SimTime limit = lab->now + (patient ? patience : waits);
    while (!actor->done && lab->now < limit) lab_run(lab, lab->now + 10 * SIM_MS);
    memcpy(result, actor->result, STAGE_WORDS);
    return actor->done;
}

void stage_wait(int ms) { lab_run(lab, lab->now + ms * SIM_MS); }
void stage_settle(void) { lab_run(lab, lab->now + settle); }

void stage_cut(bool cut)
{
    for (NodeId a = 0; a < ACTORS; a++)
        for (NodeId b = 0; b < a; b++) lab_link(lab, a, b, !cut);
}

void stage_crash(char name)
{
    process_crash(actors[host_of(name)].process);
    ipc_settle(lab->ipc);
}

void stage_vanish(char name) { lab_host_crash(lab, host_of(name)); }
void stage_return(char name) { lab_host_restart(lab, host_of(name)); }

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    int status = script_play(argv[1], strcmp(argv[2], "privileged") == 0);
    lab_free(lab);
    return status;
}
