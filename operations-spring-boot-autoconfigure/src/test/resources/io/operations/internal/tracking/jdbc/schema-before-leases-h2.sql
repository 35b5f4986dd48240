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
	priority SMALLINT,
	PRIMARY KEY (task_name, task_instance)
);

CREATE INDEX IF NOT EXISTS operations_scheduled_time ON operations_scheduled (execution_time);

CREATE INDEX IF NOT EXISTS operations_scheduled_priority ON operations_scheduled (priority DESC, execution_time);

CREATE INDEX IF NOT EXISTS operations_scheduled_heartbeat ON operations_scheduled (last_heartbeat);

CREATE TABLE IF NOT EXISTS operations_tracked (
	id VARCHAR(512) NOT NULL PRIMARY KEY,
	kind VARCHAR(1000000),
	state VARCHAR(20) NOT NULL,
	status VARCHAR(20),
	operation VARCHAR(1000000),
	attributes VARCHAR(1000000) NOT NULL,
	accepted BOOLEAN NOT NULL,
	tracked_at TIMESTAMP(9) WITH TIME ZONE NOT NULL,
	created_at TIMESTAMP(9) WITH TIME ZONE NOT NULL,
	deadline TIMESTAMP(9) WITH TIME ZONE NOT NULL,
	learned_millis BIGINT,
	polls INT NOT NULL,
	last_fault VARCHAR(1000000),
	stuck BOOLEAN NOT NULL,
	outcome VARCHAR(20),
	ended_at TIMESTAMP(9) WITH TIME ZONE,
	attempts INT NOT NULL,
	forgiven INT NOT NULL,
	delivery_fault VARCHAR(1000000),
	version BIGINT NOT NULL
);

CREATE INDEX IF NOT EXISTS operations_tracked_ended ON operations_tracked (ended_at);
