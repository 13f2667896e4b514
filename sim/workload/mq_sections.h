/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [qmgr NAME], [mq-queue QMGR.NAME] and [channel NAME] as written, and what is checked of them. */
#pragma once
#include "workload/model.h"

typedef struct {
    uint32_t node;
    char *dead_letters, *default_xmitq;
    int npmclass, route;
    SimTime heartbeat;
} MqManagerConfig;

typedef struct {
    int usage, order, trigger;
    uint32_t depth, threshold;
    char *channel, *remote, *alias, *xmitq, *backout;
} MqQueueConfig;

typedef struct {
    char *from, *to, *xmitq;
    uint32_t batchsz, shortrty, longrty, mrrty;
    SimTime batchint, shorttmr, longtmr, mrtmr, hbint, discint;
    int npmspeed, start, route;
    bool usedlq;
} MqChannelConfig;

extern const Variant mq_manager_section, mq_queue_section, mq_channel_section;

void mq_check(const ModelSection *section, ModelCheck *check);

/* NAME of "QMGR.NAME", and *manager to be freed; NULL where it has no point. */
const char *mq_name_split(const char *name, char **manager);
