// What people read: durations, times, counts.

const DURATION = /^(-?)P(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?[\d.]+)S)?)?$/;

/** The seconds of an ISO 8601 duration, null if it is none. */
export function seconds(iso) {
	const found = DURATION.exec(String(iso ?? ""));
	if (!found) {
		return null;
	}
	const [, sign, days = 0, hours = 0, minutes = 0, rest = 0] = found;
	const sum = days * 86400 + hours * 3600 + minutes * 60 + Number(rest);
	return sign ? -sum : sum;
}

const UNITS = [[86400, "d", 3600, "h"], [3600, "h", 60, "min"], [60, "min", 1, "s"], [1, "s", 1]];

/** A duration in its two largest units: 1 min 3 s. Takes ISO 8601 or seconds. */
export function duration(value) {
	const all = (typeof value === "number") ? value : seconds(value);
	if (!Number.isFinite(all)) {
		return "–";
	}
	const sign = (all < 0) ? "−" : "";
	const left = Math.abs(all);
	if (left < 0.9995) {
		const millis = Math.round(left * 1000);
		return millis ? `${sign}${millis} ms` : "0 s";
	}
	if (left < 9.95) {
		return `${sign}${Number(left.toFixed(1))} s`;
	}
	const whole = Math.round(left);
	const [size, unit, part, other] = UNITS.find(([least]) => whole >= least);
	const rest = Math.floor(whole % size / part);
	return `${sign}${Math.floor(whole / size)} ${unit}${rest ? ` ${rest} ${other}` : ""}`;
}

export function count(value) {
	return Number.isFinite(value) ? value.toLocaleString("en") : "–";
}

export function number(value) {
	return Number.isFinite(value) ? String(Number(value.toFixed(1))) : "–";
}

/** The milliseconds of a time, NaN if it is none. */
export function millis(iso) {
	return Date.parse(String(iso ?? ""));
}

/** The local time of day, with the date if that is another one than today's. */
export function clock(iso, now = Date.now()) {
	const at = new Date(millis(iso));
	if (Number.isNaN(at.getTime())) {
		return "–";
	}
	// The Swedish form is that of ISO 8601.
	const both = at.toLocaleString("sv");
	return (at.toDateString() === new Date(now).toDateString()) ? both.split(" ")[1] : both;
}

/** How far a time is from now: in 12 s, 3 min ago. */
export function fromNow(iso, now) {
	const apart = (millis(iso) - now) / 1000;
	if (Number.isNaN(apart)) {
		return "–";
	}
	return (Math.abs(apart) < 0.5) ? "now" : (apart > 0) ? `in ${duration(apart)}` : `${duration(-apart)} ago`;
}

/** Any value of the JSON as one line of text. */
export function line(value) {
	if (value === null || value === undefined || value === "") {
		return "–";
	}
	return (typeof value === "object") ? JSON.stringify(value) : String(value);
}

export function lower(word) {
	return String(word ?? "").toLowerCase();
}
