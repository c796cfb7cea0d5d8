-- Holds every table with a tenant_id to the tenant that the program names in the setting aqua.tenant: a UUID, or "all" for its own
-- work. Without the setting no row is seen or written. The owner is held to it too (FORCE); superusers never are.
CREATE FUNCTION aqua_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT CASE WHEN current_setting('aqua.tenant', true) IN ('', 'all') THEN NULL ELSE current_setting('aqua.tenant', true)::uuid END $$;
CREATE FUNCTION aqua_all_tenants() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(current_setting('aqua.tenant', true) = 'all', false) $$;

-- For the tables of later steps, too. The functions stand in a SELECT of their own so that they run once a statement, not once a row.
CREATE FUNCTION protect_tenant_rows(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY tenant_rows ON %s USING (tenant_id = (SELECT aqua_tenant()) OR (SELECT aqua_all_tenants()))', target);
END $$;

DO $$
DECLARE
  target regclass;
BEGIN
  FOR target IN
    SELECT c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace AND a.attname = 'tenant_id' AND NOT a.attisdropped
      AND c.relname <> 'audit_logs'
  LOOP
    PERFORM protect_tenant_rows(target);
  END LOOP;
END $$;

-- A tenant reads its audit log; only the program itself writes it.
ALTER TABLE audit_logs ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_logs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_rows ON audit_logs FOR SELECT USING (tenant_id = (SELECT aqua_tenant()) OR (SELECT aqua_all_tenants()));
CREATE POLICY writer_rows ON audit_logs FOR INSERT WITH CHECK ((SELECT aqua_all_tenants()));
ALTER TABLE audit_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_head FORCE ROW LEVEL SECURITY;
CREATE POLICY writer_rows ON audit_head USING ((SELECT aqua_all_tenants()));
ALTER TABLE audit_checkpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_checkpoints FORCE ROW LEVEL SECURITY;
CREATE POLICY writer_rows ON audit_checkpoints USING ((SELECT aqua_all_tenants()));
