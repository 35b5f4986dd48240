package io.operations.actuate;

import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * Provides the {@link OperationsEndpoint} over HTTP. The status of a response is 200 if
 * it shows operations, 202 if the library will deliver an outcome again, and 204 if it no
 * longer tracks an operation. Errors are 400 for an invalid parameter, 404 for an
 * operation that is not tracked, 409 for an outcome that cannot be delivered again now,
 * and 503 for a store that cannot be reached.
 *
 * @since 0.1.0
 */
@EndpointWebExtension(endpoint = OperationsEndpoint.class)
public class OperationsEndpointWebExtension {

	private static final int ACCEPTED = 202;

	private static final int CONFLICT = 409;

	private final OperationsEndpoint endpoint;

	private final Show showValues;

	private final Set<String> roles;

	/**
	 * Create the extension.
	 * @param endpoint the endpoint
	 * @param showValues when to show the values of attributes
	 * @param roles the roles of users that may see the values, empty for every
	 * authenticated user
	 */
	public OperationsEndpointWebExtension(OperationsEndpoint endpoint, Show showValues, Set<String> roles) {
		this.endpoint = endpoint;
		this.showValues = showValues;
		this.roles = Set.copyOf(roles);
	}

	/**
	 * Return the state of all operations, and a page of them. The parameters are those of
	 * {@link OperationsEndpoint}.
	 * @param securityContext the user of the request
	 * @param client the name of the client
	 * @param kind the kind of the operations on the page
	 * @param state the state of the operations on the page
	 * @param status the last seen status of the operations on the page
	 * @param stuck whether the operations on the page are stuck
	 * @param failing whether the last delivery of the operations on the page failed
	 * @param id the text with which the ids begin
	 * @param order the order of the operations
	 * @param after the {@code next} of the previous page
	 * @param size the maximum number of operations on the page
	 * @return a response with the status 200, 400 or 503
	 */
	@ReadOperation
	public WebEndpointResponse<Object> operations(SecurityContext securityContext, @Nullable String client,
			@Nullable String kind, @Nullable String state, @Nullable String status, @Nullable String stuck,
			@Nullable String failing, @Nullable String id, @Nullable String order, @Nullable String after,
			@Nullable String size) {
		boolean shown = this.showValues.isShown(securityContext, this.roles);
		return answer(() -> new WebEndpointResponse<>(this.endpoint.operations(client,
				OperationsQuery.of(kind, state, status, stuck, failing, id, order, after, size), shown)));
	}

	/**
	 * Return an operation of the first client that tracks one of this id, otherwise of
	 * the first client that awaits one.
	 * @param securityContext the user of the request
	 * @param id the operation's id
	 * @return a response with the status 200, 400, 404 or 503
	 */
	@ReadOperation
	public WebEndpointResponse<Object> operation(SecurityContext securityContext, @Selector String id) {
		return operation(securityContext, null, id);
	}

	/**
	 * Return an operation of a client.
	 * @param securityContext the user of the request
	 * @param client the name of the client
	 * @param id the operation's id
	 * @return a response with the status 200, 400, 404 or 503
	 */
	@ReadOperation
	public WebEndpointResponse<Object> operationOfClient(SecurityContext securityContext, @Selector String client,
			@Selector String id) {
		return operation(securityContext, client, id);
	}

	private WebEndpointResponse<Object> operation(SecurityContext securityContext, @Nullable String client, String id) {
		boolean shown = this.showValues.isShown(securityContext, this.roles);
		return answer(() -> {
			OperationDetails found = this.endpoint.operation(client, id, shown);
			return (found != null) ? new WebEndpointResponse<>(found)
					: message("No tracked operation has this id, and no caller of this instance awaits it.",
							WebEndpointResponse.STATUS_NOT_FOUND);
		});
	}

	/**
	 * Stop tracking an operation of the first client that has one of this id.
	 * @param id the operation's id
	 * @return a response with the status 204, 400, 404 or 503
	 */
	@DeleteOperation
	public WebEndpointResponse<Object> forget(@Selector String id) {
		return forget(null, id);
	}

	/**
	 * Stop tracking an operation of a client.
	 * @param client the name of the client
	 * @param id the operation's id
	 * @return a response with the status 204, 400, 404 or 503
	 */
	@DeleteOperation
	public WebEndpointResponse<Object> forgetOfClient(@Selector String client, @Selector String id) {
		return forget(client, id);
	}

	private WebEndpointResponse<Object> forget(@Nullable String client, String id) {
		return answer(() -> this.endpoint.levers().forget(client, id)
				? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT) : notFound());
	}

	/**
	 * Deliver the outcome of an operation again. The operation is that of the first
	 * client that has one of this id.
	 * @param id the operation's id
	 * @return a response with the status 202, 400, 404, 409 or 503
	 */
	@WriteOperation
	public WebEndpointResponse<Object> redeliver(@Selector String id) {
		return redeliver(null, id);
	}

	/**
	 * Deliver the outcome of an operation of a client again.
	 * @param client the name of the client
	 * @param id the operation's id
	 * @return a response with the status 202, 400, 404, 409 or 503
	 */
	@WriteOperation
	public WebEndpointResponse<Object> redeliverOfClient(@Selector String client, @Selector String id) {
		return redeliver(client, id);
	}

	private WebEndpointResponse<Object> redeliver(@Nullable String client, String id) {
		return answer(() -> {
			RedeliveryDescriptor result = this.endpoint.levers().redeliver(client, id);
			if (result == null) {
				return notFound();
			}
			return new WebEndpointResponse<>(result, result.accepted() ? ACCEPTED : CONFLICT);
		});
	}

	/**
	 * Pause or resume a client, or deliver its undelivered outcomes again, at most 1,000.
	 * @param action {@code pause}, {@code resume} or {@code redeliver}
	 * @param client the name of the client, {@code null} for the default client
	 * @param duration how long the client pauses, at most an hour, only for {@code pause}
	 * @param kind the kind of the operations, {@code null} for all kinds, only for
	 * {@code redeliver}
	 * @param id how the ids of the operations begin, {@code null} for all ids, only for
	 * {@code redeliver}
	 * @return a response with the status 200, 202, 400 or 503
	 */
	@WriteOperation
	public WebEndpointResponse<Object> change(@Nullable String action, @Nullable String client,
			@Nullable String duration, @Nullable String kind, @Nullable String id) {
		return answer(() -> {
			LeverRequest request = LeverRequest.of(action, client, duration, kind, id);
			return new WebEndpointResponse<>(this.endpoint.levers().apply(request),
					(request.action() == LeverRequest.Action.REDELIVER) ? ACCEPTED : WebEndpointResponse.STATUS_OK);
		});
	}

	private static WebEndpointResponse<Object> notFound() {
		return message("No tracked operation has this id.", WebEndpointResponse.STATUS_NOT_FOUND);
	}

	private static WebEndpointResponse<Object> answer(Supplier<WebEndpointResponse<Object>> call) {
		try {
			return call.get();
		}
		catch (InvalidEndpointRequestException ex) {
			return message(String.valueOf(ex.getReason()), WebEndpointResponse.STATUS_BAD_REQUEST);
		}
		catch (BudgetUnavailableException ex) {
			return message(String.valueOf(ex.getMessage()), WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
		}
		catch (RuntimeException ex) {
			return message(TrackerCalls.fault(ex), WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
		}
	}

	private static WebEndpointResponse<Object> message(String message, int status) {
		return new WebEndpointResponse<>(Map.of("message", message), status);
	}

}
