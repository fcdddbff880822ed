//! What the role that logs in may do: whether it can take the two roles under which statements run, and whether it could
//! pass by row-level security.

use std::sync::Arc;

use sea_orm::sqlx::raw_sql;
use sea_orm::{DbErr, FromQueryResult, RuntimeErr};

use super::identity::{APP_ROLE, SYSTEM_ROLE};
use super::pool::Db;

/// The role that logs in to PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Role {
    /// Its name.
    pub name: String,
    superuser: bool,
    bypasses: bool,
    inherits: bool,
    owns: i64,
    takes_app: bool,
    takes_system: bool,
}

/// A role is a member of another also through a third, and a superuser of every one; from PostgreSQL 16 on a member may be one
/// that cannot take the role. Whoever may act as the owner of a table
/// may switch its row-level security off.
const ABOUT: &str = "SELECT session_user::text AS name, me.rolsuper AS superuser, me.rolbypassrls AS bypasses,
    coalesce((SELECT pg_has_role(me.oid, oid, 'USAGE') FROM pg_roles WHERE rolname = 'tenantry_system'), false) AS inherits,
    (SELECT count(*) FROM pg_class WHERE relrowsecurity AND pg_table_is_visible(oid)
        AND pg_has_role(me.oid, relowner, 'MEMBER')) AS owns,
    coalesce((SELECT pg_has_role(me.oid, oid, kind.taking) FROM pg_roles WHERE rolname = 'tenantry_app'), false) AS takes_app,
    coalesce((SELECT pg_has_role(me.oid, oid, kind.taking) FROM pg_roles WHERE rolname = 'tenantry_system'), false)
        AS takes_system
    FROM pg_roles me, (SELECT CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) kind(taking)
    WHERE me.rolname = session_user";

impl Db {
    /// The role that logs in; none on SQLite.
    ///
    /// # Errors
    /// The database's.
    pub async fn role(&self) -> Result<Option<Role>, DbErr> {
        if !self.pool.is_postgres() {
            return Ok(None);
        }
        // Not prepared: behind a pooler another instance may have prepared it in the same session.
        let row = raw_sql(ABOUT).fetch_one(self.pool.connection.get_postgres_connection_pool()).await;
        let row = row.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))))?;
        Role::from_query_result(&row.into(), "").map(Some)
    }
}

impl Role {
    /// Why no statement would run, if so.
    pub fn lacks(&self) -> Option<String> {
        let missing = [(APP_ROLE, self.takes_app), (SYSTEM_ROLE, self.takes_system)];
        let missing: Vec<&str> = missing.into_iter().filter(|(_, takes)| !takes).map(|(role, _)| role).collect();
        (!missing.is_empty()).then(|| format!("may not take the role {}", missing.join(" nor ")))
    }

    /// By what it could see every tenant's rows without asking to.
    pub fn dangers(&self) -> Vec<&'static str> {
        let dangers = [
            (self.superuser, "it is a superuser"),
            (self.bypasses, "it has BYPASSRLS"),
            (self.owns > 0, "it owns tables, or may act as their owner"),
            // A superuser has every role, which is said already.
            (self.inherits && !self.superuser, "it inherits the rights of tenantry_system; make it NOINHERIT"),
        ];
        dangers.into_iter().filter(|(is_one, _)| *is_one).map(|(_, danger)| danger).collect()
    }

    /// The statements by which an administrator makes the right role.
    pub fn mend() -> &'static str {
        "  CREATE ROLE tenantry LOGIN NOINHERIT PASSWORD '…';\n  GRANT tenantry_app, tenantry_system TO tenantry;"
    }
}
