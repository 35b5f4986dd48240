// The view of one operation: a verdict, a timeline, facts, and the history as a table.
import * as api from "./api.js";
import { $, attribute, keep, show as visible, table, text, time } from "./dom.js";
import { confirmed, permitted } from "./levers.js";
import { attempt, due, failingFor, listOr } from "./operations.js";
import { OUTCOMES, draw, legend } from "./timeline.js";
import { clock, count, duration, fromNow, line, lower, millis, seconds } from "./text.js";

let shown = null;

const history = table("history", [
	{ header: "Time", update: (cell, event, now) => time(cell, event.time, `${clock(event.time, now)} (${fromNow(event.time, now)})`) },
	{ header: "Event", update: (cell, event) => text(cell, (event.event === "status") ? "status changes" : event.event) },
	{ header: "Outcome", update: (cell, event) => {
		cell.className = (event.outcome && event.outcome !== "success") ? "bad" : "";
		text(cell, OUTCOMES[event.outcome]?.label ?? event.outcome ?? "–");
	} },
	{ header: "Status", update: (cell, event) => text(cell, event.status ?? "–") },
	{ header: "Next poll after", update: (cell, event) => text(cell, duration(event.delay)), number: true },
	{ header: "Error", update: (cell, event) => text(cell, event.fault ?? "–") }
], (event) => event.key);

const fact = (term, update) => ({ term, update });

const plain = (term, name) => fact(term, (node, one) => text(node, line(one[name])));

const at = (term, name) => fact(term, (node, one, now) =>
	time(node, one[name], `${clock(one[name], now)} (${fromNow(one[name], now)})`));

const FACTS = [
	plain("Client", "client"), plain("Kind", "kind"),
	fact("State", (node, one) => text(node, lower(one.state))),
	fact("Status", (node, one) => text(node, one.status ?? "not polled yet")),
	at("Status since", "statusSince"),
	fact("Age", (node, one) => text(node, duration(one.age) + (one.endedAt ? ", until its end" : ""))),
	at("Since", "since"),
	fact("Expected", (node, one) => text(node, one.expected
		? `median ${duration(one.expected.median)}, 95 % end within ${duration(one.expected.upperQuantile)}`
		: "nothing learned of this kind yet")),
	fact("Waits on this instance", (node, one) => text(node, count(one.waits))),
	fact("Polls", (node, one) => text(node, count(one.polls))),
	at("Next attempt", "nextDue"), at("Deadline", "deadline"),
	plain("Last error of a poll", "lastFault"), plain("Outcome", "outcome"), at("Ended", "endedAt"),
	fact("Attempts to deliver", (node, one) => text(node, count(one.attempts))),
	plain("Last error of a delivery", "deliveryFault"),
	at("Created on the server", "createdAt"), at("Completed on the server", "completedAt"),
	plain("Error on the server", "error"),
	fact("Related", (node, one) => pairs(node, one.related)),
	fact("Attributes", (node, one) => pairs(node, one.attributes))
];

function pairs(node, map) {
	text(node, Object.entries(map ?? {}).map(([key, value]) => `${key}: ${line(value)}`).join(", ") || "–");
}

function facts(one, now) {
	const list = $("facts");
	for (const { term, update } of FACTS) {
		let value = list.querySelector(`[data-term="${term}"]`);
		if (!value) {
			const group = document.createElement("div");
			const name = document.createElement("dt");
			name.textContent = term;
			value = document.createElement("dd");
			value.dataset.term = term;
			group.append(name, value);
			list.append(group);
		}
		update(value, one, now);
	}
}

/** Says how to see the message of an exception of which the endpoint shows only the type. */
const hidden = (fault) => /^[^\s:]+$/.test(fault ?? "")
	? " The exception's message is hidden, or it has none: the log has messages, and this page shows them with "
		+ "management.endpoint.operations.show-values=when-authorized or always." : "";

/** The sentences that say what is wrong with an operation, and why. */
function verdict(one, now) {
	const said = [];
	const open = one.state === "AWAITED" || one.state === "TRACKED";
	const expected = one.expected;
	const usual = expected ? `Operations of the kind '${one.kind}' take ${duration(expected.median)} (median), `
		+ `and 95 % of them end within ${duration(expected.upperQuantile)}.` : "";
	if (one.stuck) {
		const since = one.statusSince ? ` Its status has been ${one.status} for ${duration((now - millis(one.statusSince)) / 1000)}.` : "";
		said.push(`Stuck: the server has not ended it for ${duration(one.age)}, which is unusually long. ${usual}${since} `
			+ "Ask the operator of the server about this id.");
	}
	else if (open && usual) {
		said.push(usual);
	}
	if (one.deliveryFault && one.state === "ENDED") {
		said.push(`The handler fails: ${one.deliveryFault}. Attempt ${attempt(one)}, failing${failingFor(one, now)}. `
			+ `The next attempt ${due(one, now)}. Repair the handler: no other step is needed while attempts remain.${hidden(one.deliveryFault)}`);
	}
	if (one.state === "UNDELIVERED") {
		said.push(`The outcome is undelivered${failingFor(one, now)}: attempt ${attempt(one)} was the last one. `
			+ `The handler fails: ${line(one.deliveryFault)}. Repair the handler, then redeliver the outcome.${hidden(one.deliveryFault)}`);
	}
	if (one.lastFault && open) {
		said.push(`The last poll failed: ${one.lastFault}.${hidden(one.lastFault)} Polling continues.`);
	}
	if (!one.status && one.polls === 0) {
		said.push("It has not been polled yet.");
	}
	return said;
}

$("redeliver").addEventListener("click", () => {
	const { client, id } = shown;
	confirmed("Redeliver the outcome", `The handler is called again with the outcome of ${id}.`, "Redeliver", async () => {
		const answer = await api.redeliver(client, id);
		return answer?.accepted ? `The outcome of ${id} is delivered again.` : line(answer?.reason ?? answer);
	});
});

$("forget").addEventListener("click", () => {
	const { client, id } = shown;
	confirmed("Forget the operation", `${id} is no longer polled, and its outcome is never delivered. This cannot be undone.`,
		"Forget", async () => {
			await api.forget(client, id);
			if (!$("operation").hidden) {
				// The page itself hears of the new view first, and clears the last result.
				const left = new Promise((resolve) => window.addEventListener("hashchange", resolve, { once: true }));
				location.hash = listOr(client);
				await left;
			}
			return `${id} is forgotten.`;
		});
});

export function enter(route) {
	const [client = "", id] = route.parts;
	text($("operation-heading"), `Operation ${id ?? ""}`);
	attribute($("back"), "href", listOr(client));
	if (shown?.id !== id || shown?.client !== client) {
		shown = null;
		for (const part of ["facts", "verdict", "timeline"]) {
			$(part).replaceChildren();
		}
		visible($("one-levers"), false);
		history([], 0);
	}
}

export async function load(route, signal) {
	const [client = "", id = ""] = route.parts;
	const [one, list] = await Promise.all([api.one(client, id, signal), api.list({ client, size: "0" }, signal)]);
	return { one, list };
}

export function fail(error) {
	visible($("one-levers"), false);
	if (error.status === 404 && error.said) {
		error.message = "No operation of this client has this id. It is not tracked, and this instance does not await it. "
			+ "It may have ended, or another instance may await it.";
	}
}

export function show({ one, list }) {
	const now = millis(list.time);
	shown = one;
	const lines = verdict(one, now);
	const bad = one.stuck || one.state === "UNDELIVERED" || (one.state === "ENDED" && one.deliveryFault);
	$("verdict").className = bad ? "bad" : "";
	keep($("verdict"), lines.map((words, i) => ({ words, i })), (item) => String(item.i),
		() => document.createElement("li"), (node, item) => text(node, item.words));
	const levers = permitted(list) && one.state !== "AWAITED";
	visible($("one-levers"), levers);
	visible($("redeliver"), Boolean(one.outcome));
	facts(one, now);
	const seen = {};
	const events = (one.history ?? []).map((event) => {
		const key = `${event.time} ${event.event} ${event.outcome ?? ""}`;
		seen[key] = (seen[key] ?? 0) + 1;
		return { ...event, key: `${key} ${seen[key]}` };
	});
	history(events, now);
	visible($("history-note"), events.length === 0 || Boolean(one.historyNote));
	text($("history-note"), one.historyNote ?? "Nothing has happened yet.");
	draw($("timeline"), one, events, now, seconds(list.accounts?.[list.client]?.pausedFor) ?? 0);
	legend($("legend"), one, events);
}
