package io.operations.internal.client;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpRequestDecorator;
import org.springframework.web.reactive.function.BodyInserter;

/**
 * Represents the body of a write, and keeps a copy of the sent bytes. A repetition sends
 * the copy. So the server gets the same bytes under the same {@code Idempotency-Key}, and
 * a publisher that can be read only once does no harm: it is read only once.
 * <p>
 * A body can be repeated if its copy is complete, or if nothing has read the body yet. A
 * body of more than {@link #MAXIMUM_COPY} bytes, and one that is flushed part by part,
 * has no copy.
 */
final class WriteBody implements BodyInserter<Object, ClientHttpRequest> {

	/**
	 * The most bytes that the copy keeps. A queue may hold many writes.
	 */
	static final int MAXIMUM_COPY = 256 * 1024;

	private enum State {

		UNREAD, READING, COPIED, GONE

	}

	private final BodyInserter<?, ? super ClientHttpRequest> body;

	private volatile State state = State.UNREAD;

	private volatile byte[] copy = new byte[0];

	private volatile @Nullable MediaType type;

	WriteBody(BodyInserter<?, ? super ClientHttpRequest> body) {
		this.body = body;
	}

	/**
	 * Return whether the body can be sent again.
	 * @return {@code true} if the copy is complete, or if nothing has read the body
	 */
	boolean isRepeatable() {
		return this.state == State.COPIED || this.state == State.UNREAD;
	}

	@Override
	public Mono<Void> insert(ClientHttpRequest request, Context context) {
		return (this.state == State.COPIED) ? insertCopy(request) : this.body.insert(new Copying(request), context);
	}

	private Mono<Void> insertCopy(ClientHttpRequest request) {
		if (this.copy.length == 0) {
			return request.setComplete();
		}
		HttpHeaders headers = request.getHeaders();
		// The type of a multipart body contains the boundary of this very copy.
		if (this.type != null) {
			headers.setContentType(this.type);
		}
		headers.setContentLength(this.copy.length);
		return request.writeWith(Mono.fromSupplier(() -> request.bufferFactory().wrap(this.copy)));
	}

	private final class Copying extends ClientHttpRequestDecorator {

		private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

		Copying(ClientHttpRequest request) {
			super(request);
		}

		@Override
		public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
			WriteBody.this.type = getHeaders().getContentType();
			// A Mono must remain a Mono, because the HTTP client then sends the length of
			// the body.
			if (body instanceof Mono<? extends DataBuffer> single) {
				return super.writeWith(single.doOnSubscribe((subscription) -> begin())
					.doOnNext(this::add)
					.doOnSuccess((last) -> complete()));
			}
			return super.writeWith(Flux.from(body)
				.doOnSubscribe((subscription) -> begin())
				.doOnNext(this::add)
				.doOnComplete(this::complete));
		}

		@Override
		public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
			return super.writeAndFlushWith(
					Flux.from(body).doOnSubscribe((subscription) -> WriteBody.this.state = State.GONE));
		}

		@Override
		public Mono<Void> setComplete() {
			complete();
			return super.setComplete();
		}

		private void begin() {
			this.bytes.reset();
			WriteBody.this.state = State.READING;
		}

		private void add(DataBuffer buffer) {
			int length = buffer.readableByteCount();
			if (WriteBody.this.state != State.READING || this.bytes.size() + length > MAXIMUM_COPY) {
				WriteBody.this.state = State.GONE;
				this.bytes.reset();
				return;
			}
			byte[] part = new byte[length];
			buffer.toByteBuffer(ByteBuffer.wrap(part));
			this.bytes.writeBytes(part);
		}

		private void complete() {
			if (WriteBody.this.state != State.GONE) {
				WriteBody.this.copy = this.bytes.toByteArray();
				WriteBody.this.state = State.COPIED;
			}
		}

	}

}
