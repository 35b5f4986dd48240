package io.operations.actuate;

import java.util.Arrays;

/**
 * Keeps the latest rows of a few numbers each, in one array that grows with the rows. The
 * first number of a row is its time. The owner guards it.
 */
final class Ring {

	private static final int FIRST_ROWS = 4;

	private final byte width;

	private final byte most;

	private byte size;

	// The place of the oldest row, once the array is full.
	private byte oldest;

	private int[] values;

	/**
	 * Create an empty ring.
	 * @param width how many numbers a row has
	 * @param most the maximum number of rows
	 */
	Ring(int width, int most) {
		this.width = (byte) width;
		this.most = (byte) most;
		this.values = new int[width * Math.min(FIRST_ROWS, most)];
	}

	/**
	 * Add a row, which replaces the oldest one if the ring is full.
	 * @param row the numbers of the row
	 */
	void add(int... row) {
		int place = this.size;
		if (place < this.most) {
			if (place * this.width == this.values.length) {
				this.values = Arrays.copyOf(this.values, this.width * Math.min(2 * place, this.most));
			}
			this.size++;
		}
		else {
			place = this.oldest;
			this.oldest = (byte) ((place + 1) % this.most);
		}
		System.arraycopy(row, 0, this.values, place * this.width, this.width);
	}

	/**
	 * Return the number of rows.
	 * @return the number of rows
	 */
	int size() {
		return this.size;
	}

	/**
	 * Return a number.
	 * @param row the row, 0 for the oldest one
	 * @param column the place within the row
	 * @return the number
	 */
	int get(int row, int column) {
		return this.values[(this.oldest + row) % this.most * this.width + column];
	}

	/**
	 * Make all times earlier. Times that do not fit any more become the earliest time.
	 * @param by the time to subtract
	 */
	void shift(long by) {
		for (int i = 0; i < this.size * this.width; i += this.width) {
			this.values[i] = clamp(this.values[i] - by);
		}
	}

	/**
	 * Return the nearest number that fits.
	 * @param value the number
	 * @return the number, within the range of an int
	 */
	static int clamp(long value) {
		return (int) Math.max(Integer.MIN_VALUE, Math.min(value, Integer.MAX_VALUE));
	}

}
