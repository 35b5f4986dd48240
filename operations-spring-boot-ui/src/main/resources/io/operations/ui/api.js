// The endpoint "operations": requests, and what their errors mean in words.

const root = document.documentElement.dataset;

/** Whether the page offers no levers, whatever the endpoint permits. */
export const readOnly = root.readOnly === "true";

/** How often the library tries to deliver an outcome, 0 if that is unknown. */
export const maxAttempts = Number(root.maxAttempts);

const NOT_EXPOSED = "The application does not expose the endpoint 'operations'. "
	+ "Set management.endpoints.web.exposure.include=operations,operationsui and restart it.";

const SENTENCES = {
	401: "The application does not know who you are. Sign in to the application in this browser, then reload this page.",
	403: "The application refuses the request. Sign in as a user that may use the endpoint 'operations', "
		+ "or permit it in the application's security rules.",
	404: NOT_EXPOSED,
	503: "The application answers 503. It may be starting or stopping, or its store of operations may be unavailable."
};

// In seconds.
const TIMEOUT = 15;

export class Fault extends Error {

	constructor(status, message, said) {
		super(message);
		this.status = status;
		/** What the endpoint says, empty if something else answers. */
		this.said = said;
	}

}

async function send(path, query, init) {
	if (!root.operations) {
		throw new Fault(404, NOT_EXPOSED);
	}
	// Without the user and password that the page's own URL may have: fetch refuses them.
	const url = new URL(root.operations + path, location.origin + location.pathname);
	url.search = new URLSearchParams([...query.entries?.() ?? Object.entries(query)].filter(([, value]) => value));
	const timeout = AbortSignal.timeout(TIMEOUT * 1000);
	let response;
	let body;
	try {
		response = await fetch(url, {
			redirect: "manual", cache: "no-store", ...init, signal: init.signal ? AbortSignal.any([init.signal, timeout]) : timeout,
			headers: { "Accept": "application/json", "X-Requested-With": "XMLHttpRequest", ...init.headers }
		});
		body = await response.text();
	}
	catch (error) {
		if (error.name === "AbortError") {
			throw error;
		}
		throw new Fault(0, ((error.name === "TimeoutError") ? `The application has not answered for ${TIMEOUT} s. `
			: "The application cannot be reached. ") + "The page shows the last state and tries again. Check that the application runs.");
	}
	// A redirect leads to the page where users sign in.
	const status = (response.type === "opaqueredirect") ? 401 : response.status;
	let json = null;
	try {
		json = body ? JSON.parse(body) : null;
	}
	catch {
		if (response.ok) {
			throw new Fault(401, SENTENCES[401]);
		}
	}
	if (response.ok) {
		return json;
	}
	const said = (json && typeof json.message === "string") ? json.message : "";
	// A list is never missing. What is missing then is the endpoint, whoever says so.
	const sentence = (status === 400 || status === 409 || status === 404 && path) ? "" : SENTENCES[status];
	const own = (status === 404 && !path) ? "" : said;
	throw new Fault(status, [sentence, own].filter(Boolean).join(" ")
		|| `The application answers ${status}. Its log may say why.`, said);
}

const segment = encodeURIComponent;

export function list(query, signal) {
	return send("", query, { signal });
}

export function one(client, id, signal) {
	return send(`/${segment(client)}/${segment(id)}`, {}, { signal });
}

// The cookie that Spring Security's repositories of tokens write for pages with scripts.
function token() {
	const cookie = document.cookie.split("; ").find((one) => one.startsWith("XSRF-TOKEN="));
	return cookie ? { "X-XSRF-TOKEN": decodeURIComponent(cookie.slice("XSRF-TOKEN=".length)) } : {};
}

async function change(path, init) {
	// Read before the request, because an answer that refuses it may bring the cookie.
	const csrf = token();
	try {
		return await send(path, {}, { ...init, headers: { ...csrf, ...init.headers } });
	}
	catch (error) {
		if (error.status === 403 && !csrf["X-XSRF-TOKEN"]) {
			error.message += " If your user may use it, the application expects a CSRF token: "
				+ "let Spring Security write the token into the cookie XSRF-TOKEN.";
		}
		throw error;
	}
}

export function act(body) {
	return change("", { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
}

export function redeliver(client, id) {
	return change(`/${segment(client)}/${segment(id)}`, { method: "POST" });
}

export function forget(client, id) {
	return change(`/${segment(client)}/${segment(id)}`, { method: "DELETE" });
}
