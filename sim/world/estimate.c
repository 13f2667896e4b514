/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/world.h"

/* Guesses, for people and for the number of workers that fit: what the arrays
 * of a run take, and one flood over every link for each publication. */
enum { BYTES_FIXED = 8 << 20, BYTES_NODE = 100, BYTES_LINK = 8, BYTES_PENDING = 32, BYTES_DELIVERY = 48, DEGREE_GUESS = 8 };

static double links_guess(const Scenario *scenario)
{
    double nodes = scenario->nodes, degree = DEGREE_GUESS;
    const Part *part = scenario->mesh.variant ? &scenario->mesh : &scenario->overlay;
    const Param *param = params_find(part->variant->params, "degree");
    if (param && param->type == PARAM_COUNT) degree = *(const uint32_t *)((const char *)part->config + param->offset);
    if (param && param->type == PARAM_NUMBER) degree = *(const double *)((const char *)part->config + param->offset);
    return nodes * degree;
}

static double publications_guess(const Scenario *scenario)
{
    double sum = 0;
    for (guint i = 0; i < scenario->workloads->len; i++) {
        const Part *part = scenario->workloads->pdata[i];
        const Param *param = params_find(part->variant->params, "publications");
        const Param *packets = params_find(part->variant->params, "packets");
        double each = packets ? *(const uint32_t *)((const char *)part->config + packets->offset) : 1;
        if (param && param->type == PARAM_COUNT) sum += each * *(const uint32_t *)((const char *)part->config + param->offset);
    }
    return sum;
}

void world_estimate(const Scenario *scenario, uint64_t *bytes, double *messages)
{
    double nodes = scenario->nodes, links = links_guess(scenario), publications = publications_guess(scenario);
    const Protocol *protocol = scenario_protocol(scenario);
    double memory = BYTES_FIXED + nodes * (double)(BYTES_NODE + protocol->state_size) + links * BYTES_LINK * 3 +
                    links * BYTES_PENDING + publications * nodes / 8;
    if (world_recording(scenario, 0).deliveries) memory += publications * nodes * BYTES_DELIVERY;
    *bytes = (uint64_t)memory;
    *messages = publications * links;
}
