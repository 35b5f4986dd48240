package io.operations.polling;

import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Kernels spread each observation evenly to either side, and lose nothing of it.
 */
class DurationKernelsTests {

	private static final int LAST = Ages.BINS - 1;

	@Test
	void whenDurationsAreReversedSmoothingIsReversed() {
		Random random = new Random(1);
		double[] shares = new double[Ages.BINS];
		for (int i = 0; i < 60; i++) {
			double center = (random.nextInt(4) == 0) ? 300 : 700;
			shares[(int) (center + 40 * random.nextGaussian())] += 1 / 60.0;
		}
		double[] smooth = smooth(shares);
		double[] reversed = reversed(smooth(reversed(shares)));
		for (int bin = 0; bin < Ages.BINS; bin++) {
			assertThat(reversed[bin]).as("bin %s", bin).isCloseTo(smooth[bin], within(1e-12));
		}
		assertThat(Arrays.stream(smooth).sum()).isCloseTo(1, within(0.01));
	}

	@Test
	void whenDurationsLieBeyondTheGridEndBinsHaveThem() {
		double[] shares = new double[Ages.BINS];
		for (int i = 0; i < 20; i++) {
			shares[3 * i] = 0.025;
			shares[LAST - 3 * i] = 0.025;
		}
		double[] smooth = smooth(shares);
		assertThat(Arrays.stream(smooth).sum()).isCloseTo(1, within(0.01));
		assertThat(smooth[0]).isGreaterThan(2 * smooth[1]);
		assertThat(smooth[LAST]).isCloseTo(smooth[0], within(1e-12));
	}

	private static double[] smooth(double[] shares) {
		double[] single = Arrays.stream(shares).map((share) -> Math.min(share, 1 / 60.0)).toArray();
		double[] prior = new double[Ages.BINS];
		Arrays.fill(prior, 1.0 / Ages.BINS);
		return new DurationKernels(shares, single, 60, prior, 0.1).smooth();
	}

	private static double[] reversed(double[] values) {
		double[] reversed = new double[values.length];
		for (int i = 0; i < values.length; i++) {
			reversed[i] = values[values.length - 1 - i];
		}
		return reversed;
	}

}
