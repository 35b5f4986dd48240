-- The outcomes to deliver, in the format that db-scheduler requires: the task is the
-- client, the instance is the id.
CREATE TABLE IF NOT EXISTS operations_scheduled (
	task_name VARCHAR(100) NOT NULL,
	task_instance VARCHAR(512) NOT NULL,
	task_data VARBINARY(1000000),
	execution_time TIMESTAMP(9) WITH TIME ZONE NOT NULL,
	picked BOOLEAN NOT NULL,
	picked_by VARCHAR(100),
	last_success TIMESTAMP(9) WITH TIME ZONE,
	last_failure TIMESTAMP(9) WITH TIME ZONE,
	consecutive_failures INT,
	last_heartbeat TIMESTAMP(9) WITH TIME ZONE,
	version BIGINT NOT NULL,
	PRIMARY KEY (task_name, task_instance)
);

CREATE INDEX IF NOT EXISTS operations_scheduled_time ON operations_scheduled (execution_time);

CREATE INDEX IF NOT EXISTS operations_scheduled_heartbeat ON operations_scheduled (last_heartbeat);

-- The tracked operations.
CREATE TABLE IF NOT EXISTS operations_tracked (
	client VARCHAR(100) NOT NULL,
	id VARCHAR(512) NOT NULL,
	kind VARCHAR(1000000),
	state VARCHAR(20) NOT NULL,
	status VARCHAR(20),
	operation VARCHAR(1000000),
	attributes VARCHAR(1000000) NOT NULL,
	accepted BOOLEAN NOT NULL,
	related VARCHAR(1000000),
	tracked_at TIMESTAMP(9) WITH TIME ZONE NOT NULL,
	created_at TIMESTAMP(9) WITH TIME ZONE NOT NULL,
	timeout_millis BIGINT NOT NULL,
	deadline TIMESTAMP(9) WITH TIME ZONE NOT NULL,
	learned_millis BIGINT,
	polls INT NOT NULL,
	not_found_since TIMESTAMP(9) WITH TIME ZONE,
	last_fault VARCHAR(1000000),
	stuck BOOLEAN NOT NULL,
	outcome VARCHAR(20),
	ended_at TIMESTAMP(9) WITH TIME ZONE,
	attempts INT NOT NULL,
	forgiven INT NOT NULL,
	delivery_fault VARCHAR(1000000),
	traceparent VARCHAR(1000),
	version BIGINT NOT NULL,
	PRIMARY KEY (client, id)
);

CREATE INDEX IF NOT EXISTS operations_tracked_ended ON operations_tracked (ended_at);

CREATE INDEX IF NOT EXISTS operations_tracked_state ON operations_tracked (client, state, id);

-- For lists with the oldest operations first.
CREATE INDEX IF NOT EXISTS operations_tracked_age ON operations_tracked (client, tracked_at, id);

-- The leases, in the format that db-scheduler requires. The row of a client names the
-- instance that polls its operations.
CREATE TABLE IF NOT EXISTS operations_lease (
	task_name VARCHAR(100) NOT NULL,
	task_instance VARCHAR(512) NOT NULL,
	task_data VARBINARY(1000000),
	execution_time TIMESTAMP(9) WITH TIME ZONE NOT NULL,
	picked BOOLEAN NOT NULL,
	picked_by VARCHAR(100),
	last_success TIMESTAMP(9) WITH TIME ZONE,
	last_failure TIMESTAMP(9) WITH TIME ZONE,
	consecutive_failures INT,
	last_heartbeat TIMESTAMP(9) WITH TIME ZONE,
	version BIGINT NOT NULL,
	PRIMARY KEY (task_name, task_instance)
);

-- The ids of operations that callers have added or removed, for the instance that polls.
CREATE TABLE IF NOT EXISTS operations_inbox (
	client VARCHAR(100) NOT NULL,
	number BIGINT GENERATED ALWAYS AS IDENTITY,
	id VARCHAR(512) NOT NULL,
	due TIMESTAMP(9) WITH TIME ZONE,
	PRIMARY KEY (client, number)
);

-- How long operations of each kind take, as the last instance that polled has learned.
CREATE TABLE IF NOT EXISTS operations_learned (
	client VARCHAR(100) NOT NULL,
	kind VARCHAR(1000) NOT NULL,
	state VARCHAR(1000000) NOT NULL,
	PRIMARY KEY (client, kind)
);
