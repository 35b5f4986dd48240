-- The outcomes to deliver, in the format that db-scheduler requires: the task is the
-- client, the instance is the id. Almost every update changes an indexed column, so a
-- lower fillfactor would not help. Vacuum early instead.
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
	PRIMARY KEY (task_name, task_instance)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);

CREATE INDEX IF NOT EXISTS operations_scheduled_time ON operations_scheduled (execution_time);

CREATE INDEX IF NOT EXISTS operations_scheduled_heartbeat ON operations_scheduled (last_heartbeat) WHERE picked;

-- The tracked operations. Polls do not change indexed columns. With free space in the page,
-- a new row version therefore needs no new index entry (a HOT update).
CREATE TABLE IF NOT EXISTS operations_tracked (
	client TEXT COLLATE "C" NOT NULL,
	id TEXT COLLATE "C" NOT NULL,
	kind TEXT,
	state TEXT NOT NULL,
	status TEXT,
	operation TEXT,
	attributes TEXT NOT NULL,
	accepted BOOLEAN NOT NULL,
	related TEXT,
	tracked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	timeout_millis BIGINT NOT NULL,
	deadline TIMESTAMP WITH TIME ZONE NOT NULL,
	learned_millis BIGINT,
	polls INT NOT NULL,
	not_found_since TIMESTAMP WITH TIME ZONE,
	last_fault TEXT,
	stuck BOOLEAN NOT NULL,
	outcome TEXT,
	ended_at TIMESTAMP WITH TIME ZONE,
	attempts INT NOT NULL,
	forgiven INT NOT NULL,
	delivery_fault TEXT,
	traceparent TEXT,
	version BIGINT NOT NULL,
	PRIMARY KEY (client, id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);

CREATE INDEX IF NOT EXISTS operations_tracked_ended ON operations_tracked (ended_at) WHERE ended_at IS NOT NULL;

CREATE INDEX IF NOT EXISTS operations_tracked_state ON operations_tracked (client, state, id);

-- For lists with the oldest operations first. Each operation is in one of the first two.
CREATE INDEX IF NOT EXISTS operations_tracked_open ON operations_tracked (client, tracked_at, id) WHERE state <> 'DELIVERED';

CREATE INDEX IF NOT EXISTS operations_tracked_delivered ON operations_tracked (client, tracked_at, id) WHERE state = 'DELIVERED';

CREATE INDEX IF NOT EXISTS operations_tracked_stuck ON operations_tracked (client, tracked_at, id) WHERE stuck AND state = 'TRACKED';

CREATE INDEX IF NOT EXISTS operations_tracked_failing ON operations_tracked (client, tracked_at, id) WHERE state <> 'DELIVERED' AND delivery_fault IS NOT NULL;

-- The leases, in the format that db-scheduler requires. The row of a client names the
-- instance that polls its operations. The constraint makes the version a key column: a
-- renewal passes a fenced write, a takeover does not.
CREATE TABLE IF NOT EXISTS operations_lease (
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
	PRIMARY KEY (task_name, task_instance),
	CONSTRAINT operations_lease_epoch UNIQUE (task_name, task_instance, version)
) WITH (fillfactor = 10);

-- The ids of operations that callers have added or removed, for the instance that polls.
CREATE TABLE IF NOT EXISTS operations_inbox (
	client TEXT COLLATE "C" NOT NULL,
	number BIGINT GENERATED ALWAYS AS IDENTITY,
	id TEXT COLLATE "C" NOT NULL,
	due TIMESTAMP WITH TIME ZONE,
	PRIMARY KEY (client, number)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- How long operations of each kind take, as the last instance that polled has learned.
CREATE TABLE IF NOT EXISTS operations_learned (
	client TEXT COLLATE "C" NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	state TEXT NOT NULL,
	PRIMARY KEY (client, kind)
);
