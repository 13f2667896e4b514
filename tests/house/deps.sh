#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# .ci/deps does nothing where all is there, and installs or says what is missing elsewhere.
set -u
cd "$(dirname "$0")/../.."
unset CC                # the default compiler, whatever runs this
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

n=0
outcome() { n=$((n + 1)); [ "$1" = 0 ] && echo "ok $n - $2" || echo "not ok $n - $2"; }

# Stand-ins for programs that must not be called, or only be seen being called.
stand_in() { printf '#!/bin/sh\necho "%s $*" >> %s/calls\n%s\n' "$1" "$scratch" "$2" > "$scratch/$1"; chmod +x "$scratch/$1"; }
stand_in apt-get ''
stand_in sudo 'exec "$@"'
: > "$scratch/calls"

output=$(PATH=$scratch:$PATH .ci/deps glib-2.0 2>&1)
outcome $? "with everything there it succeeds"
[ -z "$output$(cat "$scratch/calls")" ]
outcome $? "and says and calls nothing"

output=$(PATH=$scratch:$PATH .ci/deps no-such-library 2>&1)
[ $? = 1 ]
outcome $? "what stays missing is a failure"
grep -q '^apt-get install .*libigraph-dev' "$scratch/calls"
outcome $? "after apt-get was asked for the packages"
grep -q 'still missing after the installation: no-such-library' <<<"$output"
outcome $? "and it is named"

# A system without apt-get, where only what deps itself needs is found.
mkdir "$scratch/bare"
for tool in sh cat id env; do ln -s "$(command -v $tool)" "$scratch/bare/"; done
output=$(PATH=$scratch/bare .ci/deps glib-2.0 2>&1)
[ $? = 1 ]
outcome $? "without apt-get it fails"
grep -q 'missing: cc pkg-config perl prove gnuplot glib-2.0 Random123' <<<"$output"
outcome $? "naming each thing that is missing"
grep -q 'Please install' <<<"$output"
outcome $? "and what to install"
echo "1..$n"
