package io.operations.actuate;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link PageCursor}.
 */
class PageCursorTests {

	@ParameterizedTest
	@ValueSource(strings = { "IF1", "a b", "ä ?#%+;=&\"<€😀", "" })
	void cursorIsReadBackFromItsText(String id) {
		for (PageCursor.Order order : PageCursor.Order.values()) {
			for (PageCursor.Section section : PageCursor.Section.values()) {
				PageCursor cursor = new PageCursor(order, section, Instant.parse("2026-11-29T03:00:00.123456Z"), id);
				assertThat(cursor.encode()).matches("[A-Za-z0-9_-]+");
				assertThat(PageCursor.decode(cursor.encode())).isEqualTo(cursor);
			}
		}
	}

	@Test
	void timeBeforeTheEpochAndTheLastTimeAreReadBack() {
		for (Instant time : new Instant[] { Instant.EPOCH.minusNanos(1), Instant.parse("9999-12-31T23:59:59Z") }) {
			PageCursor cursor = new PageCursor(PageCursor.Order.AGE, PageCursor.Section.OPEN, time, "op");
			assertThat(PageCursor.decode(cursor.encode())).isEqualTo(cursor);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "AGE OPEN 0 0", "KIND OPEN 0 0 op", "AGE OPEN x 0 op", "AGE NONE 0 0 op",
			"AGE OPEN 253402300800 0 op", "AGE OPEN -9223372036854775808 0 op", "AGE OPEN -999999999999 0 op",
			"AGE OPEN 0 0 o\u0000p", "AGE OPEN 9223372036854775807 999999999 op" })
	void textThatHasNoValidPartsIsNotRead(String text) {
		textThatIsNoCursorIsNotRead(
				Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "IF12", "*", "proc_job_50fz2rzb" })
	void textThatIsNoCursorIsNotRead(String text) {
		assertThat(PageCursor.decode(text)).isNull();
	}

}
