//! What is stored beside a task so that searches pass it by, and making it for tasks that have none: a search finds those too, but reads
//! every one.

use std::time::Instant;

use sea_orm::sea_query::{DynIden, Expr, LockBehavior, LockType};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::{Column, Entity};
use crate::db::{Db, NgramFilter};

/// How many tasks one transaction changes at most: requests wait for its locks.
const TASKS: u64 = 200;

/// A task's key, and its texts as they are searched.
type Texts = (String, Uuid, String, Option<String>);

/// What is stored beside a task of these texts, as they are searched.
pub fn beside(title: &str, description: Option<&str>) -> impl Iterator<Item = (DynIden, Expr)> + use<> {
    filter(title, description).columns()
}

fn filter(title: &str, description: Option<&str>) -> NgramFilter {
    NgramFilter::of([Some(title), description].into_iter().flatten())
}

/// Makes the filter of every task that has none, and says how many.
///
/// One batch is one transaction. Any number of instances may: each takes rows that no other has taken.
///
/// # Errors
/// The database's; what was made until then stays so.
pub async fn make_filters(db: &Db) -> Result<u64, DbErr> {
    let mut tasks = 0;
    loop {
        let begun = Instant::now();
        match step(db).await? {
            0 => return Ok(tasks),
            more => tasks += more,
        }
        // Requests get as much of the database as this does.
        tokio::time::sleep(begun.elapsed()).await;
    }
}

/// One batch, and how many tasks it had. Who changes a text makes its filter, and waits until this is done.
#[expect(clippy::disallowed_methods, reason = "how a text is searched is no tenant's business")]
async fn step(db: &Db) -> Result<u64, DbErr> {
    let tx = db.system().begin().await?;
    let tasks: Vec<Texts> = Entity::find()
        .select_only()
        .columns([Column::TenantId, Column::Id, Column::TitleFolded, Column::DescriptionFolded])
        .filter(NgramFilter::is_missing())
        .order_by_asc(Column::TenantId)
        .order_by_asc(Column::Id)
        .limit(TASKS)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_tuple()
        .all(&tx)
        .await?;
    if tasks.is_empty() {
        return Ok(0);
    }
    let done = tasks.len() as u64;
    let rows = tasks
        .into_iter()
        .map(|(tenant, id, title, description)| ([tenant.into(), id.into()], filter(&title, description.as_deref())));
    tx.execute(&NgramFilter::store::<Entity>([Column::TenantId, Column::Id], rows)).await?;
    tx.commit().await?;
    Ok(done)
}
