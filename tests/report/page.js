// SPDX-License-Identifier: GPL-3.0-or-later
// Opens a report in headless Chromium and prints TAP; usage: node page.js PORT PAGE EXPECTED PROFILE
//
// EXPECTED is a file of lines: "states RUN TIME LETTERS" (what each node is at that
// time, from the database) and "label TEXT" (must stand in a table as it is).
"use strict";
const fs = require("fs");
const [port, page, expected, profile] = process.argv.slice(2);
const base = `http://127.0.0.1:${port}`;
let count = 0, session = "";

function result(good, name, why) {
    count++;
    if (!good) console.log(`# ${why}`);
    console.log(`${good ? "ok" : "not ok"} ${count} ${name}`);
}

async function ask(method, path, body) {
    const answer = await fetch(base + path, { method, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (value && value.error) throw new Error(`${path}: ${value.message}`);
    return value;
}

const run = (script, ...args) => ask("POST", `${session}/execute/sync`, { script, args });
const keys = (...values) => ask("POST", `${session}/actions`, { actions: [{ type: "key", id: "keys",
    actions: values.flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]) }] });

async function open() {
    for (let i = 0; ; i++) {
        try { await ask("GET", "/status"); break; } catch (error) { if (i > 100) throw error; }
        await new Promise((done) => setTimeout(done, 100));
    }
    const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                  "--disable-background-networking", "--disable-component-update", "--disable-sync",
                  `--user-data-dir=${profile}`];
    const made = await ask("POST", "/session", { capabilities: { alwaysMatch: { browserName: "chrome",
        "goog:chromeOptions": { args }, "goog:loggingPrefs": { browser: "ALL" } } } });
    session = `/session/${made.sessionId}`;
    await ask("POST", `${session}/url`, { url: `file://${page}` });
}

async function states(lines) {
    for (const [, number, time, letters] of lines.map((line) => line.split(" "))) {
        const seen = await run(`location.hash = "t=" + arguments[0]; window.dispatchEvent(new HashChangeEvent("hashchange"));
            return document.querySelectorAll("#panels canvas")[arguments[1]].dataset.states;`, time, Number(number));
        result(seen === letters, `nodes of run ${number} at ${time} s are as in the database`, `${seen}\n# ${letters}`);
    }
}

async function keyboard() {
    const clock = () => run(`return parseFloat(document.getElementById("clock").textContent)`);
    await run(`document.getElementById("replay").focus()`);
    await keys("\uE010");
    const end = await clock();
    await keys("\uE011");
    const start = await clock();
    result(start === 0 && end > 0, "Home and End go to the ends", `${start} ${end}`);
    await keys("\uE014", "\uE014", "\uE012");
    const step = await clock();
    result(step > 0 && step < end / 50, "arrows step", `${step} of ${end}`);
    await keys(" ");
    await new Promise((done) => setTimeout(done, 700));
    const label = await run(`return document.getElementById("play").textContent`);
    await keys(" ");
    const played = await clock();
    await new Promise((done) => setTimeout(done, 300));
    result(label === "Pause" && played > step && await clock() === played, "space plays and pauses",
           `${label} ${step} ${played}`);
}

async function texts(labels) {
    const cells = new Set(await run(`return [...document.querySelectorAll("td, th")].map((cell) => cell.textContent)`));
    const lost = labels.filter((label) => !cells.has(label));
    result(labels.length >= 30 && !lost.length, `${labels.length} labels stand as they are`, lost.join("\n# "));
    const made = await run(`return [document.scripts.length, document.querySelectorAll("img, iframe, object, b").length,
                                    typeof window.pwned]`);
    result(String(made) === "2,0,undefined", "no text became an element or ran", String(made));
}

async function quiet() {
    const said = await ask("POST", `${session}/se/log`, { type: "browser" });
    result(!said.length, "the console is empty", JSON.stringify(said));
    const fetched = await run(`return performance.getEntriesByType("resource").map((entry) => entry.name)
                                      .filter((name) => !name.startsWith("data:"))`);
    result(!fetched.length, "nothing is fetched", String(fetched));
    const ids = await run(`return [...document.querySelectorAll("[id]")].map((e) => e.id)
                                  .filter((id, i, all) => all.indexOf(id) !== i && !id.includes("gnuplot_plot"))`);
    result(!ids.length, "every id is there once", String(ids));
}

(async () => {
    const lines = fs.readFileSync(expected, "utf8").split("\n");
    await open();
    try {
        await states(lines.filter((line) => line.startsWith("states ")));
        await keyboard();
        await texts(lines.filter((line) => line.startsWith("label ")).map((line) => line.slice(6)));
        await quiet();
    } finally {
        await ask("DELETE", session);
    }
    console.log(`1..${count}`);
})().catch((error) => { console.log(`Bail out! ${error}`); process.exit(1); });
