//! An entry of a tenant's audit log, appended as the last thing of a transaction and chained to the entry before it.
//!
//! The chain: `digest(n) = SHA-256(digest(n-1) || n as 8 bytes, big-endian || tenant || LF || entry)`, where `digest(0)` is 32
//! zero bytes. On PostgreSQL the function `audit_append` computes it in the message that commits, so that the lock on a
//! tenant's chain is never held while a message travels. On SQLite, where only one transaction writes, it is computed here.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, DbErr, EntityTrait, Statement};

use super::TenantOwned;
use super::identity::literal;

/// An entry to append. The columns repeat what the text says, for searching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// `user`, `clerk`, `operator` or `job`.
    pub actor_type: &'static str,
    /// Who, where it was a person.
    pub actor_id: Option<String>,
    /// What was done, such as `task.created`.
    pub action: &'static str,
    /// What kind of thing it was done to.
    pub target_type: &'static str,
    /// Which one.
    pub target_id: String,
    /// The whole entry as a JSON object; this is what the digest covers.
    pub text: String,
}

/// The table of entries.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_log")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub at: DateTimeUtc,
    pub actor_type: String,
    pub actor_id: Option<String>,
    pub action: String,
    pub target_type: String,
    #[sea_orm(column_type = "Text")]
    pub target_id: String,
    #[sea_orm(column_type = "Text")]
    pub entry: String,
    pub digest: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const TENANT: Column = Column::TenantId;
}

/// The end of each tenant's chain, without which a cut end would not show.
pub mod head {
    use sea_orm::entity::prelude::*;

    use crate::db::TenantOwned;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_heads")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: String,
        pub seq: i64,
        pub digest: Vec<u8>,
    }

    impl ActiveModelBehavior for ActiveModel {}

    impl TenantOwned for Entity {
        const TENANT: Column = Column::TenantId;
    }
}

/// What stands before the first entry.
pub const BEGINNING: [u8; 32] = [0; 32];

/// The digest of an entry.
pub fn chained(before: &[u8], seq: i64, tenant: &str, text: &str) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    for part in [before, &seq.to_be_bytes(), tenant.as_bytes(), b"\n", text.as_bytes()] {
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

/// The call that appends on PostgreSQL, as text. What a caller wrote travels as base64, so that none of it is ever SQL.
pub(super) fn call(tenant: &str, record: &Record) -> String {
    let text = STANDARD.encode(&record.text);
    format!("SELECT audit_append({}, convert_from(decode('{text}', 'base64'), 'UTF8'))", literal(tenant))
}

/// Appends in a transaction that goes on: let it be the last statement, and of several tenants in the order of their ids, since
/// others who write to the tenant's log wait for the end of the transaction.
///
/// # Errors
/// The database's.
pub async fn append<C: ConnectionTrait>(tx: &C, tenant: &str, record: Record) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        let values = [tenant.into(), record.text.into()];
        let call = "SELECT audit_append($1, $2)";
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, call, values)).await?;
        return Ok(());
    }
    let head = head::Entity::find_by_id(tenant).one(tx).await?;
    let (seq, before) = head.map_or((0, BEGINNING.to_vec()), |head| (head.seq, head.digest));
    let digest = chained(&before, seq + 1, tenant, &record.text);
    let row = ActiveModel {
        tenant_id: Set(tenant.to_owned()),
        seq: Set(seq + 1),
        at: Set(record.at),
        actor_type: Set(record.actor_type.to_owned()),
        actor_id: Set(record.actor_id),
        action: Set(record.action.to_owned()),
        target_type: Set(record.target_type.to_owned()),
        target_id: Set(record.target_id),
        entry: Set(record.text),
        digest: Set(digest),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}
