package io.operations;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class VocabularyTests {

	@ParameterizedTest
	@EnumSource
	void statusIsKnownByItsNameInAnyCase(OperationStatus status) {
		assertThat(OperationStatus.of(status.name())).isEqualTo(status);
		assertThat(OperationStatus.of(status.name().toLowerCase(Locale.ROOT))).isEqualTo(status);
	}

	@ParameterizedTest
	@NullAndEmptySource
	@ValueSource(strings = { "DONE", "CANCELLING", "CANCELE", "RUN NING", "COMPLETED.", " ", "ACTIVE", "unknown" })
	void anyOtherWordIsUnknown(@Nullable String text) {
		assertThat(OperationStatus.of(text)).isEqualTo(OperationStatus.UNKNOWN);
	}

	@ParameterizedTest
	@CsvSource({ "SCHEDULED, PENDING", "scheduled, PENDING", "QUEUED, PENDING", "PROCESSING, RUNNING",
			"processing, RUNNING", "in-progress, RUNNING", "IN_PROGRESS, RUNNING" })
	void wordsOfTheProductsAreKnown(String text, OperationStatus status) {
		assertThat(OperationStatus.of(text)).isEqualTo(status);
	}

	@ParameterizedTest
	@ValueSource(strings = { "CANCELED", "canceled", "Canceled", "CANCELLED" })
	void cancelledIsKnownWithOneLAndWithTwo(String text) {
		assertThat(OperationStatus.of(text)).isEqualTo(OperationStatus.CANCELLED);
	}

	@ParameterizedTest
	@ValueSource(strings = { " ", "\t", "\n", "\r\n", "\u000b", "\f", "\u0085", "\u00a0", "\u2003", "\u2028", "\u202f",
			"\u3000", "\ufeff", "\u200b" })
	void whiteSpaceOfAnyKindAroundAStatusIsIgnored(String space) {
		assertThat(OperationStatus.of(space + "FAILED")).isEqualTo(OperationStatus.FAILED);
		assertThat(OperationStatus.of("CANCELED" + space)).isEqualTo(OperationStatus.CANCELLED);
		assertThat(new Operation("op", OperationStatus.UNKNOWN, space + " Not yet " + space, null, null, null, null,
				Map.of(), Map.of())
			.statusText()).isEqualTo("Not yet");
	}

	@ParameterizedTest
	@EnumSource(names = { "COMPLETED", "FAILED", "CANCELLED" })
	void endIsTerminal(OperationStatus status) {
		assertThat(operation(status).isTerminal()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(names = { "PENDING", "RUNNING", "UNKNOWN" })
	void restIsNotTerminal(OperationStatus status) {
		assertThat(operation(status).isTerminal()).isFalse();
	}

	@Test
	void durationNeedsBothDates() {
		Instant created = Instant.parse("2025-01-15T10:30:00Z");
		assertThat(operation(created, created.plusSeconds(5)).duration()).contains(Duration.ofSeconds(5));
		assertThat(operation(created, null).duration()).isEmpty();
		assertThat(operation(null, created).duration()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "0001-01-01T00:00:00Z, 2025-01-15T10:30:00Z", "0001-01-01T00:00:00Z, 0001-01-01T00:00:00Z",
			"1970-01-01T00:00:00Z, 1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z, 2025-01-15T10:30:00Z",
			"9999-12-31T23:59:59Z, 2025-01-15T10:30:00Z", "9999-12-31T23:59:59Z, 9999-12-31T23:59:59Z",
			"2025-01-15T10:30:00Z, 9999-12-31T23:59:59Z", "2025-01-15T10:30:00Z, 0001-01-01T00:00:00Z",
			"2025-01-15T10:30:00Z, 2025-01-15T10:29:59.999Z",
			"-1000000000-01-01T00:00:00Z, +1000000000-12-31T23:59:59.999999999Z" })
	void durationWhenTimesAreImplausibleIsEmpty(Instant createdAt, Instant completedAt) {
		assertThat(operation(createdAt, completedAt).duration()).isEmpty();
	}

	// The class file does not say that a component of a record may contain nulls.
	@Test
	@SuppressWarnings("NullAway")
	void operationIsImmutableAndKeepsNulls() {
		Map<String, String> related = new HashMap<>(Map.of("configurationId", "cfg1"));
		Map<String, @Nullable Object> details = new LinkedHashMap<>();
		details.put("note", null);
		Operation operation = new Operation("op1", OperationStatus.RUNNING, "RUNNING", null, null, null, null, related,
				details);
		related.clear();
		details.clear();
		assertThat(operation.configurationId()).contains("cfg1");
		assertThat(operation.conversationId()).isEmpty();
		assertThat(operation.details()).containsEntry("note", null);
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> operation.details().clear());
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> operation.related().clear());
	}

	@Test
	void credentialsAreEqualByUserAndPasswordAndShowNoPassword() {
		BasicCredentials credentials = new BasicCredentials("SK1", "geheim");
		assertThat(credentials).isEqualTo(new BasicCredentials("SK1", "geheim"))
			.hasSameHashCodeAs(new BasicCredentials("SK1", "geheim"))
			.isNotEqualTo(new BasicCredentials("SK1", "other"))
			.isNotEqualTo(new BasicCredentials("SK2", "geheim"))
			.hasToString("BasicCredentials[username=SK1, password=******]");
		assertThat(credentials.authorization()).isEqualTo("Basic U0sxOmdlaGVpbQ==");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "  ", "a:b" })
	void usernameWhenItIsInvalidIsRefused(String username) {
		assertThatIllegalArgumentException().isThrownBy(() -> new BasicCredentials(username, "geheim"))
			.withMessageContaining("'username'")
			.withMessageNotContaining("geheim");
	}

	@Test
	void passwordMustNotBeBlank() {
		assertThatIllegalArgumentException().isThrownBy(() -> new BasicCredentials("SK1", " "))
			.withMessageContaining("'password'");
	}

	private static Operation operation(OperationStatus status) {
		return new Operation("op1", status, status.name(), null, null, null, null, Map.of(), Map.of());
	}

	private static Operation operation(@Nullable Instant createdAt, @Nullable Instant completedAt) {
		return new Operation("op1", OperationStatus.COMPLETED, "COMPLETED", createdAt, completedAt, null, null,
				Map.of(), Map.of());
	}

	@Test
	void problemOfAnOperationIsACopyForTheCaller() {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "in use");
		problem.setProperty("code", 7);
		Operation operation = new Operation("op", OperationStatus.FAILED, "FAILED", null, null, null, problem, Map.of(),
				Map.of());
		assertThat(operation.error()).isEqualTo(problem).isNotSameAs(problem);
		Objects.requireNonNull(operation.error()).setInstance(URI.create("/changed"));
		assertThat(operation.error()).isEqualTo(problem);
	}

}
