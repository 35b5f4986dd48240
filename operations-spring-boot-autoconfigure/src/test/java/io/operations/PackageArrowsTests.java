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
import io.operations.internal.resilience.OperatorPause;
import io.operations.internal.resilience.PollCapacity;
import io.operations.internal.resilience.RequestPriority;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks the table of packages: which packages and which libraries each package uses.
 */
@AnalyzeClasses(packages = "io.operations", importOptions = ImportOption.DoNotIncludeTests.class)
class PackageArrowsTests {

	private static final String VOCABULARY = "io.operations";

	private static final String INTERNAL = "io.operations.internal";

	private static final String POLLING = "io.operations.polling";

	private static final String RESILIENCE = "io.operations.resilience";

	private static final String CLIENT = "io.operations.internal.client";

	private static final String ADMISSION = "io.operations.internal.resilience";

	private static final String POLLER = "io.operations.internal.polling";

	private static final String TRACKING = "io.operations.internal.tracking";

	@ArchTest
	static final ArchRule internalBaseKnowsNoneOfOurPackages = knows(INTERNAL, "org.springframework.http");

	@ArchTest
	static final ArchRule vocabularyKnowsOnlyTheInternalBase = knows(VOCABULARY, INTERNAL, "reactor.core.publisher",
			"reactor.util.context", "org.springframework.core", "org.springframework.http", "org.springframework.util",
			"org.springframework.web.util", "org.springframework.web.reactive.function",
			"org.springframework.web.reactive.function.client", "org.apache.commons.logging");

	@ArchTest
	static final ArchRule clientKnowsVocabularyAndItsLibraries = knows(CLIENT, VOCABULARY, INTERNAL, "reactor..",
			"org.reactivestreams", "org.springframework.core..", "org.springframework.http..",
			"org.springframework.util", "org.springframework.web..", "tools.jackson..", "io.netty..", "javax.net.ssl");

	@ArchTest
	static final ArchRule settingsOfResilienceKnowVocabulary = knows(RESILIENCE, VOCABULARY, INTERNAL, "reactor..",
			"io.github.resilience4j..", "org.springframework.util");

	@ArchTest
	static final ArchRule admissionKnowsVocabularyAndItsSettings = knows(ADMISSION, VOCABULARY, INTERNAL, RESILIENCE,
			"reactor..", "org.reactivestreams", "io.github.resilience4j..", "org.springframework.util");

	@ArchTest
	static final ArchRule sharedRateInADatabaseKnowsResilience = knows("io.operations.internal.resilience.jdbc",
			VOCABULARY, RESILIENCE, ADMISSION, "reactor.core..", "javax.sql", "org.apache.commons.logging");

	@ArchTest
	static final ArchRule observationKnowsVocabularyAndMicrometer = knows("io.operations.observation", VOCABULARY,
			INTERNAL, "reactor..", "io.micrometer..", "org.springframework.http", "org.apache.commons.logging");

	@ArchTest
	static final ArchRule schedulesKnowVocabulary = knows(POLLING, VOCABULARY, INTERNAL, "reactor..",
			"org.springframework.util", "org.apache.commons.logging");

	@ArchTest
	static final ArchRule pollerKnowsSchedulesAndAdmission = knows(POLLER, VOCABULARY, INTERNAL, POLLING, ADMISSION,
			"reactor..", "org.reactivestreams", "org.springframework.util", "org.apache.commons.logging");

	@ArchTest
	static final ArchRule pollerKnowsOfTheAdmissionNothingButItsCapacity = noClasses().that()
		.resideInAPackage(POLLER)
		.should()
		.dependOnClassesThat(DescribedPredicate.describe("are of the admission and not its capacity",
				(JavaClass type) -> type.getPackageName().equals(ADMISSION) && !type.isAssignableTo(PollCapacity.class)
						&& !type.isAssignableTo(OperatorPause.class)
						&& !type.getName().startsWith(RequestPriority.class.getName())));

	@ArchTest
	static final ArchRule coreKnowsWhatItAssembles = knows("io.operations.core", VOCABULARY, INTERNAL,
			"io.operations.internal.core", CLIENT, RESILIENCE, ADMISSION, "io.operations.observation", POLLING, POLLER,
			"reactor..", "io.github.resilience4j..", "io.micrometer.observation..", "org.springframework.core..",
			"org.springframework.http..", "org.springframework.util", "org.springframework.web..",
			"org.apache.commons.logging");

	@ArchTest
	static final ArchRule trackerAndItsStoresKnowVocabulary = knows("io.operations.tracking", VOCABULARY,
			"reactor.core..", "org.springframework.util");

	@ArchTest
	static final ArchRule workOfTrackingKnowsCoreAndBelow = knows(TRACKING, VOCABULARY, INTERNAL, "io.operations.core",
			"io.operations.observation", "io.operations.tracking", POLLING, POLLER, "reactor..", "org.reactivestreams",
			"org.springframework.core", "org.springframework.util", "org.apache.commons.logging");

	@ArchTest
	static final ArchRule trackingInADatabaseKnowsTrackingAndItsLibraries = knows(
			"io.operations.internal.tracking.jdbc", VOCABULARY, INTERNAL, POLLER, "io.operations.tracking", TRACKING,
			"reactor.core..", "javax.sql", "com.github.kagkarlsson.scheduler..", "tools.jackson..",
			"org.springframework.aop.framework", "org.springframework.core", "org.springframework.dao",
			"org.springframework.http", "org.springframework.jdbc..", "org.springframework.transaction..",
			"org.springframework.util", "org.apache.commons.logging");

	@ArchTest
	static final ArchRule metersOfTrackingKnowTrackingAndMicrometer = knows("io.operations.internal.tracking.metrics",
			VOCABULARY, "io.operations.tracking", TRACKING, "reactor.core..", "io.micrometer.core.instrument..");

	@ArchTest
	static final ArchRule healthKnowsCoreTrackingAndVocabulary = knows("io.operations.health", VOCABULARY,
			"io.operations.core", "io.operations.internal.core", "io.operations.tracking", "reactor..",
			"org.springframework.boot.health.contributor", "org.springframework.core");

	@ArchTest
	static final ArchRule actuateKnowsTrackingAndBelow = knows("io.operations.actuate", VOCABULARY, INTERNAL,
			"io.operations.core", POLLING, POLLER, "io.operations.tracking", "reactor.core..",
			"org.springframework.http", "org.springframework.boot.actuate.endpoint..",
			"org.springframework.boot.convert", "org.springframework.aot.hint.annotation", "org.springframework.core",
			"org.apache.commons.logging", "com.fasterxml.jackson.annotation");

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
	void tableNamesEveryPackage(JavaClasses classes) {
		assertThat(classes.stream().map(JavaClass::getPackageName).distinct()).containsExactlyInAnyOrder(VOCABULARY,
				INTERNAL, CLIENT, RESILIENCE, ADMISSION, "io.operations.internal.resilience.jdbc",
				"io.operations.observation", POLLING, POLLER, "io.operations.core", "io.operations.internal.core",
				"io.operations.health", "io.operations.actuate", "io.operations.autoconfigure",
				"io.operations.autoconfigure.endpoint", "io.operations.autoconfigure.health",
				"io.operations.autoconfigure.metrics", "io.operations.autoconfigure.tracing",
				"io.operations.autoconfigure.tracking", "io.operations.autoconfigure.web", "io.operations.tracking",
				TRACKING, "io.operations.internal.tracking.jdbc", "io.operations.internal.tracking.metrics");
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
