//! Reads what is new in the logs of the tenants that somebody listens to: one statement for all of them, and one for each that has
//! news.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use tokio::time::{Instant, sleep, sleep_until};

use super::event::after;
use super::feed::Inner;
use crate::db::SystemDb;
use crate::db::journal::{Column, Model, head};

/// How often other processes' changes are looked for.
const POLL: Duration = Duration::from_millis(250);

/// The least time between two looks: many changes of this process are one look.
const REST: Duration = Duration::from_millis(25);

/// How many tenants one statement asks about.
const TENANTS: usize = 500;

/// How many events of one tenant are read at once.
const MOST: u64 = 200;

/// Follows as long as somebody listens.
#[expect(
    clippy::disallowed_methods,
    reason = "it reads for the listeners of every tenant, each of whom a guard has let in"
)]
pub(super) async fn follow(feed: Arc<Inner>) {
    let (mut commits, mut failing) = (feed.db.commits(), false);
    while let Some(tenants) = feed.listened_to() {
        let looked = Instant::now();
        commits.mark_unchanged();
        match look(&feed, &feed.db.system(), &tenants).await {
            Ok(()) => failing = false,
            Err(error) => {
                if !failing {
                    tracing::warn!(%error, "the logs cannot be read; streams of events wait");
                }
                failing = true;
            }
        }
        sleep_until(looked + REST).await;
        tokio::select! {
            _ = commits.changed(), if !failing => {}
            () = sleep(POLL) => {}
        }
    }
}

async fn look(feed: &Inner, db: &SystemDb, tenants: &[(String, i64)]) -> Result<(), DbErr> {
    for some in tenants.chunks(TENANTS) {
        let ends = ends(db, some).await?;
        for (tenant, sent) in some {
            match ends.get(tenant).copied().unwrap_or_default() {
                end if end > *sent => {
                    let news =
                        after(*sent, MOST).filter(Column::TenantId.eq(tenant.as_str())).all(&db.reader()).await?;
                    tell(feed, tenant, news);
                }
                // The log of a deleted tenant goes as a whole; so do its listeners.
                end if end < *sent => {
                    feed.lock().channels.remove(tenant);
                }
                _ => {}
            }
        }
    }
    Ok(())
}

async fn ends(db: &SystemDb, tenants: &[(String, i64)]) -> Result<HashMap<String, i64>, DbErr> {
    let ends: Vec<(String, i64)> = head::Entity::find()
        .select_only()
        .columns([head::Column::TenantId, head::Column::Seq])
        .filter(head::Column::TenantId.is_in(tenants.iter().map(|(tenant, _)| tenant.as_str())))
        .into_tuple()
        .all(&db.reader())
        .await?;
    Ok(ends.into_iter().collect())
}

fn tell(feed: &Inner, tenant: &str, news: Vec<Model>) {
    let mut state = feed.lock();
    let Some(channel) = state.channels.get_mut(tenant) else { return };
    for row in news {
        channel.sent = Some(row.seq);
        // Nobody may be listening any more.
        let _ = channel.sender.send(Arc::new(row.into()));
    }
}
