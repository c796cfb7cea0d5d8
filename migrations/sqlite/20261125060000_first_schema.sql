-- The six tables of the system this one replaces, with their known columns, and what goes beside them.
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  email TEXT NOT NULL,
  username TEXT NOT NULL,
  hashed_password TEXT NOT NULL,
  full_name TEXT,
  is_active INTEGER NOT NULL DEFAULT 1,
  is_superuser INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX users_email ON users (email);
CREATE UNIQUE INDEX users_username ON users (username);
CREATE INDEX users_tenant ON users (tenant_id, created_at);

CREATE TABLE fish_species (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  label TEXT NOT NULL,                  -- class name of the models, never their class index
  name TEXT NOT NULL,
  scientific_name TEXT,
  description TEXT NOT NULL DEFAULT '',
  optimal_temperature_min REAL,  -- degrees Celsius; null unless source names where it is from
  optimal_temperature_max REAL,
  source TEXT,
  created_at TEXT NOT NULL,
  CHECK (source IS NOT NULL OR (optimal_temperature_min IS NULL AND optimal_temperature_max IS NULL))
) STRICT;
CREATE UNIQUE INDEX fish_species_label ON fish_species (tenant_id, label);

CREATE TABLE models (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  architecture TEXT NOT NULL,
  file_path TEXT NOT NULL,              -- relative to the folder of the models
  accuracy REAL,            -- of the test split, 0-1
  precision_score REAL,
  recall_score REAL,        -- macro
  f1_score REAL,            -- macro
  is_active INTEGER NOT NULL DEFAULT 0,
  metadata TEXT NOT NULL DEFAULT '{}',
  created_at TEXT NOT NULL,
  created_by TEXT REFERENCES users (id)
) STRICT;
CREATE UNIQUE INDEX models_version ON models (tenant_id, name, version);

CREATE TABLE predictions (
  id TEXT PRIMARY KEY,                  -- UUID version 7
  tenant_id TEXT NOT NULL,
  model_id TEXT NOT NULL REFERENCES models (id),
  image_path TEXT,                      -- null unless images are kept
  predicted_species_id TEXT REFERENCES fish_species (id),  -- null when rejected
  label TEXT NOT NULL,                  -- most probable class, also when rejected
  confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
  inference_time_ms REAL NOT NULL,
  rejected INTEGER NOT NULL,
  rejection_score REAL NOT NULL,
  low_confidence INTEGER NOT NULL,
  metadata TEXT NOT NULL DEFAULT '{}', -- candidates, preprocess id, size of the image
  created_at TEXT NOT NULL,
  created_by TEXT REFERENCES users (id)
) STRICT;
CREATE INDEX predictions_time ON predictions (tenant_id, created_at, id);
CREATE INDEX predictions_species ON predictions (tenant_id, predicted_species_id, created_at, id);
CREATE INDEX predictions_model ON predictions (model_id);
CREATE INDEX predictions_user ON predictions (created_by) WHERE created_by IS NOT NULL;
CREATE INDEX predictions_rejected ON predictions (tenant_id, created_at, id) WHERE rejected;
CREATE INDEX predictions_low_confidence ON predictions (tenant_id, created_at, id) WHERE low_confidence;

CREATE TABLE prediction_thumbnails (
  prediction_id TEXT PRIMARY KEY REFERENCES predictions (id) ON DELETE CASCADE,
  tenant_id TEXT NOT NULL,
  jpeg BLOB NOT NULL
) STRICT;

-- What people say a photo really shows. Rows are only added; the newest one of a prediction counts.
CREATE TABLE prediction_labels (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  prediction_id TEXT NOT NULL REFERENCES predictions (id) ON DELETE CASCADE,
  label TEXT,                           -- null: another fish than those of the list
  species_id TEXT REFERENCES fish_species (id),
  note TEXT,
  created_at TEXT NOT NULL,
  created_by TEXT REFERENCES users (id)
) STRICT;
CREATE INDEX prediction_labels_prediction ON prediction_labels (prediction_id, id);
CREATE INDEX prediction_labels_time ON prediction_labels (tenant_id, created_at, id);

CREATE TABLE audit_logs (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  user_id TEXT REFERENCES users (id),
  action TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  resource_id TEXT,
  details TEXT NOT NULL DEFAULT '{}',
  ip_address TEXT,
  user_agent TEXT,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX audit_logs_time ON audit_logs (tenant_id, created_at, id);
CREATE INDEX audit_logs_user ON audit_logs (user_id, created_at);

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  key_hash TEXT NOT NULL,
  name TEXT NOT NULL,
  is_active INTEGER NOT NULL DEFAULT 1,
  expires_at TEXT,
  last_used_at TEXT,
  created_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX api_keys_hash ON api_keys (key_hash);
CREATE INDEX api_keys_user ON api_keys (user_id, created_at);
