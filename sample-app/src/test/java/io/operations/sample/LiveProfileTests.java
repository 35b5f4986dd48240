package io.operations.sample;

import io.operations.core.OperationsTemplate;
import io.operations.test.OperationsSimulator;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.ActiveProfiles;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(properties = { "TWILIO_API_KEY=SK1", "TWILIO_API_SECRET=secret" })
@ActiveProfiles("live")
class LiveProfileTests {

	@Test
	void withCredentialsOfAnAccountThereIsAClientAndNoSimulator(@Autowired ApplicationContext context) {
		assertThat(context.getBeanNamesForType(OperationsTemplate.class)).hasSize(2);
		assertThat(context.getBeanNamesForType(OperationsSimulator.class)).isEmpty();
		assertThat(context.containsBean("demoTour")).isFalse();
	}

}
