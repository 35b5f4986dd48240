package io.operations.sample.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;

/**
 * Lets an instance write each span to a file as soon as it ends, so that the spans
 * outlive the instance. Not annotated, so that only the instances that name it have it.
 */
class SpanFile {

	/**
	 * Return the arguments of an instance that writes its spans.
	 * @param file the file
	 * @return the arguments
	 */
	static String[] arguments(Path file) {
		return new String[] { "--spring.main.sources=" + SpanFile.class.getName(), "--sample.spans=" + file,
				"--management.tracing.sampling.probability=1", "--spring.reactor.context-propagation=auto" };
	}

	/**
	 * Return the spans that an instance has written.
	 * @param file the file
	 * @return the spans
	 */
	static List<FinishedSpan> read(Path file) {
		try {
			String text = Files.exists(file) ? Files.readString(file) : "";
			// A kill may cut off the last line.
			return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(FinishedSpan::ofLine).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Bean
	SpanProcessor spanFileProcessor(@Value("${sample.spans}") Path file) {
		return SimpleSpanProcessor.create(new Writer(file));
	}

	private record Writer(Path file) implements SpanExporter {

		@Override
		public CompletableResultCode export(Collection<SpanData> spans) {
			StringBuilder lines = new StringBuilder();
			spans.forEach((span) -> lines.append(FinishedSpan.of(span).toLine()).append('\n'));
			try {
				Files.writeString(this.file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
				return CompletableResultCode.ofSuccess();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@Override
		public CompletableResultCode flush() {
			return CompletableResultCode.ofSuccess();
		}

		@Override
		public CompletableResultCode shutdown() {
			return CompletableResultCode.ofSuccess();
		}

	}

}
