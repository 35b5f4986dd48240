// The view "Operations": one table, whose filters are in the URL.
import { list } from "./api.js";
import { $, attribute, link, options, show as visible, table, text, time } from "./dom.js";
import { clock, count, duration, fromNow, lower } from "./text.js";

const MOST = 200;

const NAMES = ["client", "state", "status", "kind", "id", "stuck", "failing", "order", "size"];

const STATUSES = ["PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "UNKNOWN"];

const form = $("filters");

export const pathOf = (client, id) => `#/operation/${encodeURIComponent(client)}/${encodeURIComponent(id)}`;

/** What is wrong with an operation, in words, empty if nothing is. */
export function problem(row) {
	const found = [];
	if (row.stuck) {
		found.push("stuck");
	}
	if (row.deliveryFault && row.state !== "DELIVERED") {
		found.push(`${(row.state === "UNDELIVERED") ? "not delivered" : "delivery fails"} after ${count(row.attempts)} `
			+ `${(row.attempts === 1) ? "attempt" : "attempts"}: ${row.deliveryFault}`);
	}
	else if (row.state === "UNDELIVERED") {
		found.push("not delivered");
	}
	return found.join("; ");
}

const rows = table("list", [
	{ header: "Operation", update: (cell, row) => link(cell, pathOf(row.client, row.id), row.id) },
	{ header: "Kind", update: (cell, row) => text(cell, row.kind ?? "–") },
	{ header: "State", update: (cell, row) => text(cell, lower(row.state)
		+ ((row.state === "AWAITED" && row.waits > 1) ? ` by ${count(row.waits)} waits` : "")) },
	{ header: "Status", update: (cell, row) => text(cell, row.status ?? "not polled yet") },
	{ header: "Age", update: (cell, row) => text(cell, duration(row.age)), number: true },
	{ header: "Problem", update: (cell, row) => {
		const said = problem(row);
		cell.className = said ? "bad" : "";
		text(cell, said || "–");
	} },
	{ header: "Polls", update: (cell, row) => text(cell, count(row.polls)), number: true },
	{ header: "Next attempt", update: (cell, row, now) => time(cell, row.nextDue, fromNow(row.nextDue, now)), number: true },
	{ header: "Deadline", update: (cell, row, now) => time(cell, row.deadline, clock(row.deadline, now)), number: true },
	{ header: "Last error", update: (cell, row) => text(cell, row.lastFault ?? "–") }
], (row) => `${(row.state === "AWAITED") ? "w" : "t"} ${row.client} ${row.id}`);

// Only what differs from the default is in the URL.
function changed() {
	const query = new URLSearchParams();
	for (const [name, value] of new FormData(form)) {
		if (value && NAMES.includes(name)) {
			query.set(name, value);
		}
	}
	location.hash = `#/operations?${query}`;
}

form.addEventListener("change", changed);

form.elements.status.append(...STATUSES.map((word) => new Option(word, word)));

export function enter(route) {
	for (const name of NAMES) {
		const field = form.elements[name];
		const value = route.query.get(name) ?? "";
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
	const query = Object.fromEntries(NAMES.map((name) => [name, route.query.get(name)]));
	query.size = String(Math.min(Number(query.size) || 50, MOST));
	query.after = route.query.get("after");
	return { list: await list(query, signal) };
}

export function show({ list: data }, route) {
	const client = route.query.get("client") ?? data.client;
	options(form.elements.client, data.clients, client);
	form.elements.client.value = client;
	const known = Object.keys(data.learned ?? {});
	options($("kinds-known"), known, null);
	const page0 = data.operations.slice(0, MOST);
	rows(page0, Date.parse(data.time));
	visible($("none"), page0.length === 0);
	visible($("next"), Boolean(data.next));
	if (data.next) {
		attribute($("next"), "href", page(route, data.next));
	}
}
