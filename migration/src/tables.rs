//! How tables are made here: a tenant's table has the tenant first in its primary key, and names everything it constrains.

use sea_orm_migration::prelude::*;

/// The column that says whose a row is.
#[derive(DeriveIden)]
pub struct TenantId;

/// A table whose every row belongs to one tenant: `tenant_id` first, and the primary key `(tenant_id, …)`.
///
/// Children point at parents by both columns, so that a row cannot refer to another tenant's row.
pub fn tenant_owned_table<T, K>(
    table: T,
    keys: impl IntoIterator<Item = K>,
    columns: Vec<ColumnDef>,
) -> TableCreateStatement
where
    T: Iden + Copy + 'static,
    K: IntoIden,
{
    let mut primary = Index::create().name(format!("pk_{}", table.to_string())).col(TenantId).to_owned();
    for key in keys {
        primary.col(key);
    }
    let mut create = Table::create().table(table).col(clerk_id(TenantId)).to_owned();
    for column in columns {
        create.col(column);
    }
    create.primary_key(&mut primary).to_owned()
}

/// An index that begins with the tenant.
pub fn tenant_index<T, C>(table: T, name: &str, columns: impl IntoIterator<Item = C>) -> IndexCreateStatement
where
    T: Iden + 'static,
    C: IntoIndexColumn,
{
    let mut index = Index::create().name(name).table(table).col(TenantId).to_owned();
    for column in columns {
        index.col(column);
    }
    index
}

/// An id that Clerk gave. Clerk's own are about 32 characters; tokens may have at most 128, webhooks 255.
pub fn clerk_id(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).string_len(255).not_null().take()
}

/// A point in time, to the microsecond. Always set by the application: `CURRENT_TIMESTAMP` sorts differently on SQLite.
pub fn time(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().not_null().take()
}

/// The three columns by which the mirror tells the newer of two states of an object: when Clerk changed it, when the event
/// was made (both in milliseconds), and a digest of its data where both are equal.
pub fn source_columns() -> Vec<ColumnDef> {
    vec![
        ColumnDef::new("source_updated_at").big_integer().not_null().take(),
        ColumnDef::new("source_event_at").big_integer().not_null().take(),
        ColumnDef::new("source_digest").binary().not_null().take(),
    ]
}
