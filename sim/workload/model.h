/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contract of a family of sections: what a scenario says of one communication model.
 *
 * Each kind of section is a variant (a name, its parameters, its own check); the family
 * checks what one section says of others, and makes what they describe: in the order of
 * the registry (processes first, producers and consumers last), then of the file. */
#pragma once
#include "core/variant.h"
#include "core/metric_name.h"
#include "ipc/outlet.h"

typedef struct ModelScope ModelScope;       /* one run being set up or reported; the world owns it */
typedef struct ModelCheck ModelCheck;       /* one section being checked; the scenario owns it */

/* One section as written, filled. */
typedef struct {
    const char *section;        /* "rpc-client" */
    const char *name;           /* NAME */
    const void *config;
} ModelSection;

typedef struct {
    Variant variant;                        /* the family; params NULL */
    const Variant *const *sections;         /* NULL-terminated; `name` as in [name NAME] */
    const MetricName *metrics;              /* ended by a NULL name; without those of the books */
    const char *books;                      /* the model of its accounts, "zmq": zmq_published, …; NULL: it has none */

    void (*check)(const ModelSection *section, ModelCheck *check);         /* (optional) */
    void *(*build)(const ModelSection *section, ModelScope *scope);
    void (*report)(const ModelSection *section, void *built, ModelScope *scope);    /* (optional) at the end of the run */
    void (*clear)(void *built);             /* (optional) frees what build() made; after the run */
} Model;

/* The key that every section has whose packets may go along the overlay; an int, 1: overlay. */
#define MODEL_ROUTE(Config) \
    { "route", PARAM_CHOICE, offsetof(Config, route), "direct", 0, 0, \
      "its packets go straight over the network, or hop by hop along the overlay", "direct|overlay" }

/* ---- within check(): each reports a fault at `key` and is false where something is wrong ---- */
bool model_refer(ModelCheck *check, const char *key, const char *section, const char *name);   /* [section NAME] must exist */
bool model_refer_processes(ModelCheck *check, const char *key, const char *names);  /* "client, worker[0..3]": processes */
bool model_refer_any(ModelCheck *check, const char *key, const char *const *sections, const char *name);  /* one of them must exist */
const void *model_config(const ModelCheck *check, const char *section, const char *name);  /* NULL: no such section */
const void *model_config_at(const ModelCheck *check, const char *section, uint32_t i, const char **name);  /* the ith; NULL: no more */
uint32_t model_check_nodes(const ModelCheck *check);                        /* nodes of the run; 0: not known */
void model_fault(ModelCheck *check, const char *key, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* ---- within build() and report() ---- */
Ipc *model_ipc(ModelScope *scope);
uint32_t model_nodes(const ModelScope *scope);
bool model_strict(const ModelScope *scope);             /* [scenario] strict-rfc */
SimTime model_end(const ModelScope *scope);             /* of the run */
Random *model_random(ModelScope *scope);                /* this section's own stream */

uint32_t model_serial(ModelScope *scope);               /* a number that nobody else of this run has had: 0, 1, … */

/* A set of uint64_t that all sections of a run share under that name, owned by it; only for looking up. */
GHashTable *model_shared(ModelScope *scope, const char *name);

/* What build() made of [section NAME]; NULL where there is none (yet). */
void *model_built(const ModelScope *scope, const char *section, const char *name);

/* The processes of a list of names, in its order; free it. */
Program **model_programs(const ModelScope *scope, const char *names, uint32_t *count);

/* [process NAME] and its names, for model_refer_processes(): how many it makes; the
 * nodes that they take in turn, by the section's own stream (free them); and the range of NAME[2] or NAME[0..3], NULL or what is wrong with it (free it). */
uint32_t process_section_count(const void *config);
NodeId *process_section_nodes(const void *config, uint32_t nodes, Random *random, uint32_t *places);
char *process_range_read(const char *name, uint32_t *low, uint32_t *high);

/* By which names producers and consumers refer to it; copied. */
void model_outlet(ModelScope *scope, const char *name, const Outlet *outlet);
void model_inlet(ModelScope *scope, const char *name, const Inlet *inlet);
const Outlet *model_outlet_of(const ModelScope *scope, const char *name);           /* NULL: none */
const Inlet *model_inlet_of(const ModelScope *scope, const char *name);

/* What a [failure NAME] of that kind does to `target`, with its value ("" where not given). */
void model_control(ModelScope *scope, const char *kind, const char *target,
                   void (*call)(void *subject, const char *value), void *subject);

/* Numbers of this section, named as in `metrics` ("rpc_executions"): NAME[section] and, over all
 * sections, NAME: sums of values, and ratios of the summed parts. */
void model_value(ModelScope *scope, const char *metric, double value);
void model_ratio(ModelScope *scope, const char *metric, double numerator, double denominator);
/* A number that does not add up over sections, as a quantile: NAME[section] alone. */
void model_own(ModelScope *scope, const char *metric, double value);
