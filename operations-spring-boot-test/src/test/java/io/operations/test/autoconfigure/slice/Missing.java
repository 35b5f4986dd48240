package io.operations.test.autoconfigure.slice;

import org.springframework.stereotype.Component;

/**
 * Cannot be created, as a component that needs a database cannot in a slice.
 */
@Component
class Missing {

	Missing(Runnable database) {
		database.run();
	}

}
