package io.operations.internal.polling;

/**
 * Counts the polls that were handed to the admission and are not over. First polls and
 * repeat polls have separate bounds. First polls queue among fetches and could otherwise
 * take all places of repeat polls. The dispatcher guards this class.
 */
final class HandedPolls {

	private int firsts;

	private int repeats;

	void count(Poll poll, int number) {
		if (poll.isRepeat()) {
			this.repeats += number;
		}
		else {
			this.firsts += number;
		}
	}

	/**
	 * Return the sorts of polls of which more may be handed over.
	 * @param bound the maximum of each sort
	 * @return the sorts below their bound
	 */
	DuePolls.Sorts below(int bound) {
		return new DuePolls.Sorts(this.firsts < bound, this.repeats < bound);
	}

}
