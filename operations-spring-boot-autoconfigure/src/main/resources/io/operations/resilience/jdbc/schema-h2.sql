-- The shared rate: until when permits are reserved, one row for each client.
CREATE TABLE IF NOT EXISTS operations_budget (
	client VARCHAR(512) NOT NULL PRIMARY KEY,
	next_at TIMESTAMP(9) WITH TIME ZONE NOT NULL,
	paused_until TIMESTAMP(9) WITH TIME ZONE NOT NULL,
	paused_by_operator BOOLEAN NOT NULL DEFAULT FALSE,
	resumes INTEGER NOT NULL DEFAULT 0
);

-- The instances that share it.
CREATE TABLE IF NOT EXISTS operations_instance (
	client VARCHAR(512) NOT NULL,
	instance VARCHAR(100) NOT NULL,
	seen_at TIMESTAMP(9) WITH TIME ZONE NOT NULL,
	sending BOOLEAN NOT NULL,
	PRIMARY KEY (client, instance)
);
