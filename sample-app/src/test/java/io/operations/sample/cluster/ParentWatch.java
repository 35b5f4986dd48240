package io.operations.sample.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import org.springframework.boot.context.event.ApplicationStartingEvent;
import org.springframework.context.ApplicationListener;

/**
 * Ends an instance with the test that started it, however that ends: an aborted test
 * leaves nothing behind. Found through {@code spring.factories}.
 */
class ParentWatch implements ApplicationListener<ApplicationStartingEvent> {

	/**
	 * The system property that an instance has which is started by a test.
	 */
	static final String PROPERTY = "sample.ends-with-parent";

	@Override
	public void onApplicationEvent(ApplicationStartingEvent event) {
		if (Boolean.getBoolean(PROPERTY)) {
			Thread watch = new Thread(ParentWatch::endWithParent, "parent-watch");
			watch.setDaemon(true);
			watch.start();
		}
	}

	// Nothing is ever written to this pipe; it is closed when the parent ends.
	private static void endWithParent() {
		try (InputStream parent = System.in) {
			parent.transferTo(OutputStream.nullOutputStream());
		}
		catch (IOException ex) {
			// As good as closed.
		}
		Runtime.getRuntime().halt(1);
	}

}
