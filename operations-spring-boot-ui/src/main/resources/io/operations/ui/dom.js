// Updates of the document in place. Text of the server reaches it through textContent only.

export const $ = (id) => document.getElementById(id);

export function text(node, value) {
	const wanted = String(value ?? "–");
	if (node.textContent !== wanted) {
		node.textContent = wanted;
	}
}

export function attribute(node, name, value) {
	if (value === null || value === undefined) {
		node.removeAttribute(name);
	}
	else if (node.getAttribute(name) !== String(value)) {
		node.setAttribute(name, value);
	}
}

export function show(node, shown) {
	if (node.hidden === shown) {
		node.hidden = !shown;
	}
}

/** The only child of a node, created if it is missing or is another element. */
function only(node, tag) {
	let child = node.firstElementChild;
	if (!child || child.localName !== tag) {
		child = document.createElement(tag);
		node.replaceChildren(child);
	}
	return child;
}

export function link(node, href, value) {
	if (href === null) {
		text(node, value);
		return;
	}
	const anchor = only(node, "a");
	attribute(anchor, "href", href);
	text(anchor, value);
}

export function time(node, iso, value) {
	if (!iso) {
		text(node, "–");
		return;
	}
	const element = only(node, "time");
	attribute(element, "datetime", iso);
	attribute(element, "title", iso);
	text(element, value);
}

/**
 * Keeps the children of a node in step with items: one element for each key, which is kept as long as its
 * item is. The child that has the focus is never moved, because moving takes the focus away.
 */
export function keep(parent, items, key, create, update) {
	const old = new Map();
	for (const child of parent.children) {
		old.set(child.dataset.key, child);
	}
	const wanted = items.map((item) => {
		const name = key(item);
		let child = old.get(name);
		if (child) {
			old.delete(name);
		}
		else {
			child = create(item);
			child.dataset.key = name;
		}
		update(child, item);
		return child;
	});
	let lost = false;
	for (const child of old.values()) {
		lost ||= child.contains(document.activeElement);
		child.remove();
	}
	const fixed = wanted.findIndex((child) => child.contains(document.activeElement));
	for (let i = fixed - 1; i >= 0; i--) {
		if (wanted[i].nextElementSibling !== wanted[i + 1]) {
			parent.insertBefore(wanted[i], wanted[i + 1]);
		}
	}
	for (let i = Math.max(fixed, 0); i < wanted.length; i++) {
		const before = (i > 0) ? wanted[i - 1] : null;
		if (wanted[i].parentNode !== parent || wanted[i].previousElementSibling !== before) {
			parent.insertBefore(wanted[i], before ? before.nextElementSibling : parent.firstElementChild);
		}
	}
	return lost;
}

/** A table with a row for each item. Columns have a header and a function that updates a cell. */
export function table(id, columns, key) {
	const element = $(id);
	const row = element.createTHead().insertRow();
	for (const column of columns) {
		const header = document.createElement("th");
		header.scope = "col";
		header.textContent = column.header;
		header.className = column.number ? "number" : "";
		row.append(header);
	}
	const body = element.createTBody();
	const create = () => {
		const line = document.createElement("tr");
		columns.forEach((column, i) => {
			const cell = document.createElement((i === 0) ? "th" : "td");
			if (i === 0) {
				cell.scope = "row";
			}
			cell.className = column.number ? "number" : "";
			line.append(cell);
		});
		return line;
	};
	return (items, context) => {
		const lost = keep(body, items, key, create,
			(line, item) => columns.forEach((column, i) => column.update(line.cells[i], item, context)));
		show(element.parentElement, items.length > 0);
		if (lost) {
			element.closest("section").querySelector("h2").focus({ preventScroll: true });
		}
	};
}

/** The options of a select, with the given one chosen. Values that are chosen stay, even if they are unknown. */
export function options(select, values, chosen) {
	const all = (chosen && !values.includes(chosen)) ? [...values, chosen] : values;
	const present = [...select.options].map((option) => option.value);
	if (present.join("\n") !== all.join("\n")) {
		select.replaceChildren(...all.map((value) => new Option(value, value)));
		select.value = chosen ?? all[0] ?? "";
	}
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, ...children) {
	const node = document.createElementNS(SVG, tag);
	for (const [name, value] of Object.entries(attributes)) {
		node.setAttribute(name, value);
	}
	node.append(...children);
	return node;
}
