package io.operations.sample.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.operations.test.OperationsSimulator;
import reactor.core.publisher.Flux;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Instances in processes of their own, with one PostgreSQL and one simulated server.
 */
final class Cluster implements AutoCloseable {

	private static final String HOLDER = "SELECT count(*) FROM operations_lease WHERE picked AND picked_by LIKE :instance";

	private final List<Instance> instances = new ArrayList<>();

	private final Database database;

	private final JdbcClient jdbc;

	private final OperationsSimulator simulator;

	private final RecordedEndpoint endpoint;

	/**
	 * Start a database and a server, but no instance.
	 * @param directory where the database keeps its data
	 * @param simulator the server
	 */
	Cluster(Path directory, OperationsSimulator simulator) {
		this.database = new Database(directory, 0).start();
		this.jdbc = this.database.client();
		this.simulator = simulator;
		this.endpoint = new RecordedEndpoint(simulator);
	}

	Database database() {
		return this.database;
	}

	JdbcClient jdbc() {
		return this.jdbc;
	}

	OperationsSimulator simulator() {
		return this.simulator;
	}

	RecordedEndpoint endpoint() {
		return this.endpoint;
	}

	PollLog log() {
		return new PollLog(this.endpoint.polls());
	}

	/**
	 * Begin to start an instance.
	 * @param name what to call it
	 * @param arguments its arguments
	 * @return the instance, not ready yet
	 */
	Instance start(String name, String... arguments) {
		return startAt(this.database.port(), name, arguments);
	}

	/**
	 * Begin to start an instance that reaches the database through another port.
	 * @param port the port
	 * @param name what to call it
	 * @param arguments its arguments
	 * @return the instance, not ready yet
	 */
	Instance startAt(int port, String name, String... arguments) {
		List<String> all = new ArrayList<>(List.of("--spring.datasource.url=" + Database.url(port),
				"--operations.base-url=" + this.endpoint.baseUrl()));
		all.addAll(List.of(arguments));
		Instance instance = Instance.start(name, all);
		this.instances.add(instance);
		return instance;
	}

	/**
	 * Write configurations through some instances, which tracks the operations that the
	 * writes start.
	 * @param count how many each of them writes
	 * @param writers the instances
	 * @return the ids of the operations
	 */
	List<String> write(int count, Instance... writers) {
		List<String> ids = Flux.merge(Flux.fromArray(writers).map((writer) -> writer.write(count)).toIterable())
			.collectList()
			.block(Waiting.LIMIT);
		return (ids != null) ? ids : List.of();
	}

	/**
	 * Wait until one of the instances polls.
	 * @param among the instances
	 * @return the instance
	 */
	Instance awaitHolder(Instance... among) {
		List<Instance> holders = new ArrayList<>();
		Waiting.until("one of them polls", () -> {
			List.of(among).stream().filter(this::isHolder).forEach(holders::add);
			return !holders.isEmpty();
		});
		return holders.get(0);
	}

	boolean isHolder(Instance instance) {
		return this.jdbc.sql(HOLDER).param("instance", instance.holder()).query(Long.class).single() == 1;
	}

	long count(String sql) {
		return this.jdbc.sql(sql).query(Long.class).single();
	}

	List<String> texts(String sql) {
		return this.jdbc.sql(sql).query((row, number) -> row.getString(1)).list();
	}

	@Override
	public void close() {
		this.instances.forEach(Instance::close);
		this.endpoint.close();
		this.simulator.close();
		this.database.close();
	}

}
