package io.operations.internal;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests {@link WorkLoop}: one thread at a time, and no request is lost.
 */
class WorkLoopTests {

	private final List<Integer> runs = new ArrayList<>();

	@Test
	void runDuringTheWorkRepeatsItAfterwards() {
		WorkLoop[] loop = new WorkLoop[1];
		loop[0] = new WorkLoop(() -> {
			this.runs.add(this.runs.size());
			if (this.runs.size() == 1) {
				assertThat(loop[0].run()).as("nested").isFalse();
				assertThat(this.runs).as("runs after the first one has returned").hasSize(1);
			}
		});
		assertThat(loop[0].run()).isTrue();
		assertThat(this.runs).hasSize(2);
	}

	@Test
	void runAfterAnErrorContinuesOnTheNextThread() {
		WorkLoop loop = new WorkLoop(() -> {
			this.runs.add(this.runs.size());
			if (this.runs.size() == 1) {
				throw new IllegalStateException("broken");
			}
		});
		assertThatIllegalStateException().isThrownBy(loop::run);
		assertThat(loop.run()).isTrue();
		assertThat(this.runs).hasSize(2);
	}

}
