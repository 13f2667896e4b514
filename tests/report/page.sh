#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A report in a browser: it loads without a word, fetches nothing, replays what the
# database says, obeys the keyboard and shows hostile texts as texts.
set -u
here=$(cd "$(dirname "$0")" && pwd)
banyan=$(realpath "${BANYAN:-./banyan}")
for program in chromium chromedriver node sqlite3 gnuplot; do
    command -v $program >/dev/null || { echo "1..0 # SKIP $program is not installed"; exit; }
done
node -e 'process.exit(typeof fetch === "function" ? 0 : 1)' || { echo '1..0 # SKIP node is older than 18'; exit; }
work=$(mktemp -d)
driver=
trap '[ -z "$driver" ] || kill "$driver"; rm -rf "$work"' EXIT
sql() { sqlite3 -batch -noheader "$work/r/results.db" "$@"; }

"$banyan" run "$here/../../scenarios/tree-vs-mesh.ini" -o "$work/r" --format none --set overlay.nodes=40 \
    --replications 2 >"$work/said" 2>&1
[ $? -le 3 ] || { sed 's/^/# /' "$work/said"; echo 'Bail out! the scenario does not run'; exit 1; }

cat >"$work/labels" <<'END'
<script>window.pwned = 1</script>
</script><script>window.pwned = 1</script>
<img src=x onerror="window.pwned = 1">
<b>bold</b>
"double" 'single' `back`
$(touch pwned)
system("touch pwned")
\input{/etc/passwd}
\end{document}
\TeX{} $x^2$ 50 % a_b #1 ~
&amp; &lt; &#60;
<!-- comment
--> ]]>
<![CDATA[x]]>
javascript:window.pwned=1
${window.pwned = 1}
{{window.pwned = 1}}
'; DROP TABLE run; --
%s %n %d
| pipe < redirect > out
{/Symbol a}
x_i^2
#comment
@at =1+1
</style><style>*{display:none}
</title>
</pre>
</td></tr></table>
<svg onload="window.pwned = 1">
é ü 漢字 ß → ±
[link](http://example.org)
END
# The labels name failures of the last point, at which both variants are shown.
id=$(sql "SELECT id FROM run WHERE replication = 0 AND variant = 'tree' ORDER BY id DESC LIMIT 1")
sql "DELETE FROM event WHERE run = $id AND node % 2 = 0" || exit 1
i=0
while read -r label; do
    i=$((i + 1))
    quoted=${label//\'/\'\'}
    sql "INSERT INTO event VALUES($id, 0.1 * $i, '$quoted', 'down', $((i % 40)), NULL),
                                 ($id, 0.1 * $i + 0.05, '$quoted', 'up', $((i % 40)), NULL)" || exit 1
    echo "label $label" >>"$work/expected"
done <"$work/labels"
sql "UPDATE meta SET value = replace(value, 'title = Tree', 'title = </title><script>window.pwned = 1</script> Tree')
     WHERE key = 'scenario'"

# What each node is, said by SQL alone: s source (0), d down, r reached, w waiting, m missed.
states() {
    sql "WITH now(t) AS (SELECT $2), held AS (SELECT node, sum(CASE kind WHEN 'down' THEN 1 ELSE -1 END) AS n
             FROM event, now WHERE run = $1 AND time_s <= t GROUP BY node),
         last AS (SELECT publication AS p FROM delivery, now WHERE run = $1 AND published_s <= t
                  ORDER BY published_s DESC LIMIT 1),
         got AS (SELECT node, delivered_s <= t AS yes FROM delivery, last, now WHERE run = $1 AND publication = p)
         SELECT group_concat(CASE WHEN held.n > 0 THEN 'd' WHEN node.node = 0 AND EXISTS (SELECT * FROM last) THEN 's'
                                  WHEN got.yes THEN 'r'
                                  WHEN EXISTS (SELECT * FROM last) AND NOT EXISTS (SELECT * FROM got WHERE NOT yes) THEN 'm'
                                  ELSE 'w' END, '')
         FROM (SELECT node FROM node WHERE run = $1 ORDER BY node) AS node
         LEFT JOIN held ON held.node = node.node LEFT JOIN got ON got.node = node.node"
}
other=$(sql "SELECT id FROM run WHERE replication = 0 AND variant = 'mesh' ORDER BY id DESC LIMIT 1")
for time in 0.5 1.08 1.3 2.25 2.9; do
    echo "states 0 $time $(states "$id" $time)" >>"$work/expected"
    echo "states 1 $time $(states "$other" $time)" >>"$work/expected"
done

"$banyan" report "$work/r" -o "$work/report.html" >/dev/null 2>"$work/said" ||
    { sed 's/^/# /' "$work/said"; echo 'Bail out! no report'; exit 1; }
[ -z "${KEEP:-}" ] || cp "$work/report.html" "$work/expected" "$KEEP"
port=$((20000 + $$ % 20000))
HOME=$work chromedriver --port=$port >/dev/null 2>&1 &
driver=$!
timeout 120 node "$here/page.js" $port "$work/report.html" "$work/expected" "$work/profile"
