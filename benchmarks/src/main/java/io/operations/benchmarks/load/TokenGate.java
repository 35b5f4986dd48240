package io.operations.benchmarks.load;

/**
 * Lets so many requests of an account in each second.
 */
final class TokenGate extends Gate {

	private final double perNano;

	private final double burst;

	private double tokens;

	private long filled = System.nanoTime();

	TokenGate(double perSecond, double burst) {
		super(Integer.MAX_VALUE);
		this.perNano = perSecond / 1e9;
		this.burst = burst;
		this.tokens = burst;
	}

	@Override
	synchronized boolean enter() {
		long now = System.nanoTime();
		this.tokens = Math.min(this.burst, this.tokens + (now - this.filled) * this.perNano);
		this.filled = now;
		if (this.tokens < 1) {
			return false;
		}
		this.tokens--;
		return super.enter();
	}

}
