package io.operations.actuate;

import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import io.operations.OperationsErrorResponse;
import io.operations.tracking.TrackingState;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.core.NestedExceptionUtils;

/**
 * The {@link OperationsEndpoint} over HTTP. 200 shows, 202 has an outcome delivered anew,
 * 204 has forgotten; 400 tells of a parameter that is no good, 404 of an operation that
 * is not tracked, 409 of an outcome that cannot be delivered anew now, 503 of a store
 * that cannot be reached.
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
	 * @param roles whom to show them to if not everybody
	 */
	public OperationsEndpointWebExtension(OperationsEndpoint endpoint, Show showValues, Set<String> roles) {
		this.endpoint = endpoint;
		this.showValues = showValues;
		this.roles = Set.copyOf(roles);
	}

	/**
	 * Show how operations stand, and a page of those that are tracked.
	 * @param securityContext who asks
	 * @param state those in this state only
	 * @param kind those of this kind only
	 * @param after those whose id comes after this one only
	 * @param size how many at most
	 * @return 200, 400 or 503
	 */
	@ReadOperation
	public WebEndpointResponse<Object> operations(SecurityContext securityContext, @Nullable TrackingState state,
			@Nullable String kind, @Nullable String after, @Nullable Integer size) {
		boolean shown = this.showValues.isShown(securityContext, this.roles);
		return answer(() -> new WebEndpointResponse<>(this.endpoint.operations(state, kind, after, size, shown)));
	}

	/**
	 * Show a tracked operation.
	 * @param securityContext who asks
	 * @param id the operation's id
	 * @return 200, 400, 404 or 503
	 */
	@ReadOperation
	public WebEndpointResponse<Object> operation(SecurityContext securityContext, @Selector String id) {
		boolean shown = this.showValues.isShown(securityContext, this.roles);
		return answer(() -> {
			TrackedOperationDescriptor found = this.endpoint.operation(id, shown);
			return (found != null) ? new WebEndpointResponse<>(found) : notFound();
		});
	}

	/**
	 * Stop tracking an operation.
	 * @param id the operation's id
	 * @return 204, 400, 404 or 503
	 */
	@DeleteOperation
	public WebEndpointResponse<Object> forget(@Selector String id) {
		return answer(() -> this.endpoint.forget(id) ? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT)
				: notFound());
	}

	/**
	 * Have the outcome of an operation delivered anew.
	 * @param id the operation's id
	 * @return 202, 400, 404, 409 or 503
	 */
	@WriteOperation
	public WebEndpointResponse<Object> redeliver(@Selector String id) {
		return answer(() -> {
			RedeliveryDescriptor result = this.endpoint.redeliver(id);
			if (result == null) {
				return notFound();
			}
			return new WebEndpointResponse<>(result, result.accepted() ? ACCEPTED : CONFLICT);
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
		catch (RuntimeException ex) {
			Throwable fault = NestedExceptionUtils.getMostSpecificCause(Exceptions.unwrap(ex));
			return message(
					"The store of tracked operations cannot be reached: " + fault.getClass().getName() + ": "
							+ OperationsErrorResponse.printable(String.valueOf(fault.getMessage())),
					WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
		}
	}

	private static WebEndpointResponse<Object> message(String message, int status) {
		return new WebEndpointResponse<>(Map.of("message", message), status);
	}

}
