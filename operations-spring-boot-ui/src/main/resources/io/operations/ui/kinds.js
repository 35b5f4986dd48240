// The view "Kinds": the durations that a client has learned.
import { list } from "./api.js";
import { $, options, show as visible, svg, table, text } from "./dom.js";
import { count, duration, number, seconds } from "./text.js";

/** The seconds of the learned quantiles, in order. */
export function points(learned) {
	return (learned?.points ?? []).map(seconds).filter((value) => value !== null);
}

const WIDTH = 120;
const HEIGHT = 24;

// The share of operations that have ended at each age, up to the last quantile.
function sparkline(cell, learned) {
	const all = points(learned);
	const drawn = all.join();
	if (cell.dataset.drawn === drawn) {
		return;
	}
	cell.dataset.drawn = drawn;
	if (all.length < 2) {
		text(cell, "–");
		return;
	}
	const most = all[all.length - 1] || 1;
	const path = all.map((value, i) => `${(i > 0) ? "L" : "M"}${(WIDTH * value / most).toFixed(1)} `
		+ `${(HEIGHT - 1 - (HEIGHT - 2) * (i + 1) / all.length).toFixed(1)}`).join("");
	cell.replaceChildren(svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, role: "img",
		"aria-label": `from ${duration(all[0])} to ${duration(most)}` }, svg("path", { d: path, class: "spark" })));
}

const rows = table("learned", [
	{ header: "Kind", update: (cell, [kind]) => text(cell, kind) },
	{ header: "Ends learned", update: (cell, [, one]) => text(cell, count(one.ends)), number: true },
	{ header: "Median", update: (cell, [, one]) => text(cell, duration(one.median)), number: true },
	{ header: "95 % end within", update: (cell, [, one]) => text(cell, duration(one.upperQuantile)), number: true },
	{ header: "Polls per operation", update: (cell, [, one]) => text(cell, number(one.polls)), number: true },
	{ header: "Expected lag", update: (cell, [, one]) => text(cell, duration(one.lag)), number: true },
	{ header: "Durations", update: (cell, [, one]) => sparkline(cell, one) }
], ([kind]) => kind);

$("kinds-client").addEventListener("change", (event) => {
	location.hash = `#/kinds?${new URLSearchParams({ client: event.target.value })}`;
});

export async function load(route, signal) {
	return { list: await list({ client: route.query.get("client"), size: "0" }, signal) };
}

export function show({ list: data }) {
	options($("kinds-client"), data.clients, data.client);
	$("kinds-client").value = data.client;
	const all = Object.entries(data.learned ?? {});
	rows(all);
	visible($("kinds-none"), all.length === 0);
}
