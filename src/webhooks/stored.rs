//! Looking through the stored deliveries, for whoever runs the service.

use chrono::{DateTime, SubsecRound, Utc};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect};

use super::delivery::{Column, Entity, Model, State};
use crate::db::Db;

/// Which deliveries.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// What became of them.
    pub state: Option<State>,
    /// Their type; with `*` at its end, whatever begins so.
    pub kind: Option<String>,
    /// The organization they tell of.
    pub organization: Option<String>,
    /// When the earliest was received.
    pub since: Option<DateTime<Utc>>,
}

impl Wanted {
    fn condition(&self) -> Condition {
        let kind = self.kind.as_deref().map(|kind| match kind.strip_suffix('*') {
            Some(beginning) => Column::EventType.starts_with(beginning),
            None => Column::EventType.eq(kind),
        });
        Condition::all()
            .add_option(self.state.map(|state| Column::State.eq(state)))
            .add_option(kind)
            .add_option(self.organization.as_deref().map(|id| Column::OrganizationId.eq(id)))
            .add_option(self.since.map(|since| Column::ReceivedAt.gte(since.trunc_subsecs(6))))
    }
}

/// The newest of those wanted, the newest first.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "the operator's command serves no tenant")]
pub async fn newest(db: &Db, wanted: &Wanted, most: u64) -> Result<Vec<Model>, DbErr> {
    let rows = Entity::find().filter(wanted.condition());
    rows.order_by_desc(Column::ReceivedAt).order_by_desc(Column::Id).limit(most).all(&db.system().reader()).await
}

/// One delivery.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "the operator's command serves no tenant")]
pub async fn find(db: &Db, id: &str) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(&db.system().reader()).await
}

/// A place in the order in which deliveries came.
pub type Place = (DateTime<Utc>, String);

/// The places of the next of those wanted, in the order in which they came.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "the operator's command serves no tenant")]
pub async fn next(db: &Db, wanted: &Wanted, after: Option<&Place>, most: u64) -> Result<Vec<Place>, DbErr> {
    let later = after.map(|(at, id)| {
        let same = Condition::all().add(Column::ReceivedAt.eq(*at)).add(Column::Id.gt(id.as_str()));
        Condition::any().add(Column::ReceivedAt.gt(*at)).add(same)
    });
    let rows = Entity::find().filter(wanted.condition()).filter(Condition::all().add_option(later));
    rows.select_only()
        .columns([Column::ReceivedAt, Column::Id])
        .order_by(Column::ReceivedAt, Order::Asc)
        .order_by(Column::Id, Order::Asc)
        .limit(most)
        .into_tuple()
        .all(&db.system().reader())
        .await
}
