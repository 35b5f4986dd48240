package io.operations.ui;

import java.time.Duration;
import java.util.Map;

import io.operations.core.OperationsTemplate;
import io.operations.test.OperationScript;
import io.operations.test.OperationsSimulator;
import io.operations.tracking.OperationOutcome;
import io.operations.tracking.OperationTracker;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Looks at the page of an application that has one operation without an end and one
 * handler that always fails.
 */
@Tag("browser")
class RealOperationsTests {

	@Test
	void pageShowsTheWaitTheFailingHandlerAndThePauseOfARealApplication() {
		try (OperationsSimulator simulator = OperationsSimulator.start();
				TestApplication application = TestApplication.start(WebApplicationType.REACTIVE, Secured.class,
						"operations.base-url=" + simulator.baseUrl(), "operations.api-key=" + simulator.username(),
						"operations.api-key-secret=" + simulator.password());
				Browser browser = new Browser()) {
			String endless = simulator.accept(OperationScript.completed().running(Duration.ofHours(1)));
			String failing = simulator.accept(OperationScript.completed());
			Disposable wait = application.context()
				.getBean(OperationsTemplate.class)
				.await(endless, Duration.ofHours(1))
				.subscribe();
			application.context()
				.getBean(OperationTracker.class)
				.track(failing, Map.of())
				.block(Duration.ofSeconds(20));
			browser.open(application.signedIn() + "#/account");
			assertThat(browser.row("Clients", "operations")).contains("runs", "reachable");
			browser.open(application.signedIn() + "#/operations?failing=true");
			browser.row("Awaited and tracked", failing, "delivery fails for", "the next ", "IllegalStateException");
			assertThat(browser.rows("Awaited and tracked")).isEqualTo(1);
			browser.find("link", failing).click();
			browser.awaitText("The handler fails: java.lang.IllegalStateException. Attempt ");
			browser.awaitText("management.endpoint.operations.show-values=when-authorized");
			browser.row("Polls, changes", "delivery", "IllegalStateException");
			browser.find("link", "Back to the list").click();
			browser.row("Awaited and tracked", failing);
			assertThat(browser.driver().getCurrentUrl()).endsWith("#/operations?failing=true");
			browser.open(application.signedIn() + "#/operations?state=awaited");
			browser.find("link", endless).click();
			browser.row("Polls, changes", "poll", "success", "RUNNING");
			browser.open(application.signedIn() + "#/levers");
			browser.find("button", "Pause…").click();
			browser.find("dialog", "Pause polling");
			browser.find("button", "Pause").click();
			browser.awaitText("Polling of 'operations' is paused for 10 min on this instance only");
			browser.awaitText("Polling is paused for 9 min");
			assertThat(browser.logs()).isEmpty();
			browser.open(application.signedIn() + "#/operations?stuk=true");
			browser.awaitText("Unknown parameter 'stuk'. The permitted parameters are: client, kind, state,");
			assertThat(browser.rows("Awaited and tracked")).isZero();
			browser.open(application.signedIn() + "#/operations?size=many");
			browser.awaitText("'size' is 'many', but it must be a number from 0 to 500.");
			wait.dispose();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@Import(ReactivePageSecurity.class)
	static class Secured {

		// Spring Security would encode the password of "spring.security.user" with bcrypt
		// at the first request. Then each request would cost a tenth of a second.
		@Bean
		ReactiveUserDetailsService users() {
			UserDetails operator = User.withUsername("operator").password("{noop}secret").roles("OPERATOR").build();
			return (name) -> Mono.just(operator);
		}

		@EventListener
		void fail(OperationOutcome outcome) {
			throw new IllegalStateException("The table of " + outcome.operationId() + " is locked");
		}

	}

}
