package io.operations.internal.polling;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;

import io.operations.Operation;
import io.operations.OperationSnapshot;
import io.operations.OperationStatus;
import io.operations.OperationTimeoutException;
import io.operations.OperationWait;
import io.operations.OperationsActivity;
import io.operations.OperationsListener;
import io.operations.OperationsOverload;
import io.operations.OperationsThrottledException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.util.context.Context;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.mock;

@ExtendWith(OutputCaptureExtension.class)
class OperationsListenersTests {

	private final List<String> calls = new ArrayList<>();

	@Test
	void listenerThatThrowsIsLoggedAndTheOthersAreCalled(CapturedOutput output) {
		OperationsListener broken = proxy((proxy, method, arguments) -> {
			throw new AssertionError("broken " + method.getName());
		});
		OperationsListeners listeners = new OperationsListeners(List.of(recorder("first"), broken, recorder("last")));
		callAll(listeners);
		List<String> methods = Arrays.stream(OperationsListener.class.getMethods()).map(Method::getName).toList();
		assertThat(this.calls).containsExactlyInAnyOrderElementsOf(
				methods.stream().flatMap((name) -> List.of("first " + name, "last " + name).stream()).toList());
		assertThat(methods).allSatisfy((name) -> assertThat(output).contains("broken " + name));
	}

	@Test
	void listenersAreCalledInTheirOrder() {
		new OperationsListeners(List.of(recorder("a"), recorder("b"), recorder("c"))).closed("x");
		assertThat(this.calls).containsExactly("a closed", "b closed", "c closed");
	}

	@Test
	void noListenerIsNoFault() {
		callAll(new OperationsListeners(List.of()));
		assertThat(this.calls).isEmpty();
	}

	private OperationsListener recorder(String name) {
		return proxy((proxy, method, arguments) -> {
			this.calls.add(name + " " + method.getName());
			return null;
		});
	}

	private static OperationsListener proxy(InvocationHandler handler) {
		return (OperationsListener) Proxy.newProxyInstance(OperationsListener.class.getClassLoader(),
				new Class<?>[] { OperationsListener.class }, (proxy, method, arguments) -> {
					if (method.getDeclaringClass() == Object.class) {
						return method.invoke(handler, arguments);
					}
					return handler.invoke(proxy, method, arguments);
				});
	}

	private static void callAll(OperationsListener listener) {
		Operation operation = new Operation("op1", OperationStatus.RUNNING, "RUNNING", null, null, null, null, Map.of(),
				Map.of());
		OperationSnapshot snapshot = new OperationSnapshot(operation, null, Instant.EPOCH);
		OperationsThrottledException throttled = new OperationsThrottledException("full", "op1", (Duration) null);
		listener.opened("x", mock(OperationsActivity.class));
		listener.fetched("x", snapshot);
		listener.failed("x", "op1", throttled);
		listener.throttled("x", throttled);
		listener.pauseBegan("x", Duration.ofSeconds(1));
		listener.operatorPauseBegan("x", Duration.ofSeconds(1));
		listener.pauseEnded("x");
		listener.outageBegan("x", throttled);
		listener.outageEnded("x", Duration.ofSeconds(1));
		listener.waitBegan("x", "op1");
		listener.callerJoined("x", "op1", Context.empty());
		listener.pollScheduled("x", "op1", Duration.ofSeconds(1));
		listener.statusSeen("x", snapshot, null);
		OperationWait wait = new OperationWait("op1", operation, 1, null, Duration.ZERO);
		listener.stuck("x", wait, Duration.ofMinutes(9), Duration.ofMinutes(5));
		listener.waitsOverloaded("x",
				new OperationsOverload(10_000, 0, 20, 1, Duration.ofMinutes(16), Duration.ofMinutes(10)));
		listener.budgetUnavailable("x", throttled);
		listener.budgetAvailable("x", Duration.ofSeconds(3));
		listener.deadlinePassed("x", wait, new OperationTimeoutException("op1", Duration.ofSeconds(1), operation, 1,
				Duration.ofSeconds(1), null, null));
		listener.waitEnded("x", wait, new CancellationException());
		listener.closed("x");
	}

}
