-- Who may do what: organisations (a tenant each), users with roles, sessions, keys, and what was revoked.
-- Secrets are here only as SHA-256 of random texts, as Argon2id, or sealed by a key that is not in the database.
CREATE TABLE organisations (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,            -- lower case, for comparing
  created_at TEXT NOT NULL,
  CHECK (tenant_id = id)
) STRICT;
CREATE UNIQUE INDEX organisations_name ON organisations (name_folded);
INSERT INTO organisations (id, tenant_id, name, name_folded, created_at)
VALUES ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'Default', 'default', '2026-11-25T11:00:00.000000Z');

ALTER TABLE users ADD COLUMN role TEXT NOT NULL DEFAULT 'viewer' CHECK (role IN ('viewer', 'operator', 'scientist', 'admin', 'service'));
ALTER TABLE users ADD COLUMN email_folded TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN username_folded TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN password_changed_at TEXT;
ALTER TABLE users ADD COLUMN not_before TEXT;       -- tokens issued before are void
ALTER TABLE users ADD COLUMN last_login_at TEXT;
UPDATE users SET role = CASE WHEN is_superuser = 1 THEN 'admin' ELSE 'viewer' END, email_folded = lower(email), username_folded = lower(username);
CREATE UNIQUE INDEX users_email_folded ON users (email_folded);
CREATE UNIQUE INDEX users_username_folded ON users (username_folded);
CREATE INDEX users_page ON users (tenant_id, id);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,                  -- "sid" of the tokens
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL CHECK (kind IN ('token', 'browser')),
  cookie_hash TEXT,                     -- of a browser's cookie
  created_at TEXT NOT NULL,
  last_used_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,      -- whatever its use
  revoked_at TEXT,
  user_agent TEXT NOT NULL,
  ip_address TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX sessions_cookie ON sessions (cookie_hash) WHERE cookie_hash IS NOT NULL;
CREATE INDEX sessions_user ON sessions (user_id, created_at);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE refresh_tokens (
  hash TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  family TEXT NOT NULL,
  issued_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_at TEXT,
  used_by TEXT,                         -- hash of the client that used it
  successor_hash TEXT,
  successor TEXT                        -- sealed; for the grace window
) STRICT;
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

ALTER TABLE api_keys ADD COLUMN prefix TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN scopes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE api_keys ADD COLUMN revoked_at TEXT;

CREATE TABLE signing_keys (
  kid TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  sealed_seed TEXT NOT NULL,
  public_key TEXT NOT NULL,             -- hexadecimal
  created_at TEXT NOT NULL,
  activates_at TEXT NOT NULL,    -- signs from here on, until a younger one does
  retires_at TEXT NOT NULL       -- verifies until here
) STRICT;

-- One row; whoever adds a revocation holds it until the commit, so that revocations become visible in the order of their numbers.
CREATE TABLE revocation_head (
  tenant_id TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL
) STRICT;
INSERT INTO revocation_head (tenant_id, sequence) VALUES ('00000000-0000-4000-8000-000000000001', 0);

CREATE TABLE revocations (
  sequence INTEGER PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('session', 'token', 'user', 'key', 'signing_key')),
  subject TEXT NOT NULL,                -- sid, jti, user, API key, kid
  not_before TEXT,               -- of a user: tokens issued before are void
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL       -- nothing that it refuses lives longer
) STRICT;
CREATE INDEX revocations_expiry ON revocations (expires_at);

CREATE TABLE password_resets (
  hash TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_at TEXT
) STRICT;
CREATE INDEX password_resets_user ON password_resets (user_id, created_at);

-- From where a user has signed in before: failures from elsewhere do not delay these.
CREATE TABLE known_sources (
  user_id TEXT NOT NULL REFERENCES users (id),
  source_hash TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  last_seen_at TEXT NOT NULL,
  PRIMARY KEY (user_id, source_hash)
) STRICT;
