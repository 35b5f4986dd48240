package io.operations.internal;

import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The name of a span as a text and as numbers.
 */
class TraceParentTests {

	private static final String TEXT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

	@Test
	void textIsReadAsItIsWritten() {
		TraceParent span = Objects.requireNonNull(TraceParent.parse(TEXT));
		assertThat(span).hasToString(TEXT);
		assertThat(span.traceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
		assertThat(span.spanId()).isEqualTo("b7ad6b7169203331");
		assertThat(span).isEqualTo(TraceParent.of(span.traceId(), span.spanId()))
			.hasSameHashCodeAs(TraceParent.of(span.traceId(), span.spanId()));
	}

	@Test
	void shortTraceIdIsPadded() {
		assertThat(TraceParent.of("8448eb211c80319c", "b7ad6b7169203331"))
			.hasToString("00-00000000000000008448eb211c80319c-b7ad6b7169203331-01");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
			"00-00000000000000000000000000000000-b7ad6b7169203331-01",
			"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
			"01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
			"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
			"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x" })
	void anyOtherTextNamesNoSampledSpan(String text) {
		assertThat(TraceParent.parse(text)).isNull();
	}

	@Test
	void idsOfAnotherFormNameNoSpan() {
		assertThat(TraceParent.of("", "")).isNull();
		assertThat(TraceParent.of("0af7", "b7ad6b7169203331")).isNull();
		assertThat(TraceParent.of("xaf7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")).isNull();
	}

}
