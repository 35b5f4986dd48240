package io.operations.sample.cluster;

import java.util.List;

import io.opentelemetry.sdk.trace.data.SpanData;

/**
 * What a test knows of a span that has ended, as a line of a file has it.
 *
 * @param name its name
 * @param traceId the id of its trace
 * @param spanId its id
 * @param parentId the id of its parent
 * @param links the ids of the spans that it links to
 */
record FinishedSpan(String name, String traceId, String spanId, String parentId, List<String> links) {

	/**
	 * The id of no span.
	 */
	static final String NONE = "0000000000000000";

	static FinishedSpan of(SpanData span) {
		return new FinishedSpan(span.getName(), span.getTraceId(), span.getSpanId(), span.getParentSpanId(),
				span.getLinks().stream().map((link) -> link.getSpanContext().getSpanId()).toList());
	}

	static FinishedSpan ofLine(String line) {
		String[] parts = line.split("\t", -1);
		return new FinishedSpan(parts[0], parts[1], parts[2], parts[3],
				parts[4].isEmpty() ? List.of() : List.of(parts[4].split(",")));
	}

	String toLine() {
		return String.join("\t", this.name, this.traceId, this.spanId, this.parentId, String.join(",", this.links));
	}

	boolean hasParent() {
		return !this.parentId.equals(NONE);
	}

}
