package io.operations.ui;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.Select;

import org.springframework.boot.WebApplicationType;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Looks at the page in a real Chromium, as an operator does: by role and name.
 */
@Tag("browser")
class OperationsPageTests {

	private static final String CANNED = ",io.operations.autoconfigure.endpoint.OperationsEndpointAutoConfiguration";

	private static TestApplication application;

	private static TestApplication unsecured;

	private static CannedOperations canned;

	private static Browser browser;

	@BeforeAll
	static void start() {
		browser = new Browser();
		application = TestApplication.start(WebApplicationType.SERVLET, Secured.class,
				"spring.autoconfigure.exclude=" + CANNED.substring(1));
		unsecured = TestApplication.start(WebApplicationType.REACTIVE, TestApplication.Canned.class,
				TestApplication.UNSECURED + CANNED);
		canned = application.context().getBean(CannedOperations.class);
	}

	@AfterAll
	static void stop() {
		browser.close();
		application.close();
		unsecured.close();
	}

	@BeforeEach
	void reset() {
		canned.reset();
		browser.logs();
	}

	private static void open(String view) {
		browser.open(application.signedIn() + "#/" + view);
	}

	@Test
	void accountShowsEachClientAndLeadsToItsProblems() {
		open("account");
		assertThat(browser.row("Clients", "operations")).contains("runs", "reachable", "3 of 1,000", "2 of 12",
				"3.5 of 20 (18 %)");
		assertThat(browser.row("Clients", "campaigns")).contains("by the server for 42 s", "unavailable for 1 min 3 s",
				"1 of 2 instances, 20 per second here");
		browser.screenshot("page-account");
		assertThat(browser.row("Tracked operations", "operations")).contains("orders-1:4711");
		browser.find("table", "Tracked operations").findElement(By.cssSelector("a[href*='failing=true']")).click();
		browser.row("Awaited and tracked", CannedOperations.FAILING);
		assertThat(browser.rows("Awaited and tracked")).isEqualTo(2);
		assertThat(browser.logs()).isEmpty();
	}

	@Test
	void filtersAreInTheUrlAndPagesFollow() {
		open("operations");
		browser.row("Awaited and tracked", CannedOperations.STUCK, "awaited by 2 waits", "stuck", "5 min 3 s");
		assertThat(browser.rows("Awaited and tracked")).isEqualTo(50);
		browser.screenshot("page-operations");
		browser.find("link", "Next page").click();
		browser.awaitRows("Awaited and tracked", 13);
		browser.find("link", "First page");
		browser.find("checkbox", "Stuck only").click();
		browser.awaitRows("Awaited and tracked", 1);
		assertThat(browser.driver().getCurrentUrl()).contains("stuck=true").doesNotContain("after=");
		open("operations?state=undelivered&kind=campaign");
		browser.row("Awaited and tracked", "IFgivenup", "undelivered for 1 h",
				"attempt 10 of 10 was the last, redeliver it", "java.net.ConnectException: Connection refused");
		assertThat(new Select(browser.find("combobox", "State")).getFirstSelectedOption().getText())
			.isEqualTo("undelivered");
		open("operations?id=nothing");
		browser.awaitText("No operation matches the filters.");
	}

	@Test
	void listSaysSinceWhenADeliveryFailsWhyAndWhenTheNextAttemptIsDue() {
		Instant now = Instant.now();
		canned.rows(List.of(
				canned.row("IFnext", "ENDED",
						Map.of("endedAt", now.minusSeconds(7200).toString(), "attempts", 4, "nextDue",
								now.plusSeconds(3600).toString(), "lastFault", "HTTP 503", "deliveryFault",
								"java.lang.IllegalStateException")),
				canned.row("IFlate", "ENDED",
						Map.of("endedAt", now.minusSeconds(7200).toString(), "attempts", 11, "nextDue",
								now.minusSeconds(3600).toString(), "deliveryFault", "java.lang.IllegalStateException")),
				canned.row("IFpolls", "TRACKED", Map.of("lastFault", "HTTP 503"))));
		open("operations");
		assertThat(browser.row("Awaited and tracked", "IFnext", "delivery fails for 2 h", "java.lang.IllegalState"))
			.containsPattern("attempt 4 of 10, the next is due in (59 min|1 h)")
			.doesNotContain("HTTP 503");
		browser.row("Awaited and tracked", "IFlate", "attempt 11, the next was due 1 h", "java.lang.IllegalState");
		browser.row("Awaited and tracked", "IFpolls", "HTTP 503");
	}

	@Test
	void operationSaysSinceWhenItsDeliveryFailsAndHowToSeeAHiddenMessage() {
		Instant now = Instant.now();
		Map<String, Object> ended = Map.of("endedAt", now.minusSeconds(86400).toString(), "attempts", 3, "nextDue",
				now.plusSeconds(3600).toString(), "deliveryFault", "java.lang.IllegalStateException");
		Map<String, Object> redelivered = new HashMap<>(ended);
		redelivered.put("history",
				List.of(CannedOperations.event(now.minusSeconds(86400), "delivery", "success", null, null, null),
						CannedOperations.event(now.minusSeconds(7200), "delivery", "error", null, null, "any"),
						CannedOperations.event(now.minusSeconds(3600), "delivery", "error", null, null, "any")));
		canned.rows(List.of(canned.row("IFhidden", "ENDED", ended), canned.row("IFagain", "ENDED", redelivered),
				canned.row("IFgivenup", "UNDELIVERED", ended)));
		open("operation/operations/IFhidden");
		browser.awaitText("The handler fails: java.lang.IllegalStateException. Attempt 3 of 10, failing for 1 d. "
				+ "The next attempt is due in ");
		assertThat(browser.text()).contains("The exception's message is hidden, or it has none",
				"management.endpoint.operations.show-values=when-authorized or always", "30 s, until its end");
		open("operation/operations/IFagain");
		browser.awaitText("Attempt 3 of 10, failing for 2 h.");
		open("operation/operations/IFgivenup");
		browser.awaitText("The outcome is undelivered for 1 d: attempt 3 of 10 was the last one. "
				+ "The handler fails: java.lang.IllegalStateException. Repair the handler, then redeliver the outcome.");
		assertThat(browser.text()).contains("management.endpoint.operations.show-values");
		canned.reset();
		open("operation/operations/" + CannedOperations.FAILING);
		browser.awaitText("The handler fails");
		assertThat(browser.text()).contains("Attempt 4 of 10, failing for 1 min").doesNotContain("show-values");
	}

	@Test
	void operationLeadsBackToTheListWithItsFilters() {
		open("operations?failing=true");
		browser.find("link", CannedOperations.FAILING).click();
		browser.awaitText("The handler fails");
		browser.find("link", "Back to the list").click();
		browser.awaitRows("Awaited and tracked", 2);
		assertThat(browser.driver().getCurrentUrl()).endsWith("#/operations?failing=true");
		open("operation/operations/" + CannedOperations.FAILING);
		browser.find("link", "Back to the list").click();
		browser.row("Awaited and tracked", CannedOperations.STUCK);
		assertThat(browser.driver().getCurrentUrl()).endsWith("#/operations?client=operations");
	}

	@Test
	void listThatTheEndpointRejectsShowsItsReasonAndNoRows() {
		open("operations");
		browser.awaitRows("Awaited and tracked", 50);
		canned.status(400);
		browser.refresh();
		browser.awaitText("The store cannot be reached.");
		browser.awaitRows("Awaited and tracked", 0);
		assertThat(browser.search("link", "Next page")).isEmpty();
		assertThat(browser.text()).doesNotContain("No operation matches the filters.");
		canned.status(200);
		browser.refresh();
		browser.awaitRows("Awaited and tracked", 50);
	}

	@Test
	void listWithoutAClientInItsUrlNamesTheClientThatItShows() {
		open("operations?client=campaigns");
		browser.awaitText("No operation matches the filters.");
		browser.find("link", "Operations").click();
		browser.row("Awaited and tracked", CannedOperations.STUCK);
		assertThat(new Select(browser.find("combobox", "Client")).getFirstSelectedOption().getText())
			.isEqualTo("operations");
	}

	@Test
	void operationSaysWhatIsWrongAndShowsItsHistory() {
		open("operations?stuck=true");
		browser.find("link", CannedOperations.STUCK).click();
		browser.awaitText("Stuck: the server has not ended it for 5 min 3 s");
		browser.awaitText("take 20 s (median)");
		browser.find("image", "Timeline");
		assertThat(browser.row("Polls, changes", "throttled")).contains("50 s", "HTTP 429 (20429)");
		browser.screenshot("page-operation-stuck");
		open("operation/operations/" + CannedOperations.FAILING);
		browser.awaitText("The handler fails: java.lang.IllegalStateException: the table 'orders' is locked");
		browser.row("Polls, changes", "delivery", "the table 'orders' is locked");
		browser.screenshot("page-operation-failing");
		open("operation/operations/IFunknown");
		browser.awaitText("No operation of this client has this id.");
	}

	@Test
	void kindsShowWhatIsLearned() {
		open("kinds");
		assertThat(browser.row("Learned durations", "configuration")).contains("40", "20 s", "31 s", "3.1", "1.2 s");
		browser.find("image", "from 10 s to 31 s");
		browser.screenshot("page-kinds");
	}

	@Test
	void leversAskBeforeTheyAct() {
		open("levers");
		browser.find("button", "Pause…").click();
		WebElement dialog = browser.find("dialog", "Pause polling of 'operations'");
		assertThat(dialog.getText()).contains("for 10 min", "Other clients of the same account pause too.");
		browser.screenshot("page-levers");
		browser.find("button", "Cancel").click();
		assertThat(canned.calls()).isEmpty();
		browser.find("button", "Pause…").click();
		dialog.findElement(By.id("confirm-yes")).click();
		browser.awaitText("Polling of 'operations' is paused for 10 min on all instances.");
		browser.find("button", "Resume…").click();
		dialog.findElement(By.id("confirm-yes")).click();
		browser.awaitText("Polling of 'operations' is resumed on all instances.");
		browser.find("button", "Redeliver all that match…").click();
		dialog.findElement(By.id("confirm-yes")).click();
		browser.awaitText("Outcomes that are delivered again: 1. More match: repeat this.");
		open("operation/operations/" + CannedOperations.FAILING);
		browser.find("button", "Redeliver the outcome…").click();
		browser.driver().findElement(By.id("confirm-yes")).click();
		browser.awaitText("The outcome of " + CannedOperations.FAILING + " is delivered again.");
		browser.find("button", "Forget the operation…").click();
		browser.driver().findElement(By.id("confirm-yes")).click();
		browser.awaitText(CannedOperations.FAILING + " is forgotten.");
		assertThat(browser.driver().getCurrentUrl()).endsWith("#/operations?client=operations");
		assertThat(browser.focused().getTagName()).isEqualTo("h2");
		assertThat(browser.focused().getText()).isEqualTo("Operations");
		browser.find("link", "Kinds").click();
		browser.awaitText("the view without the result", (text) -> !text.contains("is forgotten"));
		assertThat(canned.calls()).containsExactly("pause operations PT10M", "resume operations",
				"redeliver operations", "redeliver operations " + CannedOperations.FAILING,
				"forget operations " + CannedOperations.FAILING);
	}

	@Test
	void pageIsReadOnlyIfTheEndpointIs() {
		canned.access("read-only");
		open("levers");
		browser.awaitText("Set management.endpoint.operations.access=unrestricted");
		assertThat(browser.search("button", "Pause")).isEmpty();
		open("operation/operations/" + CannedOperations.FAILING);
		browser.awaitText("The handler fails");
		assertThat(browser.search("button", "Redeliver")).isEmpty();
	}

	@Test
	void pageIsReadOnlyWithoutSpringSecurity() {
		browser.open(unsecured.page() + "#/levers");
		browser.awaitText("no filter of Spring Security protects it");
		assertThat(browser.search("button", "Pause")).isEmpty();
		browser.open(unsecured.page() + "#/operation/operations/" + CannedOperations.FAILING);
		browser.awaitText("The handler fails");
		assertThat(browser.search("button", "Redeliver")).isEmpty();
		assertThat(browser.logs()).isEmpty();
	}

	@Test
	void forgedTextsAreShownAndNotExecuted() {
		canned.forge();
		for (String view : List.of("account", "operations", "kinds", "levers",
				"operation/operations/" + CannedOperations.FAILING)) {
			open(view);
			browser.awaitText("on instance " + CannedOperations.FORGED);
			assertThat(browser.driver().getTitle()).isNotEqualTo("forged");
			assertThat(browser.driver().findElements(By.cssSelector("img, body script"))).isEmpty();
		}
		browser.awaitText("The handler fails: " + CannedOperations.FORGED);
		assertThat(browser.logs()).isEmpty();
	}

	@Test
	void scriptInThePageIsRefused() {
		open("account");
		browser.awaitText("on instance");
		String result = browser.script(String.class,
				"const s = document.createElement('script');"
						+ "try { s.textContent = 'document.title=1'; } catch (e) { return e.name; }"
						+ "document.body.append(s); return document.title;");
		assertThat(result).isEqualTo("TypeError");
	}

	@Test
	void focusStaysOnARowThatMovesAndGoesToTheHeadingWhenTheRowIsGone() {
		open("operations");
		WebElement link = browser.find("link", CannedOperations.FAILING);
		browser.script(Boolean.class, "arguments[0].focus(); return true", link);
		List<Map<String, @Nullable Object>> rows = new ArrayList<>(canned.many(3));
		rows.add(canned.row(CannedOperations.FAILING, "ENDED", Map.of("age", "PT7M")));
		rows.addAll(canned.many(5).subList(3, 5));
		canned.rows(rows);
		browser.refresh();
		browser.row("Awaited and tracked", CannedOperations.FAILING, "7 min");
		assertThat(browser.focused()).isEqualTo(link);
		List<WebElement> order = browser.find("table", "Awaited and tracked").findElements(By.cssSelector("tbody tr"));
		assertThat(order).hasSize(6);
		assertThat(order.get(3).getText()).contains(CannedOperations.FAILING);
		canned.rows(canned.many(3));
		browser.refresh();
		browser.awaitRows("Awaited and tracked", 3);
		assertThat(browser.focused().getText()).isEqualTo("Operations");
		assertThat(browser.focused().getTagName()).isEqualTo("h2");
	}

	@Test
	void everythingIsReachedWithTheKeyboardAlone() {
		open("account");
		browser.awaitText("on instance");
		browser.tabTo("Skip to the content").sendKeys(Keys.ENTER);
		assertThat(browser.focused().getTagName()).isEqualTo("main");
		assertThat(browser.driver().getCurrentUrl()).endsWith("#/account");
		open("account");
		browser.awaitText("on instance");
		browser.tabTo("Operations").sendKeys(Keys.ENTER);
		browser.row("Awaited and tracked", CannedOperations.STUCK);
		assertThat(browser.focused().getText()).isEqualTo("Operations");
		browser.tabTo("Failing deliveries only").sendKeys(Keys.SPACE);
		browser.awaitRows("Awaited and tracked", 2);
		browser.tabTo(CannedOperations.FAILING).sendKeys(Keys.ENTER);
		browser.awaitText("The handler fails");
		browser.tabTo("Redeliver the outcome").sendKeys(Keys.ENTER);
		browser.find("dialog", "Redeliver the outcome");
		browser.press(Keys.ESCAPE);
		assertThat(Browser.name(browser.focused())).contains("Redeliver the outcome");
		browser.press(Keys.ENTER);
		browser.find("dialog", "Redeliver the outcome");
		WebElement yes = Browser.name(browser.focused()).equals("Redeliver") ? browser.focused()
				: browser.tabTo("Redeliver");
		yes.sendKeys(Keys.ENTER);
		browser.awaitText("is delivered again.");
		assertThat(canned.calls()).containsExactly("redeliver operations " + CannedOperations.FAILING);
	}

	@Test
	void errorsAreSaidInWords() {
		open("account");
		browser.awaitText("on instance");
		canned.status(503);
		browser.refresh();
		browser.awaitText("The application answers 503.");
		assertThat(browser.text()).contains("The store cannot be reached.");
		canned.status(404);
		browser.refresh();
		browser.awaitText("management.endpoints.web.exposure.include=operations,operationsui");
		canned.status(403);
		browser.refresh();
		browser.awaitText("The application refuses the request.");
		canned.status(200);
		browser.refresh();
		browser.awaitText("the recovery", (text) -> !text.contains("refuses"));
		canned.status(401);
		browser.refresh();
		browser.awaitText("Sign in to the application in this browser");
	}

	@Test
	void requestThatIsNotAnsweredEndsAfter15Seconds() {
		open("account");
		browser.row("Clients", "operations", "reachable");
		browser.script(Boolean.class, """
				const original = AbortSignal.timeout;
				AbortSignal.timeout = (millis) => (millis === 15000)
					? AbortSignal.abort(new DOMException("", "TimeoutError")) : original.call(AbortSignal, millis);
				window.restore = () => AbortSignal.timeout = original;
				return true;
				""");
		browser.refresh();
		browser.awaitText("The application has not answered for 15 s.");
		assertThat(browser.row("Clients", "operations")).contains("reachable");
		browser.script(Boolean.class, "window.restore(); return true;");
		browser.refresh();
		browser.awaitText("the recovery", (text) -> !text.contains("has not answered"));
	}

	@Test
	void refreshesLeaveOneMark() {
		open("account");
		browser.awaitScript("return performance.getEntriesByName('operations:shown').length > 0");
		browser.script(Boolean.class,
				"window.first = performance.getEntriesByName('operations:shown')[0].startTime; return true;");
		browser.refresh();
		browser.awaitScript("return performance.getEntriesByName('operations:shown').at(-1).startTime > window.first");
		assertThat(browser.script(Long.class, "return performance.getEntriesByName('operations:shown').length"))
			.isEqualTo(1);
	}

	@Test
	void accountIsShownAlthoughTheStoreCannotBeReached() {
		canned.trackingFault("The store cannot be reached: Connection refused.");
		open("account");
		assertThat(browser.row("Clients", "operations")).contains("runs", "reachable");
		browser.awaitText("The tracked operations of 'operations', 'campaigns' cannot be read. "
				+ "The store cannot be reached: Connection refused.");
		assertThat(browser.row("Tracked operations", "operations")).contains("–").doesNotContain("0");
		open("kinds");
		browser.row("Learned durations", "configuration");
		open("levers");
		browser.awaitText("Undelivered outcomes: unknown. The store cannot be reached: Connection refused.");
		assertThat(browser.logs()).isEmpty();
	}

	@Test
	void clientThatFailsLeavesTheOthersOnThePage() {
		canned.failFor("campaigns");
		open("account");
		assertThat(browser.row("Clients", "operations")).contains("runs", "reachable");
		assertThat(browser.row("Tracked operations", "operations")).contains("orders-1:4711");
		assertThat(browser.row("Tracked operations", "campaigns")).contains("–");
		browser.awaitText("The tracked operations of 'campaigns' cannot be read.");
		assertThat(browser.text()).contains("The store of 'campaigns' cannot be reached.");
	}

	@Test
	void hiddenPageAndStoppedPageDoNotAsk() {
		open("account");
		browser.awaitText("on instance");
		// Each refresh schedules the next one, unless there is none.
		browser.script(Boolean.class, """
				window.scheduled = 0;
				const original = window.setTimeout;
				window.setTimeout = (...all) => { window.scheduled++; return original(...all); };
				Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
				document.dispatchEvent(new Event("visibilitychange"));
				performance.clearMarks();
				document.dispatchEvent(new Event("operations:changed"));
				return true;
				""");
		browser.awaitScript("return performance.getEntriesByName('operations:shown').length > 0");
		assertThat(browser.script(Long.class, "return window.scheduled")).isZero();
		browser.script(Boolean.class, """
				delete document.visibilityState;
				document.dispatchEvent(new Event("visibilitychange"));
				return true;
				""");
		browser.awaitScript("return window.scheduled > 0");
		browser.find("button", "Stop refreshing").click();
		browser.script(Boolean.class, """
				window.scheduled = 0;
				performance.clearMarks();
				document.dispatchEvent(new Event("operations:changed"));
				return true;
				""");
		browser.awaitScript("return performance.getEntriesByName('operations:shown').length > 0");
		assertThat(browser.script(Long.class, "return window.scheduled")).isZero();
	}

	@Test
	void pageSaysThatTheApplicationCannotBeReachedAndShowsTheLastState() {
		open("account");
		browser.row("Clients", "operations", "reachable");
		browser.offline(true);
		browser.refresh();
		try {
			browser.awaitText("The application cannot be reached.");
			assertThat(browser.row("Clients", "operations")).contains("reachable");
		}
		finally {
			browser.offline(false);
		}
		browser.refresh();
		browser.awaitText("the recovery", (text) -> !text.contains("cannot be reached"));
	}

	@Configuration(proxyBeanMethods = false)
	@Import({ TestApplication.Canned.class, PageSecurity.class })
	static class Secured {

		// Spring Security would encode the password of "spring.security.user" with bcrypt
		// at the first request. Then each request would cost a tenth of a second.
		@Bean
		UserDetailsService users() {
			return (name) -> User.withUsername("operator").password("{noop}secret").roles("OPERATOR").build();
		}

	}

}
