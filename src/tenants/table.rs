//! One table, as export and purge see it: statements to run, and rows to write down.

use sea_orm::sea_query::{Expr, IntoIden, Query};
use sea_orm::{
    ColumnTrait, DbBackend, DbErr, EntityTrait, ExprTrait, FromQueryResult, IdenStatic, Iterable, ModelTrait, Order,
    PrimaryKeyToColumn, QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait, Statement, Value,
};
use serde_json::{Map, Value as Json};

use super::line;
use crate::db::TenantOwned;

/// A row, and its place in the order of its table.
#[derive(Debug, Clone)]
pub struct Row {
    /// Where the next page begins.
    pub position: Vec<Value>,
    /// Its columns.
    pub columns: Map<String, Json>,
}

/// A table in which rows belong to tenants. It makes statements and runs none, so that it suits any connection.
pub trait Table: Sync {
    /// Its name in the database.
    fn name(&self) -> &str;

    /// Selects some of a tenant's rows in the order of the primary key, after a position.
    fn page(&self, backend: DbBackend, tenant: &str, after: Option<&[Value]>, most: u64) -> Statement;

    /// Reads a row of [`Self::page`].
    ///
    /// # Errors
    /// When it is not one.
    fn read(&self, row: &QueryResult) -> Result<Row, DbErr>;

    /// Deletes some of a tenant's rows.
    fn delete(&self, backend: DbBackend, tenant: &str, most: u64) -> Statement;
}

/// A table that only a function of the owner may delete from, on PostgreSQL: `name(tenant, most)` answers a row for each it deletes.
#[derive(Debug)]
pub(super) struct Guarded<T> {
    pub(super) rows: T,
    pub(super) function: &'static str,
}

impl<T: Table> Table for Guarded<T> {
    fn name(&self) -> &str {
        self.rows.name()
    }

    fn page(&self, backend: DbBackend, tenant: &str, after: Option<&[Value]>, most: u64) -> Statement {
        self.rows.page(backend, tenant, after, most)
    }

    fn read(&self, row: &QueryResult) -> Result<Row, DbErr> {
        self.rows.read(row)
    }

    fn delete(&self, backend: DbBackend, tenant: &str, most: u64) -> Statement {
        if backend != DbBackend::Postgres {
            return self.rows.delete(backend, tenant, most);
        }
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let call = format!("SELECT 1 FROM {}($1, $2)", self.function);
        Statement::from_sql_and_values(backend, call, [tenant.into(), most.into()])
    }
}

/// The table of an entity; the column says whose a row is.
#[derive(Debug)]
pub(super) struct Rows<E: EntityTrait>(E::Column);

impl<E: TenantOwned> Rows<E> {
    /// The rows that are a tenant's own.
    pub(super) const fn owned() -> Self {
        Self(E::TENANT)
    }
}

impl<E: EntityTrait> Rows<E> {
    /// The rows that name a tenant in a column.
    pub(super) const fn with(column: E::Column) -> Self {
        Self(column)
    }

    fn key() -> Vec<E::Column> {
        E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect()
    }

    /// What orders the rows of one tenant.
    fn order(&self) -> Vec<E::Column> {
        Self::key().into_iter().filter(|column| column.as_str() != self.0.as_str()).collect()
    }
}

impl<E> Table for Rows<E>
where
    E: EntityTrait,
    E::Column: Sync,
    E::Model: FromQueryResult + ModelTrait<Entity = E>,
{
    fn name(&self) -> &str {
        E::default().table_name()
    }

    fn page(&self, backend: DbBackend, tenant: &str, after: Option<&[Value]>, most: u64) -> Statement {
        let order = self.order();
        let mut select = E::find().filter(self.0.eq(tenant)).limit(most);
        if let Some(after) = after.filter(|_| !order.is_empty()) {
            let position = Expr::tuple(after.iter().cloned().map(Expr::val));
            select = select.filter(columns(&order).gt(position));
        }
        order.into_iter().fold(select, |select, column| select.order_by_asc(column)).build(backend)
    }

    fn read(&self, row: &QueryResult) -> Result<Row, DbErr> {
        let model = E::Model::from_query_result(row, "")?;
        let position = self.order().into_iter().map(|column| model.get(column)).collect();
        let mut columns = Map::new();
        for column in E::Column::iter() {
            columns.insert(column.as_str().to_owned(), line::json(model.get(column))?);
        }
        Ok(Row { position, columns })
    }

    fn delete(&self, backend: DbBackend, tenant: &str, most: u64) -> Statement {
        let key = Self::key();
        let mut some = Query::select()
            .columns(key.iter().copied())
            .from(E::default())
            .and_where(self.0.eq(tenant))
            .limit(most)
            .to_owned();
        // By the primary key: a scan of the table would pass all that earlier batches deleted, again and again.
        for column in &key {
            some.order_by(*column, Order::Asc);
        }
        E::delete_many().filter(self.0.eq(tenant)).filter(columns(&key).in_subquery(some)).build(backend)
    }
}

fn columns<C: IdenStatic>(columns: &[C]) -> Expr {
    Expr::tuple(columns.iter().map(|column| Expr::col(column.into_iden())))
}
