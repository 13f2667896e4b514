#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What is installed is complete, enough to build a variant against, and goes away again.
set -u
cd "$(dirname "$0")/../.."
program=${BANYAN:-./banyan}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

n=0
outcome() { n=$((n + 1)); [ "$1" = 0 ] && echo "ok $n - $2" || echo "not ok $n - $2"; }

.ci/install "$program" "$root" /opt/here 2>&1 | sed 's/^/# /'
outcome "${PIPESTATUS[0]}" "it installs below DESTDIR and PREFIX"

at=$root/opt/here
"$at/bin/banyan" --version >/dev/null
outcome $? "the program runs from there"
for file in share/man/man1/banyan.1 share/bash-completion/completions/banyan share/pkgconfig/banyan.pc \
            include/banyan/protocol/protocol.h include/banyan/core/units.h include/banyan/graph/graph.h; do
    [ -s "$at/$file" ]
    outcome $? "$file is there"
done
bash -n "$at/share/bash-completion/completions/banyan"
outcome $? "the completion is sound bash"
! grep -q 'Version: *$' "$at/share/pkgconfig/banyan.pc"
outcome $? "the version is known to pkg-config"

# The smallest protocol, as one outside the tree would be built.
cat > "$root/echo.c" <<'END'
#include "protocol/protocol.h"
static void publish(Node *self, const Message *publication) { node_send_neighbors(self, NODE_NONE, publication); }
static void receive(Node *self, NodeId from, const Message *message) { (void)from; node_deliver(self, message); }
const Protocol protocol_echo = {
    .variant = { .name = "echo", .summary = "to the neighbors alone", .source = "a test" },
    .publish = publish, .receive = receive,
};
END
sed -i "s|^prefix=.*|prefix=$at|" "$at/share/pkgconfig/banyan.pc"        # as if it had been moved there
"${CC:-cc}" -Wall -Wextra -Werror -fPIC -shared -o "$root/echo.so" "$root/echo.c" \
    $(PKG_CONFIG_PATH=$at/share/pkgconfig pkg-config --cflags banyan) 2>&1 | sed 's/^/# /'
outcome "${PIPESTATUS[0]}" "a protocol is built against the headers alone"

rm -f "$root/echo.c" "$root/echo.so"
.ci/install --remove "$root" /opt/here
[ -z "$(find "$root" -type f)" ]
outcome $? "nothing is left after it was removed"
echo "1..$n"
