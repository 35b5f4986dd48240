package io.operations.internal.tracking;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

import io.operations.tracking.TrackingStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The store that the documentation shows keeps the promises of the library's own stores.
 * It stands in another module, which uses this one, so its source is compiled here.
 */
class ExampleStoreTests extends OperationTrackerContract {

	private static final Path SOURCE = Path
		.of("../docs/src/test/java/io/operations/docs/extending/ExampleTrackingStore.java");

	private static @Nullable URLClassLoader loader;

	private static @Nullable Constructor<?> constructor;

	@BeforeAll
	static void compile(@TempDir Path classes) throws Exception {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
			files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(classes));
			files.setLocationFromPaths(StandardLocation.CLASS_PATH, List.of(library()));
			assertThat(compiler
				.getTask(null, files, null, List.of("-proc:none", "-nowarn"), null, files.getJavaFileObjects(SOURCE))
				.call()).isTrue();
		}
		URLClassLoader created = new URLClassLoader(new URL[] { classes.toUri().toURL() },
				ExampleStoreTests.class.getClassLoader());
		Constructor<?> found = created.loadClass("io.operations.docs.extending.ExampleTrackingStore")
			.getDeclaredConstructor();
		found.setAccessible(true);
		loader = created;
		constructor = found;
	}

	private static Path library() throws URISyntaxException {
		return Path.of(TrackingStore.class.getProtectionDomain().getCodeSource().getLocation().toURI());
	}

	@AfterAll
	static void close() {
		try {
			if (loader != null) {
				loader.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	protected ClientTracking createStore(TrackingEngine engine) {
		try {
			return new StoreTracking(engine, (TrackingStore) Objects.requireNonNull(constructor).newInstance(),
					Schedulers.boundedElastic());
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
