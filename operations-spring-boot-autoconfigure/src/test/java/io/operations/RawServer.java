package io.operations;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

/**
 * Answers requests with bytes that no HTTP server would send. Each connection has its own
 * thread.
 */
public final class RawServer implements AutoCloseable {

	private final List<String> requests = new CopyOnWriteArrayList<>();

	private final Set<Socket> open = ConcurrentHashMap.newKeySet();

	private final ServerSocket server;

	private final Answers answers;

	/**
	 * Start a server.
	 * @param answers what to do with a request
	 */
	public RawServer(Answers answers) {
		this.answers = answers;
		try {
			this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		inBackground(this::accept);
	}

	/**
	 * Return where the server listens.
	 * @return its URL
	 */
	public URI url() {
		return URI.create("http://127.0.0.1:" + this.server.getLocalPort());
	}

	/**
	 * Return the first lines of the requests so far.
	 * @return the lines
	 */
	public List<String> requests() {
		return this.requests;
	}

	/**
	 * Return how many connections are open.
	 * @return the number of connections
	 */
	public int openConnections() {
		return this.open.size();
	}

	private static void inBackground(Runnable task) {
		Thread thread = new Thread(task, "raw-server");
		thread.setDaemon(true);
		thread.start();
	}

	private void accept() {
		try {
			while (true) {
				Socket socket = this.server.accept();
				this.open.add(socket);
				inBackground(() -> serve(socket));
			}
		}
		catch (IOException ex) {
			// Closed.
		}
	}

	private void serve(Socket socket) {
		try (socket) {
			InputStream in = new BufferedInputStream(socket.getInputStream());
			OutputStream out = socket.getOutputStream();
			for (String head = head(in); head != null; head = head(in)) {
				in.skipNBytes(contentLength(head));
				String line = head.lines().findFirst().orElseThrow();
				this.requests.add(line);
				this.answers.answer(line, (text) -> {
					out.write(text.getBytes(StandardCharsets.UTF_8));
					out.flush();
				});
			}
		}
		catch (Exception ex) {
			// The client finds the connection closed.
		}
		finally {
			this.open.remove(socket);
		}
	}

	private static @Nullable String head(InputStream in) throws IOException {
		StringBuilder head = new StringBuilder();
		while (head.indexOf("\r\n\r\n") < 0) {
			int next = in.read();
			if (next < 0) {
				return null;
			}
			head.append((char) next);
		}
		return head.toString();
	}

	private static long contentLength(String head) {
		return head.lines()
			.filter((line) -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
			.mapToLong((line) -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
			.findFirst()
			.orElse(0);
	}

	/**
	 * Return the status line and the headers of a response.
	 * @param lines its lines, the first without the version
	 * @return the text of the head
	 */
	public static String head(String... lines) {
		return "HTTP/1.1 " + String.join("\r\n", lines) + "\r\n\r\n";
	}

	/**
	 * Return a response with a body.
	 * @param status the status, headers after it if need be
	 * @param body the body, of ASCII
	 * @return the text of the answer
	 */
	public static String answer(String status, String body) {
		return head(status, "Content-Type: application/json", "Content-Length: " + body.length()) + body;
	}

	@Override
	public void close() throws IOException {
		this.server.close();
		for (Socket socket : this.open) {
			socket.close();
		}
	}

	/**
	 * Answers a request.
	 */
	@FunctionalInterface
	public interface Answers {

		/**
		 * Answer a request.
		 * @param request the first line of the request
		 * @param out takes the parts of the answer
		 * @throws Exception to close the connection
		 */
		void answer(String request, Out out) throws Exception;

	}

	/**
	 * Sends a response to the client.
	 */
	@FunctionalInterface
	public interface Out {

		/**
		 * Send a part of the response at once.
		 * @param text the text
		 * @throws IOException if the other side has left
		 */
		void send(String text) throws IOException;

	}

}
