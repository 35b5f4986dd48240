package io.operations.docs;

import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lists the classes of the published modules, each with the first sentence of its
 * Javadoc.
 */
final class ClassIndex {

	static final List<String> MODULES = List.of("operations-spring-boot-autoconfigure", "operations-spring-boot-test",
			"operations-spring-boot-ui");

	private static final Pattern CODE = Pattern.compile("\\{@(?:code|literal) ([^}]*)}");

	private static final Pattern LABELED_LINK = Pattern.compile("\\{@link(?:plain)? [^} ]+ ([^}]*)}");

	private static final Pattern LINK = Pattern.compile("\\{@link(?:plain)? #?([^}]*)}");

	private static final Pattern END_OF_SENTENCE = Pattern.compile("\\.(?= (?:[A-Z`]|<p>|@)|$)");

	private ClassIndex() {
	}

	/**
	 * Return the sections of a module: one for each package, with a row for each class.
	 */
	static String sections(String module) {
		TreeMap<String, StringBuilder> packages = new TreeMap<>();
		Path sources = Page.ROOT.resolve(module).resolve("src/main/java");
		for (Path file : Sources.files(sources).stream().sorted().toList()) {
			String name = file.getFileName().toString().replace(".java", "");
			String source = Sources.text(file);
			StringBuilder section = packages.computeIfAbsent(
					sources.relativize(file).getParent().toString().replace('/', '.'), (folder) -> new StringBuilder());
			if (name.equals("package-info")) {
				section.insert(0, purpose(source, Pattern.compile("^package ", Pattern.MULTILINE)) + "\n\n");
				continue;
			}
			Pattern declaration = Pattern.compile("^[a-z @-]*(?:class|interface|record|enum) " + name + "\\b",
					Pattern.MULTILINE);
			section.append("| [`%s`](../%s) | %s |\n".formatted(name, Page.ROOT.relativize(file),
					purpose(source, declaration)));
		}
		StringBuilder sections = new StringBuilder();
		packages.forEach((name, section) -> {
			int rows = section.indexOf("| [");
			sections.append("\n## ").append(name).append('\n').append(section, 0, Math.max(rows, 0));
			if (rows >= 0) {
				sections.append("| class | purpose |\n|---|---|\n").append(section, rows, section.length());
			}
		});
		return sections.toString();
	}

	/**
	 * Return the first sentence of the comment before a declaration, as Markdown. Empty
	 * without a comment.
	 */
	private static String purpose(String source, Pattern declaration) {
		Matcher declared = declaration.matcher(source);
		int end = declared.find() ? source.lastIndexOf("*/", declared.start()) : -1;
		if (end < 0) {
			return "";
		}
		String comment = source.substring(source.lastIndexOf("/**", end) + 3, end)
			.replaceAll("\\n\\s*\\*", " ")
			.replaceAll("\\s+", " ")
			.trim();
		comment = CODE.matcher(comment).replaceAll("`$1`");
		comment = LABELED_LINK.matcher(comment).replaceAll("$1");
		comment = LINK.matcher(comment).replaceAll("`$1`");
		Matcher sentence = END_OF_SENTENCE.matcher(comment);
		return (sentence.find() ? comment.substring(0, sentence.end()) : comment).replace("|", "\\|");
	}

}
