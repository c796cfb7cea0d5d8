-- Who may do what: organisations (a tenant each), users with roles, sessions, keys, and what was revoked.
-- Secrets are here only as SHA-256 of random texts, as Argon2id, or sealed by a key that is not in the database.
CREATE TABLE organisations (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  name text NOT NULL,
  name_folded text NOT NULL,            -- lower case, for comparing
  created_at timestamptz NOT NULL,
  CHECK (tenant_id = id)
);
CREATE UNIQUE INDEX organisations_name ON organisations (name_folded);
INSERT INTO organisations (id, tenant_id, name, name_folded, created_at)
VALUES ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'Default', 'default', '2026-11-25T11:00:00Z');

ALTER TABLE users ADD COLUMN role text NOT NULL DEFAULT 'viewer' CHECK (role IN ('viewer', 'operator', 'scientist', 'admin', 'service'));
ALTER TABLE users ADD COLUMN email_folded text NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN username_folded text NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN password_changed_at timestamptz;
ALTER TABLE users ADD COLUMN not_before timestamptz;       -- tokens issued before are void
ALTER TABLE users ADD COLUMN last_login_at timestamptz;
UPDATE users SET role = CASE WHEN is_superuser THEN 'admin' ELSE 'viewer' END, email_folded = lower(email), username_folded = lower(username);
CREATE UNIQUE INDEX users_email_folded ON users (email_folded);
CREATE UNIQUE INDEX users_username_folded ON users (username_folded);
CREATE INDEX users_page ON users (tenant_id, id);

CREATE TABLE sessions (
  id uuid PRIMARY KEY,                  -- "sid" of the tokens
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES users (id),
  kind text NOT NULL CHECK (kind IN ('token', 'browser')),
  cookie_hash text,                     -- of a browser's cookie
  created_at timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,      -- whatever its use
  revoked_at timestamptz,
  user_agent text NOT NULL,
  ip_address text NOT NULL
);
CREATE UNIQUE INDEX sessions_cookie ON sessions (cookie_hash) WHERE cookie_hash IS NOT NULL;
CREATE INDEX sessions_user ON sessions (user_id, created_at);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE refresh_tokens (
  hash text PRIMARY KEY,
  tenant_id uuid NOT NULL,
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  family uuid NOT NULL,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  used_by text,                         -- hash of the client that used it
  successor_hash text,
  successor text                        -- sealed; for the grace window
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

ALTER TABLE api_keys ADD COLUMN prefix text NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN scopes jsonb NOT NULL DEFAULT '[]';
ALTER TABLE api_keys ADD COLUMN revoked_at timestamptz;

CREATE TABLE signing_keys (
  kid text PRIMARY KEY,
  tenant_id uuid NOT NULL,
  sealed_seed text NOT NULL,
  public_key text NOT NULL,             -- hexadecimal
  created_at timestamptz NOT NULL,
  activates_at timestamptz NOT NULL,    -- signs from here on, until a younger one does
  retires_at timestamptz NOT NULL       -- verifies until here
);

-- One row; whoever adds a revocation holds it until the commit, so that revocations become visible in the order of their numbers.
CREATE TABLE revocation_head (
  tenant_id uuid PRIMARY KEY,
  sequence bigint NOT NULL
);
INSERT INTO revocation_head (tenant_id, sequence) VALUES ('00000000-0000-4000-8000-000000000001', 0);

CREATE TABLE revocations (
  sequence bigint PRIMARY KEY,
  tenant_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('session', 'token', 'user', 'key', 'signing_key')),
  subject text NOT NULL,                -- sid, jti, user, API key, kid
  not_before timestamptz,               -- of a user: tokens issued before are void
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL       -- nothing that it refuses lives longer
);
CREATE INDEX revocations_expiry ON revocations (expires_at);

CREATE TABLE password_resets (
  hash text PRIMARY KEY,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES users (id),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX password_resets_user ON password_resets (user_id, created_at);

-- From where a user has signed in before: failures from elsewhere do not delay these.
CREATE TABLE known_sources (
  user_id uuid NOT NULL REFERENCES users (id),
  source_hash text NOT NULL,
  tenant_id uuid NOT NULL,
  last_seen_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, source_hash)
);
