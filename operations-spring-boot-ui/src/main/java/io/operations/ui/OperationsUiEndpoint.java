package io.operations.ui;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.util.MimeType;
import org.springframework.util.StringUtils;
import org.springframework.web.util.HtmlUtils;

/**
 * Serves a page that shows the operations of the application. The page reads the endpoint
 * {@code operations}, which the application must expose as well.
 *
 * @since 0.1.0
 */
@WebEndpoint(id = "operationsui", defaultAccess = Access.READ_ONLY)
public class OperationsUiEndpoint {

	private static final EndpointId ID = EndpointId.of("operationsui");

	private static final EndpointId OPERATIONS = EndpointId.of("operations");

	private static final MimeType HTML = new MimeType("text", "html", StandardCharsets.UTF_8);

	private static final MimeType SCRIPT = new MimeType("text", "javascript", StandardCharsets.UTF_8);

	private static final MimeType STYLE = new MimeType("text", "css", StandardCharsets.UTF_8);

	private static final MimeType PICTURE = new MimeType("image", "svg+xml", StandardCharsets.UTF_8);

	static final String PAGE = "page.html";

	/**
	 * The files beside the page. No other name reaches the class path.
	 */
	static final Map<String, MimeType> FILES = Map.ofEntries(Map.entry("page.css", STYLE),
			Map.entry("icon.svg", PICTURE), Map.entry("page.js", SCRIPT), Map.entry("api.js", SCRIPT),
			Map.entry("dom.js", SCRIPT), Map.entry("text.js", SCRIPT), Map.entry("account.js", SCRIPT),
			Map.entry("operations.js", SCRIPT), Map.entry("operation.js", SCRIPT), Map.entry("timeline.js", SCRIPT),
			Map.entry("kinds.js", SCRIPT), Map.entry("levers.js", SCRIPT));

	private final Supplier<PathMappedEndpoints> paths;

	private final boolean readOnly;

	private final int maxAttempts;

	/**
	 * Create the endpoint.
	 * @param paths the paths of the application's endpoints. The endpoint asks for them
	 * with each request, because they are known only after the endpoints.
	 * @param readOnly whether the page hides the levers even if the endpoint
	 * {@code operations} permits them
	 */
	public OperationsUiEndpoint(Supplier<PathMappedEndpoints> paths, boolean readOnly) {
		this(paths, readOnly, 0);
	}

	// The page shows the maximum number of attempts to deliver beside the present one. It
	// is 0 if it is unknown.
	OperationsUiEndpoint(Supplier<PathMappedEndpoints> paths, boolean readOnly, int maxAttempts) {
		this.paths = paths;
		this.readOnly = readOnly;
		this.maxAttempts = maxAttempts;
	}

	/**
	 * Return the page.
	 * @return a response with the status 200
	 */
	@ReadOperation(produces = "text/html")
	public WebEndpointResponse<Resource> page() {
		PathMappedEndpoints all = this.paths.get();
		String own = String.valueOf(all.getPath(ID));
		String operations = all.getPath(OPERATIONS);
		String html = new String(content(PAGE), StandardCharsets.UTF_8)
			.replace("{{files}}", HtmlUtils.htmlEscape(relative(own, own + "/")))
			.replace("{{operations}}", (operations != null) ? HtmlUtils.htmlEscape(relative(own, operations)) : "")
			.replace("{{readOnly}}", Boolean.toString(this.readOnly))
			.replace("{{maxAttempts}}", Integer.toString(this.maxAttempts));
		return new WebEndpointResponse<>(new ByteArrayResource(html.getBytes(StandardCharsets.UTF_8)), HTML);
	}

	/**
	 * Return a file that the page consists of.
	 * @param file the name of the file
	 * @return a response with the status 200 or 404
	 */
	@ReadOperation(produces = { "text/javascript", "text/css", "image/svg+xml" })
	public WebEndpointResponse<Resource> file(@Selector String file) {
		MimeType type = FILES.get(file);
		return (type != null) ? new WebEndpointResponse<>(new ByteArrayResource(content(file)), type)
				: new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
	}

	// The path of an endpoint as a browser that shows another one resolves it. The part
	// that both have in common is left out: a proxy may serve it under another name.
	static String relative(@Nullable String from, String to) {
		String[] origin = StringUtils.delimitedListToStringArray(from, "/");
		String[] target = StringUtils.delimitedListToStringArray(to, "/");
		int common = 0;
		while (common < Math.min(origin.length, target.length) - 1 && origin[common].equals(target[common])) {
			common++;
		}
		StringBuilder path = new StringBuilder("../".repeat(origin.length - 1 - common));
		for (int i = common; i < target.length; i++) {
			path.append((i > common) ? "/" : "").append(target[i]);
		}
		return path.toString();
	}

	private static byte[] content(String file) {
		try {
			return new ClassPathResource(file, OperationsUiEndpoint.class).getContentAsByteArray();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
