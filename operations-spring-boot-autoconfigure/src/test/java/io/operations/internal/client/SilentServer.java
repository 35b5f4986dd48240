package io.operations.internal.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/**
 * Accepts one request and sends given bytes. Then it either resets the connection, or
 * sends nothing more until the client closes the connection.
 */
final class SilentServer implements AutoCloseable {

	private final ServerSocket server;

	private final CompletableFuture<Void> sent = new CompletableFuture<>();

	private final CompletableFuture<Void> left = new CompletableFuture<>();

	SilentServer(String answer, boolean reset) {
		try {
			this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Thread thread = new Thread(() -> serve(answer, reset), "silent-server");
		thread.setDaemon(true);
		thread.start();
	}

	URI url() {
		return URI.create("http://127.0.0.1:" + this.server.getLocalPort());
	}

	CompletableFuture<Void> sent() {
		return this.sent;
	}

	CompletableFuture<Void> left() {
		return this.left;
	}

	private void serve(String answer, boolean reset) {
		try (Socket socket = this.server.accept()) {
			InputStream request = socket.getInputStream();
			StringBuilder head = new StringBuilder();
			while (head.indexOf("\r\n\r\n") < 0) {
				head.append((char) request.read());
			}
			socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
			socket.getOutputStream().flush();
			if (reset) {
				socket.setSoLinger(true, 0);
				return;
			}
			this.sent.complete(null);
			if (request.read() < 0) {
				this.left.complete(null);
			}
		}
		catch (IOException ex) {
			this.sent.completeExceptionally(ex);
			// A reset closes the connection, too.
			this.left.complete(null);
		}
	}

	@Override
	public void close() throws IOException {
		this.server.close();
	}

}
