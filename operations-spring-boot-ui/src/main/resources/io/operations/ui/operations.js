// The view "Operations": one table, whose filters are in the URL.
import { list, maxAttempts } from "./api.js";
import { $, attribute, link, options, show as visible, table, text, time } from "./dom.js";
import { clock, count, duration, fromNow, lower, millis } from "./text.js";

const MOST = 200;

const form = $("filters");

const pathOf = (client, id) => `#/operation/${encodeURIComponent(client)}/${encodeURIComponent(id)}`;

let last = null;

/** The list as it was shown last, otherwise all operations of a client. */
export const listOr = (client) => last ?? `#/operations?${new URLSearchParams({ client })}`;

/** How long no delivery has succeeded: " for 1 min". Without a success in the history, it counts from the end. */
export function failingFor(row, now) {
	const deliveries = (row.history ?? []).filter(({ event }) => event === "delivery");
	const success = deliveries.findLastIndex(({ outcome }) => outcome === "success");
	const since = millis((success >= 0 && deliveries[success + 1]?.time) || row.endedAt);
	return Number.isNaN(since) ? "" : ` for ${duration(Math.max(0, now - since) / 1000)}`;
}

/** When the next attempt to deliver is due. The time is over while the handler runs. */
export function due(row, now) {
	return `${(millis(row.nextDue) < now - 500) ? "was" : "is"} due ${fromNow(row.nextDue, now)}`;
}

/** The number of an attempt to deliver: 4 of 10. Redelivered outcomes may exceed the maximum. */
export const attempt = ({ attempts }) => count(attempts) + ((attempts <= maxAttempts) ? ` of ${maxAttempts}` : "");

/** What is wrong with an operation, in words, empty if nothing is. */
function problem(row, now) {
	const long = failingFor(row, now);
	return [row.stuck && "stuck", (row.state === "UNDELIVERED")
		? `undelivered${long}: attempt ${attempt(row)} was the last, redeliver it`
		: row.deliveryFault && `delivery fails${long}: attempt ${attempt(row)}, the next ${due(row, now)}`
	].filter(Boolean).join("; ");
}

const rows = table("list", [
	{ header: "Operation", update: (cell, row) => link(cell, pathOf(row.client, row.id), row.id) },
	{ header: "Kind", update: (cell, row) => text(cell, row.kind ?? "–") },
	{ header: "State", update: (cell, row) => text(cell, lower(row.state)
		+ ((row.state === "AWAITED" && row.waits > 1) ? ` by ${count(row.waits)} waits` : "")) },
	{ header: "Status", update: (cell, row) => text(cell, row.status ?? "not polled yet") },
	{ header: "Age", update: (cell, row) => text(cell, duration(row.age)), number: true },
	{ header: "Problem", update: (cell, row, now) => {
		const said = problem(row, now);
		cell.className = said ? "bad" : "";
		text(cell, said || "–");
	} },
	{ header: "Polls", update: (cell, row) => text(cell, count(row.polls)), number: true },
	{ header: "Next attempt", update: (cell, row, now) => time(cell, row.nextDue, fromNow(row.nextDue, now)), number: true },
	{ header: "Deadline", update: (cell, row, now) => time(cell, row.deadline, clock(row.deadline, now)), number: true },
	{ header: "Last error", update: (cell, row) => text(cell, row.deliveryFault ?? row.lastFault) }
], (row) => `${(row.state === "AWAITED") ? "w" : "t"} ${row.client} ${row.id}`);

// Only what differs from the default is in the URL.
function changed() {
	const query = new URLSearchParams();
	for (const [name, value] of new FormData(form)) {
		if (value) {
			query.set(name, value);
		}
	}
	location.hash = `#/operations?${query}`;
}

form.addEventListener("change", changed);

export function enter(route) {
	last = location.hash;
	for (const field of form.elements) {
		const value = route.query.get(field.name) ?? "";
		if (field.type === "checkbox") {
			field.checked = value === "true";
		}
		else {
			if (field.localName === "select" && value && ![...field.options].some((option) => option.value === value)) {
				field.append(new Option(value, value));
			}
			field.value = value;
		}
	}
	visible($("first"), route.query.has("after"));
	attribute($("first"), "href", page(route, null));
}

function page(route, after) {
	const query = new URLSearchParams(route.query);
	query.delete("after");
	if (after) {
		query.set("after", after);
	}
	return `#/operations?${query}`;
}

export async function load(route, signal) {
	// Unknown filters, too: the endpoint rejects them and names the permitted ones.
	const query = new URLSearchParams(route.query);
	const size = Number(query.get("size"));
	if (size === 0 || size > MOST) {
		query.set("size", size ? MOST : 50);
	}
	return { list: await list(query, signal) };
}

export function fail(error) {
	if (error.status === 400) {
		// The rows of the last list do not match these filters.
		rows([]);
		visible($("none"), false);
		visible($("next"), false);
	}
}

export function show({ list: data }, route) {
	const client = route.query.get("client") ?? data.client;
	options(form.elements.client, data.clients, client);
	form.elements.client.value = client;
	options($("kinds-known"), Object.keys(data.learned ?? {}), null);
	rows(data.operations, millis(data.time));
	visible($("none"), data.operations.length === 0);
	visible($("next"), Boolean(data.next));
	if (data.next) {
		attribute($("next"), "href", page(route, data.next));
	}
}
