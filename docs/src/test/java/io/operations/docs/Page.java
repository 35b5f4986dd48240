package io.operations.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.SourceSpan;
import org.commonmark.node.Text;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;

/**
 * A page of the documentation, read as Markdown.
 *
 * @param path the file, relative to the root of the repository
 * @param text the text of the file
 * @param document the parsed text
 */
record Page(Path path, String text, Node document) {

	/**
	 * The root of the repository, seen from this module.
	 */
	static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final Set<String> OTHER_FOLDERS = Set.of("target", "node_modules");

	private static final Parser PARSER = Parser.builder()
		.extensions(List.of(TablesExtension.create()))
		.includeSourceSpans(IncludeSourceSpans.BLOCKS)
		.build();

	static Page of(String path) {
		return read(ROOT.resolve(path));
	}

	/**
	 * Return every Markdown file of the repository.
	 */
	static List<Page> all() {
		List<Path> files = new ArrayList<>();
		try {
			Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {

				// Another module may be built meanwhile: its files come and go.
				@Override
				public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
					return OTHER_FOLDERS.contains(folder.getFileName().toString()) ? FileVisitResult.SKIP_SUBTREE
							: FileVisitResult.CONTINUE;
				}

				@Override
				public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
					if (file.toString().endsWith(".md")) {
						files.add(file);
					}
					return FileVisitResult.CONTINUE;
				}

			});
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return files.stream().sorted().map(Page::read).toList();
	}

	private static Page read(Path file) {
		try {
			String text = Files.readString(file);
			return new Page(ROOT.relativize(file), text, PARSER.parse(text));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return the fenced blocks whose language is one of those given.
	 */
	List<Snippet> snippets(String... languages) {
		List<Snippet> snippets = new ArrayList<>();
		visit(FencedCodeBlock.class, (block) -> snippets
			.add(new Snippet(this.path + ":" + (line(block) + 1), block.getInfo().trim(), block.getLiteral())));
		return snippets.stream()
			.filter((snippet) -> languages.length == 0 || List.of(languages).contains(snippet.language()))
			.toList();
	}

	/**
	 * Return the targets of links and images.
	 */
	List<String> targets() {
		List<String> targets = new ArrayList<>();
		visit(Link.class, (link) -> targets.add(link.getDestination()));
		visit(Image.class, (image) -> targets.add(image.getDestination()));
		return targets;
	}

	/**
	 * Return the anchors of the headings, made as GitHub makes them.
	 */
	Set<String> anchors() {
		Set<String> anchors = new LinkedHashSet<>();
		Map<String, Integer> seen = new HashMap<>();
		visit(Heading.class, (heading) -> {
			String anchor = plain(heading).toLowerCase(Locale.ROOT)
				.replaceAll("[^\\p{L}\\p{N} _-]", "")
				.replace(' ', '-');
			int before = seen.merge(anchor, 1, Integer::sum) - 1;
			anchors.add((before == 0) ? anchor : anchor + "-" + before);
		});
		return anchors;
	}

	/**
	 * Return the text of a node without its markup.
	 */
	static String plain(Node node) {
		StringBuilder plain = new StringBuilder();
		node.accept(new AbstractVisitor() {

			@Override
			public void visit(Text text) {
				plain.append(text.getLiteral());
			}

			@Override
			public void visit(Code code) {
				plain.append(code.getLiteral());
			}

		});
		return plain.toString();
	}

	<T extends Node> void visit(Class<T> type, Consumer<T> visitor) {
		visit(this.document, type, visitor);
	}

	/**
	 * Return the code spans within a node.
	 */
	static List<String> codes(Node node) {
		List<String> codes = new ArrayList<>();
		visit(node, Code.class, (code) -> codes.add(code.getLiteral()));
		return codes;
	}

	static <T extends Node> void visit(Node parent, Class<T> type, Consumer<T> visitor) {
		for (Node node = parent.getFirstChild(); node != null; node = node.getNext()) {
			if (type.isInstance(node)) {
				visitor.accept(type.cast(node));
			}
			visit(node, type, visitor);
		}
	}

	private static int line(Node node) {
		return node.getSourceSpans().stream().mapToInt(SourceSpan::getLineIndex).min().orElse(0);
	}

	@Override
	public String toString() {
		return this.path.toString();
	}

	/**
	 * A fenced block of code.
	 *
	 * @param place file and line, to be found in a failure
	 * @param language the language that the fence names
	 * @param text the lines within
	 */
	record Snippet(String place, String language, String text) {

		/**
		 * Return the text without white space: pages are indented in their own way.
		 */
		String bare() {
			return Snippet.bare(this.text);
		}

		static String bare(String text) {
			return text.replaceAll("\\s+", "");
		}

		@Override
		public String toString() {
			return this.place + " (" + this.language + ")";
		}

	}

}
