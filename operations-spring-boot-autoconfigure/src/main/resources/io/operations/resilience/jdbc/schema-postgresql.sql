-- The shared rate: until when permits are reserved, one row for each client. No index
-- contains the times, so with free space in the page an update is a HOT update.
CREATE TABLE IF NOT EXISTS operations_budget (
	client TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	next_at TIMESTAMP WITH TIME ZONE NOT NULL,
	paused_until TIMESTAMP WITH TIME ZONE NOT NULL,
	paused_by_operator BOOLEAN NOT NULL DEFAULT FALSE,
	resumes INTEGER NOT NULL DEFAULT 0
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- The instances that share it.
CREATE TABLE IF NOT EXISTS operations_instance (
	client TEXT COLLATE "C" NOT NULL,
	instance TEXT COLLATE "C" NOT NULL,
	seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
	sending BOOLEAN NOT NULL,
	PRIMARY KEY (client, instance)
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
