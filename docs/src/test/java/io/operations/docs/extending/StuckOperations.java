package io.operations.docs.extending;

import java.time.Duration;

import io.operations.tracking.TrackedOperation;
import io.operations.tracking.TrackingListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.stereotype.Component;

@Component
class StuckOperations implements TrackingListener {

	private static final Log logger = LogFactory.getLog(StuckOperations.class);

	@Override
	public void stuck(TrackedOperation operation, Duration age, Duration unusual) {
		logger.warn(operation.id() + " for order " + operation.attributes().get("order") + " has run for " + age);
	}

}
