package io.operations.benchmarks.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What happened when, in bins of equal length.
 */
final class TimeSeries {

	private final List<Bin> bins = new ArrayList<>();

	private final double binSeconds;

	TimeSeries(double binSeconds) {
		this.binSeconds = binSeconds;
	}

	void add(long millis, double value) {
		int bin = (int) (millis / 1000.0 / this.binSeconds);
		while (this.bins.size() <= bin) {
			this.bins.add(new Bin());
		}
		this.bins.get(bin).count++;
		this.bins.get(bin).sum += value;
	}

	/**
	 * Return the same in longer bins.
	 * @param factor how many bins become one
	 * @return the series
	 */
	TimeSeries coarser(int factor) {
		TimeSeries coarser = new TimeSeries(this.binSeconds * factor);
		for (int i = 0; i < this.bins.size(); i++) {
			if (i % factor == 0) {
				coarser.bins.add(new Bin());
			}
			Bin bin = coarser.bins.get(i / factor);
			bin.count += this.bins.get(i).count;
			bin.sum += this.bins.get(i).sum;
		}
		return coarser;
	}

	/**
	 * Return how often something happened.
	 * @param from the begin in seconds
	 * @param to the end in seconds
	 * @return the number
	 */
	long count(double from, double to) {
		return (long) between(from, to).stream().mapToDouble((bin) -> bin.count).sum();
	}

	double mean(double from, double to) {
		return between(from, to).stream().mapToDouble((bin) -> bin.sum).sum() / count(from, to);
	}

	double highestMean(double from, double to) {
		return between(from, to).stream().mapToDouble(Bin::mean).filter(Double::isFinite).max().orElse(Double.NaN);
	}

	double highestRate(double from, double to) {
		return between(from, to).stream().mapToDouble((bin) -> bin.count / this.binSeconds).max().orElse(0);
	}

	/**
	 * Return when the mean of a bin was at most so much, and stayed so for three bins.
	 * @param from where to begin, in seconds
	 * @param mean the mean
	 * @return the begin of the first of the three, in seconds
	 */
	double firstAtMost(double from, double mean) {
		int inARow = 0;
		for (int i = (int) (from / this.binSeconds); i < this.bins.size(); i++) {
			inARow = (this.bins.get(i).mean() <= mean) ? inARow + 1 : 0;
			if (inARow == 3) {
				return (i - 2) * this.binSeconds;
			}
		}
		return Double.NaN;
	}

	private List<Bin> between(double from, double to) {
		int last = Math.min(this.bins.size(), (int) (to / this.binSeconds));
		return this.bins.subList(Math.min(last, (int) (from / this.binSeconds)), last);
	}

	/**
	 * Return the rates for a picture.
	 * @param name what they are of
	 * @param from the begin in seconds, the zero of the curve
	 * @param to the end in seconds
	 * @return the number of events in a second over minutes
	 */
	Curve rates(String name, double from, double to) {
		return curve(name, from, to, (bin) -> bin.count / this.binSeconds);
	}

	/**
	 * Return the means for a picture.
	 * @param name what they are of
	 * @param from the begin in seconds, the zero of the curve
	 * @param to the end in seconds
	 * @return the means over minutes
	 */
	Curve means(String name, double from, double to) {
		return curve(name, from, to, Bin::mean);
	}

	private Curve curve(String name, double from, double to, ToDoubleFunction<Bin> value) {
		Curve curve = new Curve(name);
		int i = 0;
		for (Bin bin : between(from, to)) {
			curve.add((i++ + 0.5) * this.binSeconds / 60, value.applyAsDouble(bin));
		}
		return curve;
	}

	private static final class Bin {

		private long count;

		private double sum;

		double mean() {
			return this.sum / this.count;
		}

	}

}
