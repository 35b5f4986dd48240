package io.operations.internal.client;

import io.operations.OperationsException;
import io.operations.OperationsThrottledException;
import io.operations.internal.ConcurrentRequests;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;

class ConcurrentRequestsHeaderTests {

	@RegisterExtension
	static final Endpoint endpoint = new Endpoint();

	@ParameterizedTest
	@CsvSource(nullValues = "none", textBlock = """
			12, 12
			' 7 ', 7
			999999999, 999999999
			9999999999, none
			0, none
			-3, none
			'', none
			many, none
			1.5, none
			٥, none
			""")
	void numberIsReadFromSuccessAndRefusalAlike(String header, @Nullable Integer expected) {
		answers(200, header);
		assertThat(endpoint.fetch().concurrentRequests()).isEqualTo(expected);
		answers(429, header);
		assertThat(endpoint.failure()).isInstanceOfSatisfying(OperationsThrottledException.class,
				(refusal) -> assertThat(refusal.getConcurrentRequests()).isEqualTo(expected));
	}

	@Test
	void refusalReportsConcurrentRequests() {
		answers(429, "120");
		OperationsException refusal = endpoint.failure();
		assertThat(refusal).hasMessageContaining("120 requests of the account in flight");
	}

	private static void answers(int status, String concurrentRequests) {
		endpoint.answers(aResponse().withStatus(status)
			.withHeader(ConcurrentRequests.HEADER, concurrentRequests)
			.withBody("{\"status\": \"RUNNING\"}"));
	}

}
