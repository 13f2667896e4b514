#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A protocol built outside the tree, against the headers as they are installed, takes part.
set -u
tree=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/said"

build() {
    "${CC:-cc}" -std=gnu11 -Wall -Wextra -Werror -fPIC -shared -I"$scratch/usr/include/banyan" $(pkg-config --cflags glib-2.0) \
        -o "$1.so" "$1.c" 2>&1 | sed 's/^/# /'
}

(cd "$tree" && .ci/install "$BANYAN" "$scratch" /usr) > /dev/null
cat > echo.c << 'END'
#include "metric/metric.h"
#include "protocol/protocol.h"

BANYAN_PLUGIN

typedef struct { uint32_t copies; } Config;

static const Param params[] = {
    { "copies", PARAM_COUNT, offsetof(Config, copies), "1", 1, 10, "how often each neighbor is told", NULL },
    PARAM_END
};

static void publish(Node *self, const Message *publication)
{
    const Config *config = node_config(self);
    for (uint32_t i = 0; i < config->copies; i++) node_send_neighbors(self, NODE_NONE, publication);
}

static void receive(Node *self, NodeId from, const Message *message) { (void)from; node_deliver(self, message); }

static const Protocol echo = {
    .variant = { .name = "echo", .summary = "to the neighbors alone", .source = "a test",
                 .params = params, .config_size = sizeof(Config) },
    .publish = publish, .receive = receive,
};

static const MetricName names[] = { { "answer", "1", "always 42" }, { NULL, NULL, NULL } };
static void report(const Observation *seen, Report *out) { (void)seen; report_value(out, "answer", 42); }
static const Metric answer = { .variant = { .name = "answer", .summary = "a constant" }, .names = names, .report = report };

extern const Protocol *const banyan_protocols[];
extern const Metric *const banyan_metrics[];
const Protocol *const banyan_protocols[] = { &echo, NULL };
const Metric *const banyan_metrics[] = { &answer, NULL };
END
build echo
cat > star.ini << 'END'
[scenario]
replications = 2
[network]
latency = 10 ms
[overlay]
kind = star
nodes = 11
[protocol]
kind = echo
copies = 3
[workload news]
kind = publish
publications = 1
[expect all]
metric = delivery_ratio
op = eq
value = 1
[expect sent]
metric = messages
op = eq
value = 30
END
shows 0 'answer' "a protocol and a metric from outside run" "$BANYAN" run star.ini --plugin echo.so
grep -q '^default,{},answer,42,' results/star/summary.csv; outcome $? "its metric is exported"
shows 0 'echo +to the neighbors alone' "it is on the list" "$BANYAN" list protocols --plugin echo.so
shows 0 'copies: how often each neighbor is told' "it is explained" "$BANYAN" explain echo --plugin echo.so
shows 0 'expectations  2' "its scenario is checked" "$BANYAN" check star.ini --plugin echo.so
sed 's/^kind = echo/kind = flood/; s/^copies.*//; $a [variant a]\nprotocol.kind = flood\n[variant b]\nprotocol.kind = echo' star.ini > two.ini
shows 0 'b against a' "a comparison runs it" "$BANYAN" compare two.ini --plugin echo.so
for command in 'list protocols' 'explain echo' 'check star.ini' 'compare star.ini'; do
    shows 2 'cannot open shared object' "${command%% *} refuses a missing file" "$BANYAN" $command --plugin none.so
done
shows 2 "no such kind|no protocol is called 'echo'|'echo'" "without the plugin there is no such protocol" "$BANYAN" run star.ini
shows 2 'cannot open shared object' "a missing file is an error" "$BANYAN" run star.ini --plugin none.so
shows 2 "'echo' is there already" "a name is taken once" "$BANYAN" run star.ini --plugin echo.so --plugin ./echo.so
echo 'int x;' > empty.c; build empty
shows 2 'lacks the line BANYAN_PLUGIN' "what is no plugin is refused" "$BANYAN" run star.ini --plugin empty.so
sed 's/^BANYAN_PLUGIN/extern const unsigned banyan_contract; const unsigned banyan_contract = 0;/' echo.c > old.c; build old
shows 2 'headers of another version' "another version too" "$BANYAN" run star.ini --plugin old.so
echo "1..$n"
