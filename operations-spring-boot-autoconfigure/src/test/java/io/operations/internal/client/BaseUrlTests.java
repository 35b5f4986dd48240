package io.operations.internal.client;

import io.operations.internal.client.BaseUrl.InsecureBaseUrlException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class BaseUrlTests {

	@ParameterizedTest
	@CsvSource({ "https://conversations.twilio.com, https://conversations.twilio.com",
			"' https://h.example:8443/a/b// ', https://h.example:8443/a/b", "HTTPS://h.example, HTTPS://h.example",
			"http://localhost:8080/, http://localhost:8080", "http://LOCALHOST, http://LOCALHOST",
			"http://api.localhost, http://api.localhost", "http://127.0.0.1:1, http://127.0.0.1:1",
			"http://127.1.2.3, http://127.1.2.3", "http://[::1]:8080, http://[::1]:8080" })
	void goodUrlIsReadWithoutItsTrailingSlash(String text, String expected) {
		assertThat(BaseUrl.parse(text, false)).hasToString(expected);
	}

	@ParameterizedTest
	@CsvSource({ "'', must begin with https:// or http://", "example.com, must begin with https:// or http://",
			"ftp://x, must begin with https:// or http://", "/v2, must begin with https:// or http://",
			"https://, not a valid URL", "https://a b, not a valid URL", "https:///v2, has no host",
			"https://my_host, underscore", "http://twilio_mock:8080/v2, underscore",
			"https://user:secret@my_host, contains credentials", "https://user:secret@h.example, contains credentials",
			"https://h.example?a=b, query or a fragment", "https://h.example#x, query or a fragment" })
	void badUrlIsRefusedWithItsFault(String text, String fault) {
		assertThatIllegalArgumentException().isThrownBy(() -> BaseUrl.parse(text, true))
			.withMessageContaining(fault)
			.withMessageNotContaining("secret");
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://h.example", "http://localhost.example.com", "http://127.0.0.1.example.com",
			"http://notlocalhost", "http://10.0.0.1", "http://0.0.0.0", "http://[::2]", "HTTP://h.example" })
	void clearTextToAnotherHostIsRefused(String text) {
		assertThatExceptionOfType(InsecureBaseUrlException.class).isThrownBy(() -> BaseUrl.parse(text, false));
	}

	@Test
	void clearTextToAnotherHostMayBeAllowed() {
		assertThat(BaseUrl.parse("http://h.example/", true)).hasToString("http://h.example");
	}

}
