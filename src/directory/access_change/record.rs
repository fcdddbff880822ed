//! Which rows of the mirror, once stored, are news of somebody's access; and telling every instance, in the same transaction.

use chrono::{SubsecRound, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};

use super::entity::{ActiveModel, Column, Entity, Kind, second};
use super::{CHANNEL, PLAN};
use crate::auth::revocation::{Change, News, Place, Rank};
use crate::directory::{ended_session, membership, organization, user};

/// The news in an organization that was stored.
pub(in crate::directory) fn of_organization(row: &organization::Model) -> Option<Change> {
    row.deleted_at?;
    let news = News::OrganizationDeleted { organization: row.id.clone() };
    Some(Change { news, second: second(row.source_updated_at, row.source_event_at) })
}

/// The news in a person that was stored. That they are not banned is news only after a ban.
///
/// # Errors
/// The database's.
pub(in crate::directory) async fn of_user<C: ConnectionTrait>(
    tx: &C,
    row: &user::Model,
) -> Result<Option<Change>, DbErr> {
    let second = second(row.source_updated_at, row.source_event_at);
    let user = row.id.clone();
    if row.deleted_at.is_some() {
        return Ok(Some(Change { news: News::UserDeleted { user }, second }));
    }
    if !row.banned && !was_banned(tx, &user).await? {
        return Ok(None);
    }
    let rank = Rank {
        updated_at: row.source_updated_at,
        event_at: row.source_event_at,
        digest: row.source_digest.clone(),
        ..Rank::default()
    };
    Ok(Some(Change { news: News::Ban { user, banned: row.banned, rank }, second }))
}

/// Not by what the mirror held before: a ban that comes after its end was never stored.
async fn was_banned<C: ConnectionTrait>(tx: &C, user: &str) -> Result<bool, DbErr> {
    let bans = Entity::find().filter(Column::UserId.eq(user)).filter(Column::Kind.eq(Kind::Ban));
    Ok(bans.limit(1).count(tx).await? > 0)
}

/// The news in a membership that was stored: how the person stands in that organization now.
///
/// Of several memberships of one person in one organization the newest counts, even when an older one was stored just now. The
/// first one, untouched since it began, takes nothing from anybody.
///
/// # Errors
/// The database's.
pub(in crate::directory) async fn of_membership<C: ConnectionTrait>(
    tx: &C,
    stored: &membership::Model,
) -> Result<Option<Change>, DbErr> {
    use membership::Column;
    let newest = membership::Entity::find()
        .filter(Column::TenantId.eq(&stored.tenant_id))
        .filter(Column::UserId.eq(&stored.user_id))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(2)
        .all(tx)
        .await?;
    let alone = newest.len() < 2;
    let Some(row) = newest.into_iter().next() else { return Ok(None) };
    let began_at = row.created_at.timestamp_millis();
    if alone && row.deleted_at.is_none() && row.source_updated_at <= began_at {
        return Ok(None);
    }
    // A deletion that Clerk answered has no age in the mirror until its announcement comes.
    let updated_at = row.deleted_at.map_or(0, |at| at.timestamp_millis()).max(row.source_updated_at);
    let second = second(updated_at, row.source_event_at);
    let place = row.deleted_at.is_none().then_some(Place { role: row.role, permissions: row.permissions.0 });
    let rank = Rank {
        began_at,
        id: row.id,
        gone: place.is_none(),
        updated_at,
        event_at: row.source_event_at,
        digest: row.source_digest,
    };
    let news = News::Membership { organization: row.tenant_id, user: row.user_id, place, rank };
    Ok(Some(Change { news, second }))
}

/// The news in a session that is over.
pub(in crate::directory) fn of_ended_session(row: &ended_session::Model) -> Change {
    let news = News::SessionEnded { user: row.user_id.clone(), session: row.id.clone() };
    Change { news, second: second(row.source_updated_at, row.source_event_at) }
}

/// Records news for every instance, and on PostgreSQL wakes those that listen once the transaction has committed.
///
/// # Errors
/// The database's.
pub(in crate::directory) async fn record<C: ConnectionTrait>(tx: &C, changes: &[Change]) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    for change in changes {
        if let (News::Plan { tenant }, DbBackend::Postgres) = (&change.news, backend) {
            notify(tx, &format!("{PLAN}{tenant}")).await?;
        }
    }
    let mut rows: Vec<ActiveModel> = changes.iter().filter_map(ActiveModel::of).collect();
    if rows.is_empty() {
        return Ok(());
    }
    if backend != DbBackend::Postgres {
        let now = Utc::now().trunc_subsecs(6);
        rows.iter_mut().for_each(|row| row.recorded_at = Set(now));
    }
    let ids: Vec<String> = rows.iter().filter_map(|row| Some(row.id.try_as_ref()?.to_string())).collect();
    Entity::insert_many(rows).exec_without_returning(tx).await?;
    if backend == DbBackend::Postgres {
        notify(tx, &ids.join(",")).await?;
    }
    Ok(())
}

/// Sends a text to all who listen.
///
/// # Errors
/// The database's.
pub(super) async fn notify<C: ConnectionTrait>(db: &C, text: &str) -> Result<(), DbErr> {
    let values = [CHANNEL.into(), text.into()];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, "SELECT pg_notify($1, $2)", values);
    db.execute_raw(statement).await.map(|_| ())
}
