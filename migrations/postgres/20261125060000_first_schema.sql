-- The six tables of the system this one replaces, with their known columns, and what goes beside them.
CREATE TABLE users (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  email text NOT NULL,
  username text NOT NULL,
  hashed_password text NOT NULL,
  full_name text,
  is_active boolean NOT NULL DEFAULT true,
  is_superuser boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX users_email ON users (email);
CREATE UNIQUE INDEX users_username ON users (username);
CREATE INDEX users_tenant ON users (tenant_id, created_at);

CREATE TABLE fish_species (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  label text NOT NULL,                  -- class name of the models, never their class index
  name text NOT NULL,
  scientific_name text,
  description text NOT NULL DEFAULT '',
  optimal_temperature_min double precision,  -- degrees Celsius; null unless source names where it is from
  optimal_temperature_max double precision,
  source text,
  created_at timestamptz NOT NULL,
  CHECK (source IS NOT NULL OR (optimal_temperature_min IS NULL AND optimal_temperature_max IS NULL))
);
CREATE UNIQUE INDEX fish_species_label ON fish_species (tenant_id, label);

CREATE TABLE models (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  name text NOT NULL,
  version text NOT NULL,
  architecture text NOT NULL,
  file_path text NOT NULL,              -- relative to the folder of the models
  accuracy double precision,            -- of the test split, 0-1
  precision_score double precision,
  recall_score double precision,        -- macro
  f1_score double precision,            -- macro
  is_active boolean NOT NULL DEFAULT false,
  metadata jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  created_by uuid REFERENCES users (id)
);
CREATE UNIQUE INDEX models_version ON models (tenant_id, name, version);

CREATE TABLE predictions (
  id uuid PRIMARY KEY,                  -- UUID version 7
  tenant_id uuid NOT NULL,
  model_id uuid NOT NULL REFERENCES models (id),
  image_path text,                      -- null unless images are kept
  predicted_species_id uuid REFERENCES fish_species (id),  -- null when rejected
  label text NOT NULL,                  -- most probable class, also when rejected
  confidence double precision NOT NULL CHECK (confidence BETWEEN 0 AND 1),
  inference_time_ms double precision NOT NULL,
  rejected boolean NOT NULL,
  rejection_score double precision NOT NULL,
  low_confidence boolean NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}', -- candidates, preprocess id, size of the image
  created_at timestamptz NOT NULL,
  created_by uuid REFERENCES users (id)
);
CREATE INDEX predictions_time ON predictions (tenant_id, created_at, id);
CREATE INDEX predictions_species ON predictions (tenant_id, predicted_species_id, created_at, id);
CREATE INDEX predictions_model ON predictions (model_id);
CREATE INDEX predictions_user ON predictions (created_by) WHERE created_by IS NOT NULL;
CREATE INDEX predictions_rejected ON predictions (tenant_id, created_at, id) WHERE rejected;
CREATE INDEX predictions_low_confidence ON predictions (tenant_id, created_at, id) WHERE low_confidence;

CREATE TABLE prediction_thumbnails (
  prediction_id uuid PRIMARY KEY REFERENCES predictions (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  jpeg bytea NOT NULL
);

-- What people say a photo really shows. Rows are only added; the newest one of a prediction counts.
CREATE TABLE prediction_labels (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  prediction_id uuid NOT NULL REFERENCES predictions (id) ON DELETE CASCADE,
  label text,                           -- null: another fish than those of the list
  species_id uuid REFERENCES fish_species (id),
  note text,
  created_at timestamptz NOT NULL,
  created_by uuid REFERENCES users (id)
);
CREATE INDEX prediction_labels_prediction ON prediction_labels (prediction_id, id);
CREATE INDEX prediction_labels_time ON prediction_labels (tenant_id, created_at, id);

CREATE TABLE audit_logs (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  user_id uuid REFERENCES users (id),
  action text NOT NULL,
  resource_type text NOT NULL,
  resource_id text,
  details jsonb NOT NULL DEFAULT '{}',
  ip_address text,
  user_agent text,
  created_at timestamptz NOT NULL
);
CREATE INDEX audit_logs_time ON audit_logs (tenant_id, created_at, id);
CREATE INDEX audit_logs_user ON audit_logs (user_id, created_at);

CREATE TABLE api_keys (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES users (id),
  key_hash text NOT NULL,
  name text NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  expires_at timestamptz,
  last_used_at timestamptz,
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX api_keys_hash ON api_keys (key_hash);
CREATE INDEX api_keys_user ON api_keys (user_id, created_at);
