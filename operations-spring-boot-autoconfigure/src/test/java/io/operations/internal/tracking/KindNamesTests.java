package io.operations.internal.tracking;

import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KindNamesTests {

	private final KindNames kinds = new KindNames();

	@Test
	void whenANameIsKnownItsObjectIsShared() {
		String first = copyOf("kind");
		assertThat(this.kinds.shared(first)).isSameAs(first);
		assertThat(this.kinds.shared(copyOf("kind"))).isSameAs(first);
		assertThat(this.kinds.shared(null)).isNull();
	}

	@Test
	void whenThereAreTooManyNamesFurtherOnesAreNotKept() {
		IntStream.range(0, KindNames.MOST).forEach((i) -> this.kinds.shared("kind" + i));
		String one = copyOf("one more");
		String other = copyOf("one more");
		assertThat(this.kinds.shared(one)).isSameAs(one);
		assertThat(this.kinds.shared(other)).isSameAs(other);
	}

	private static String copyOf(String name) {
		return String.valueOf(name.toCharArray());
	}

}
