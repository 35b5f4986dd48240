package io.operations.sample.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets one instance reach the database, until it loses what it has to pass on.
 */
final class Gateway implements AutoCloseable {

	private static final int BUFFER = 8192;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final Set<Socket> attempts = ConcurrentHashMap.newKeySet();

	// Connections of an earlier generation are silent for ever.
	private final AtomicInteger generation = new AtomicInteger();

	private volatile boolean silent;

	private final ServerSocket server;

	private final int target;

	/**
	 * Open a gateway.
	 * @param target the port of the database
	 */
	Gateway(int target) {
		this.target = target;
		try {
			this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		daemon(this::accept);
	}

	int port() {
		return this.server.getLocalPort();
	}

	/**
	 * Lose everything from now on, without a word.
	 */
	void fallSilent() {
		this.silent = true;
		this.generation.incrementAndGet();
	}

	/**
	 * Pass new connections on again. Nobody hears of what the old ones were. Attempts to
	 * connect meanwhile fail: a network that loses everything would not have let them.
	 */
	void recover() {
		this.silent = false;
		this.attempts.forEach(Gateway::close);
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			// As good as closed.
		}
	}

	private void accept() {
		while (!this.server.isClosed()) {
			try {
				Socket client = this.server.accept();
				this.sockets.add(client);
				if (this.silent) {
					this.attempts.add(client);
				}
				else {
					int own = this.generation.get();
					Socket database = new Socket(InetAddress.getLoopbackAddress(), this.target);
					this.sockets.add(database);
					daemon(() -> pass(client, database, own));
					daemon(() -> pass(database, client, own));
				}
			}
			catch (IOException ex) {
				// Closed, or the database is away: the client waits.
			}
		}
	}

	private void pass(Socket from, Socket to, int own) {
		byte[] buffer = new byte[BUFFER];
		try {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			int read = in.read(buffer);
			while (read >= 0) {
				if (own == this.generation.get()) {
					out.write(buffer, 0, read);
				}
				read = in.read(buffer);
			}
			if (own == this.generation.get()) {
				to.close();
			}
		}
		catch (IOException ex) {
			// Closed at the end of the test.
		}
	}

	private static void daemon(Runnable work) {
		Thread thread = new Thread(work, "gateway");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() {
		try {
			this.server.close();
			this.sockets.forEach(Gateway::close);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
