package io.operations.actuate;

import java.time.Instant;

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
		for (Instant time : new Instant[] { Instant.MIN, Instant.EPOCH.minusNanos(1), Instant.MAX }) {
			PageCursor cursor = new PageCursor(PageCursor.Order.AGE, PageCursor.Section.OPEN, time, "op");
			assertThat(PageCursor.decode(cursor.encode())).isEqualTo(cursor);
		}
	}

	// The last ones are "0 0 0 0", "9 0 0 0 op", "0 0 x 0 op", "0 -1 0 0 op" and a time
	// that is too large.
	@ParameterizedTest
	@ValueSource(strings = { "", "IF12", "*", "proc_job_50fz2rzb", "MCAwIDAgMA", "OSAwIDAgMCBvcA", "MCAwIHggMCBvcA",
			"MCAtMSAwIDAgb3A", "MCAwIDk5OTk5OTk5OTk5OTk5OTk5OSAwIG9w" })
	void textThatIsNoCursorIsNotRead(String text) {
		assertThat(PageCursor.decode(text)).isNull();
	}

}
