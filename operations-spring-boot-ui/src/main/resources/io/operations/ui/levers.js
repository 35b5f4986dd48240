// The view "Levers", and the confirmation that each lever asks for.
import { act, list, readOnly } from "./api.js";
import { $, options, show as visible, text } from "./dom.js";
import { duration, seconds } from "./text.js";

export function permitted(data) {
	return !readOnly && data?.access === "unrestricted";
}

/** Runs a lever after the user has confirmed it, and says what came of it. */
export function confirmed(title, question, label, action) {
	const dialog = $("confirm");
	text($("result"), "");
	text($("confirm-title"), title);
	text($("confirm-text"), question);
	text($("confirm-yes"), label);
	$("confirm-no").onclick = () => dialog.close();
	$("confirm-yes").onclick = async () => {
		dialog.close();
		try {
			text($("result"), await action());
		}
		catch (error) {
			text($("result"), `${title}: this failed. ${error.message}`);
		}
		document.dispatchEvent(new Event("operations:changed"));
	};
	dialog.showModal();
}

const where = (answer) => (answer?.scope === "all instances") ? "on all instances"
	: "on this instance only, because the instances do not share the rate";

const client = () => $("levers-client").value;

$("levers-client").addEventListener("change", () => {
	location.hash = `#/levers?${new URLSearchParams({ client: client() })}`;
});

$("pause").addEventListener("click", () => {
	const [name, length] = [client(), $("pause-for").value];
	confirmed(`Pause polling of '${name}'`, `This client sends no requests for ${duration(length)}, `
		+ "on all instances that share its rate. Other clients of the same account pause too. "
		+ "Waits and tracked operations continue afterwards.", "Pause", async () => {
		const answer = await act({ action: "pause", client: name, duration: length });
		return `Polling of '${name}' is paused for ${duration(length)} ${where(answer)}.`;
	});
});

$("resume").addEventListener("click", () => {
	const name = client();
	confirmed(`Resume polling of '${name}'`, "This client sends requests again, "
		+ "on all instances that share its rate, and even if the server asked it to wait.", "Resume", async () => {
		const answer = await act({ action: "resume", client: name });
		return `Polling of '${name}' is resumed ${where(answer)}.`;
	});
});

$("redeliver-all").addEventListener("click", () => {
	const [name, kind, id] = [client(), $("redeliver-kind").value.trim(), $("redeliver-id").value.trim()];
	const which = [`undelivered outcomes of '${name}'`, kind && `of the kind '${kind}'`, id && `whose id begins with '${id}'`]
		.filter(Boolean).join(" ");
	confirmed("Redeliver undelivered outcomes", `The handlers are called again with all ${which}.`, "Redeliver", async () => {
		const answer = await act({ action: "redeliver", client: name, ...(kind && { kind }), ...(id && { id }) });
		return `Outcomes that are delivered again: ${answer?.accepted ?? "unknown"}.${answer?.more ? " More match: repeat this." : ""}`;
	});
});

export async function load(route, signal) {
	return { list: await list({ client: route.query.get("client"), size: "0" }, signal) };
}

export function show({ list: data }) {
	const allowed = permitted(data);
	visible($("levers-all"), allowed);
	visible($("why-not"), !allowed);
	text($("why-not"), readOnly
		? "This page offers no levers, because no filter of Spring Security protects it. Add Spring Security to the application."
		: "The endpoint is read only. Set management.endpoint.operations.access=unrestricted to permit pausing, redelivering and forgetting.");
	options($("levers-client"), data.clients, data.client);
	$("levers-client").value = data.client;
	const account = data.accounts?.[data.client];
	const paused = seconds(account?.pausedFor) ?? 0;
	text($("levers-state"), `${(paused > 0) ? `Polling is paused for ${duration(paused)}.` : "Polling runs."} `
		+ `Undelivered outcomes: ${data.trackingFault ? `unknown. ${data.trackingFault}` : `${data.tracking?.undelivered ?? 0}.`}`);
}
