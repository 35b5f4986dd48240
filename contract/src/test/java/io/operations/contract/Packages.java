package io.operations.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The npm packages that the tests use. They stay in the folder {@code target}, and
 * nothing of them belongs to the repository.
 *
 * @param prism the script that starts Prism
 * @param documents the folder with the vendor's documents
 */
record Packages(Path prism, Path documents) {

	private static final String PRISM = "5.16.0";

	private static final String VENDOR = "9.0.0";

	static Packages install() throws IOException {
		Path folder = Path.of("target", "npm").toAbsolutePath();
		Path prism = folder.resolve("node_modules/@stoplight/prism-cli/dist/index.js");
		Path documents = folder.resolve("package/src/services/twilio-api");
		Files.createDirectories(folder);
		if (!Files.exists(prism)) {
			Files.writeString(folder.resolve("package.json"), "{}");
			Command.run(folder, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts",
					"@stoplight/prism-cli@" + PRISM);
		}
		if (!Files.exists(documents)) {
			// Without its dependencies, which are large.
			Command.run(folder, "npm", "pack", "@twilio/cli-core@" + VENDOR);
			Command.run(folder, "tar", "xzf", "twilio-cli-core-" + VENDOR + ".tgz");
		}
		return new Packages(prism, documents);
	}

}
