package io.operations;

import java.util.ArrayList;
import java.util.List;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.operations.resilience.Admission;
import io.operations.resilience.DecayingRate;
import io.operations.resilience.Turn;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the table of packages: who knows whom, and which libraries.
 */
@AnalyzeClasses(packages = "io.operations", importOptions = ImportOption.DoNotIncludeTests.class)
class PackageArrowsTests {

	private static final String VOCABULARY = "io.operations";

	private static final String RESILIENCE = "io.operations.resilience";

	@ArchTest
	static final ArchRule vocabularyKnowsNoneOfOurPackages = knows("io.operations", "reactor.core.publisher",
			"reactor.util.context", "org.springframework.core", "org.springframework.http", "org.springframework.util",
			"org.springframework.web.util", "org.springframework.web.reactive.function",
			"org.springframework.web.reactive.function.client", "org.apache.commons.logging");

	@ArchTest
	static final ArchRule clientKnowsVocabularyAndItsLibraries = knows("io.operations.client", VOCABULARY, "reactor..",
			"org.reactivestreams", "org.springframework.core..", "org.springframework.http..",
			"org.springframework.util", "org.springframework.web..", "tools.jackson..", "io.netty..", "javax.net.ssl");

	@ArchTest
	static final ArchRule resilienceKnowsVocabularyAndItsLibraries = knows(RESILIENCE, VOCABULARY, "reactor..",
			"org.reactivestreams", "io.github.resilience4j..", "org.springframework.util");

	@ArchTest
	static final ArchRule sharedRateInADatabaseKnowsResilience = knows("io.operations.resilience.jdbc", VOCABULARY,
			RESILIENCE, "reactor.core..", "javax.sql", "org.apache.commons.logging");

	@ArchTest
	static final ArchRule observationKnowsVocabularyAndMicrometer = knows("io.operations.observation", VOCABULARY,
			"reactor..", "io.micrometer..", "org.springframework.http", "org.apache.commons.logging");

	@ArchTest
	static final ArchRule pollingKnowsVocabularyAndResilience = knows("io.operations.polling", VOCABULARY, RESILIENCE,
			"reactor..", "org.reactivestreams", "org.springframework.util", "org.apache.commons.logging");

	@ArchTest
	static final ArchRule pollingKnowsOfResilienceNothingButTheAdmission = noClasses().that()
		.resideInAPackage("io.operations.polling")
		.should()
		.dependOnClassesThat(DescribedPredicate.describe("are of resilience and not the admission",
				(JavaClass type) -> type.getPackageName().equals(RESILIENCE) && !type.isAssignableTo(Admission.class)
						&& !type.isAssignableTo(DecayingRate.class)
						&& !type.getName().startsWith(Turn.class.getName())));

	@ArchTest
	static final ArchRule coreKnowsWhatItAssembles = knows("io.operations.core", VOCABULARY, "io.operations.client",
			RESILIENCE, "io.operations.observation", "io.operations.polling", "reactor..", "io.github.resilience4j..",
			"io.micrometer.observation..", "org.springframework.core..", "org.springframework.http..",
			"org.springframework.util", "org.springframework.web..", "org.apache.commons.logging");

	@ArchTest
	static final ArchRule trackingKnowsCoreAndBelow = knows("io.operations.tracking", VOCABULARY, "io.operations.core",
			"io.operations.polling", RESILIENCE, "reactor..", "org.reactivestreams", "org.springframework.core",
			"org.springframework.util", "org.apache.commons.logging");

	@ArchTest
	static final ArchRule trackingInADatabaseKnowsTrackingAndItsLibraries = knows("io.operations.tracking.jdbc",
			VOCABULARY, "io.operations.polling", "io.operations.tracking", "reactor.core..", "javax.sql",
			"com.github.kagkarlsson.scheduler..", "tools.jackson..", "org.springframework.aop.framework",
			"org.springframework.core", "org.springframework.dao", "org.springframework.http",
			"org.springframework.jdbc..", "org.springframework.transaction..", "org.springframework.util",
			"org.apache.commons.logging");

	@ArchTest
	static final ArchRule metersOfTrackingKnowTrackingAndMicrometer = knows("io.operations.tracking.metrics",
			VOCABULARY, "io.operations.tracking", "reactor.core..", "io.micrometer.core.instrument..");

	@ArchTest
	static final ArchRule healthKnowsCoreTrackingAndVocabulary = knows("io.operations.health", VOCABULARY,
			"io.operations.core", "io.operations.tracking", "reactor..", "org.springframework.boot.health.contributor",
			"org.springframework.core");

	@ArchTest
	static final ArchRule actuateKnowsTrackingAndBelow = knows("io.operations.actuate", VOCABULARY,
			"io.operations.core", "io.operations.polling", "io.operations.tracking", "reactor.core..",
			"org.springframework.http", "org.springframework.boot.actuate.endpoint..", "org.springframework.core");

	@ArchTest
	static final ArchRule onlyAutoconfigureHealthAndActuateKnowSpringBoot = noClasses().that()
		.resideOutsideOfPackages("io.operations.autoconfigure..", "io.operations.health", "io.operations.actuate")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("org.springframework.boot..");

	@ArchTest
	static final ArchRule nobodyKnowsAutoconfigure = noClasses().that()
		.resideOutsideOfPackage("io.operations.autoconfigure..")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.operations.autoconfigure..");

	@ArchTest
	void theTableNamesEveryPackage(JavaClasses classes) {
		assertThat(classes.stream().map(JavaClass::getPackageName).distinct()).containsExactlyInAnyOrder(VOCABULARY,
				"io.operations.client", RESILIENCE, "io.operations.resilience.jdbc", "io.operations.observation",
				"io.operations.polling", "io.operations.core", "io.operations.health", "io.operations.actuate",
				"io.operations.autoconfigure", "io.operations.autoconfigure.endpoint",
				"io.operations.autoconfigure.health", "io.operations.autoconfigure.metrics",
				"io.operations.autoconfigure.tracking", "io.operations.autoconfigure.web", "io.operations.tracking",
				"io.operations.tracking.jdbc", "io.operations.tracking.metrics");
	}

	private static ArchRule knows(String origin, String... targets) {
		List<String> allowed = new ArrayList<>(List.of(targets));
		allowed.add(origin);
		allowed.add("java..");
		allowed.add("org.jspecify.annotations");
		return classes().that()
			.resideInAPackage(origin)
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage(allowed.toArray(String[]::new));
	}

}
