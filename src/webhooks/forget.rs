//! Takes out of deliveries what they tell of a tenant. Their ids and what became of them stay, so that a repetition of an
//! applied delivery still changes nothing.

use sea_orm::sea_query::{Expr, Func, LockBehavior, LockType, Query, UpdateStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, ExprTrait, Statement, StatementBuilder};

use super::delivery::{Column, Entity};
use crate::db::Db;

/// How many deliveries one statement reads through.
const WINDOW: u64 = 2_000;

/// Forgets what one delivery tells.
///
/// # Errors
/// The database's.
pub async fn one<C: ConnectionTrait>(tx: &C, id: &str) -> Result<(), DbErr> {
    tx.execute(&emptying(Column::Id.eq(id))).await.map(|_| ())
}

/// The statement that forgets what some of the deliveries known to tell of an organization say.
///
/// It leaves out those that are being recorded anew at this moment: they look at the tombstone themselves, and would wait for
/// us as we for them.
pub fn some_of(backend: DbBackend, organization: &str, most: u64) -> Statement {
    let mut known = Query::select();
    known
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::OrganizationId.eq(organization))
        .limit(most)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    StatementBuilder::build(&emptying(Expr::col(Column::Id).in_subquery(known)), &backend)
}

/// Forgets what every delivery tells that has this id in its payload, and says how many there were.
///
/// It reads through all deliveries, a window of them in each transaction: those from before the organization was noted with
/// each, those of types we know nothing of, and those of a person are found in no other way.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "a delivery may concern any tenant")]
pub async fn all_naming(db: &Db, id: &str) -> Result<u64, DbErr> {
    let mut forgotten = 0;
    let mut after = String::new();
    loop {
        let tx = db.system().begin().await?;
        let last = last_of_window(&tx, &after).await?;
        let mut window = Condition::all().add(Column::Id.gt(&*after));
        if let Some(last) = &last {
            window = window.add(Column::Id.lte(&**last));
        }
        let found = tx.execute(&emptying(Expr::from(window).and(naming(tx.get_database_backend(), id)))).await?;
        tx.commit().await?;
        forgotten += found.rows_affected();
        let Some(last) = last else { return Ok(forgotten) };
        after = last;
    }
}

/// The last delivery of the window that begins after one; none when fewer are left.
async fn last_of_window<C: ConnectionTrait>(tx: &C, after: &str) -> Result<Option<String>, DbErr> {
    let select = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::Id.gt(after))
        .order_by(Column::Id, sea_orm::Order::Asc)
        .offset(WINDOW - 1)
        .limit(1)
        .to_owned();
    tx.query_one(&select).await?.map(|row| row.try_get_by_index(0)).transpose()
}

/// As a whole text of the JSON, so that an id that begins like another is not mistaken for it.
fn naming(backend: DbBackend, id: &str) -> Expr {
    let position = if backend == DbBackend::Postgres { "strpos" } else { "instr" };
    let quoted = serde_json::Value::from(id).to_string();
    Expr::expr(Func::cust(position).arg(Expr::col(Column::Payload)).arg(quoted)).gt(0)
}

fn emptying(deliveries: Expr) -> UpdateStatement {
    Query::update()
        .table(Entity)
        .value(Column::Payload, "")
        .value(Column::OrganizationId, Option::<String>::None)
        .and_where(deliveries)
        .to_owned()
}
