/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flooding: pass each new publication to every neighbor but the one it came from. */
#include "protocol/protocol.h"

typedef struct { uint32_t hop_limit; } Config;

static const Param params[] = {
    { "hop-limit", PARAM_COUNT, offsetof(Config, hop_limit), "unlimited", 1, 65535,
      "hops after which a publication is no longer passed on", NULL },
    PARAM_END
};

static void publish(Node *self, const Message *publication)
{
    node_send_neighbors(self, NODE_NONE, publication);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    const Config *config = node_config(self);
    if (node_deliver(self, message) && message->hops < config->hop_limit) node_send_neighbors(self, from, message);
}

const Protocol protocol_flood = {
    .variant = {
        .name = "flood",
        .summary = "send every new publication to all neighbors but the one it came from",
        .source = "the baseline; no paper",
        .params = params, .config_size = sizeof(Config),
    },
    .publish = publish, .receive = receive,
};
