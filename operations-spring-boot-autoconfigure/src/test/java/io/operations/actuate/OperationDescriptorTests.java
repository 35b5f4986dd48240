package io.operations.actuate;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.actuate.endpoint.Sanitizer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests what an operator sees of the text of an exception.
 */
class OperationDescriptorTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			java.lang.IllegalStateException: secret                            | java.lang.IllegalStateException
			java.sql.SQLException: secret (reported as org.shop.Lost: secret)  | java.sql.SQLException
			java.lang.NullPointerException (reported as org.shop.Lost: secret) | java.lang.NullPointerException
			java.lang.NullPointerException (reported as org.shop.Lost)         | java.lang.NullPointerException
			java.lang.NullPointerException                                     | java.lang.NullPointerException
			HTTP 404: unknown. (reported as org.shop.Lost: secret) | HTTP 404: unknown. (reported as org.shop.Lost)
			HTTP 429 (20429)                                                   | HTTP 429 (20429)
			""")
	void whenValuesAreHiddenTheMessageOfAnExceptionIsHidden(String stored, String shown) {
		Sanitizer sanitizer = new Sanitizer();
		assertThat(OperationDescriptor.fault("deliveryFault", stored, sanitizer, false)).isEqualTo(shown);
		assertThat(OperationDescriptor.fault("deliveryFault", stored, sanitizer, true)).isEqualTo(stored);
	}

}
