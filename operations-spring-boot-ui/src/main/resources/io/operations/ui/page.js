// The page: which view is shown, and when it is refreshed.
import * as account from "./account.js";
import * as kinds from "./kinds.js";
import * as levers from "./levers.js";
import * as operation from "./operation.js";
import * as operations from "./operations.js";
import { $, attribute, show, text } from "./dom.js";
import { clock } from "./text.js";

const REFRESH = 2000;

const views = { account, operations, operation, kinds, levers };

let route = null;
let timer = 0;
let running = null;
let stopped = false;

function decode(part) {
	try {
		return decodeURIComponent(part);
	}
	catch {
		return part;
	}
}

// #/view/parts?query
function parse() {
	const [path, query = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
	const [name, ...parts] = path.split("/").map(decode);
	return { view: Object.hasOwn(views, name) ? name : "account", parts, query: new URLSearchParams(query) };
}

async function refresh() {
	clearTimeout(timer);
	running?.abort();
	const own = running = new AbortController();
	const shown = route;
	try {
		const data = await views[shown.view].load(shown, own.signal);
		if (own === running) {
			source(data.list);
			views[shown.view].show(data, shown);
			text($("fault"), "");
			performance.clearMarks("operations:shown");
			performance.mark("operations:shown");
			attribute(document.body, "data-stale", null);
		}
	}
	catch (error) {
		if (own === running && error.name !== "AbortError") {
			views[shown.view].fail?.(error);
			text($("fault"), error.message);
			attribute(document.body, "data-stale", "true");
		}
	}
	finally {
		if (own === running) {
			running = null;
			schedule();
		}
	}
}

function schedule() {
	clearTimeout(timer);
	if (!stopped && document.visibilityState === "visible") {
		timer = setTimeout(refresh, REFRESH);
	}
}

function source(list) {
	if (list) {
		const holder = list.holder ? (list.holder === list.instance) ? "It polls the tracked operations."
			: `${list.holder} polls the tracked operations.` : "No instance is known to poll the tracked operations.";
		const access = levers.permitted(list) ? "" : " Read only.";
		text($("source"), `${clock(list.time)} on instance ${list.instance}. ${holder}${access}`);
	}
}

function navigate(moved) {
	const from = route;
	text($("result"), "");
	route = parse();
	for (const name of Object.keys(views)) {
		show($(name), name === route.view);
	}
	for (const anchor of document.querySelectorAll("header nav a")) {
		attribute(anchor, "aria-current", (anchor.hash === `#/${route.view}`) ? "page" : null);
	}
	views[route.view].enter?.(route);
	const heading = $(route.view).querySelector("h2");
	document.title = `${heading.textContent} – Operations`;
	if (moved && (from.view !== route.view || route.view === "operation")) {
		heading.focus();
	}
	refresh();
}

window.addEventListener("hashchange", () => navigate(true));
// The hash names the view, so this link leaves it as it is.
document.querySelector(".skip").addEventListener("click", (event) => {
	event.preventDefault();
	$("content").focus();
});
document.addEventListener("visibilitychange", () => {
	if (document.visibilityState === "visible" && !stopped) {
		refresh();
	}
	else {
		clearTimeout(timer);
	}
});
$("refresh").addEventListener("click", () => {
	stopped = !stopped;
	attribute($("refresh"), "aria-pressed", stopped);
	if (stopped) {
		clearTimeout(timer);
	}
	else {
		refresh();
	}
});
for (const form of document.forms) {
	form.addEventListener("submit", (event) => event.preventDefault());
}
document.addEventListener("operations:changed", refresh);
navigate(false);
