package io.operations.polling;

/**
 * Smooths observed durations with Gaussian kernels in log time. Each observation has a
 * width of its own: narrow where observations are dense, wide where they are sparse
 * (Abramson, <i>On bandwidth variation in kernel estimates</i>, 1982). So a sharp edge, a
 * heavy tail and several sorts of operations can lie beside each other.
 * <p>
 * Neither the overall width nor the strength of the variation is known. Several of both
 * are tried. The estimate is their average, weighted by how well each predicts every
 * observation from the others.
 */
final class DurationKernels {

	// Below this the durations of two operations are never told apart (log time).
	private static final double LEAST_WIDTH = Ages.bins(0.03);

	private static final double WIDEST = Ages.bins(0.7);

	private static final double WIDTH_STEP = 1.55;

	// The width of an observation changes with a power of the density around it.
	private static final double[] POWERS = { 0, 0.35, 0.7 };

	// Dense observations may be a little narrower, and lone ones a little wider.
	private static final double NARROWEST_OWN_WIDTH = 0.7 * LEAST_WIDTH;

	private static final double WIDEST_OWN_WIDTH = Ages.bins(1);

	// A single observation tells the scale to within some 25 % (log time).
	private static final double FIRST_WIDTH = Ages.bins(0.25);

	// Likelihoods differ by chance, too. Above one, the best counts less.
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
			candidates += POWERS.length;
		}
		double[][] widths = new double[candidates][];
		double[] inverse = new double[this.points];
		double[] likelihoods = new double[candidates];
		double best = Double.NEGATIVE_INFINITY;
		int candidate = 0;
		for (double width = LEAST_WIDTH; width < WIDEST; width *= WIDTH_STEP) {
			double[] sparsity = sparsity(width);
			for (double power : POWERS) {
				widths[candidate] = widths(width, sparsity, power);
				likelihoods[candidate] = likelihood(widths[candidate], inverse);
				best = Math.max(best, likelihoods[candidate]);
				candidate++;
			}
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

	// For each point, the geometric mean of all densities divided by its own.
	private double[] sparsity(double width) {
		double[] sparsity = new double[this.points];
		double mean = 0;
		for (int i = 0; i < this.points; i++) {
			double density = 0;
			for (int j = 0; j < this.points; j++) {
				density += this.masses[j] * gauss((this.positions[i] - this.positions[j]) / width);
			}
			sparsity[i] = Math.log(density);
			mean += this.masses[i] / this.total * sparsity[i];
		}
		for (int i = 0; i < this.points; i++) {
			sparsity[i] = Math.exp(mean - sparsity[i]);
		}
		return sparsity;
	}

	private static double[] widths(double width, double[] sparsity, double power) {
		double[] widths = new double[sparsity.length];
		for (int i = 0; i < widths.length; i++) {
			double own = (power > 0) ? width * Math.pow(sparsity[i], power) : width;
			widths[i] = Math.min(Math.max(own, NARROWEST_OWN_WIDTH), WIDEST_OWN_WIDTH);
		}
		return widths;
	}

	// How likely each observation is, given the others.
	private double likelihood(double[] widths, double[] inverse) {
		for (int i = 0; i < this.points; i++) {
			inverse[i] = 1 / widths[i];
		}
		double likelihood = 0;
		for (int i = 0; i < this.points; i++) {
			double others = -this.single[i] * GAUSS[0] * inverse[i];
			for (int j = 0; j < this.points; j++) {
				others += this.masses[j] * inverse[j] * gauss((this.positions[i] - this.positions[j]) * inverse[j]);
			}
			double known = Math.max(0, others) / Math.max(1e-9, this.total - this.single[i]);
			likelihood += this.masses[i] * Math.log(known + this.priors[i] + Double.MIN_NORMAL);
		}
		return likelihood / this.total * this.observations;
	}

	private void add(double[] smooth, double[] widths, double weight) {
		for (int i = 0; i < this.points; i++) {
			double inverse = 1 / Math.hypot(widths[i], FIRST_WIDTH / this.observations);
			double height = weight * this.masses[i] * inverse;
			int from = (int) Math.ceil(this.positions[i] - RADIUS / inverse);
			int to = (int) (this.positions[i] + RADIUS / inverse);
			for (int bin = from; bin <= to; bin++) {
				smooth[Math.min(Math.max(bin, 0), smooth.length - 1)] += height
						* gauss((bin - this.positions[i]) * inverse);
			}
		}
	}

	private static double gauss(double distance) {
		double step = Math.abs(distance) * STEPS + 0.5;
		return (step < GAUSS.length) ? GAUSS[(int) step] : 0;
	}

}
