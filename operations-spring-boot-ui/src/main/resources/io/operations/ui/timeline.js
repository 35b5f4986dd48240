// The timeline of one operation, as a picture. The table below the picture says the same.
import { svg } from "./dom.js";
import { points } from "./kinds.js";
import { clock, duration, millis, seconds } from "./text.js";

export const OUTCOMES = {
	"success": { label: "success", shape: "circle" },
	"throttled": { label: "throttled", shape: "diamond" },
	"unavailable": { label: "server unavailable", shape: "triangle" },
	"not-found": { label: "not found (404)", shape: "square" },
	"error": { label: "error", shape: "cross" }
};

const WIDTH = 960;
const LEFT = 8;
const RIGHT = WIDTH - 8;
const TOP = 34;
const STATUS = 70;
const POLLS = 118;
const DELIVERIES = 152;
const BOTTOM = 176;

const SHAPES = {
	circle: (x, y) => svg("circle", { cx: x, cy: y, r: 5 }),
	diamond: (x, y) => svg("path", { d: `M${x} ${y - 7}l7 7l-7 7l-7 -7z` }),
	triangle: (x, y) => svg("path", { d: `M${x} ${y - 6}l6.5 11.5h-13z` }),
	square: (x, y) => svg("rect", { x: x - 5, y: y - 5, width: 10, height: 10 }),
	cross: (x, y) => svg("path", { d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`, fill: "none", "stroke-width": 2.5 })
};

function mark(outcome, x, y) {
	const node = (SHAPES[OUTCOMES[outcome]?.shape] ?? SHAPES.cross)(x, y);
	node.setAttribute("class", `mark ${Object.hasOwn(OUTCOMES, outcome) ? outcome : "error"}`);
	return node;
}

function label(x, y, words, anchor = "start") {
	return svg("text", { x, y, "text-anchor": anchor }, words);
}

// A step that leaves at most eight lines on the axis.
function step(span) {
	const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 172800, 604800];
	return steps.find((one) => span / one <= 8) ?? Math.ceil(span / 8 / 604800) * 604800;
}

// The share of operations of the kind that have ended at each age, as an area behind the timeline.
function learned(one, x, begin, picture) {
	const all = points(one.expected);
	if (all.length > 1) {
		const height = (i) => (BOTTOM - (BOTTOM - TOP) * (i + 1) / all.length).toFixed(1);
		const at = (age) => x(begin + age * 1000).toFixed(1);
		const edge = all.map((age, i) => `L${at(age)} ${height(i)}`).join("");
		picture.append(svg("path", { class: "learned", d: `M${at(all[0])} ${BOTTOM}${edge}L${RIGHT} ${TOP}L${RIGHT} ${BOTTOM}z` }));
	}
	for (const [name, words] of [["median", "median"], ["upperQuantile", "95 %"]]) {
		const age = seconds(one.expected?.[name]);
		if (age !== null) {
			line(begin + age * 1000, "expected", `${words} ${duration(age)}`, x, picture, (name === "median") ? TOP - 14 : TOP - 2);
		}
	}
}

function statuses(events, now, end, x, picture) {
	const changes = events.filter((event) => event.event === "status");
	changes.forEach((change, i) => {
		const from = x(millis(change.time));
		const to = x((i + 1 < changes.length) ? millis(changes[i + 1].time) : Math.min(end, now));
		const width = Math.max(to - from, 2);
		picture.append(svg("rect", { class: `status s${i % 2}`, x: from, y: STATUS - 12, width, height: 22 }));
		const words = String(change.status ?? "");
		if (width > words.length * 8) {
			picture.append(label(from + 4, STATUS + 4, words));
		}
	});
}

function pauses(one, events, now, paused, x, picture) {
	const hatched = (from, to) => picture.append(svg("rect", { class: "pause", fill: "url(#hatch)", x: x(from), y: POLLS - 14,
		width: Math.max(x(to) - x(from), 1), height: 28 }));
	for (const event of events) {
		const delay = seconds(event.delay);
		if (event.event === "poll" && (event.outcome === "throttled" || event.outcome === "unavailable") && delay) {
			hatched(millis(event.time), millis(event.time) + delay * 1000);
		}
	}
	if (paused > 0 && !one.outcome) {
		hatched(now, now + paused * 1000);
	}
}

function line(at, kind, words, x, picture, y) {
	const place = x(at);
	picture.append(svg("line", { class: kind, x1: place, x2: place, y1: TOP, y2: BOTTOM }));
	const right = place > RIGHT - 120;
	picture.append(label(right ? place - 4 : place + 4, y, words, right ? "end" : "start"));
}

/** Draws the timeline anew: nothing in it can have the focus. */
export function draw(parent, one, events, now, paused) {
	const begin = Math.min(...[one.since, one.createdAt, events[0]?.time].map(millis).filter(Number.isFinite), now);
	const ended = millis(one.endedAt);
	const next = one.nextDue ? millis(one.nextDue) : NaN;
	const deadline = millis(one.deadline);
	const usual = (seconds(one.expected?.upperQuantile) ?? 0) * 1000;
	const last = Math.max(...events.map((event) => millis(event.time)).filter(Number.isFinite), ended || now, begin + usual,
		(next - begin < 3 * (now - begin) + 60000) ? next : begin, begin + 1000);
	const fits = Number.isFinite(deadline) && deadline - begin <= 2 * (last - begin);
	const end = begin + 1.05 * ((fits ? Math.max(last, deadline) : last) - begin);
	const x = (at) => Math.min(RIGHT, Math.max(LEFT, LEFT + (RIGHT - LEFT) * (at - begin) / (end - begin)));
	const polls = events.filter((event) => event.event === "poll");
	const deliveries = events.filter((event) => event.event === "delivery");
	const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${BOTTOM + 24}`, role: "img", class: "timeline",
		"aria-label": `Timeline of ${duration((end - begin) / 1000)}: ${polls.length} polls, ${deliveries.length} deliveries. `
			+ "The table under 'History' has them all." });
	picture.append(svg("defs", {}, svg("pattern", { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse",
		patternTransform: "rotate(45)" }, svg("line", { class: "hatch", x1: 0, y1: 0, x2: 0, y2: 6 }))));
	learned(one, x, begin, picture);
	const every = step((end - begin) / 1000);
	for (let age = 0; age <= (end - begin) / 1000; age += every) {
		const at = x(begin + age * 1000);
		picture.append(svg("line", { class: "axis", x1: at, x2: at, y1: BOTTOM, y2: BOTTOM + 5 }),
			label(Math.min(at, RIGHT - 30), BOTTOM + 19, (age > 0) ? duration(age) : clock(new Date(begin).toISOString(), now)));
	}
	picture.append(svg("line", { class: "axis", x1: LEFT, x2: RIGHT, y1: BOTTOM, y2: BOTTOM }));
	pauses(one, events, now, paused, x, picture);
	statuses(events, now, Number.isFinite(ended) ? ended : now, x, picture);
	for (const poll of polls) {
		picture.append(mark(poll.outcome, x(millis(poll.time)), POLLS));
	}
	for (const delivery of deliveries) {
		picture.append(mark(delivery.outcome, x(millis(delivery.time)), DELIVERIES));
	}
	if (Number.isFinite(next) && one.state !== "DELIVERED" && one.state !== "UNDELIVERED") {
		picture.append(svg("circle", { class: "next", cx: x(next), cy: one.outcome ? DELIVERIES : POLLS, r: 5 }));
	}
	line(now, "now", "now", x, picture, BOTTOM - 4);
	if (fits) {
		line(deadline, "deadline", "deadline", x, picture, TOP - 2);
	}
	else if (Number.isFinite(deadline) && !one.outcome) {
		picture.append(label(RIGHT, TOP - 2, `deadline in ${duration((deadline - now) / 1000)} →`, "end"));
	}
	parent.replaceChildren(picture);
}

/** Says what the marks mean that the picture has. */
export function legend(parent, one, events) {
	const used = Object.keys(OUTCOMES).filter((name) => events.some((event) => event.outcome === name));
	const wanted = [...used, Boolean(one.outcome)].join();
	if (parent.dataset.used === wanted) {
		return;
	}
	parent.dataset.used = wanted;
	const item = (picture, words) => {
		const node = document.createElement("li");
		node.append(picture, ` ${words}`);
		return node;
	};
	const box = (...content) => svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16 }, ...content);
	parent.replaceChildren(...used.map((name) => item(box(mark(name, 8, 8)), OUTCOMES[name].label)),
		item(box(svg("circle", { class: "next", cx: 8, cy: 8, r: 5 })), one.outcome ? "next delivery" : "next poll"),
		item(box(svg("rect", { class: "pause", fill: "url(#hatch)", width: 16, height: 16 })), "pause"),
		item(box(svg("rect", { class: "learned", width: 16, height: 16 })), "share of this kind that has ended by this age"));
}
