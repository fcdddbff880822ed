//! The audit log: who did what, one chain of entries for each tenant, to which the product can only append.
//!
//! Each entry's digest covers the one before it, and `audit_heads` knows the last, so that an edit, a gap and a cut end all
//! show. On PostgreSQL the product's roles may insert and nothing more; on SQLite triggers refuse the rest. Only the chain of
//! a tenant that was deleted can go, whole.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::roles;
use crate::tables::{tenant_index, tenant_owned_table, time};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let text = |name: AuditLog, longest: u32| ColumnDef::new(name).string_len(longest).take();
        let columns = vec![
            ColumnDef::new(AuditLog::Seq).big_integer().not_null().take(),
            time(AuditLog::At),
            text(AuditLog::ActorType, 16).not_null().take(),
            text(AuditLog::ActorId, 255),
            text(AuditLog::Action, 64).not_null().take(),
            text(AuditLog::TargetType, 32).not_null().take(),
            ColumnDef::new(AuditLog::TargetId).text().not_null().take(),
            ColumnDef::new(AuditLog::Entry).text().not_null().take(),
            ColumnDef::new(AuditLog::Digest).binary().not_null().take(),
        ];
        manager.create_table(tenant_owned_table(AuditLog::Table, [AuditLog::Seq], columns)).await?;
        let by_target = [AuditLog::TargetType, AuditLog::TargetId, AuditLog::Seq];
        manager.create_index(tenant_index(AuditLog::Table, "ix_audit_log_target", by_target)).await?;
        for (name, column) in [
            ("ix_audit_log_actor", AuditLog::ActorId),
            ("ix_audit_log_action", AuditLog::Action),
            ("ix_audit_log_at", AuditLog::At),
        ] {
            manager.create_index(tenant_index(AuditLog::Table, name, [column, AuditLog::Seq])).await?;
        }

        let columns = vec![
            ColumnDef::new(AuditHeads::Seq).big_integer().not_null().take(),
            ColumnDef::new(AuditHeads::Digest).binary().not_null().take(),
        ];
        let heads = tenant_owned_table(AuditHeads::Table, Vec::<AuditHeads>::new(), columns);
        manager.create_table(heads).await?;
        roles::appendable(manager, "audit_log", "SELECT, INSERT").await?;
        roles::appendable(manager, "audit_heads", "SELECT, INSERT, UPDATE").await?;
        let sql = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        manager.get_connection().execute_unprepared(sql).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared(POSTGRES_DOWN).await?;
        }
        manager.drop_table(Table::drop().table(AuditHeads::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(AuditLog::Table).to_owned()).await
    }
}

/// `audit_append` runs with the rights of whoever calls it. The row of the head is locked from here to the end of the
/// transaction, so that a tenant's entries are written one after the other.
///
/// `audit_purge` runs with the owner's rights, which alone suffice to delete, and answers a row for each entry it deleted.
const POSTGRES: &str = r"
CREATE FUNCTION audit_append(of_tenant text, new_entry text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  place bigint;
  before bytea;
  after bytea;
  members json := new_entry::json;
BEGIN
  SELECT seq + 1, digest INTO place, before FROM audit_heads WHERE tenant_id = of_tenant FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO audit_heads (tenant_id, seq, digest) VALUES (of_tenant, 0, decode(repeat('00', 32), 'hex'))
      ON CONFLICT (tenant_id) DO NOTHING;
    SELECT seq + 1, digest INTO place, before FROM audit_heads WHERE tenant_id = of_tenant FOR UPDATE;
  END IF;
  after := sha256(before || int8send(place) || convert_to(of_tenant || E'\n' || new_entry, 'UTF8'));
  INSERT INTO audit_log (tenant_id, seq, at, actor_type, actor_id, action, target_type, target_id, entry, digest)
    VALUES (of_tenant, place, (members->>'at')::timestamptz, members#>>'{actor,type}', members#>>'{actor,id}',
            members->>'action', members#>>'{target,type}', members#>>'{target,id}', new_entry, after);
  UPDATE audit_heads SET seq = place, digest = after WHERE tenant_id = of_tenant;
END $$;
REVOKE ALL ON FUNCTION audit_append(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append(text, text) TO tenantry_app, tenantry_system;

CREATE FUNCTION audit_purge(of_tenant text, at_most bigint) RETURNS SETOF bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM organizations WHERE id = of_tenant AND deleted_at IS NOT NULL)
     AND NOT EXISTS (SELECT 1 FROM users WHERE id = of_tenant AND deleted_at IS NOT NULL) THEN
    RETURN;
  END IF;
  RETURN QUERY DELETE FROM audit_log AS entry WHERE entry.tenant_id = of_tenant AND entry.seq IN
    (SELECT oldest.seq FROM audit_log oldest WHERE oldest.tenant_id = of_tenant ORDER BY oldest.seq LIMIT at_most) RETURNING entry.seq;
END $$;
REVOKE ALL ON FUNCTION audit_purge(text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_purge(text, bigint) TO tenantry_system;

CREATE FUNCTION audit_purge_head(of_tenant text, at_most bigint) RETURNS SETOF bigint
  LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
  DELETE FROM audit_heads WHERE tenant_id = of_tenant AND at_most > 0
    AND (EXISTS (SELECT 1 FROM organizations WHERE id = of_tenant AND deleted_at IS NOT NULL)
      OR EXISTS (SELECT 1 FROM users WHERE id = of_tenant AND deleted_at IS NOT NULL)) RETURNING seq
$$;
REVOKE ALL ON FUNCTION audit_purge_head(text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_purge_head(text, bigint) TO tenantry_system;

-- Where the owner is no superuser, policies hold for it too.
CREATE POLICY audit_log_owner ON audit_log TO CURRENT_USER USING (true);
CREATE POLICY audit_heads_owner ON audit_heads TO CURRENT_USER USING (true);
CREATE POLICY organizations_owner ON organizations FOR SELECT TO CURRENT_USER USING (deleted_at IS NOT NULL);
CREATE POLICY users_owner ON users FOR SELECT TO CURRENT_USER USING (deleted_at IS NOT NULL);
";

const POSTGRES_DOWN: &str = "
DROP POLICY organizations_owner ON organizations;
DROP POLICY users_owner ON users;
DROP FUNCTION audit_append(text, text);
DROP FUNCTION audit_purge(text, bigint);
DROP FUNCTION audit_purge_head(text, bigint);
";

const SQLITE: &str = "
CREATE TRIGGER audit_log_head AFTER INSERT ON audit_log BEGIN
  INSERT INTO audit_heads (tenant_id, seq, digest) VALUES (NEW.tenant_id, NEW.seq, NEW.digest)
    ON CONFLICT (tenant_id) DO UPDATE SET seq = excluded.seq, digest = excluded.digest;
END;
CREATE TRIGGER audit_log_not_changed BEFORE UPDATE ON audit_log BEGIN
  SELECT RAISE(ABORT, 'entries of the audit log are not changed');
END;
CREATE TRIGGER audit_log_not_deleted BEFORE DELETE ON audit_log
  WHEN NOT EXISTS (SELECT 1 FROM organizations WHERE id = OLD.tenant_id AND deleted_at IS NOT NULL)
   AND NOT EXISTS (SELECT 1 FROM users WHERE id = OLD.tenant_id AND deleted_at IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'entries of the audit log are not deleted');
END;
";

#[derive(DeriveIden, Clone, Copy)]
enum AuditLog {
    Table,
    Seq,
    At,
    ActorType,
    ActorId,
    Action,
    TargetType,
    TargetId,
    Entry,
    Digest,
}

#[derive(DeriveIden, Clone, Copy)]
enum AuditHeads {
    Table,
    Seq,
    Digest,
}
