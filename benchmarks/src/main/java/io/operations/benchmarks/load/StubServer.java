package io.operations.benchmarks.load;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

import org.springframework.http.HttpHeaders;

/**
 * The endpoint, in a process of its own. Each account has operations and a limit of its
 * own, so that clients can run at the same time and not share what they are allowed.
 */
public final class StubServer {

	private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter
		.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
		.withZone(ZoneOffset.UTC);

	private static final String REFUSAL = "{\"code\":20429,\"message\":\"Too many requests\",\"more_info\":"
			+ "\"https://www.twilio.com/docs/errors/20429\",\"status\":429}";

	private final Map<String, Account> accounts = new ConcurrentHashMap<>();

	private volatile String baseUrl = "";

	private StubServer() {
	}

	/**
	 * Serve until the standard input ends.
	 * @param args none
	 * @throws IOException if the standard input cannot be read
	 */
	public static void main(String[] args) throws IOException {
		StubServer stub = new StubServer();
		stub.accounts.put(authorization(Target.WARM_UP), Account.warmUp(ClientProcess.WARM_UPS));
		DisposableServer server = HttpServer.create().host("127.0.0.1").port(0).route(stub::routes).bindNow();
		stub.baseUrl = "http://127.0.0.1:" + server.port();
		System.out.println(ChildProcess.READY + " " + stub.baseUrl);
		System.in.transferTo(OutputStream.nullOutputStream());
		Runtime.getRuntime().halt(0);
	}

	static String authorization(String account) {
		return "Basic " + HttpHeaders.encodeBasicAuth(account, "secret", StandardCharsets.UTF_8);
	}

	private void routes(HttpServerRoutes routes) {
		routes.get("/v2/ControlPlane/Operations/{id}", this::poll)
			.post("/operations/{index}", this::accept)
			.put("/accounts/{name}/{operations}/{limit}/{distribution}", this::open)
			.get("/accounts/{name}", this::report);
	}

	private Publisher<Void> open(HttpServerRequest request, HttpServerResponse response) {
		this.accounts.put(authorization(param(request, "name")),
				new Account(Integer.parseInt(param(request, "operations")), Limit.valueOf(param(request, "limit")),
						Distribution.valueOf(param(request, "distribution"))));
		return response.status(204).send();
	}

	private Publisher<Void> report(HttpServerRequest request, HttpServerResponse response) {
		Account account = this.accounts.get(authorization(param(request, "name")));
		return (account != null) ? response.sendString(Mono.fromSupplier(() -> account.tally().write()))
				: response.sendNotFound();
	}

	private Publisher<Void> accept(HttpServerRequest request, HttpServerResponse response) {
		Account account = account(request);
		if (account == null) {
			return response.status(401).send();
		}
		StubOperation operation = account.accept(Integer.parseInt(param(request, "index")));
		return response.status(202)
			.header("Content-Type", "application/json")
			.sendString(Mono.just(operation.tellAccepted(this.baseUrl)));
	}

	private Publisher<Void> poll(HttpServerRequest request, HttpServerResponse response) {
		Account account = account(request);
		if (account == null) {
			return response.status(401).send();
		}
		StubOperation operation = account.operation(param(request, "id"));
		if (operation == null) {
			return response.sendNotFound();
		}
		response.header("Content-Type", "application/json")
			.header("Date", HTTP_DATE.format(Instant.now()))
			.header("Twilio-Request-Id", "RQ00000000000000000000000000000000");
		int status = account.enter();
		if (status == 429) {
			return response.status(429).header("Retry-After", "1").sendString(Mono.just(REFUSAL));
		}
		if (status != 200) {
			return response.status(status).send();
		}
		// The place is given back before the answer leaves: who asks again upon it finds
		// it free.
		return response.sendString(Mono.using(() -> account,
				(entered) -> Mono.delay(entered.serverTime()).map((passed) -> operation.tell(this.baseUrl)),
				Account::leave, true));
	}

	private @Nullable Account account(HttpServerRequest request) {
		String authorization = request.requestHeaders().get("Authorization");
		return (authorization != null) ? this.accounts.get(authorization) : null;
	}

	private static String param(HttpServerRequest request, String name) {
		return Objects.requireNonNull(request.param(name));
	}

}
