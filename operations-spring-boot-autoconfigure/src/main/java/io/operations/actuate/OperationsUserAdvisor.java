package io.operations.actuate;

import java.security.Principal;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.InvocationContext;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvoker;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvokerAdvisor;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameters;

/**
 * Gives the log lines of the {@link OperationsEndpoint} the name of the user who changes
 * something. The methods of the endpoint have no parameter for the user: Spring Boot
 * would then accept their POST requests only with a body.
 *
 * @since 0.1.0
 */
public final class OperationsUserAdvisor implements OperationInvokerAdvisor {

	private static final EndpointId ENDPOINT = EndpointId.of("operations");

	private static final String NOBODY = "anonymous";

	// Spring Boot calls the endpoint on the thread that calls the invoker.
	private static final ThreadLocal<@Nullable String> users = new ThreadLocal<>();

	@Override
	public OperationInvoker apply(EndpointId endpointId, OperationType operationType, OperationParameters parameters,
			OperationInvoker invoker) {
		if (!endpointId.equals(ENDPOINT) || operationType == OperationType.READ) {
			return invoker;
		}
		return (context) -> invoke(invoker, context);
	}

	private static @Nullable Object invoke(OperationInvoker invoker, InvocationContext context) {
		SecurityContext security = context.resolveArgument(SecurityContext.class);
		Principal principal = (security != null) ? security.getPrincipal() : null;
		users.set((principal != null) ? principal.getName() : null);
		try {
			return invoker.invoke(context);
		}
		finally {
			users.remove();
		}
	}

	/**
	 * Return the name of the user who changes something at present.
	 * @return the name, {@code anonymous} if it is unknown
	 */
	static String user() {
		String name = users.get();
		return (name != null) ? name : NOBODY;
	}

}
