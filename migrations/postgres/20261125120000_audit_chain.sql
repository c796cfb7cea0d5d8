-- Makes audit_logs a chain: each entry holds the hash of the one before it, and signed checkpoints hold it from outside.
-- docs/formats/audit.md says what is hashed. Nothing has written to audit_logs before this step.
ALTER TABLE audit_logs DROP CONSTRAINT audit_logs_user_id_fkey;  -- the log outlives its users
ALTER TABLE audit_logs ALTER COLUMN details DROP DEFAULT;
ALTER TABLE audit_logs ALTER COLUMN details TYPE json USING details::json;  -- json keeps the text that was hashed, jsonb does not
ALTER TABLE audit_logs
  ADD COLUMN sequence bigint NOT NULL CHECK (sequence >= 1),
  ADD COLUMN previous_hash text NOT NULL,  -- 64 hexadecimal digits
  ADD COLUMN hash text NOT NULL,
  ADD COLUMN request_id text,
  ADD COLUMN outcome text NOT NULL;
CREATE UNIQUE INDEX audit_logs_sequence ON audit_logs (sequence);
CREATE INDEX audit_logs_page ON audit_logs (tenant_id, sequence);

-- One row: the end of the chain. Whoever appends holds it until the commit.
CREATE TABLE audit_head (
  id integer PRIMARY KEY CHECK (id = 1),
  sequence bigint NOT NULL,
  hash text NOT NULL,
  checkpoint_number bigint NOT NULL,
  checkpoint_sequence bigint NOT NULL,
  checkpoint_at timestamptz NOT NULL
);
INSERT INTO audit_head VALUES (1, 0, repeat('0', 64), 0, 0, '1970-01-01T00:00:00Z');

CREATE TABLE audit_checkpoints (
  number bigint PRIMARY KEY CHECK (number >= 1),
  sequence bigint NOT NULL UNIQUE,      -- the last entry that it vouches for
  hash text NOT NULL,                   -- of that entry
  created_at timestamptz NOT NULL,
  key_id text NOT NULL,
  signature text NOT NULL               -- base64
);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only appended to', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_logs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_logs FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_checkpoints_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoints
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
