//! An entry of the audit log is the next one or none: nothing is put before the first, and on SQLite, where `INSERT OR REPLACE`
//! passes by the triggers of deletion, none in the place of another.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, "ALTER TABLE audit_log ADD CONSTRAINT ck_audit_log_seq CHECK (seq > 0)", NEXT).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (postgres, sqlite) =
            ("ALTER TABLE audit_log DROP CONSTRAINT ck_audit_log_seq", "DROP TRIGGER audit_log_next");
        run(manager, postgres, sqlite).await
    }
}

const NEXT: &str = "
CREATE TRIGGER audit_log_next BEFORE INSERT ON audit_log
  WHEN NEW.seq <> coalesce((SELECT seq FROM audit_heads WHERE tenant_id = NEW.tenant_id), 0) + 1
BEGIN
  SELECT RAISE(ABORT, 'entries of the audit log are not written out of turn');
END;
";

async fn run(manager: &SchemaManager<'_>, postgres: &str, sqlite: &str) -> Result<(), DbErr> {
    let sql = if manager.get_database_backend() == DbBackend::Postgres { postgres } else { sqlite };
    manager.get_connection().execute_unprepared(sql).await.map(|_| ())
}
