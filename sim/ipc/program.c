/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/program.h"

#include <glib.h>
#include <string.h>

typedef struct { ProcessBody body; void *argument; Process *thread; } Step;

struct Program {
    Ipc *ipc;
    Process *main;
    GArray *setups, *threads;       /* of Step */
    SimTime restart_after;
    IpcTimer restart;
    bool set_up;                    /* this incarnation has been, and its threads run */
};

typedef struct { GPtrArray *list; GHashTable *by_name; } Programs;

static void programs_start(Ipc *ipc, void *state);
static void programs_stop(void *state);
static void programs_host_up(void *state, NodeId host);

static const Library programs_library = {
    .name = "program", .size = sizeof(Programs), .start = programs_start,
    .host_up = programs_host_up, .stop = programs_stop,
};

static void program_free(gpointer data)
{
    Program *program = data;
    g_array_unref(program->setups);
    g_array_unref(program->threads);
    g_free(program);
}

static void programs_start(Ipc *ipc, void *state)
{
    Programs *programs = state;
    (void)ipc;
    programs->list = g_ptr_array_new_with_free_func(program_free);
    programs->by_name = g_hash_table_new(g_str_hash, g_str_equal);
}

static void programs_stop(void *state)
{
    Programs *programs = state;
    g_hash_table_unref(programs->by_name);
    g_ptr_array_unref(programs->list);
}

/* The main thread: sets up, begins the others, and stays to own what was set up. */
static void run(Process *self, void *argument)
{
    Program *program = argument;
    WaitList for_ever = { NULL, NULL };
    program->set_up = false;
    for (guint i = 0; i < program->setups->len; i++) {
        const Step *step = &g_array_index(program->setups, Step, i);
        step->body(self, step->argument);
    }
    program->set_up = true;
    for (guint i = 0; i < program->threads->len; i++) process_restart(g_array_index(program->threads, Step, i).thread);
    (void)process_wait(self, &for_ever, -1);
}

static void begin(void *subject, uint64_t detail)
{
    (void)detail;
    program_restart(subject);
}

static void restart_due(void *subject, uint64_t detail)
{
    Program *program = subject;
    (void)detail;
    program->restart = 0;
    program_restart(program);
}

Program *program_new(Ipc *ipc, NodeId host, const char *name, SimTime start)
{
    (void)process_find(ipc, name);                          /* processes come first: their host_down() does */
    Programs *programs = ipc_library(ipc, &programs_library);
    Program *program = g_new0(Program, 1);
    program->ipc = ipc;
    program->restart_after = -1;
    program->setups = g_array_new(FALSE, FALSE, sizeof(Step));
    program->threads = g_array_new(FALSE, FALSE, sizeof(Step));
    program->main = process_new(ipc, host, name, run, program);
    g_ptr_array_add(programs->list, program);
    g_hash_table_insert(programs->by_name, (gpointer)process_name(program->main), program);
    (void)ipc_after(ipc, host, start, begin, program, 0);
    return program;
}

void program_setup(Program *program, ProcessBody setup, void *argument)
{
    Step step = { setup, argument, NULL };
    g_array_append_val(program->setups, step);
}

void program_thread(Program *program, const char *role, ProcessBody body, void *argument)
{
    g_autofree char *name = g_strdup_printf("%s/%s", program_name(program), role);
    Step step = { body, argument, process_new(program->ipc, program_host(program), name, body, argument) };
    g_array_append_val(program->threads, step);
}

void program_restarts(Program *program, SimTime after) { program->restart_after = after; }
const char *program_name(const Program *program) { return process_name(program->main); }
NodeId program_host(const Program *program) { return process_host(program->main); }
Ipc *program_ipc(const Program *program) { return program->ipc; }
bool program_is_up(const Program *program) { return process_is_up(program->main); }
Process *program_main(const Program *program) { return program->main; }

Program *program_find(Ipc *ipc, const char *name)
{
    return g_hash_table_lookup(((Programs *)ipc_library(ipc, &programs_library))->by_name, name);
}

Program *program_of(const Process *thread)
{
    const char *name = process_name(thread);
    g_autofree char *whole = g_strndup(name, strcspn(name, "/"));
    return program_find(process_ipc(thread), whole);
}

void program_crash(Program *program)
{
    if (!program_is_up(program)) return;
    for (guint i = 0; i < program->threads->len; i++) process_crash(g_array_index(program->threads, Step, i).thread);
    process_crash(program->main);
    if (program->restart_after >= 0)
        program->restart = ipc_after(program->ipc, program_host(program), program->restart_after, restart_due, program, 0);
}

void program_restart(Program *program)
{
    if (program_is_up(program) || !ipc_is_up(program->ipc, program_host(program))) return;
    ipc_cancel(program->ipc, &program->restart);
    process_restart(program->main);
}

static void programs_host_up(void *state, NodeId host)
{
    Programs *programs = state;
    for (guint i = 0; i < programs->list->len; i++) {
        Program *program = programs->list->pdata[i];
        if (program_host(program) != host || program->restart_after < 0) continue;
        program->restart = ipc_after(program->ipc, host, program->restart_after, restart_due, program, 0);
    }
}
