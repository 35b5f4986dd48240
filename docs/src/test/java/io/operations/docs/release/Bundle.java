package io.operations.docs.release;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

import javax.xml.parsers.DocumentBuilderFactory;

import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

import org.springframework.util.StringUtils;

/**
 * The files of a release, in the layout of a Maven repository.
 *
 * @param root the folder that has the folders of the group id
 * @param signed whether each file must have a signature
 */
record Bundle(Path root, boolean signed) {

	/**
	 * The published artifacts, each with its packaging.
	 */
	static final Map<String, String> PUBLISHED = Map.of("operations-spring-boot-bom", "pom",
			"operations-spring-boot-autoconfigure", "jar", "operations-spring-boot-starter", "jar",
			"operations-spring-boot-test", "jar", "operations-spring-boot-ui", "jar");

	private static final List<String> REQUIRED = List.of("modelVersion", "groupId", "artifactId", "version", "name",
			"description", "url", "licenses/license/name", "licenses/license/url", "developers/developer/name",
			"scm/connection", "scm/developerConnection", "scm/url");

	// The last three make a build depend on another repository.
	private static final List<String> FORBIDDEN = List.of("parent", "modules", "build", "profiles", "repositories",
			"pluginRepositories", "distributionManagement");

	private static final Map<String, String> CHECKSUMS = Map.of(".md5", "MD5", ".sha1", "SHA-1");

	/**
	 * Return the content of each file that a repository gets, with its relative path.
	 */
	SortedMap<String, byte[]> files() {
		SortedMap<String, byte[]> files = new TreeMap<>();
		try (Stream<Path> all = Files.walk(this.root)) {
			for (Path file : all.filter(Files::isRegularFile).toList()) {
				// Maven Central writes this one itself, with the time.
				if (!file.getFileName().toString().startsWith("maven-metadata")) {
					files.put(this.root.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return files;
	}

	/**
	 * Check the requirements that Maven Central publishes for components.
	 * @return a line for each requirement that is not met
	 */
	List<String> faults() {
		List<String> faults = new ArrayList<>();
		SortedMap<String, byte[]> files = files();
		List<String> expected = new ArrayList<>();
		PUBLISHED.forEach((artifact, packaging) -> {
			String version = version(artifact, faults);
			String stem = "io/operations/" + artifact + "/" + version + "/" + artifact + "-" + version;
			List<String> suffixes = packaging.equals("pom") ? List.of(".pom")
					: List.of(".pom", ".jar", "-sources.jar", "-javadoc.jar");
			for (String suffix : suffixes) {
				expected.add(stem + suffix);
			}
			if (files.containsKey(stem + ".pom")) {
				checkPom(this.root.resolve(stem + ".pom"), artifact, version, faults);
			}
			if (files.containsKey(stem + ".jar")) {
				checkEntries(this.root.resolve(stem + ".jar"), faults, "META-INF/LICENSE",
						"META-INF/sbom/" + artifact + ".cdx.json");
			}
		});
		for (String name : expected) {
			checkFile(name, files, faults);
		}
		files.keySet()
			.stream()
			.filter((name) -> expected.stream().noneMatch((one) -> name.equals(one) || name.startsWith(one + ".")))
			.forEach((name) -> faults.add(name + " is not published"));
		return faults;
	}

	private String version(String artifact, List<String> faults) {
		try (Stream<Path> versions = Files.list(this.root.resolve("io/operations").resolve(artifact))) {
			List<String> found = versions.filter(Files::isDirectory)
				.map((folder) -> folder.getFileName().toString())
				.toList();
			if (found.size() == 1 && !found.get(0).endsWith("-SNAPSHOT")) {
				return found.get(0);
			}
			faults.add(artifact + " has the versions " + found + ": one release is expected");
		}
		catch (IOException ex) {
			faults.add(artifact + " is missing");
		}
		return "?";
	}

	private void checkFile(String name, SortedMap<String, byte[]> files, List<String> faults) {
		byte[] content = files.get(name);
		if (content == null) {
			faults.add(name + " is missing");
			return;
		}
		CHECKSUMS.forEach((suffix, algorithm) -> {
			byte[] checksum = files.get(name + suffix);
			if (checksum == null
					|| !new String(checksum, StandardCharsets.US_ASCII).trim().equals(hash(content, algorithm))) {
				faults.add(name + suffix + " is missing or is not the checksum");
			}
		});
		if (this.signed && !files.containsKey(name + ".asc")) {
			faults.add(name + ".asc, the signature, is missing");
		}
	}

	private static String hash(byte[] content, String algorithm) {
		try {
			return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void checkEntries(Path jar, List<String> faults, String... entries) {
		try (ZipFile zip = new ZipFile(jar.toFile())) {
			for (String entry : entries) {
				if (zip.getEntry(entry) == null) {
					faults.add(jar.getFileName() + " has no " + entry);
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void checkPom(Path file, String artifact, String version, List<String> faults) {
		String name = file.getFileName().toString();
		Element project = read(file).getDocumentElement();
		REQUIRED.stream()
			.filter((path) -> text(project, path).isBlank())
			.forEach((path) -> faults.add(name + " has no " + path));
		FORBIDDEN.stream()
			.filter((element) -> !children(project, element).isEmpty())
			.forEach((element) -> faults.add(name + " has " + element));
		if (!text(project, "groupId").equals("io.operations") || !text(project, "artifactId").equals(artifact)
				|| !text(project, "version").equals(version)) {
			faults.add(name + " has other coordinates than its folder");
		}
		// The bill of materials names its own version so, which every build tool knows.
		String text = project.getTextContent().replace("${project.version}", version);
		if (text.contains("-SNAPSHOT") || text.contains("${")) {
			faults.add(name + " depends on a snapshot or has a placeholder");
		}
		for (String list : List.of("dependencies", "dependencyManagement/dependencies")) {
			for (Element dependency : descend(project, list + "/dependency")) {
				if (text(dependency, "version").isBlank()) {
					faults.add(name + " names no version of " + text(dependency, "artifactId"));
				}
			}
		}
		// The address of the repository is not known before the first release.
		if (this.signed && text(project, "url").endsWith(".example")) {
			faults.add(name + " has the placeholder of the property project.home");
		}
	}

	private static Document read(Path file) {
		try (InputStream content = Files.newInputStream(file)) {
			return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(content);
		}
		catch (Exception ex) {
			throw new IllegalStateException("%s is not XML".formatted(file), ex);
		}
	}

	private static String text(Element parent, String path) {
		List<Element> found = descend(parent, path);
		return found.isEmpty() ? "" : found.get(0).getTextContent();
	}

	private static List<Element> descend(Element parent, String path) {
		List<Element> found = List.of(parent);
		for (String name : StringUtils.delimitedListToStringArray(path, "/")) {
			found = found.stream().flatMap((element) -> children(element, name).stream()).toList();
		}
		return found;
	}

	private static List<Element> children(Element parent, String name) {
		List<Element> children = new ArrayList<>();
		for (Node child = parent.getFirstChild(); child != null; child = child.getNextSibling()) {
			if (child instanceof Element element && element.getTagName().equals(name)) {
				children.add(element);
			}
		}
		return children;
	}

}
