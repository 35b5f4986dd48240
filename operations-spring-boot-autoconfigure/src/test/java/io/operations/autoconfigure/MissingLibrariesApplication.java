package io.operations.autoconfigure;

import java.util.List;
import java.util.Set;

import io.operations.core.OperationsTemplate;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurationImportSelector;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AnnotationAttributes;
import org.springframework.core.type.AnnotationMetadata;

/**
 * The application that {@link WithoutLibrariesTests} starts.
 */
@Configuration(proxyBeanMethods = false)
@Import(MissingLibrariesApplication.OursAndThoseThatOursNeed.class)
class MissingLibrariesApplication {

	static String start() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(MissingLibrariesApplication.class)
			.web(WebApplicationType.NONE)
			.properties("operations.api-key=SK1", "operations.api-key-secret=secret", "spring.main.banner-mode=off",
					"logging.level.root=warn", "spring.main.register-shutdown-hook=false")
			.run()) {
			return context.getBean(OperationsTemplate.class).toString();
		}
	}

	/**
	 * Reads their names from the class path, as an application does, so that those of a
	 * missing library are missing. With all of Boot's it takes far longer.
	 */
	static class OursAndThoseThatOursNeed extends AutoConfigurationImportSelector {

		private static final String NAMES = "io\\.operations\\..+"
				+ "|io\\.github\\.resilience4j\\.springboot\\.(retry|ratelimiter)\\..+"
				+ "|org\\.springframework\\.boot\\.(webclient|http\\.client|http\\.codec|jackson|health|jdbc"
				+ "|transaction|micrometer\\.observation|actuate\\.autoconfigure\\.endpoint)\\..+"
				+ "|org\\.springframework\\.boot\\.autoconfigure\\.(ssl|context|availability)\\..+"
				+ "|.+\\.(CompositeMeterRegistry|Metrics|SimpleMetricsExport)AutoConfiguration";

		@Override
		protected List<String> getCandidateConfigurations(AnnotationMetadata metadata,
				@Nullable AnnotationAttributes attributes) {
			return super.getCandidateConfigurations(metadata, attributes).stream()
				.filter((name) -> name.matches(NAMES))
				.toList();
		}

		@Override
		protected AnnotationAttributes getAttributes(AnnotationMetadata metadata) {
			return new AnnotationAttributes();
		}

		@Override
		protected Set<String> getExclusions(AnnotationMetadata metadata, @Nullable AnnotationAttributes attributes) {
			return Set.of();
		}

	}

}
