//! An index of the texts of tasks, which finds the few that contain something without reading all the tenant has.
//!
//! On PostgreSQL an operator that could tell of a row in an error reaches no index past row-level security, and every operator
//! that looks into a text could. So a function looks instead, with the rights of `tenantry_system` and for the tenant that is
//! set; what it answers is ids, which the caller's own statement reads behind the policies. On SQLite a copy of the texts in
//! the order of the tenant is read from end to end, which is much less than the rows themselves.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, POSTGRES, SQLITE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, POSTGRES_DOWN, "DROP INDEX ix_tasks_tenant_texts").await
    }
}

async fn run(manager: &SchemaManager<'_>, on_postgres: &str, on_sqlite: &str) -> Result<(), DbErr> {
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    let sql = if postgres { on_postgres } else { on_sqlite };
    manager.get_connection().execute_unprepared(sql).await.map(drop)
}

/// `search_grams` is every three neighbouring characters of a text, hashed together with the tenant: so the entries of one tenant
/// are few whatever the others have. Where words are short because the letters are many, it is every two as well. A part of a text has
/// a part of the text's. It names nothing that is looked up on a search path.
///
/// The index may be there already, built beforehand without stopping the writers. It keeps no list of pending entries, which one
/// write in forty would wait to see emptied and every search would read. Statistics of its arrays would be of no use.
///
/// `tasks_containing` answers NULL where it cannot tell, or where there are more than it is worth: a text that has no entry, such as one of two letters; an
/// owner that would see no row, as after a restore without owners. The tenant is compared in a form that no index answers, since
/// reading that one too would cost more than the rest. A plan that knows no values could mistake how little it will find, so the
/// other ways are closed to it.
///
/// It is given to `tenantry_system`, before whose policy every operator may reach an index. Where the role that migrates may not
/// do that, searches read what the tenant has.
const POSTGRES: &str = r"
CREATE OR REPLACE FUNCTION search_grams(of_tenant text, searched text) RETURNS bigint[]
  LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  characters text[] := string_to_array(searched, NULL);
  seed bigint := hashtextextended(of_tenant, 0);
BEGIN
  -- Three characters each; and where they are not of ASCII, as in Chinese, two.
  RETURN ARRAY(SELECT hashtextextended(one || two || three, seed)
      FROM unnest(characters, characters[2:], characters[3:]) AS grams(one, two, three) WHERE three IS NOT NULL)
    || CASE WHEN octet_length(searched) > length(searched) THEN
      ARRAY(SELECT hashtextextended(one || two, seed) FROM unnest(characters, characters[2:]) AS grams(one, two)
        WHERE octet_length(one || two) > 2)
    END;
END $$;

CREATE INDEX IF NOT EXISTS ix_tasks_search ON tasks
  USING gin (search_grams(tenant_id, title_folded || chr(10) || coalesce(description_folded, '')))
  WITH (fastupdate = off) WHERE deleted_at IS NULL;
ALTER INDEX ix_tasks_search ALTER COLUMN 1 SET STATISTICS 0;

CREATE FUNCTION tasks_containing(searched text, pattern text, at_most integer) RETURNS uuid[]
  LANGUAGE plpgsql STABLE STRICT SECURITY DEFINER SET search_path FROM CURRENT
  SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_indexscan = off SET jit = off AS $$
DECLARE
  tenant text := nullif(current_setting('app.tenant_id', true), '');
  wanted bigint[] := search_grams(tenant, searched);
  found uuid[];
BEGIN
  IF current_user <> 'tenantry_system' OR coalesce(cardinality(wanted), 0) = 0 THEN
    RETURN NULL;
  END IF;
  found := ARRAY(SELECT id FROM tasks
    WHERE search_grams(tenant_id, title_folded || chr(10) || coalesce(description_folded, '')) @> wanted
      AND deleted_at IS NULL AND tenant_id || '' = tenant
      AND (title_folded LIKE pattern OR description_folded LIKE pattern) LIMIT at_most + 1);
  RETURN CASE WHEN cardinality(found) <= at_most THEN found END;
END $$;
REVOKE ALL ON FUNCTION tasks_containing(text, text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tasks_containing(text, text, integer) TO tenantry_app;

DO $$
BEGIN
  -- A new owner must be one that may make functions here, at this moment.
  EXECUTE format('GRANT CREATE ON SCHEMA %I TO tenantry_system', current_schema());
  ALTER FUNCTION tasks_containing(text, text, integer) OWNER TO tenantry_system;
  EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM tenantry_system', current_schema());
EXCEPTION WHEN insufficient_privilege THEN
  RAISE WARNING 'searches will read all a tenant has: this login may not give a function to tenantry_system';
END $$;
";

const POSTGRES_DOWN: &str = "
DO $$
BEGIN
  DROP FUNCTION tasks_containing(text, text, integer);
EXCEPTION WHEN insufficient_privilege THEN
  SET LOCAL ROLE tenantry_system;
  DROP FUNCTION tasks_containing(text, text, integer);
  RESET ROLE;
END $$;
DROP INDEX ix_tasks_search;
DROP FUNCTION search_grams(text, text);
";

/// It holds all that a search names, `deleted_at` with it, or SQLite would look at the rows. Of an index without statistics beside others that have them, SQLite expects that it finds ten rows, and would sort a list out
/// of it.
const SQLITE: &str = "
CREATE INDEX ix_tasks_tenant_texts ON tasks (tenant_id, id, title_folded, description_folded, deleted_at) WHERE deleted_at IS NULL;
ANALYZE tasks;
";
