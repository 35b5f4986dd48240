package io.operations;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks the boundary of the API: no signature that an application can use names an
 * internal type.
 */
@AnalyzeClasses(packages = "io.operations", importOptions = ImportOption.DoNotIncludeTests.class)
class ApiBoundaryTests {

	private static final String INTERNAL = "io.operations.internal";

	// Public for the auto-configuration, which wires them.
	private static final Set<String> WIRED = Set.of("io.operations.actuate.OperationsEndpoint.<init>",
			"io.operations.autoconfigure.TemplateParts.");

	@ArchTest
	void signaturesOfTheApiNameNoInternalType(JavaClasses classes) {
		Set<String> leaks = new TreeSet<>();
		for (JavaClass type : classes) {
			if (isApi(type)) {
				Stream<JavaCodeUnit> units = Stream.concat(type.getMethods().stream(), type.getConstructors().stream());
				units.filter(ApiBoundaryTests::isApi)
					.filter((unit) -> unit.getAllInvolvedRawTypes().stream().anyMatch(ApiBoundaryTests::isInternal))
					.forEach((unit) -> leaks.add(unit.getFullName()));
				type.getFields()
					.stream()
					.filter((field) -> isVisible(field.getModifiers()))
					.filter((field) -> isInternal(field.getRawType()))
					.forEach((field) -> leaks.add(field.getFullName()));
				type.getAllRawSuperclasses()
					.stream()
					.filter(ApiBoundaryTests::isInternal)
					.forEach((parent) -> leaks.add(type.getName() + " extends " + parent.getName()));
			}
		}
		assertThat(leaks).filteredOn((leak) -> WIRED.stream().noneMatch(leak::startsWith)).isEmpty();
	}

	private static boolean isApi(JavaClass type) {
		return type.getModifiers().contains(JavaModifier.PUBLIC) && !isInternal(type)
				&& type.getEnclosingClass().map(ApiBoundaryTests::isApi).orElse(true);
	}

	private static boolean isApi(JavaCodeUnit unit) {
		return isVisible(unit.getModifiers()) && !unit.getModifiers().contains(JavaModifier.SYNTHETIC)
				&& !unit.getModifiers().contains(JavaModifier.BRIDGE);
	}

	private static boolean isVisible(Set<JavaModifier> modifiers) {
		return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
	}

	private static boolean isInternal(JavaClass type) {
		return type.getPackageName().startsWith(INTERNAL);
	}

}
