//! Who wants to be told what. Without a row somebody wants everything; a row is made with the first mail, for its token.

use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{SubsecRound, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, Insert, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Kind;
use super::entity::{ActiveModel, Column, Entity, Model};
use crate::audit::{Action, Entry, Origin, Target};
use crate::db::{Db, TenantDb, TenantId, TenantTransaction};
use crate::error::Result;

/// Which mail somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MailPreferences {
    /// When somebody else assigns a task to them.
    pub task_assigned: bool,
    /// When they become a member of an organization.
    pub member_added: bool,
    /// As an administrator, when the plan is not paid for.
    pub plan_past_due: bool,
    /// As an administrator, when there is as much of something as the plan allows.
    pub limit_reached: bool,
}

/// A change of [`MailPreferences`]: what is absent stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailPreferencesChanges {
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = bool, required = false)]
    task_assigned: Option<bool>,
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = bool, required = false)]
    member_added: Option<bool>,
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = bool, required = false)]
    plan_past_due: Option<bool>,
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = bool, required = false)]
    limit_reached: Option<bool>,
}

/// Null is no yes and no no.
fn some<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<bool>, D::Error> {
    bool::deserialize(deserializer).map(Some)
}

impl Default for MailPreferences {
    fn default() -> Self {
        Self { task_assigned: true, member_added: true, plan_past_due: true, limit_reached: true }
    }
}

impl MailPreferences {
    fn of(&mut self, kind: Kind) -> &mut bool {
        match kind {
            Kind::TaskAssigned => &mut self.task_assigned,
            Kind::MemberAdded => &mut self.member_added,
            Kind::PlanPastDue => &mut self.plan_past_due,
            Kind::LimitReached => &mut self.limit_reached,
        }
    }
}

impl From<Vec<Model>> for MailPreferences {
    fn from(rows: Vec<Model>) -> Self {
        let mut preferences = Self::default();
        for row in rows {
            if let Ok(kind) = row.kind.parse() {
                *preferences.of(kind) = row.wanted;
            }
        }
        preferences
    }
}

impl MailPreferencesChanges {
    /// No more of one kind.
    pub(super) fn none_of(kind: Kind) -> Self {
        let mut changes = Self::default();
        *changes.of(kind) = Some(false);
        changes
    }

    fn of(&mut self, kind: Kind) -> &mut Option<bool> {
        match kind {
            Kind::TaskAssigned => &mut self.task_assigned,
            Kind::MemberAdded => &mut self.member_added,
            Kind::PlanPastDue => &mut self.plan_past_due,
            Kind::LimitReached => &mut self.limit_reached,
        }
    }
}

/// What somebody wants.
///
/// # Errors
/// The database's.
pub async fn read(db: &Db, user_id: &str) -> Result<MailPreferences> {
    Ok(own(db, user_id).all(Entity::find()).await?.into())
}

/// Changes what somebody wants, and says what that is now. What is so already is neither written nor recorded.
///
/// # Errors
/// The database's.
pub async fn change(
    db: &Db,
    user_id: &str,
    origin: &Origin,
    mut changes: MailPreferencesChanges,
) -> Result<MailPreferences> {
    let tx = own(db, user_id).begin().await?;
    let before = MailPreferences::from(tx.all(Entity::find().lock_exclusive()).await?);
    let mut after = before;
    for kind in Kind::ALL {
        if let Some(wanted) = *changes.of(kind)
            && *after.of(kind) != wanted
        {
            *after.of(kind) = wanted;
            set(&tx, kind, wanted).await?;
        }
    }
    if after != before {
        let entry = Entry::new(origin, Action::PreferencesUpdated, Target::new("preferences", user_id));
        tx.commit(entry.changed(&before, &after)).await?;
    }
    Ok(after)
}

async fn set(tx: &TenantDb<TenantTransaction>, kind: Kind, wanted: bool) -> Result<(), DbErr> {
    if tx.insert_new(ActiveModel { wanted: Set(wanted), ..row(kind)? }).await? {
        return Ok(());
    }
    let theirs = Condition::all().add(Column::Kind.eq(kind.name()));
    let changes =
        [(Column::Wanted, Expr::value(wanted)), (Column::UpdatedAt, Expr::value(Utc::now().trunc_subsecs(6)))];
    tx.update::<Entity>(theirs, changes).await.map(|_| ())
}

/// The token for somebody's next mail of a kind; none if they want no more of it. Makes one where there is none yet.
///
/// # Errors
/// The database's.
#[expect(
    clippy::disallowed_methods,
    reason = "a row without which somebody wants the same is no change of theirs to record"
)]
pub(super) async fn token_if_wanted(db: &Db, user_id: &str, kind: Kind) -> Result<Option<String>, DbErr> {
    let find = || Entity::find_by_id((user_id.to_owned(), kind.name().to_owned()));
    let system = db.system();
    let mut known = find().one(&system.reader()).await?;
    if known.is_none() {
        let row = ActiveModel { tenant_id: Set(user_id.to_owned()), ..row(kind)? };
        let unless_there = OnConflict::new().do_nothing().to_owned();
        Insert::one(row).on_conflict(unless_there).exec_without_returning(&system).await?;
        known = find().one(&system.reader()).await?;
    }
    Ok(known.filter(|row| row.wanted).map(|row| row.token))
}

/// Whose token this is, and for what.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "the token alone says whose it is")]
pub(super) async fn of_token(db: &Db, token: &str) -> Result<Option<(String, Kind)>, DbErr> {
    // Anything else is no token of ours, and need not be looked for.
    if token.len() != TOKEN_LENGTH || !token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
        return Ok(None);
    }
    let row = Entity::find().filter(Column::Token.eq(token)).one(&db.system().reader()).await?;
    Ok(row.and_then(|row| Some((row.tenant_id, row.kind.parse().ok()?))))
}

/// 256 random bits in base64.
const TOKEN_LENGTH: usize = 43;

fn row(kind: Kind) -> Result<ActiveModel, DbErr> {
    let mut token = [0; 32];
    rand::fill(&mut token).map_err(|_| DbErr::Custom("no random bytes".into()))?;
    Ok(ActiveModel {
        tenant_id: NotSet,
        kind: Set(kind.name().to_owned()),
        wanted: Set(true),
        token: Set(URL_SAFE_NO_PAD.encode(token)),
        updated_at: Set(Utc::now().trunc_subsecs(6)),
    })
}

/// A person's own rows, whether or not they have a workspace.
fn own(db: &Db, user_id: &str) -> TenantDb {
    db.tenant(TenantId::Personal(user_id.to_owned()))
}
