//! The two roles of PostgreSQL under which every statement runs, and what each may do with a table.
//!
//! `tenantry_app` sees the rows of the tenant that is set for the transaction, `tenantry_system` every row. Neither can log
//! in; the role that logs in takes one of them for a transaction. On SQLite, which has no roles, nothing here does anything.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, RuntimeErr};

/// The tenant that is set for the transaction; null when none is. After a transaction the setting reads as an empty text.
const CURRENT_TENANT: &str = "nullif(current_setting('app.tenant_id', true), '')";

/// Roles belong to the whole cluster: they may be there for another database already.
const MAKE_ROLES: &str = "DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['tenantry_app', 'tenantry_system'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', name);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- made at this very moment for another database
    END;
  END LOOP;
END $$";

/// The role that migrates may take both, for where the product logs in as it too. From PostgreSQL 16 on that is said for each
/// membership. It does not inherit their rights: what it may do, it may do by taking a role by name.
const JOIN_ROLES: &str = "DO $$
DECLARE
  name text;
  newer boolean := current_setting('server_version_num')::int >= 160000;
BEGIN
  FOREACH name IN ARRAY ARRAY['tenantry_app', 'tenantry_system'] LOOP
    -- From 16 on, whoever makes a role is a member of it that may hand it out, and may not take it.
    IF NOT pg_has_role(current_user, name, CASE WHEN newer THEN 'SET' ELSE 'MEMBER' END) THEN
      BEGIN
        IF newer THEN
          EXECUTE format('GRANT %I TO CURRENT_USER WITH INHERIT FALSE, SET TRUE', name);
        ELSE
          EXECUTE format('GRANT %I TO CURRENT_USER', name);
        END IF;
      EXCEPTION WHEN insufficient_privilege THEN NULL; -- another login serves
      END;
    END IF;
  END LOOP;
END $$";

const HOW_TO_MAKE_ROLES: &str = "the roles tenantry_app and tenantry_system are missing, and this login may not make them; \
    let an administrator run: CREATE ROLE tenantry_app NOLOGIN; CREATE ROLE tenantry_system NOLOGIN;";

/// What a tenant may do with the rows of a table that are its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantMay {
    /// See them.
    Read,
    /// See, add, change and delete them.
    Write,
}

/// Makes the roles where they are missing.
///
/// # Errors
/// When they are, and the role that migrates may not make them.
pub async fn make(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let db = manager.get_connection();
    db.execute_unprepared(MAKE_ROLES).await.map_err(explained)?;
    db.execute_unprepared(JOIN_ROLES).await?;
    db.execute_unprepared(
        "DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO tenantry_app, tenantry_system', current_schema()); END $$",
    )
    .await?;
    Ok(())
}

/// Row-level security for a table of which a row belongs to the tenant in a column: `tenantry_app` has the tenant's rows,
/// `tenantry_system` has all, and nobody else has any, the owner included.
///
/// # Errors
/// The database's.
pub async fn wall(manager: &SchemaManager<'_>, table: &str, tenant_column: &str, may: TenantMay) -> Result<(), DbErr> {
    wall_by(manager, table, &format!("{tenant_column} = {CURRENT_TENANT}"), may).await
}

/// The same for a table of which a row is a tenant's to see on a condition.
///
/// # Errors
/// The database's.
pub async fn wall_by(manager: &SchemaManager<'_>, table: &str, own: &str, may: TenantMay) -> Result<(), DbErr> {
    let rights = if may == TenantMay::Write { "SELECT, INSERT, UPDATE, DELETE" } else { "SELECT" };
    let commands = if may == TenantMay::Write { "ALL" } else { "SELECT" };
    let check = if may == TenantMay::Write { format!(" WITH CHECK ({own})") } else { String::new() };
    system_only(manager, table).await?;
    run(
        manager,
        &format!(
            "CREATE POLICY {table}_tenant ON {table} FOR {commands} TO tenantry_app USING ({own}){check};
             GRANT {rights} ON {table} TO tenantry_app;"
        ),
    )
    .await
}

/// The same for a table of a tenant's rows with which both roles may do some things only.
///
/// # Errors
/// The database's.
pub async fn appendable(manager: &SchemaManager<'_>, table: &str, rights: &str) -> Result<(), DbErr> {
    wall(manager, table, "tenant_id", TenantMay::Write).await?;
    run(
        manager,
        &format!(
            "REVOKE ALL ON {table} FROM tenantry_app, tenantry_system;
             GRANT {rights} ON {table} TO tenantry_app, tenantry_system;"
        ),
    )
    .await
}

/// A table that no tenant sees at all.
///
/// # Errors
/// The database's.
pub async fn system_only(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    run(
        manager,
        &format!(
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
             ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
             CREATE POLICY {table}_system ON {table} TO tenantry_system USING (true) WITH CHECK (true);
             GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO tenantry_system;"
        ),
    )
    .await
}

/// Takes back what the others did.
///
/// # Errors
/// The database's.
pub async fn open(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    run(
        manager,
        &format!(
            "DROP POLICY IF EXISTS {table}_tenant ON {table};
             DROP POLICY {table}_system ON {table};
             REVOKE ALL ON {table} FROM tenantry_app, tenantry_system;
             ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
             ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
        ),
    )
    .await
}

async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        manager.get_connection().execute_unprepared(sql).await?;
    }
    Ok(())
}

/// 42501 is `insufficient_privilege`.
fn explained(error: DbErr) -> DbErr {
    let code = match &error {
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            cause.as_database_error().and_then(|refusal| refusal.code())
        }
        _ => None,
    };
    if code.as_deref() == Some("42501") { DbErr::Custom(HOW_TO_MAKE_ROLES.to_owned()) } else { error }
}
