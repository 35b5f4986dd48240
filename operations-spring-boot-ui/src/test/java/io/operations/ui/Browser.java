package io.operations.ui;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.stream.Stream;

import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.FluentWait;

import org.springframework.util.StringUtils;

/**
 * A Chromium without a window. Elements are found by role and accessible name, as a
 * screen reader finds them.
 */
final class Browser implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final Map<String, String> CANDIDATES = Map.of("link", "a[href]", "button", "button", "heading",
			"h1,h2,h3", "combobox", "select,input[list]", "textbox", "input", "checkbox", "input[type=checkbox]",
			"table", "table", "dialog", "dialog", "image", "svg", "region", "[role=region],section");

	private final ChromeDriver driver;

	Browser(String... arguments) {
		// Selenium would download a browser.
		File chromium = installed("chromium", "chromium-browser", "google-chrome");
		File chromedriver = installed("chromedriver");
		ChromeOptions options = new ChromeOptions();
		options.setBinary(chromium);
		options.addArguments("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync",
				"--disable-dev-shm-usage", "--window-size=1280,900");
		options.addArguments(arguments);
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		options.setCapability("goog:loggingPrefs", logs);
		this.driver = new ChromeDriver(new ChromeDriverService.Builder().usingDriverExecutable(chromedriver).build(),
				options);
		this.driver.manage().timeouts().scriptTimeout(Duration.ofMinutes(1));
	}

	private static File installed(String... names) {
		return Stream.of(names)
			.flatMap((name) -> Stream
				.of(StringUtils.delimitedListToStringArray(System.getenv("PATH"), File.pathSeparator))
				.map((folder) -> new File(folder, name)))
			.filter(File::canExecute)
			.findFirst()
			.orElseThrow(() -> new AssertionError("This test needs a real Chromium, but PATH has no '" + names[0]
					+ "'. Install it, for example with: apt-get install chromium chromium-driver"));
	}

	ChromeDriver driver() {
		return this.driver;
	}

	void open(String url) {
		this.driver.get("about:blank");
		this.driver.get(url);
	}

	/**
	 * Wait for a shown element of this role whose accessible name has this text.
	 */
	WebElement find(String role, String name) {
		return await(role + " '" + name + "'", () -> search(role, name)).orElseThrow();
	}

	Optional<WebElement> search(String role, String name) {
		String css = Objects.requireNonNull(CANDIDATES.get(role), role);
		try {
			return likely("document.querySelectorAll('" + css + "')", name).stream()
				.map(WebElement.class::cast)
				.filter((element) -> name(element).contains(name))
				.filter((element) -> role.equalsIgnoreCase(element.getAriaRole()))
				.findFirst();
		}
		catch (StaleElementReferenceException ex) {
			return Optional.empty();
		}
	}

	// The browser takes long to compute the name and the role of an element. One script
	// leaves the few elements whose text has the name.
	private List<?> likely(String elements, String name) {
		return script(List.class, """
				return [...%s].filter((one) => one.checkVisibility() && [one.textContent,
					one.getAttribute("aria-label"), ...[...one.labels ?? []].map((label) => label.textContent)]
						.some((text) => text?.includes(arguments[0])));
				""".formatted(elements), name);
	}

	/**
	 * Wait until the visible text of the page meets a condition.
	 */
	String awaitText(String description, Predicate<String> condition) {
		return await(description, () -> Optional.of(text()).filter(condition)).orElseThrow();
	}

	void awaitText(String part) {
		awaitText("the text '" + part + "'", (text) -> text.contains(part));
	}

	String text() {
		return script(String.class, "return document.body.innerText");
	}

	/**
	 * Wait until a table has a row with each of these texts, and return its text.
	 */
	String row(String table, String... parts) {
		WebElement element = find("table", table);
		return await("a row of '" + table + "' with " + List.of(parts),
				() -> texts(element).stream().filter((row) -> Stream.of(parts).allMatch(row::contains)).findFirst())
			.orElseThrow();
	}

	private List<String> texts(WebElement table) {
		List<?> rows = script(List.class, "return [...arguments[0].rows].map((row) => row.innerText)", table);
		return rows.stream().map(String::valueOf).toList();
	}

	/**
	 * Return the number of rows below the header of a table.
	 */
	int rows(String table) {
		return search("table", table).map((element) -> texts(element).size() - 1).orElse(0);
	}

	/**
	 * Wait until a table has this number of rows.
	 */
	void awaitRows(String table, int count) {
		await(count + " rows of '" + table + "'", () -> Optional.of(rows(table)).filter((rows) -> rows == count));
	}

	private <T> Optional<T> await(String description, Supplier<Optional<T>> condition) {
		AtomicReference<Optional<T>> last = new AtomicReference<>(Optional.empty());
		new FluentWait<>(this.driver).withTimeout(PATIENCE)
			.pollingEvery(Duration.ofMillis(100))
			.ignoring(StaleElementReferenceException.class)
			.withMessage(() -> description + " is missing in:\n" + text() + "\n" + logs())
			.until((any) -> {
				Optional<T> found = condition.get();
				last.set(found);
				return found.isPresent();
			});
		return Objects.requireNonNull(last.get());
	}

	void press(CharSequence... keys) {
		focused().sendKeys(keys);
	}

	WebElement focused() {
		return this.driver.switchTo().activeElement();
	}

	/**
	 * Press Tab until the element of this name has the focus, as somebody without a mouse
	 * does.
	 */
	WebElement tabTo(String name) {
		for (int i = 0; i < 60; i++) {
			press(Keys.TAB);
			WebElement element = likely("[document.activeElement]", name).isEmpty() ? null : focused();
			if (element != null && name(element).contains(name)) {
				return element;
			}
		}
		throw new AssertionError("'" + name + "' cannot be reached with the key Tab");
	}

	/**
	 * Return the name of an element as a screen reader says it.
	 */
	static String name(WebElement element) {
		return Objects.requireNonNullElse(element.getAccessibleName(), "");
	}

	<T> T script(Class<T> type, String script, Object... arguments) {
		return type.cast(Objects.requireNonNull(this.driver.executeScript(script, arguments), script));
	}

	/**
	 * Wait until a script returns true.
	 */
	void awaitScript(String script) {
		await(script, () -> Optional.of(script(Boolean.class, script)).filter(Boolean::booleanValue));
	}

	/**
	 * Let the page refresh now, as it does after a lever, instead of within two seconds.
	 */
	void refresh() {
		this.driver.executeScript("document.dispatchEvent(new Event('operations:changed'))");
	}

	void offline(boolean offline) {
		this.driver.executeCdpCommand("Network.enable", Map.of());
		this.driver.executeCdpCommand("Network.emulateNetworkConditions",
				Map.of("offline", offline, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
	}

	/**
	 * Return what the browser complained of, as a violation of the content security
	 * policy.
	 */
	List<String> logs() {
		return this.driver.manage().logs().get(LogType.BROWSER).getAll().stream().map(LogEntry::getMessage).toList();
	}

	/**
	 * Write a picture of the page, if the build asks for it.
	 */
	void screenshot(String name) {
		String folder = System.getProperty("operations.screenshots", "");
		if (folder.isBlank()) {
			return;
		}
		try {
			Files.createDirectories(Path.of(folder));
			Files.write(Path.of(folder, name + ".png"), this.driver.getScreenshotAs(OutputType.BYTES));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
