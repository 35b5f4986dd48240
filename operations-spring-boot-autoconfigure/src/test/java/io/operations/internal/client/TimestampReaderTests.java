package io.operations.internal.client;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class TimestampReaderTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			2025-01-15T10:30:00Z                | 2025-01-15T10:30:00Z
			2024-02-29T23:59:59Z                | 2024-02-29T23:59:59Z
			1969-12-31T23:59:59Z                | 1969-12-31T23:59:59Z
			0001-01-01T00:00:00Z                | 0001-01-01T00:00:00Z
			2025-01-15T10:30Z                   | 2025-01-15T10:30:00Z
			2025-01-15t10:30:00z                | 2025-01-15T10:30:00Z
			2025-01-15 10:30:00 +02:00          | 2025-01-15T08:30:00Z
			2025-01-15T10:30:00+02:00           | 2025-01-15T08:30:00Z
			2025-01-15T10:30:00-0530            | 2025-01-15T16:00:00Z
			2025-01-15T10:30:00+0000            | 2025-01-15T10:30:00Z
			2025-01-15T10:30:00-00:00           | 2025-01-15T10:30:00Z
			2025-01-15T10:30:00+02              | 2025-01-15T08:30:00Z
			2025-01-15T10:30:00.5Z              | 2025-01-15T10:30:00.500Z
			2025-01-15T10:30:00,123456+0100     | 2025-01-15T09:30:00.123456Z
			2025-01-15T10:30:00.123456789Z      | 2025-01-15T10:30:00.123456789Z
			2025-01-15T10:30:00.12345678999999Z | 2025-01-15T10:30:00.123456789Z
			' 2025-01-15T10:30:00Z '            | 2025-01-15T10:30:00Z
			""")
	void everyFormIsRead(String text, String expected) {
		assertThat(TimestampReader.read(text)).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "soon", "2025-01-15", "2025-01-15T10:30:00", "2025-01-15T10:30:00 Europe/Paris",
			"2025-02-30T10:30:00Z", "2025-13-01T10:30:00Z", "2025-01-15T24:30:00Z", "2025-01-15T10:60:00Z",
			"2025-01-15T10:30:60Z", "2025-01-15T10:30:00+99:00", "2025-01-15T10:30:00.Z", "1736937000",
			"Wed, 15 Jan 2025 10:30:00 GMT", "+2025-01-15T10:30:00Z", "٢٠٢٥-01-15T10:30:00Z" })
	void invalidTimestampIsNotRead(String text) {
		assertThat(TimestampReader.read(text)).isNull();
	}

}
