package io.operations.ui;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests {@link OperationsUiEndpoint} over HTTP on both stacks.
 */
@ExtendWith(OutputCaptureExtension.class)
class OperationsUiEndpointTests {

	private final HttpClient client = HttpClient.newHttpClient();

	private HttpResponse<String> get(String url) throws IOException, InterruptedException {
		return this.client.send(HttpRequest.newBuilder(URI.create(url)).header("Accept", "*/*").build(),
				BodyHandlers.ofString());
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void pageAndItsFilesHaveTheirContentTypes(WebApplicationType stack, CapturedOutput output) throws Exception {
		try (TestApplication application = TestApplication.start(stack, Object.class, TestApplication.UNSECURED,
				"operations.tracking.delivery.max-attempts=7")) {
			HttpResponse<String> page = get(application.page());
			assertThat(page.statusCode()).isEqualTo(200);
			assertThat(page.headers().firstValue("Content-Type").orElseThrow())
				.isEqualToIgnoringCase("text/html;charset=UTF-8");
			assertThat(page.body()).contains("data-operations=\"operations\"", "data-read-only=\"true\"",
					"data-max-attempts=\"7\"", "src=\"operationsui/page.js\"");
			for (var file : OperationsUiEndpoint.FILES.entrySet()) {
				HttpResponse<String> answer = get(application.page() + "/" + file.getKey());
				assertThat(answer.statusCode()).as(file.getKey()).isEqualTo(200);
				assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
					.isEqualToIgnoringCase(file.getValue().toString());
			}
			assertThat(get(application.page() + "/page.html").statusCode()).isEqualTo(404);
			assertThat(get(application.page() + "/..%2FOperationsUiEndpoint.class").statusCode()).isBetween(400, 404);
			assertThat(output).contains("no filter of Spring Security protects it");
		}
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void pageFindsTheEndpointOnAnotherPortAndPath(WebApplicationType stack) throws Exception {
		// With the servers of both stacks on the class path, Spring Boot finds two for
		// another port.
		String one = (stack == WebApplicationType.REACTIVE) ? ",org.springframework.boot.tomcat.autoconfigure."
				+ "actuate.web.server.TomcatReactiveManagementContextAutoConfiguration" : "";
		try (TestApplication application = TestApplication.start(stack, Object.class, TestApplication.UNSECURED + one,
				"management.server.port=0", "management.endpoints.web.base-path=/manage",
				"management.endpoints.web.path-mapping.operationsui=look/at/it",
				"management.endpoints.web.path-mapping.operations=jobs")) {
			String base = "http://localhost:"
					+ application.context().getEnvironment().getRequiredProperty("local.management.port");
			String url = base + "/manage/look/at/it";
			HttpResponse<String> page = get(url);
			assertThat(page.body()).contains("data-operations=\"../../jobs\"", "src=\"it/page.js\"");
			assertThat(get(URI.create(url).resolve("it/page.js").toString()).statusCode()).isEqualTo(200);
			assertThat(get(URI.create(url).resolve("../../jobs").toString()).statusCode()).isEqualTo(200);
			assertThat(get(application.page()).statusCode()).isEqualTo(404);
		}
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void pageFollowsTheRulesOfSpringSecurity(WebApplicationType stack, CapturedOutput output) throws Exception {
		try (TestApplication application = TestApplication.start(stack, Object.class)) {
			assertThat(get(application.page()).statusCode()).isEqualTo(401);
			assertThat(get(application.page() + "/page.js").statusCode()).isEqualTo(401);
			assertThat(output).doesNotContain("no filter of Spring Security");
		}
	}

	@Test
	void pageIsMissingUnlessTheApplicationExposesIt(CapturedOutput output) throws Exception {
		try (TestApplication application = TestApplication.start(WebApplicationType.REACTIVE, Object.class,
				TestApplication.UNSECURED, "management.endpoints.web.exposure.include=operations")) {
			assertThat(application.context().getBeanNamesForType(OperationsUiEndpoint.class)).isEmpty();
			assertThat(get(application.page()).statusCode()).isEqualTo(404);
			assertThat(output).doesNotContain("operationsui");
		}
	}

	@Test
	void pageWithoutTheEndpointKnowsNoPath() throws Exception {
		try (TestApplication application = TestApplication.start(WebApplicationType.REACTIVE, Object.class,
				TestApplication.UNSECURED, "management.endpoints.web.exposure.include=operationsui")) {
			assertThat(get(application.page()).body()).contains("data-operations=\"\"");
		}
	}

	@ParameterizedTest
	@CsvSource({ "/actuator/operationsui, /actuator/operations, operations",
			"/actuator/a/b, /actuator/operations, ../operations", "/operationsui, /operations, operations",
			"/a/ui, /a/ui/, ui/", "/actuator/x, /actuator/x/y, x/y" })
	void pathsAreRelative(String from, String to, String relative) {
		assertThat(OperationsUiEndpoint.relative(from, to)).isEqualTo(relative);
		assertThat(URI.create("http://host" + from).resolve(relative)).hasToString("http://host" + to);
	}

}
