package io.operations;

import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks the rules for all code of the library: packages are null-marked, and no code
 * reads a clock or blocks.
 */
@AnalyzeClasses(packages = "io.operations", importOptions = ImportOption.DoNotIncludeTests.class)
class CodeRulesTests {

	@ArchTest
	static final ArchRule nobodyReadsAClock = noClasses().should()
		.callMethod(System.class, "currentTimeMillis")
		.orShould()
		.callMethod(System.class, "nanoTime")
		.orShould()
		.callMethod(Instant.class, "now");

	// Only this response is read outside a client, so there is no scheduler.
	@ArchTest
	static final ArchRule onlyTheWiringAndAcceptedOperationNameAClock = noClasses().that()
		.resideOutsideOfPackage("io.operations.autoconfigure..")
		.and()
		.doNotBelongToAnyOf(AcceptedOperation.class)
		.should()
		.callMethod(Clock.class, "systemUTC")
		.orShould()
		.callMethod(Clock.class, "systemDefaultZone");

	// A worker may block its thread of the scheduler for one poll. A thread that repeats
	// a transaction blocks in the database anyway, and pauses for milliseconds. Spring
	// Boot calls an endpoint on a thread that may block, and with MVC it does not read a
	// status from a Mono. Event loops are closed with the context, which waits for them.
	@ArchTest
	static final ArchRule nobodyBlocks = noClasses().that()
		.doNotHaveFullyQualifiedName("io.operations.internal.tracking.jdbc.DeliveryTask")
		.and()
		.doNotHaveFullyQualifiedName("io.operations.internal.tracking.jdbc.JdbcTransactions")
		.and()
		.doNotHaveFullyQualifiedName("io.operations.actuate.TrackerCalls")
		.and()
		.haveNameNotMatching("io.operations.autoconfigure.OpenConnector.*")
		.should()
		.callMethodWhere(call(Thread.class, "sleep"))
		.orShould()
		.callMethodWhere(call(Mono.class, "block"))
		.orShould()
		.callMethodWhere(call(Flux.class, "blockFirst"))
		.orShould()
		.callMethodWhere(call(Flux.class, "blockLast"));

	@ArchTest
	void everyPackageIsNullMarked(JavaClasses classes) {
		Set<String> unmarked = classes.stream()
			.map(JavaClass::getPackage)
			.filter((type) -> !type.isAnnotatedWith(NullMarked.class))
			.map((type) -> type.getName())
			.collect(Collectors.toSet());
		assertThat(unmarked).isEmpty();
	}

	@ArchTest
	void everyBeanMethodIsPackagePrivate(JavaClasses classes) {
		Set<String> exposed = classes.stream()
			.flatMap((type) -> type.getMethods().stream())
			.filter((method) -> method.isAnnotatedWith("org.springframework.context.annotation.Bean"))
			.filter((method) -> method.getModifiers().contains(JavaModifier.PUBLIC))
			.map(JavaMethod::getFullName)
			.collect(Collectors.toSet());
		assertThat(exposed).isEmpty();
	}

	private static DescribedPredicate<JavaCall<?>> call(Class<?> owner, String name) {
		return DescribedPredicate.describe("call " + owner.getSimpleName() + "." + name, (call) -> {
			AccessTarget target = call.getTarget();
			return target.getOwner().isEquivalentTo(owner) && target.getName().equals(name);
		});
	}

}
