package io.operations.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What handlers and filters of an application may do with a context is as with a plain
 * one.
 */
class KeyValuesContextTests {

	private final OperationFetchObservationContext context = new OperationFetchObservationContext("client", "op");

	@Test
	void laterValueOfAKeyTakesThePlaceOfTheEarlier() {
		this.context.addLowCardinalityKeyValues(KeyValues.of("a", "1", "b", "2"));
		this.context.addLowCardinalityKeyValues(KeyValues.of("a", "3", "b", "2"));
		assertThat(this.context.getLowCardinalityKeyValues()).isEqualTo(KeyValues.of("a", "3", "b", "2"));
		this.context.addLowCardinalityKeyValue(KeyValue.of("b", "4"));
		assertThat(this.context.getLowCardinalityKeyValues()).isEqualTo(KeyValues.of("a", "3", "b", "4"));
	}

	@Test
	void keysOfAFilterJoinThoseOfTheConvention() {
		this.context.addLowCardinalityKeyValues(KeyValues.of("b", "2"));
		this.context.addLowCardinalityKeyValue(KeyValue.of("region", "eu"));
		this.context.addLowCardinalityKeyValues(KeyValues.of("b", "3"));
		assertThat(this.context.getLowCardinalityKeyValues()).isEqualTo(KeyValues.of("b", "3", "region", "eu"));
		assertThat(this.context.getLowCardinalityKeyValue("region")).isEqualTo(KeyValue.of("region", "eu"));
		assertThat(this.context.getLowCardinalityKeyValue("none")).isNull();
	}

	@Test
	void removedKeysAreGone() {
		this.context.addLowCardinalityKeyValues(KeyValues.of("a", "1", "b", "2", "c", "3"));
		this.context.removeLowCardinalityKeyValue("a");
		this.context.removeLowCardinalityKeyValues("b", "b", "none");
		assertThat(this.context.getLowCardinalityKeyValues()).isEqualTo(KeyValues.of("c", "3"));
		this.context.removeLowCardinalityKeyValue("c");
		assertThat(this.context.getLowCardinalityKeyValues()).isEmpty();
	}

	@Test
	void lowAndHighCardinalityAreKeptApart() {
		this.context.addLowCardinalityKeyValue(KeyValue.of("a", "1"));
		this.context.addHighCardinalityKeyValues(KeyValues.of("id", "x"));
		this.context.addHighCardinalityKeyValue(KeyValue.of("id", "y"));
		this.context.addHighCardinalityKeyValue(KeyValue.of("z", "z"));
		assertThat(this.context.getHighCardinalityKeyValue("id")).isEqualTo(KeyValue.of("id", "y"));
		assertThat(this.context.getAllKeyValues()).isEqualTo(KeyValues.of("a", "1", "id", "y", "z", "z"));
		this.context.removeHighCardinalityKeyValue("z");
		this.context.removeHighCardinalityKeyValues("id");
		assertThat(this.context.getAllKeyValues()).isEqualTo(KeyValues.of("a", "1"));
	}

}
