/* The replay of a report: nodes light up as a publication reaches them.
 *
 * Its data is the JSON of #replay-data as page_replay.c writes it.  #t=1.5 in the
 * address shows that instant (s); each canvas holds in data-states a letter a node:
 * s source, r reached, w waiting, m missed, d down. */
"use strict";
(() => {
    const box = document.getElementById("replay-data");
    if (!box) return;
    const data = JSON.parse(box.textContent);
    const STEPS = 10000, SECONDS = 20;          /* of the scrubber; of one play at speed 1 */
    const play = document.getElementById("play"), scrub = document.getElementById("scrub");
    const speed = document.getElementById("speed"), clock = document.getElementById("clock");
    let now = 0, playing = false, before = 0;

    const views = data.runs.map((run) => {
        const figure = document.createElement("figure"), canvas = document.createElement("canvas");
        const caption = document.createElement("figcaption");
        canvas.setAttribute("role", "img");
        figure.append(canvas, caption);
        document.getElementById("panels").append(figure);
        return { run, canvas, caption };
    });

    /* The latest publication made by then, or null. */
    function current(run, time) {
        let found = null;
        for (const publication of run.publications)
            if (publication.at <= time && (!found || publication.at >= found.at)) found = publication;
        return found;
    }

    /* How many failures hold each node and each link at that time. */
    function held(run, time) {
        const nodes = new Int32Array(run.nodes), links = new Map();
        for (const [at, kind, node, other] of run.events) {
            if (at > time) break;
            const step = kind === "down" || kind === "cut" ? 1 : kind === "up" || kind === "mend" ? -1 : 0;
            if (other < 0) { nodes[node] += step; continue; }
            const key = Math.min(node, other) + "-" + Math.max(node, other);
            links.set(key, (links.get(key) || 0) + step);
        }
        return { nodes, links };
    }

    function statesAt(run, time) {
        const { nodes, links } = held(run, time), publication = current(run, time);
        const letters = new Array(run.nodes).fill("w");
        if (publication) {
            const over = publication.times.every((at) => at <= time);
            if (over) letters.fill("m");
            publication.nodes.forEach((node, i) => { if (publication.times[i] <= time) letters[node] = "r"; });
            if (publication.source >= 0) letters[publication.source] = "s";
        }
        for (let i = 0; i < run.nodes; i++) if (nodes[i] > 0) letters[i] = "d";
        return { letters, links, publication };
    }

    function color(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); }

    function drawLinks(context, run, state, place) {
        context.strokeStyle = color("edge");
        context.lineWidth = run.links.length > 6000 ? 0.4 : 0.9;
        context.beginPath();
        for (let i = 0; i < run.links.length; i += 2) {
            const a = run.links[i], b = run.links[i + 1];
            if (state.letters[a] === "d" || state.letters[b] === "d") continue;
            if (state.links.get(Math.min(a, b) + "-" + Math.max(a, b)) > 0) continue;
            context.moveTo(place(run.x[a]), place(run.y[a]));
            context.lineTo(place(run.x[b]), place(run.y[b]));
        }
        context.stroke();
    }

    /* Shapes tell states apart without colour: disc, ring, cross, square, diamond. */
    function drawNode(context, letter, x, y, r) {
        context.beginPath();
        if (letter === "d") {
            context.moveTo(x - r, y - r); context.lineTo(x + r, y + r);
            context.moveTo(x - r, y + r); context.lineTo(x + r, y - r);
            context.stroke();
        } else if (letter === "m") {
            context.fillRect(x - r, y - r, 2 * r, 2 * r);
        } else if (letter === "s") {
            context.moveTo(x, y - 2.2 * r); context.lineTo(x + 2.2 * r, y);
            context.lineTo(x, y + 2.2 * r); context.lineTo(x - 2.2 * r, y);
            context.fill();
        } else {
            context.arc(x, y, letter === "w" ? 0.7 * r : r, 0, 7);
            context.fill();
        }
    }

    function draw(view, state) {
        const { run, canvas } = view, ratio = window.devicePixelRatio || 1;
        const side = Math.max(1, Math.round(canvas.clientWidth * ratio));
        if (canvas.width !== side) canvas.width = canvas.height = side;
        const context = canvas.getContext("2d"), place = (v) => side * (0.03 + 0.94 * v / 1000);
        const r = Math.min(9, Math.max(1.6, 8 / Math.sqrt(run.nodes / 30))) * ratio * 0.8;
        context.clearRect(0, 0, side, side);
        drawLinks(context, run, state, place);
        context.lineWidth = Math.max(1, r / 3);
        for (const name of ["waiting", "down", "reached", "missed", "source"]) {
            context.fillStyle = context.strokeStyle = color(name);
            for (let i = 0; i < run.nodes; i++)
                if (state.letters[i] === name[0]) drawNode(context, name[0], place(run.x[i]), place(run.y[i]), r);
        }
    }

    function words(run, state) {
        const count = (letter) => state.letters.filter((l) => l === letter).length;
        const title = run.name ? run.name + ": " : "";
        if (!state.publication) return title + "nothing published yet, " + count("d") + " down";
        return title + state.publication.workload + " " + state.publication.number + ": " + count("r") + " reached, " +
            (count("w") ? count("w") + " waiting" : count("m") + " missed") + ", " + count("d") + " down";
    }

    function show() {
        for (const view of views) {
            const state = statesAt(view.run, now);
            draw(view, state);
            view.canvas.dataset.states = state.letters.join("");
            view.caption.textContent = words(view.run, state) + (view.run.note ? " (" + view.run.note + ")" : "");
            view.canvas.setAttribute("aria-label", view.caption.textContent);
        }
        clock.textContent = now.toFixed(3) + " s";
        scrub.setAttribute("aria-valuetext", clock.textContent);
    }

    function go(time) {
        now = Math.min(data.end, Math.max(0, time));
        scrub.value = String(Math.round(now / data.end * STEPS));
        show();
    }

    function frame(at) {
        if (!playing) return;
        go(now + (at - before) / 1000 * Number(speed.value) * data.end / SECONDS);
        before = at;
        if (now >= data.end) toggle(); else requestAnimationFrame(frame);
    }

    function toggle() {
        playing = !playing;
        play.textContent = playing ? "Pause" : "Play";
        if (!playing) return;
        if (now >= data.end) go(0);
        before = performance.now();
        requestAnimationFrame(frame);
    }

    function key(event) {
        const steps = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10 };
        if (event.altKey || event.ctrlKey || event.metaKey || event.target === speed) return;
        if (event.key === " " && event.target !== play) toggle();
        else if (event.key in steps) go(now + steps[event.key] * data.end / 200);
        else if (event.key === "Home") go(0);
        else if (event.key === "End") go(data.end);
        else return;
        event.preventDefault();
    }

    function fromAddress() {
        const match = /^#t=([0-9.]+)$/.exec(location.hash);
        if (match) go(Number(match[1]));
    }

    play.addEventListener("click", toggle);
    scrub.addEventListener("input", () => go(Number(scrub.value) / STEPS * data.end));
    document.getElementById("replay").addEventListener("keydown", key);
    window.addEventListener("hashchange", fromAddress);
    window.addEventListener("resize", show);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
    go(0);
    fromAddress();
})();
