package io.operations.polling;

import java.util.Arrays;

/**
 * Smooths observed durations: replaces each observation by a bell curve, a Gaussian
 * kernel, over the logarithm of time. Each observation has its own width: narrow where
 * observations are dense, wide where they are sparse (Abramson, <i>On bandwidth variation
 * in kernel estimates</i>, 1982). So one estimate can have a sharp edge, a heavy tail and
 * several peaks.
 * <p>
 * Neither the overall width nor the strength of its variation is known, so several values
 * of both are tried. Each pair of values is a candidate. The estimate is the average of
 * all candidates, weighted by how well each predicts every observation from the others.
 */
final class DurationKernels {

	// The narrowest overall width. Durations that differ by less are never told apart
	// (log time).
	private static final double LEAST_WIDTH = Ages.bins(0.03);

	private static final double WIDEST = Ages.bins(0.7);

	private static final double WIDTH_STEP = 1.55;

	// The width of an observation changes with a power of the density around it. Three
	// powers are tried: zero, this one and twice this one.
	private static final double POWER = 0.35;

	private static final int POWERS = 3;

	// The width of one observation may exceed the bounds of the overall width a little.
	private static final double NARROWEST_OWN_WIDTH = 0.7 * LEAST_WIDTH;

	private static final double WIDEST_OWN_WIDTH = Ages.bins(1);

	// One observation alone shows the scale only to within some 25 % (log time). This
	// width is divided by the number of observations.
	private static final double FIRST_WIDTH = Ages.bins(0.25);

	// Likelihoods also differ by chance. A temperature above one lets the best candidate
	// count less.
	private static final double TEMPERATURE = 1.5;

	// Candidates with less weight than this, compared with the best, are left out.
	private static final double NEGLIGIBLE = 0.05;

	private static final int MOST_POINTS = 128;

	private static final int RADIUS = 4;

	private static final int STEPS = 64;

	private static final double[] GAUSS = new double[RADIUS * STEPS + 1];

	static {
		for (int i = 0; i < GAUSS.length; i++) {
			double distance = (double) i / STEPS;
			GAUSS[i] = Math.exp(-0.5 * distance * distance) / Math.sqrt(2 * Math.PI);
		}
	}

	private final double observations;

	private final double[] positions = new double[MOST_POINTS];

	private final double[] masses = new double[MOST_POINTS];

	// The mass of a single observation at each point.
	private final double[] single = new double[MOST_POINTS];

	private final double[] priors = new double[MOST_POINTS];

	private final double[] others = new double[MOST_POINTS];

	private int points;

	private double total;

	DurationKernels(double[] shares, double[] single, double observations, double[] prior, double priorWeight) {
		this.observations = observations;
		int width = 1;
		while (points(shares, width) > MOST_POINTS) {
			width *= 2;
		}
		gather(shares, single, width);
		for (int i = 0; i < this.points; i++) {
			this.priors[i] = priorWeight / (observations + priorWeight) * prior[(int) this.positions[i]];
		}
	}

	private static int points(double[] shares, int width) {
		int points = 0;
		int last = -1;
		for (int bin = 0; bin < shares.length; bin++) {
			if (shares[bin] > 0 && bin / width != last) {
				last = bin / width;
				points++;
			}
		}
		return points;
	}

	private void gather(double[] shares, double[] single, int width) {
		for (int from = 0; from < shares.length; from += width) {
			double mass = 0;
			double position = 0;
			double one = 0;
			for (int bin = from; bin < Math.min(from + width, shares.length); bin++) {
				mass += shares[bin];
				position += shares[bin] * bin;
				one += shares[bin] * single[bin];
			}
			if (mass > 0) {
				this.positions[this.points] = position / mass;
				this.masses[this.points] = mass;
				this.single[this.points] = one / mass;
				this.total += mass;
				this.points++;
			}
		}
	}

	/**
	 * Return the smoothed shares.
	 * @return the share of each bin of {@link Ages}
	 */
	double[] smooth() {
		int candidates = 0;
		for (double width = LEAST_WIDTH; width < WIDEST; width *= WIDTH_STEP) {
			candidates += POWERS;
		}
		double[][] widths = new double[candidates][this.points];
		double[] likelihoods = new double[candidates];
		int candidate = 0;
		for (double width = LEAST_WIDTH; width < WIDEST; width *= WIDTH_STEP) {
			tryPowers(width, widths, likelihoods, candidate);
			candidate += POWERS;
		}
		double best = Double.NEGATIVE_INFINITY;
		for (double likelihood : likelihoods) {
			best = Math.max(best, likelihood);
		}
		double sum = 0;
		for (int i = 0; i < candidates; i++) {
			double weight = Math.exp((likelihoods[i] - best) / TEMPERATURE);
			likelihoods[i] = (weight < NEGLIGIBLE) ? 0 : weight;
			sum += likelihoods[i];
		}
		double[] smooth = new double[Ages.BINS];
		for (int i = 0; i < candidates; i++) {
			if (likelihoods[i] > 0) {
				add(smooth, widths[i], likelihoods[i] / sum);
			}
		}
		return smooth;
	}

	private void tryPowers(double width, double[][] widths, double[] likelihoods, int first) {
		double[] densities = densities(width);
		// Without variation, all widths are equal, and the sums are known already.
		Arrays.fill(widths[first], width);
		for (int i = 0; i < this.points; i++) {
			this.others[i] = (densities[i] - this.single[i] * GAUSS[0]) / width;
		}
		likelihoods[first] = likelihood();
		toSparsities(densities);
		for (int i = 0; i < this.points; i++) {
			double variation = Math.exp(POWER * densities[i]);
			widths[first + 1][i] = bounded(width * variation);
			widths[first + 2][i] = bounded(width * variation * variation);
		}
		for (int i = first + 1; i < first + POWERS; i++) {
			sumOthers(widths[i]);
			likelihoods[i] = likelihood();
		}
	}

	// Returns the sum of all kernels at each point, times their width. All kernels have
	// the same width, so the two points of a pair need only one look-up of the kernel.
	private double[] densities(double width) {
		double[] densities = new double[this.points];
		double scale = STEPS / width;
		for (int i = 0; i < this.points; i++) {
			double position = this.positions[i];
			double mass = this.masses[i];
			double density = densities[i] + mass * GAUSS[0];
			for (int j = i + 1; j < this.points; j++) {
				int step = (int) ((this.positions[j] - position) * scale + 0.5);
				if (step >= GAUSS.length) {
					break;
				}
				density += this.masses[j] * GAUSS[step];
				densities[j] += mass * GAUSS[step];
			}
			densities[i] = density;
		}
		return densities;
	}

	// Replaces each density by its sparsity: the logarithm of the geometric mean of all
	// densities divided by this density.
	private void toSparsities(double[] densities) {
		double mean = 0;
		for (int i = 0; i < this.points; i++) {
			densities[i] = Math.log(densities[i]);
			mean += this.masses[i] / this.total * densities[i];
		}
		for (int i = 0; i < this.points; i++) {
			densities[i] = mean - densities[i];
		}
	}

	private static double bounded(double width) {
		return Math.min(Math.max(width, NARROWEST_OWN_WIDTH), WIDEST_OWN_WIDTH);
	}

	// For each point, sums the kernels of all observations except one observation at the
	// point itself. Points are in ascending order, so a kernel that does not reach a
	// point does not reach the points beyond it either.
	private void sumOthers(double[] widths) {
		Arrays.fill(this.others, 0);
		for (int i = 0; i < this.points; i++) {
			double position = this.positions[i];
			double scale = STEPS / widths[i];
			double height = this.masses[i] / widths[i];
			this.others[i] += (this.masses[i] - this.single[i]) / widths[i] * GAUSS[0];
			for (int j = i + 1; j < this.points; j++) {
				int step = (int) ((this.positions[j] - position) * scale + 0.5);
				if (step >= GAUSS.length) {
					break;
				}
				this.others[j] += height * GAUSS[step];
			}
			for (int j = i - 1; j >= 0; j--) {
				int step = (int) ((position - this.positions[j]) * scale + 0.5);
				if (step >= GAUSS.length) {
					break;
				}
				this.others[j] += height * GAUSS[step];
			}
		}
	}

	// How likely each observation is, given the others.
	private double likelihood() {
		double likelihood = 0;
		for (int i = 0; i < this.points; i++) {
			double known = Math.max(0, this.others[i]) / Math.max(1e-9, this.total - this.single[i]);
			likelihood += this.masses[i] * Math.log(known + this.priors[i] + Double.MIN_NORMAL);
		}
		return likelihood / this.total * this.observations;
	}

	private void add(double[] smooth, double[] widths, double weight) {
		double first = FIRST_WIDTH / this.observations;
		for (int i = 0; i < this.points; i++) {
			double width = Math.sqrt(widths[i] * widths[i] + first * first);
			double height = weight * this.masses[i] / width;
			double position = this.positions[i];
			double scale = STEPS / width;
			int from = (int) Math.ceil(position - RADIUS * width);
			int to = (int) (position + RADIUS * width);
			int last = smooth.length - 1;
			for (int bin = Math.max(from, 0); bin <= Math.min(to, last); bin++) {
				smooth[bin] += height * GAUSS[(int) (Math.abs(bin - position) * scale + 0.5)];
			}
			// The first bin and the last bin also take the ages outside the grid.
			for (int bin = from; bin < 0; bin++) {
				smooth[0] += height * GAUSS[(int) ((position - bin) * scale + 0.5)];
			}
			for (int bin = to; bin > last; bin--) {
				smooth[last] += height * GAUSS[(int) ((bin - position) * scale + 0.5)];
			}
		}
	}

}
