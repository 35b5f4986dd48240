#!/usr/bin/env bash
# Guess: Flux.takeUntilOther(other) cancels its source as soon as "other" ends, whether "other" completes
#   or fails.
# Truth: It cancels the source when "other" emits or completes. When "other" fails, it passes the error
#   downstream and leaves the source subscribed. The subscriber, for whom the error is the end, has no reason
#   to cancel. mergeWith does cancel the source in the same place.
# Version: reactor-core 3.8.7.
# Source: https://github.com/reactor/reactor-core/issues/4230.
# For users: A source that holds something (a connection, a timer, a subscription to a broker) leaks when
#   the time limit or stop signal is an error. Let "other" complete, and raise the error behind the
#   operator.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >pom.xml <<'EOF'
<project xmlns="http://maven.apache.org/POM/4.0.0">
	<modelVersion>4.0.0</modelVersion>
	<groupId>findings</groupId>
	<artifactId>take-until-other</artifactId>
	<version>1</version>
	<dependencies>
		<dependency>
			<groupId>io.projectreactor</groupId>
			<artifactId>reactor-core</artifactId>
			<version>3.8.7</version>
		</dependency>
	</dependencies>
</project>
EOF

cat >Main.java <<'EOF'
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

public class Main {

	public static void main(String[] args) {
		Sinks.Empty<String> completing = Sinks.empty();
		run("takeUntilOther, other completes", (source) -> source.takeUntilOther(completing.asMono()),
				completing::tryEmitEmpty);
		Sinks.Empty<String> failing = Sinks.empty();
		run("takeUntilOther, other fails", (source) -> source.takeUntilOther(failing.asMono()),
				() -> failing.tryEmitError(new IllegalStateException("other")));
		Sinks.Empty<String> merged = Sinks.empty();
		run("mergeWith, other fails", (source) -> source.mergeWith(merged.asMono()),
				() -> merged.tryEmitError(new IllegalStateException("other")));
	}

	private static void run(String title, UnaryOperator<Flux<String>> operator, Runnable end) {
		Sinks.Many<String> source = Sinks.many().unicast().onBackpressureBuffer();
		AtomicBoolean cancelled = new AtomicBoolean();
		StringBuilder signal = new StringBuilder("none");
		operator.apply(source.asFlux().doOnCancel(() -> cancelled.set(true)))
			.subscribe((value) -> {
			}, (failure) -> signal.replace(0, 4, "error"), () -> signal.replace(0, 4, "complete"));
		end.run();
		System.out.println(title + ": signal=" + signal + " source.cancelled=" + cancelled
				+ " source.subscribers=" + source.currentSubscriberCount());
	}

}
EOF

mvn -q -B -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath \
	-Dmdep.outputFile=classpath
java -cp "$(cat classpath)" Main.java | tee seen

cat >expected <<'EOF'
takeUntilOther, other completes: signal=complete source.cancelled=true source.subscribers=0
takeUntilOther, other fails: signal=error source.cancelled=false source.subscribers=1
mergeWith, other fails: signal=error source.cancelled=true source.subscribers=0
EOF
if ! diff expected seen >difference; then
	echo "This finding no longer holds (< as found, > seen now):" >&2
	cat difference >&2
	[[ ! -s log ]] || cat log >&2
	exit 1
fi
