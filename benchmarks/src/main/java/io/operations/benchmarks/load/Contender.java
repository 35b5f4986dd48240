package io.operations.benchmarks.load;

/**
 * Who is compared.
 */
enum Contender {

	LIBRARY("this library"), LIBRARY_BY_ID("this library, by id"), HAND_WRITTEN("hand-written"), BARE("bare WebClient"),
	AZURE("azure-core"), GAX("gax"), TWILIO("twilio");

	private final String text;

	Contender(String text) {
		this.text = text;
	}

	PollingClient client(Target target) {
		return switch (this) {
			case LIBRARY -> new LibraryClient(target, false);
			case LIBRARY_BY_ID -> new LibraryClient(target, true);
			case HAND_WRITTEN -> new RepeatWhenClient(target);
			case BARE -> new BareClient(target);
			case AZURE -> new PollerFluxClient(target);
			case GAX -> new GaxClient(target);
			case TWILIO -> new TwilioClient(target);
		};
	}

	@Override
	public String toString() {
		return this.text;
	}

}
