// The view "Account": what each client may send and sends, and its tracked operations.
import { list } from "./api.js";
import { $, link, show as visible, table, text } from "./dom.js";
import { clock, count, duration, number, seconds } from "./text.js";

// A request for each client and refresh: more would load the store.
const SUMMARIES = 10;

const listOf = (client, filter) => `#/operations?${new URLSearchParams({ client, ...filter })}`;

const linked = (cell, value, client, filter) =>
	link(cell, (value > 0) ? listOf(client, filter) : null, count(value));

const positive = (iso) => (seconds(iso) ?? 0) > 0;

function polling(cell, one, now) {
	const paused = positive(one.pausedFor);
	const who = (one.pausedBy === "operator") ? "an operator" : (one.pausedBy === "server") ? "the server" : "";
	cell.className = paused ? "bad" : "";
	text(cell, paused ? `paused${who && ` by ${who}`} for ${duration(one.pausedFor)}, `
		+ `until ${clock(new Date(now + seconds(one.pausedFor) * 1000).toISOString(), now)}` : "runs");
}

const clients = table("clients", [
	{ header: "Client", update: (cell, [name]) => link(cell, listOf(name, {}), name) },
	{ header: "Polling", update: (cell, [, one], now) => polling(cell, one, now) },
	{ header: "Server", update: (cell, [, one]) => {
		cell.className = one.serverUnavailable ? "bad" : "";
		text(cell, one.serverUnavailable ? `unavailable for ${duration(one.unavailableFor)}` : "reachable");
	} },
	{ header: "Awaited", update: (cell, [name, one]) => linked(cell, one.awaited, name, { state: "awaited" }), number: true },
	{ header: "Stuck waits", update: (cell, [name, one]) => {
		cell.className = (one.stuck > 0) ? "number bad" : "number";
		linked(cell, one.stuck, name, { state: "awaited", stuck: "true" });
	}, number: true },
	{ header: "Oldest wait", update: (cell, [, one]) => text(cell, one.awaited ? duration(one.oldest) : "–"), number: true },
	{ header: "Waits", update: (cell, [, one]) => text(cell, `${count(one.waits)} of ${count(one.maxWaits)}`), number: true },
	{ header: "Queue", update: (cell, [, one]) => text(cell, `${count(one.queued)} of ${count(one.maxQueued)}`), number: true },
	{ header: "In flight", update: (cell, [, one]) => text(cell, `${count(one.inFlight)} of ${count(one.inFlightLimit)}`
		+ ((one.inFlightLimit < one.maxInFlight) ? `, max. ${count(one.maxInFlight)}` : "")), number: true },
	{ header: "Requests per second", update: (cell, [, one]) => text(cell, `${number(one.requestsPerSecond)} of ${number(one.rate)}`
		+ ((one.rate > 0) ? ` (${Math.round(100 * one.requestsPerSecond / one.rate)} %)` : "")), number: true },
	{ header: "Share of the budget", update: (cell, [, one]) => text(cell, one.budgetUnavailable
		? "unknown, because the shared store is unavailable"
		: (one.instances > 1) ? `1 of ${count(one.instances)} instances, ${number(one.rate)} per second here` : "all: one instance") }
], ([name]) => name);

const tracking = table("tracking", [
	{ header: "Client", update: (cell, one) => link(cell, listOf(one.client, {}), one.client) },
	{ header: "Undelivered", update: (cell, one) => bad(cell, one.tracking.undelivered, one.client, { state: "undelivered" }), number: true },
	{ header: "Failing deliveries", update: (cell, one) => bad(cell, one.tracking.failing, one.client, { failing: "true" }), number: true },
	{ header: "Stuck", update: (cell, one) => bad(cell, one.tracking.stuck, one.client, { stuck: "true" }), number: true },
	{ header: "Tracked", update: (cell, one) => linked(cell, one.tracking.states && (one.tracking.states.TRACKED ?? 0), one.client, { state: "tracked" }), number: true },
	{ header: "Ended, to deliver", update: (cell, one) => linked(cell, one.tracking.ended, one.client, { state: "ended" }), number: true },
	{ header: "Not polled yet", update: (cell, one) => text(cell, count(one.tracking.unseen)), number: true },
	{ header: "Oldest", update: (cell, one) => text(cell, duration(one.tracking.oldest)), number: true },
	{ header: "Late polls", update: (cell, one) => text(cell, count(one.tracking.backlog)
		+ (positive(one.tracking.backlogAge) ? `, by up to ${duration(one.tracking.backlogAge)}` : "")), number: true },
	{ header: "Polled by", update: (cell, one) => text(cell, one.holder ?? "unknown") }
], (one) => one.client);

function bad(cell, value, client, filter) {
	cell.className = (value > 0) ? "number bad" : "number";
	linked(cell, value, client, filter);
}

export async function load(route, signal) {
	const first = await list({ size: "0" }, signal);
	const others = first.clients.filter((name) => name !== first.client).slice(0, SUMMARIES - 1);
	const answers = await Promise.allSettled(others.map((client) => list({ client, size: "0" }, signal)));
	const rest = answers.map((one, i) => one.value ?? { client: others[i], trackingFault: one.reason?.message });
	return { list: first, all: [first, ...rest] };
}

export function show({ list: first, all }) {
	clients(Object.entries(first.accounts ?? {}), Date.parse(first.time));
	tracking(all.filter((one) => one.tracking || one.trackingFault).map((one) => ({ ...one, tracking: one.tracking ?? {} })));
	const failed = all.filter((one) => one.trackingFault);
	visible($("tracking-fault"), failed.length > 0);
	text($("tracking-fault"), `The tracked operations of ${failed.map((one) => `'${one.client}'`).join(", ")} cannot be read. `
		+ [...new Set(failed.map((one) => one.trackingFault))].join(" "));
}
