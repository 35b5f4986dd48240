package io.operations.autoconfigure.endpoint;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.operations.OperationsErrorResponse;
import io.operations.actuate.OperationsEndpoint;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.OperationType;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvoker;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvokerAdvisor;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameter;
import org.springframework.boot.actuate.endpoint.invoke.OperationParameters;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Rejects HTTP requests to the {@link OperationsEndpoint} with an unknown parameter, for
 * example a filter with a typing error. Spring Boot ignores unknown parameters, so a
 * response would show operations that the filter excludes, and a lever would apply to
 * them.
 */
final class PermittedParameters implements OperationInvokerAdvisor {

	private static final EndpointId OPERATIONS = EndpointId.of("operations");

	@Override
	public OperationInvoker apply(EndpointId endpointId, OperationType operationType, OperationParameters parameters,
			OperationInvoker invoker) {
		// Of the methods that read, only those of the web extension have the user as a
		// parameter. The others get their parameters from JMX, which passes known ones
		// only.
		boolean isWeb = parameters.stream().anyMatch((each) -> each.getType().equals(SecurityContext.class));
		boolean isRead = operationType == OperationType.READ;
		if (!endpointId.equals(OPERATIONS) || (isRead && !isWeb)) {
			return invoker;
		}
		Set<String> permitted = parameters.stream()
			.filter((each) -> !each.getType().equals(SecurityContext.class))
			.map(OperationParameter::getName)
			.collect(Collectors.toCollection(LinkedHashSet::new));
		return (context) -> {
			Map<String, Object> arguments = context.getArguments();
			Set<String> unknown = new TreeSet<>(arguments.keySet());
			unknown.removeAll(permitted);
			for (String name : permitted) {
				if (arguments.get(name) instanceof List<?> several) {
					return badRequest("Parameter '" + name + "' has " + several.size() + " values. Pass one value.");
				}
			}
			return unknown.isEmpty() ? invoker.invoke(context)
					: badRequest("Unknown parameter '" + OperationsErrorResponse.printable(unknown.iterator().next())
							+ "'. The permitted parameters are: " + String.join(", ", permitted) + ".");
		};
	}

	private static WebEndpointResponse<Object> badRequest(String message) {
		return new WebEndpointResponse<>(Map.of("message", message), WebEndpointResponse.STATUS_BAD_REQUEST);
	}

}
