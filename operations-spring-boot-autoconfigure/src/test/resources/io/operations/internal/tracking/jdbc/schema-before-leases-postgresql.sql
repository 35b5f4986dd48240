CREATE TABLE IF NOT EXISTS operations_scheduled (
	task_name TEXT COLLATE "C" NOT NULL,
	task_instance TEXT COLLATE "C" NOT NULL,
	task_data BYTEA,
	execution_time TIMESTAMP WITH TIME ZONE NOT NULL,
	picked BOOLEAN NOT NULL,
	picked_by TEXT,
	last_success TIMESTAMP WITH TIME ZONE,
	last_failure TIMESTAMP WITH TIME ZONE,
	consecutive_failures INT,
	last_heartbeat TIMESTAMP WITH TIME ZONE,
	version BIGINT NOT NULL,
	priority SMALLINT,
	PRIMARY KEY (task_name, task_instance)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);

CREATE INDEX IF NOT EXISTS operations_scheduled_time ON operations_scheduled (execution_time);

CREATE INDEX IF NOT EXISTS operations_scheduled_priority ON operations_scheduled (priority DESC, execution_time);

CREATE INDEX IF NOT EXISTS operations_scheduled_heartbeat ON operations_scheduled (last_heartbeat) WHERE picked;

CREATE TABLE IF NOT EXISTS operations_tracked (
	id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	kind TEXT,
	state TEXT NOT NULL,
	status TEXT,
	operation TEXT,
	attributes TEXT NOT NULL,
	accepted BOOLEAN NOT NULL,
	tracked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	deadline TIMESTAMP WITH TIME ZONE NOT NULL,
	learned_millis BIGINT,
	polls INT NOT NULL,
	last_fault TEXT,
	stuck BOOLEAN NOT NULL,
	outcome TEXT,
	ended_at TIMESTAMP WITH TIME ZONE,
	attempts INT NOT NULL,
	forgiven INT NOT NULL,
	delivery_fault TEXT,
	version BIGINT NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);

CREATE INDEX IF NOT EXISTS operations_tracked_ended ON operations_tracked (ended_at) WHERE ended_at IS NOT NULL;

CREATE INDEX IF NOT EXISTS operations_tracked_state ON operations_tracked (state, id);
