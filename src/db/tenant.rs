//! The tenant wall: the only handle on rows that belong to somebody.
//!
//! Features build their statements freely and hand them over; the tenant's condition is added as they run.

use std::fmt;

use sea_orm::sea_query::{DynIden, Expr, Func, IntoIden, OnConflict, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DbBackend, DbErr, DeleteMany, EntityName, EntityTrait, ExprTrait,
    IdenStatic, Insert, IntoSimpleExpr, Iterable, QueryFilter, QuerySelect, QueryTrait, Select, SelectTwo, Statement,
};
use uuid::Uuid;

use super::Keyset;
use super::identity::Identity;
use super::journal::Record;
use super::pool::Pool;
use super::rows::{Cells, Pair, Rows, Whole};
use super::tenant_connection::{Connection, TenantPool, TenantTransaction};

/// Who owns a row: an organization, or a person in a workspace of their own. The id Clerk gave either.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TenantId {
    /// `org_…`
    Organization(String),
    /// `user_…`
    Personal(String),
}

impl TenantId {
    /// As it is stored.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Organization(id) | Self::Personal(id) => id,
        }
    }

    /// The tenant whose id is stored: a person's own workspace or an organization.
    pub fn stored(id: impl Into<String>) -> Self {
        let id = id.into();
        if id.starts_with("user_") { Self::Personal(id) } else { Self::Organization(id) }
    }

    /// The organization's id; none in a personal workspace.
    pub fn organization(&self) -> Option<&str> {
        match self {
            Self::Organization(id) => Some(id),
            Self::Personal(_) => None,
        }
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A table whose every row belongs to one tenant.
pub trait TenantOwned: Whole {
    /// The column that says to whom.
    const TENANT: Self::Column;

    /// A row of PostgreSQL's by the places of its columns, for tables that are read more than any other: the usual way is through values
    /// that may be anything, which are made and taken apart again.
    fn by_place(_: &mut Cells<'_>) -> Option<Result<Self::Model, DbErr>> {
        None
    }
}

/// The database as one tenant sees it.
///
/// It is not a connection: a statement cannot run on it but through these methods, and each adds the tenant. On PostgreSQL
/// each also runs under the role `tenantry_app` with the tenant set, so that row-level security answers for it again.
#[derive(Debug, Clone)]
pub struct TenantDb<C = TenantPool> {
    connection: C,
    tenant: TenantId,
}

impl TenantDb {
    pub(super) fn new(pool: Pool, tenant: TenantId) -> Self {
        Self { connection: TenantPool { pool, identity: Identity::Tenant(tenant.clone()) }, tenant }
    }

    /// Begins a transaction; dropping it rolls back.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(&self) -> Result<TenantDb<TenantTransaction>, DbErr> {
        let connection = TenantTransaction::begin(&self.connection.pool, &self.connection.identity).await?;
        Ok(TenantDb { connection, tenant: self.tenant.clone() })
    }
}

impl TenantDb<TenantTransaction> {
    /// Makes what was done lasting, together with an entry in the tenant's audit log. There is no other way.
    ///
    /// # Errors
    /// The database's; then nothing was done.
    pub async fn commit(self, record: impl Into<Record>) -> Result<(), DbErr> {
        self.connection.commit(self.tenant.as_str().to_owned(), record.into()).await
    }

    /// Bounds how long a statement of this transaction waits for another's lock. On SQLite the busy timeout does.
    ///
    /// # Errors
    /// The database's.
    pub async fn bound_lock_wait(&self, milliseconds: u32) -> Result<(), DbErr> {
        self.connection.on_postgres(&format!("SET LOCAL lock_timeout = {milliseconds}")).await
    }

    /// Waits until no other transaction of the tenant holds the same name, and holds it until this one ends. On SQLite one
    /// transaction writes at a time anyway.
    ///
    /// # Errors
    /// The database's.
    pub async fn hold(&self, name: &str) -> Result<(), DbErr> {
        if self.connection.backend() == DbBackend::Postgres {
            let name = format!("{name} {}", self.tenant);
            let lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
            let statement = Statement::from_sql_and_values(DbBackend::Postgres, lock, [name.into()]);
            self.connection.execute(statement).await?;
        }
        Ok(())
    }
}

impl<C: Connection> TenantDb<C> {
    /// Whose rows these are.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Whether a row is the tenant's own.
    fn own<E: TenantOwned>(&self) -> Condition {
        Condition::all().add(E::TENANT.eq(self.tenant.as_str()))
    }

    /// Every row of a selection.
    ///
    /// # Errors
    /// The database's.
    pub async fn all<E: TenantOwned>(&self, rows: Select<E>) -> Result<Vec<E::Model>, DbErr> {
        self.select(rows).await?.models::<E>()
    }

    /// Every row of a selection, each with the row of another table that it points at.
    ///
    /// # Errors
    /// The database's.
    pub async fn all_with<E: TenantOwned, R: Whole>(&self, rows: SelectTwo<E, R>) -> Result<Vec<Pair<E, R>>, DbErr> {
        let statement = rows.filter(self.own::<E>()).build(self.connection.backend());
        self.connection.rows(statement).await?.pairs::<E, R>()
    }

    /// The first row of a selection.
    ///
    /// # Errors
    /// The database's.
    pub async fn one<E: TenantOwned>(&self, rows: Select<E>) -> Result<Option<E::Model>, DbErr> {
        Ok(self.select(rows.limit(1)).await?.models::<E>()?.pop())
    }

    async fn select<E: TenantOwned>(&self, rows: Select<E>) -> Result<Rows, DbErr> {
        let statement = rows.filter(self.own::<E>()).build(self.connection.backend());
        self.connection.rows(statement).await
    }

    /// The ids of rows that meet a condition, at most so many.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn ids<E: TenantOwned>(
        &self,
        id: E::Column,
        rows: Condition,
        at_most: u64,
    ) -> Result<Vec<Uuid>, DbErr> {
        let mut select = Query::select();
        select.column((E::default(), id)).from(E::default().table_ref());
        select.cond_where(rows).cond_where(self.own::<E>()).limit(at_most);
        self.connection.rows(self.connection.backend().build(&select)).await?.ids()
    }

    /// Whether a column is one of these ids. On PostgreSQL they are one value, so that it is one statement however many they are.
    pub fn is_one_of(&self, id: impl ColumnTrait, ids: Vec<Uuid>) -> Expr {
        if self.connection.backend() == DbBackend::Sqlite {
            return id.is_in(ids);
        }
        let list = format!("{{{}}}", ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(","));
        Expr::cust_with_exprs("$1 = ANY(CAST($2 AS uuid[]))", [id.into_simple_expr(), Expr::val(list)])
    }

    /// The one row of an aggregate all of whose columns are counts, in the order they were selected.
    ///
    /// # Errors
    /// The database's.
    pub async fn counts<E: TenantOwned, const N: usize>(&self, rows: Select<E>) -> Result<[i64; N], DbErr> {
        self.select(rows).await?.counts()
    }

    /// How many rows a selection has.
    ///
    /// # Errors
    /// The database's.
    pub async fn count<E: TenantOwned>(&self, rows: Select<E>) -> Result<u64, DbErr> {
        self.count_of(rows.filter(self.own::<E>()).into_query()).await
    }

    /// How many rows a selection with related rows has.
    ///
    /// # Errors
    /// The database's.
    pub async fn count_with<E: TenantOwned, R: Whole>(&self, rows: SelectTwo<E, R>) -> Result<u64, DbErr> {
        self.count_of(rows.filter(self.own::<E>()).into_query()).await
    }

    async fn count_of(&self, rows: SelectStatement) -> Result<u64, DbErr> {
        let count =
            Query::select().expr_as(Func::count(Expr::cust("*")), "total").from_subquery(rows, "counted").to_owned();
        let [total] = self.connection.rows(self.connection.backend().build(&count)).await?.counts()?;
        u64::try_from(total).map_err(|error| DbErr::Type(error.to_string()))
    }

    /// One page of a selection, and whether there is more.
    ///
    /// # Errors
    /// The database's.
    pub async fn page<E: TenantOwned>(
        &self,
        mut rows: Select<E>,
        keyset: &Keyset,
    ) -> Result<(Vec<E::Model>, bool), DbErr> {
        keyset.apply(QuerySelect::query(&mut rows));
        let mut rows = self.all(rows).await?;
        let more = shorten(&mut rows, keyset.limit);
        Ok((rows, more))
    }

    /// One page of a selection with related rows, and whether there is more.
    ///
    /// # Errors
    /// The database's.
    pub async fn page_with<E: TenantOwned, R: Whole>(
        &self,
        mut rows: SelectTwo<E, R>,
        keyset: &Keyset,
    ) -> Result<(Vec<Pair<E, R>>, bool), DbErr> {
        keyset.apply(QuerySelect::query(&mut rows));
        let mut rows = self.all_with(rows).await?;
        let more = shorten(&mut rows, keyset.limit);
        Ok((rows, more))
    }
}

/// What writes needs a transaction, whose end names what was done.
impl TenantDb<TenantTransaction> {
    /// Inserts a row as the tenant's own, whatever it says of its tenant.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert<A>(&self, row: A) -> Result<<A::Entity as EntityTrait>::Model, DbErr>
    where
        A: ActiveModelTrait + Send,
        A::Entity: TenantOwned,
    {
        self.insert_beside(row, []).await
    }

    /// The same, with columns that no entity has.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert_beside<A>(
        &self,
        mut row: A,
        beside: impl IntoIterator<Item = (DynIden, Expr)>,
    ) -> Result<<A::Entity as EntityTrait>::Model, DbErr>
    where
        A: ActiveModelTrait + Send,
        A::Entity: TenantOwned,
    {
        row.set(<A::Entity as TenantOwned>::TENANT, self.tenant.as_str().into());
        let own = <A::Entity as EntityTrait>::Column::iter().filter_map(|column| {
            let value = row.get(column).into_value()?;
            Some((column.into_iden(), column.save_as(Expr::val(value))))
        });
        let (names, values): (Vec<DynIden>, Vec<Expr>) = own.chain(beside).unzip();
        let mut insert = Query::insert();
        insert.into_table(A::Entity::default().table_ref()).columns(names).values_panic(values);
        insert.returning(Query::returning().exprs(columns::<A::Entity>()));
        let inserted = self.connection.rows(self.connection.backend().build(&insert)).await?;
        inserted.models::<A::Entity>()?.pop().ok_or(DbErr::RecordNotInserted)
    }

    /// Inserts rows as the tenant's own.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert_all<A>(&self, rows: impl IntoIterator<Item = A>) -> Result<(), DbErr>
    where
        A: ActiveModelTrait + Send,
        A::Entity: TenantOwned,
    {
        let owned: Vec<A> = rows
            .into_iter()
            .map(|mut row| {
                row.set(<A::Entity as TenantOwned>::TENANT, self.tenant.as_str().into());
                row
            })
            .collect();
        if !owned.is_empty() {
            self.connection.execute(Insert::many(owned).build(self.connection.backend())).await?;
        }
        Ok(())
    }

    /// Inserts a row unless one with the same key is there; says whether it was inserted.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert_new<A>(&self, mut row: A) -> Result<bool, DbErr>
    where
        A: ActiveModelTrait + Send,
        A::Entity: TenantOwned,
    {
        row.set(<A::Entity as TenantOwned>::TENANT, self.tenant.as_str().into());
        // `try_insert` alone does not write the clause; without it PostgreSQL ends the transaction at the clash.
        let unless_there = OnConflict::new().do_nothing().to_owned();
        let insert = Insert::one(row).on_conflict(unless_there).build(self.connection.backend());
        Ok(self.connection.execute(insert).await? > 0)
    }

    /// Inserts a row as the tenant's own, or changes the tenant's one that it clashes with.
    ///
    /// # Errors
    /// The database's; also when the two clash on a key that is not the tenant's own, which none should be.
    pub async fn insert_or_change<A>(&self, mut row: A, mut on_clash: OnConflict) -> Result<(), DbErr>
    where
        A: ActiveModelTrait + Send,
        A::Entity: TenantOwned,
    {
        row.set(<A::Entity as TenantOwned>::TENANT, self.tenant.as_str().into());
        let own = Expr::col((A::Entity::default(), <A::Entity as TenantOwned>::TENANT)).eq(self.tenant.as_str());
        on_clash.action_and_where(own);
        let insert = Insert::one(row).on_conflict(on_clash).build(self.connection.backend());
        match self.connection.execute(insert).await? {
            0 => Err(DbErr::Custom("a row clashes with another tenant's".into())),
            _ => Ok(()),
        }
    }

    /// Changes the rows that meet a condition, and returns them as they are now.
    ///
    /// # Errors
    /// The database's; also when a change names the tenant column, which no change may.
    pub async fn update<E: TenantOwned>(
        &self,
        rows: Condition,
        changes: impl IntoIterator<Item = (E::Column, Expr)>,
    ) -> Result<Vec<E::Model>, DbErr> {
        self.update_beside::<E>(rows, changes, []).await
    }

    /// The same, with columns that no entity has.
    ///
    /// # Errors
    /// Those of [`TenantDb::update`].
    pub async fn update_beside<E: TenantOwned>(
        &self,
        rows: Condition,
        changes: impl IntoIterator<Item = (E::Column, Expr)>,
        beside: impl IntoIterator<Item = (DynIden, Expr)>,
    ) -> Result<Vec<E::Model>, DbErr> {
        let mut update = E::update_many().filter(rows);
        for (column, value) in changes {
            if column.as_str() == E::TENANT.as_str() {
                return Err(DbErr::Custom("a row cannot change its tenant".into()));
            }
            update = update.col_expr(column, value);
        }
        let mut update = update.filter(self.own::<E>()).into_query();
        update.values(beside);
        update.returning(Query::returning().exprs(columns::<E>()));
        self.connection.rows(self.connection.backend().build(&update)).await?.models::<E>()
    }

    /// Deletes rows, and says how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete<E: TenantOwned>(&self, rows: DeleteMany<E>) -> Result<u64, DbErr> {
        self.connection.execute(rows.filter(self.own::<E>()).build(self.connection.backend())).await
    }
}

/// Every column, in the entity's order, as the ORM selects it.
fn columns<E: EntityTrait>() -> impl Iterator<Item = Expr> {
    E::Column::iter().map(|column| column.select_as(Expr::col(column)))
}

/// Cuts the row that only tells of a next page.
fn shorten<T>(rows: &mut Vec<T>, limit: u64) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    more
}
