-- Makes audit_logs a chain: each entry holds the hash of the one before it, and signed checkpoints hold it from outside.
-- docs/formats/audit.md says what is hashed. Nothing has written to audit_logs before this step.
CREATE TABLE audit_chain (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  user_id TEXT,                         -- no reference: the log outlives its users
  action TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  resource_id TEXT,
  details TEXT NOT NULL,
  ip_address TEXT,
  user_agent TEXT,
  created_at TEXT NOT NULL,
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  previous_hash TEXT NOT NULL,          -- 64 hexadecimal digits
  hash TEXT NOT NULL,
  request_id TEXT,
  outcome TEXT NOT NULL
) STRICT;
-- Fails where there are rows, rather than to lose them.
INSERT INTO audit_chain (id, tenant_id, action, resource_type, details, created_at)
  SELECT id, tenant_id, action, resource_type, details, created_at FROM audit_logs;
DROP TABLE audit_logs;
ALTER TABLE audit_chain RENAME TO audit_logs;
CREATE INDEX audit_logs_time ON audit_logs (tenant_id, created_at, id);
CREATE INDEX audit_logs_user ON audit_logs (user_id, created_at);
CREATE UNIQUE INDEX audit_logs_sequence ON audit_logs (sequence);
CREATE INDEX audit_logs_page ON audit_logs (tenant_id, sequence);

-- One row: the end of the chain. Whoever appends holds it until the commit.
CREATE TABLE audit_head (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  sequence INTEGER NOT NULL,
  hash TEXT NOT NULL,
  checkpoint_number INTEGER NOT NULL,
  checkpoint_sequence INTEGER NOT NULL,
  checkpoint_at TEXT NOT NULL
) STRICT;
INSERT INTO audit_head VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0, 0, '1970-01-01T00:00:00.000000Z');

CREATE TABLE audit_checkpoints (
  number INTEGER PRIMARY KEY CHECK (number >= 1),
  sequence INTEGER NOT NULL UNIQUE,     -- the last entry that it vouches for
  hash TEXT NOT NULL,                   -- of that entry
  created_at TEXT NOT NULL,
  key_id TEXT NOT NULL,
  signature TEXT NOT NULL               -- base64
) STRICT;

CREATE TRIGGER audit_logs_no_update BEFORE UPDATE ON audit_logs BEGIN SELECT RAISE(ABORT, 'audit_logs is only appended to'); END;
CREATE TRIGGER audit_logs_no_delete BEFORE DELETE ON audit_logs BEGIN SELECT RAISE(ABORT, 'audit_logs is only appended to'); END;
CREATE TRIGGER audit_checkpoints_no_update BEFORE UPDATE ON audit_checkpoints BEGIN SELECT RAISE(ABORT, 'audit_checkpoints is only appended to'); END;
CREATE TRIGGER audit_checkpoints_no_delete BEFORE DELETE ON audit_checkpoints BEGIN SELECT RAISE(ABORT, 'audit_checkpoints is only appended to'); END;
