package io.operations.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedTypeVariable;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.asm.ClassReader;

/**
 * Lists the public types of a module with their public and protected members, in an order
 * that neither the compiler nor the JDK decides.
 */
final class PublicApi {

	private static final Set<String> OF_EVERY_OBJECT = Set.of("equals", "hashCode", "toString");

	private static final Set<String> OF_AN_ENUM = Set.of("values", "valueOf");

	private PublicApi() {
	}

	/**
	 * Lists a type on a line without indentation, and each of its members on an indented
	 * line below.
	 * @param classes the folder with the class files
	 * @return the lines
	 */
	static List<String> of(Path classes) {
		return Sources.files(classes)
			.stream()
			.map((file) -> classes.relativize(file).toString().replace('\\', '/'))
			.filter((name) -> name.endsWith(".class") && !name.contains("/internal/")
					&& !name.endsWith("package-info.class") && isPublic(classes.resolve(name)))
			.map((name) -> load(name.substring(0, name.length() - ".class".length()).replace('/', '.')))
			.filter(PublicApi::isPublic)
			.sorted((one, other) -> name(one).compareTo(name(other)))
			.flatMap(PublicApi::lines)
			.toList();
	}

	// From the file, because a type that is not public may extend one of an absent
	// library.
	private static boolean isPublic(Path file) {
		try {
			return Modifier.isPublic(new ClassReader(Files.readAllBytes(file)).getAccess());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Class<?> load(String name) {
		try {
			return Class.forName(name, false, PublicApi.class.getClassLoader());
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static boolean isPublic(Class<?> type) {
		if (type.isAnonymousClass() || type.isLocalClass() || type.isSynthetic()) {
			return false;
		}
		Class<?> outer = type.getDeclaringClass();
		return isVisible(type.getModifiers()) && (outer == null || isPublic(outer));
	}

	private static boolean isVisible(int modifiers) {
		return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
	}

	private static Stream<String> lines(Class<?> type) {
		List<String> members = new ArrayList<>();
		// A public type shows the members that it inherits from a type that nobody can
		// name.
		for (Class<?> from = type; from != null
				&& (from.equals(type) || !isPublic(from)); from = from.getSuperclass()) {
			Stream.of(from.getDeclaredFields())
				.filter((field) -> isListed(field, type))
				.map(PublicApi::field)
				.forEach(members::add);
			Stream.of(from.getDeclaredMethods())
				.filter((method) -> isListed(method, type))
				.map(PublicApi::method)
				.forEach(members::add);
		}
		Stream.of(type.getDeclaredConstructors())
			.filter((constructor) -> isListed(constructor, type))
			.map(PublicApi::constructor)
			.forEach(members::add);
		return Stream.concat(Stream.of(header(type)),
				members.stream().distinct().sorted().map((member) -> "  " + member));
	}

	private static boolean isListed(Member member, Class<?> type) {
		if (member.isSynthetic() || !isVisible(member.getModifiers())
				|| (Modifier.isProtected(member.getModifiers()) && Modifier.isFinal(type.getModifiers()))) {
			return false;
		}
		if (member instanceof Method && OF_EVERY_OBJECT.contains(member.getName())) {
			return false;
		}
		if (member instanceof Method method && type.isRecord()) {
			return Stream.of(type.getRecordComponents())
				.noneMatch((component) -> component.getAccessor().equals(method));
		}
		// The header of a record has its canonical constructor.
		if (member instanceof Constructor<?> constructor && type.isRecord()) {
			return !Arrays.equals(constructor.getParameterTypes(),
					Stream.of(type.getRecordComponents()).map(RecordComponent::getType).toArray());
		}
		return !(member instanceof Method && type.isEnum() && OF_AN_ENUM.contains(member.getName()));
	}

	private static String header(Class<?> type) {
		StringBuilder header = new StringBuilder(deprecated(type.isAnnotationPresent(Deprecated.class)));
		int modifiers = type.getModifiers();
		boolean ordinary = !type.isInterface() && !type.isRecord() && !type.isEnum();
		header.append(Modifier.isProtected(modifiers) ? "protected " : "");
		header.append((ordinary && Modifier.isAbstract(modifiers)) ? "abstract " : "");
		header.append((ordinary && Modifier.isFinal(modifiers)) ? "final " : "");
		header.append(type.isSealed() ? "sealed " : "");
		header.append(kind(type)).append(' ').append(name(type)).append(variables(type.getTypeParameters()));
		if (type.isRecord()) {
			header.append(Stream.of(type.getRecordComponents())
				.map((component) -> write(component.getAnnotatedType()) + " " + component.getName())
				.collect(Collectors.joining(", ", "(", ")")));
		}
		if (ordinary && !Object.class.equals(type.getSuperclass())) {
			header.append(" extends ").append(write(type.getAnnotatedSuperclass()));
		}
		if (!type.isAnnotation()) {
			header.append(list(type.isInterface() ? " extends " : " implements ", type.getAnnotatedInterfaces()));
		}
		if (type.isSealed()) {
			header.append(Stream.of(type.getPermittedSubclasses())
				.map(PublicApi::shortName)
				.sorted()
				.collect(Collectors.joining(", ", " permits ", "")));
		}
		return header.toString();
	}

	private static String kind(Class<?> type) {
		if (type.isAnnotation()) {
			return "@interface";
		}
		if (type.isInterface()) {
			return "interface";
		}
		if (type.isEnum()) {
			return "enum";
		}
		return type.isRecord() ? "record" : "class";
	}

	private static String field(Field field) {
		if (field.isEnumConstant()) {
			return deprecated(field.isAnnotationPresent(Deprecated.class)) + field.getName();
		}
		return deprecated(field.isAnnotationPresent(Deprecated.class)) + modifiers(field)
				+ write(field.getAnnotatedType()) + " " + field.getName();
	}

	private static String constructor(Constructor<?> constructor) {
		return deprecated(constructor.isAnnotationPresent(Deprecated.class)) + modifiers(constructor)
				+ variables(constructor.getTypeParameters()) + constructor.getDeclaringClass().getSimpleName()
				+ parameters(constructor);
	}

	private static String method(Method method) {
		String variables = variables(method.getTypeParameters());
		return deprecated(method.isAnnotationPresent(Deprecated.class)) + modifiers(method)
				+ (method.isDefault() ? "default " : "") + (variables.isEmpty() ? "" : variables + " ")
				+ write(method.getAnnotatedReturnType()) + " " + method.getName() + parameters(method)
				+ ((method.getDefaultValue() != null) ? " default" : "");
	}

	private static String deprecated(boolean deprecated) {
		return deprecated ? "@Deprecated " : "";
	}

	private static String modifiers(Member member) {
		int modifiers = member.getModifiers();
		boolean ofAnInterface = member.getDeclaringClass().isInterface();
		return (Modifier.isProtected(modifiers) ? "protected " : "") + (Modifier.isStatic(modifiers) ? "static " : "")
				+ ((Modifier.isAbstract(modifiers) && !ofAnInterface) ? "abstract " : "")
				+ (Modifier.isFinal(modifiers) ? "final " : "");
	}

	private static String parameters(Executable executable) {
		List<String> parameters = Stream.of(executable.getAnnotatedParameterTypes())
			.map(PublicApi::write)
			.collect(Collectors.toCollection(ArrayList::new));
		if (executable.isVarArgs()) {
			int last = parameters.size() - 1;
			parameters.set(last, parameters.get(last).replaceFirst("\\[]$", "..."));
		}
		return "(" + String.join(", ", parameters) + ")" + list(" throws ", executable.getAnnotatedExceptionTypes());
	}

	private static String list(String before, AnnotatedType... types) {
		return (types.length == 0) ? ""
				: Stream.of(types).map(PublicApi::write).collect(Collectors.joining(", ", before, ""));
	}

	private static String variables(TypeVariable<?>... variables) {
		return (variables.length == 0) ? "" : Stream.of(variables).map((variable) -> {
			String bounds = Stream.of(variable.getAnnotatedBounds())
				.map(PublicApi::write)
				.filter((bound) -> !bound.equals("Object"))
				.collect(Collectors.joining(" & "));
			return variable.getName() + (bounds.isEmpty() ? "" : " extends " + bounds);
		}).collect(Collectors.joining(", ", "<", ">"));
	}

	// Without AnnotatedType.toString(), which differs between JDKs.
	private static String write(AnnotatedType type) {
		if (type instanceof AnnotatedArrayType array) {
			String brackets = annotations(array).isEmpty() ? "[]" : " " + annotations(array) + "[]";
			return write(array.getAnnotatedGenericComponentType()) + brackets;
		}
		return annotations(type) + unannotated(type);
	}

	private static String annotations(AnnotatedType type) {
		return Stream.of(type.getAnnotations())
			.map(Annotation::annotationType)
			.map((annotation) -> "@" + annotation.getSimpleName() + " ")
			.sorted()
			.collect(Collectors.joining());
	}

	private static String unannotated(AnnotatedType type) {
		if (type instanceof AnnotatedParameterizedType parameterized) {
			return shortName((Class<?>) ((ParameterizedType) type.getType()).getRawType())
					+ Stream.of(parameterized.getAnnotatedActualTypeArguments())
						.map(PublicApi::write)
						.collect(Collectors.joining(", ", "<", ">"));
		}
		if (type instanceof AnnotatedWildcardType wildcard) {
			List<String> upper = Stream.of(wildcard.getAnnotatedUpperBounds())
				.map(PublicApi::write)
				.filter((bound) -> !bound.equals("Object"))
				.toList();
			List<AnnotatedType> lower = List.of(wildcard.getAnnotatedLowerBounds());
			return lower.isEmpty() ? "?" + (upper.isEmpty() ? "" : " extends " + upper.get(0))
					: "? super " + write(lower.get(0));
		}
		Type bare = type.getType();
		return (type instanceof AnnotatedTypeVariable || !(bare instanceof Class<?> named)) ? bare.getTypeName()
				: shortName(named);
	}

	// Without the package, so that a type that moves changes one line.
	private static String shortName(Class<?> type) {
		String name = type.getName();
		return name.substring(name.lastIndexOf('.') + 1).replace('$', '.');
	}

	private static String name(Class<?> type) {
		return type.getName().replace('$', '.');
	}

	/**
	 * Describes how one list differs from another, with the type of each member.
	 * @param committed the list before
	 * @param built the list now
	 * @return a line for each removal ("-") and each addition ("+")
	 */
	static List<String> changes(List<String> committed, List<String> built) {
		List<String> before = withTypes(committed);
		List<String> after = withTypes(built);
		List<String> changes = new ArrayList<>();
		before.stream().filter((line) -> !after.contains(line)).map((line) -> "- " + line).forEach(changes::add);
		after.stream().filter((line) -> !before.contains(line)).map((line) -> "+ " + line).forEach(changes::add);
		return Collections.unmodifiableList(changes);
	}

	private static List<String> withTypes(List<String> lines) {
		List<String> all = new ArrayList<>();
		String type = "";
		for (String line : lines) {
			if (line.startsWith("  ")) {
				all.add(type + ": " + line.trim());
				continue;
			}
			all.add(line);
			type = line.replaceFirst("^.*?(?:class|interface|enum|record) ([\\w.]+).*$", "$1");
		}
		return all;
	}

}
