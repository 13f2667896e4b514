/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the keys of [network] ask of each other. */
#include "scenario/make.h"

/* A rate of 0 sends nothing, ever. */
static void check_rate(const Keys *keys, const char *key, const Distribution *law)
{
    if (law->kind == LAW_CONSTANT && law->a < 1)
        keys_fault(keys, key, "nothing ever passes; at least 1 bit/s, or unlimited, is expected");
}

static void check_classes(const Keys *keys, NetworkSettings *network)
{
    static const char *const rates[] = { "upload", "download" };
    g_autoptr(GError) error = NULL;
    if (!network->classes) return;
    for (size_t i = 0; i < G_N_ELEMENTS(rates); i++)
        if (keys_given(keys, rates[i])) {
            making_blame(keys, rates[i], "the classes give every node its rates; one of the two is expected");
            making_blame(keys, "classes", "gives every node its rates, as does another key; one of the two is expected");
        }
    network->class_list = network_classes_read(network->classes, &network->class_count, &error);
    if (!network->class_list) keys_fault(keys, "classes", "%s", error->message);
}

/* Nodes that are there, and each link once. */
static void check_links(Making *making, NetworkSettings *network)
{
    for (uint32_t i = 0; i < network->link_count; i++) {
        const LinkRule *link = &network->links[i];
        g_autofree char *title = g_strdup_printf("link %u-%u", link->a, link->b);
        if (making->scenario->nodes && link->b >= making->scenario->nodes)
            faults_add(making->faults, link->line, title, NULL, "there is no node %u; the nodes are 0 .. %u", link->b, making->scenario->nodes - 1);
        for (uint32_t j = 0; j < i; j++)
            if (network->links[j].a == link->a && network->links[j].b == link->b)
                faults_add(making->faults, link->line, title, NULL, "this link has two sections; both ways are one link");
    }
    if (network->link_count) network_links_override(network);
}

static void check_overrides(const Keys *keys, const Scenario *scenario, NetworkSettings *network)
{
    g_autoptr(GError) error = NULL;
    if (!network->overrides || !scenario->nodes) return;
    network->override_list = network_overrides_read(network->overrides, scenario->nodes, &network->override_count, &error);
    if (error) keys_fault(keys, "overrides", "%s", error->message);
}

static void check_bucket(const Keys *keys, const NetworkSettings *network)
{
    bool rate = network->rate.kind != LAW_ABSENT, burst = network->burst != UINT64_MAX;
    if (rate && !burst) making_blame(keys, "rate", "a token bucket needs its size too; burst is expected beside it");
    if (burst && !rate) making_blame(keys, "burst", "a token bucket fills at some rate; rate is expected beside it");
    if (!rate && keys_given(keys, "shaped")) making_blame(keys, "shaped", "there is no token bucket; rate and burst are expected");
}

void fits_network(Making *making)
{
    NetworkSettings *network = &making->scenario->network;
    const Keys *keys = making_keys(making, "network", NULL);
    if (!keys) return;
    check_rate(keys, "upload", &network->upload);
    check_rate(keys, "download", &network->download);
    check_rate(keys, "rate", &network->rate);
    check_classes(keys, network);
    check_overrides(keys, making->scenario, network);
    check_links(making, network);
    check_bucket(keys, network);
}
