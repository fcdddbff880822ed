//! The writer of the mirror: an event becomes rows, and of each row the newest state stays.
//!
//! [`announced`] is pure, and every row depends on its own announcements alone, so that the mirror is the same whatever the
//! order and number of deliveries. What lies across rows (the members of a deleted organization) is decided when reading.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use tracing::Instrument;

use super::version::keep_newer;
use super::{access_change, ended_session, invitation, membership, organization, tombstone, user};
use super::{payment_attempt, subscription, subscription_item};
use crate::auth::Revocations;
use crate::auth::revocation::{Change, News};
use crate::clerk::api::{Answered, AnsweredMembership};
use crate::clerk::event::{self, Event, Notice, Person};
use crate::db::search::fold;
use crate::db::{SystemDb, Transaction};

/// The rows that an event tells of, each whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announced {
    /// An organization, or what a membership tells of its own.
    pub organization: Option<organization::Model>,
    /// A person, or what a membership tells of its own.
    pub user: Option<user::Model>,
    /// Who made the organization of a membership, where Clerk tells.
    pub founder: Option<String>,
    /// A membership.
    pub membership: Option<membership::Model>,
    /// An invitation.
    pub invitation: Option<invitation::Model>,
    /// A session that is over.
    pub ended_session: Option<ended_session::Model>,
    /// A subscription.
    pub subscription: Option<subscription::Model>,
    /// An item, or all of a subscription's.
    pub subscription_items: Vec<subscription_item::Model>,
    /// An attempt to collect money.
    pub payment_attempt: Option<payment_attempt::Model>,
}

impl Announced {
    /// The tenant whose rows these are, where there are any.
    pub(crate) fn tenant(&self) -> Option<&str> {
        let membership = self.membership.as_ref().map(|row| row.tenant_id.as_str());
        let invitation = || self.invitation.as_ref().map(|row| row.tenant_id.as_str());
        membership.or_else(invitation).or_else(|| self.payer())
    }

    /// The tenant whose plan these rows tell of.
    pub(crate) fn payer(&self) -> Option<&str> {
        let subscription = self.subscription.as_ref().map(|row| row.tenant_id.as_str());
        let item = || self.subscription_items.first().map(|row| row.tenant_id.as_str());
        let payment = || self.payment_attempt.as_ref().map(|row| row.tenant_id.as_str());
        subscription.or_else(item).or_else(payment)
    }

    /// Without the rows that belong to the tenant.
    fn forget_tenant(&mut self) {
        let (organization, user, ended_session) =
            (self.organization.take(), self.user.take(), self.ended_session.take());
        *self = Self { organization, user, ended_session, ..Self::default() };
    }
}

/// Which rows an event tells of, and as what.
pub fn announced(notice: &Notice) -> Announced {
    let source = Source::of(notice);
    let mut rows = Announced::default();
    match &notice.event {
        Event::User(user) => rows.user = Some(source.user(user)),
        Event::UserDeleted { id } => rows.user = Some(source.deleted_user(id)),
        Event::Organization(organization) => {
            rows.organization = Some(source.organization(organization, source.event_at));
        }
        Event::OrganizationDeleted { id } => rows.organization = Some(source.deleted_organization(id)),
        Event::Membership(membership) => rows = source.with_snapshots(membership, false),
        Event::MembershipDeleted(membership) => rows = source.with_snapshots(membership, true),
        Event::Invitation(invitation) => rows.invitation = Some(source.invitation(invitation)),
        Event::SessionEnded(session) => rows.ended_session = Some(source.ended_session(session)),
        Event::Subscription(subscription) => rows = source.subscription(subscription),
        Event::SubscriptionItem(item) => rows.subscription_items = vec![source.subscription_item(item)],
        Event::PaymentAttempt(attempt) => rows.payment_attempt = Some(source.payment_attempt(attempt)),
        Event::Other => {}
    }
    rows
}

/// Which rows an answer of the Backend API tells of.
///
/// An answer has no time of an event, and 0 stands for it: it counts at once, and the announcement of the same state, come
/// before or after, outranks it. So the mirror ends as it would have without the answer.
pub fn answered(answer: &AnsweredMembership) -> Announced {
    Source::answered(answer.at, &answer.digest).with_snapshots(&answer.membership, answer.removed)
}

/// Which row an invitation that the Backend API answered tells of; it ranks as those of [`answered`] do.
pub fn answered_invitation(answer: &Answered<event::Invitation>) -> Announced {
    let row = Source::answered(answer.at, &answer.digest).invitation(&answer.object);
    Announced { invitation: Some(row), ..Announced::default() }
}

/// Which row a person that the Backend API answered tells of; it ranks as those of [`answered`] do.
pub fn answered_user(answer: &Answered<event::User>) -> Announced {
    let row = Source::answered(answer.at, &answer.digest).user(&answer.object);
    Announced { user: Some(row), ..Announced::default() }
}

/// The row of a membership of which the Backend API told that it is no more; it ranks as those of [`answered`] do.
pub fn ended(membership: membership::Model, at: DateTime<Utc>) -> Announced {
    let row = membership::Model {
        deleted_at: Some(at),
        source_updated_at: 0,
        source_event_at: 0,
        source_digest: Vec::new(),
        ..membership
    };
    Announced { membership: Some(row), ..Announced::default() }
}

/// Brings the mirror up to what an event tells, in the caller's transaction, as [`keep`] does.
///
/// # Errors
/// The database's.
pub async fn apply<C: ConnectionTrait>(tx: &C, notice: &Notice) -> Result<Vec<Change>, DbErr> {
    keep(tx, announced(notice)).await
}

/// Keeps every row that is newer than the stored one, in the caller's transaction, and says whose access that changes. End the
/// transaction with [`commit`], so that the changes are in force.
///
/// Tables are written in one order always, and of each at most one row or all in the order of their keys, so that two
/// transactions cannot wait for each other. Of a tenant whose data was purged nothing is written any more.
///
/// # Errors
/// The database's.
pub async fn keep<C: ConnectionTrait>(tx: &C, mut rows: Announced) -> Result<Vec<Change>, DbErr> {
    let tenant = rows.tenant().map(str::to_owned);
    let mut changes = Vec::new();
    if let Some(row) = rows.organization.take()
        && keep_newer::<organization::Entity, C>(tx, row.clone()).await?
    {
        changes.extend(access_change::of_organization(&row));
    }
    // After the organization's own row: a lock that is shared first and then wanted alone makes two deliveries wait for
    // each other.
    if let Some(tenant) = &tenant
        && tombstone::is_purged(tx, tenant).await?
    {
        rows.forget_tenant();
    }
    if let Some(row) = rows.user.take()
        && keep_newer::<user::Entity, C>(tx, row.clone()).await?
    {
        changes.extend(access_change::of_user(tx, &row).await?);
    }
    if let Some(row) = rows.membership.take()
        && keep_newer::<membership::Entity, C>(tx, row.clone()).await?
    {
        changes.extend(access_change::of_membership(tx, &row).await?);
    }
    if let Some(row) = rows.invitation.take() {
        keep_newer::<invitation::Entity, C>(tx, row).await?;
    }
    if let Some(row) = rows.ended_session.take()
        && keep_newer::<ended_session::Entity, C>(tx, row.clone()).await?
    {
        changes.push(access_change::of_ended_session(&row));
    }
    changes.extend(keep_billing(tx, rows).await?);
    access_change::record(tx, &changes).await?;
    Ok(changes)
}

/// Keeps what is newer of a subscription, and says whose plan that may change.
async fn keep_billing<C: ConnectionTrait>(tx: &C, rows: Announced) -> Result<Option<Change>, DbErr> {
    let payer = rows.payer().map(str::to_owned);
    let (mut newest, mut news) = (0, false);
    if let Some(row) = rows.subscription {
        newest = row.source_updated_at;
        news |= keep_newer::<subscription::Entity, C>(tx, row).await?;
    }
    for row in rows.subscription_items {
        newest = newest.max(row.source_updated_at);
        news |= keep_newer::<subscription_item::Entity, C>(tx, row).await?;
    }
    if let Some(row) = rows.payment_attempt {
        keep_newer::<payment_attempt::Entity, C>(tx, row).await?;
    }
    let second = newest.div_euclid(1000);
    Ok(payer.filter(|_| news).map(|tenant| Change { news: News::Plan { tenant }, second }))
}

/// Commits what [`keep`] did and puts the changes in force in this process; other instances hear of them.
///
/// In a task of its own, since whoever sent the event may hang up in between. A commit whose outcome is unknown counts as
/// done here: what is true at Clerk may be taken away too early, but never too late.
///
/// # Errors
/// The database's.
pub async fn commit(tx: SystemDb<Transaction>, changes: Vec<Change>, revocations: &Revocations) -> Result<(), DbErr> {
    let revocations = revocations.clone();
    let commit = async move {
        let outcome = tx.commit().await;
        let news = revocations.learn(&changes);
        if news > 0 {
            tracing::debug!(news, "changes of access are in force");
        }
        outcome
    };
    tokio::spawn(commit.in_current_span()).await.map_err(|error| DbErr::Custom(error.to_string()))?
}

/// What the rows of an event have in common.
pub(super) struct Source<'a> {
    occurred_at: DateTime<Utc>,
    pub(super) event_at: i64,
    pub(super) digest: &'a [u8],
}

impl<'a> Source<'a> {
    fn of(notice: &'a Notice) -> Self {
        let occurred_at = notice.occurred_at;
        Self { occurred_at, event_at: occurred_at.timestamp_millis(), digest: &notice.digest }
    }

    /// An answer has no time of an event.
    pub(super) fn answered(at: DateTime<Utc>, digest: &'a [u8]) -> Self {
        Self { occurred_at: at, event_at: 0, digest }
    }

    /// A membership with what it tells of others.
    fn with_snapshots(&self, membership: &event::Membership, deleted: bool) -> Announced {
        Announced {
            // A snapshot yields to an announcement of the same age, hence 0. A person's has no age and is older than any.
            organization: Some(self.organization(&membership.organization, 0)),
            user: Some(self.person(&membership.person, 0, None)),
            founder: membership.organization.created_by.clone(),
            membership: Some(self.membership(membership, deleted)),
            ..Announced::default()
        }
    }

    fn organization(&self, organization: &event::Organization, event_at: i64) -> organization::Model {
        organization::Model {
            id: organization.id.clone(),
            name: organization.name.clone(),
            slug: organization.slug.clone(),
            image_url: organization.image_url.clone(),
            max_allowed_memberships: organization.max_allowed_memberships,
            created_at: organization.created_at,
            deleted_at: None,
            source_updated_at: organization.updated_at.timestamp_millis(),
            source_event_at: event_at,
            source_digest: self.digest.to_vec(),
        }
    }

    /// Nothing but the fact stays: what came before and what comes after end alike.
    fn deleted_organization(&self, id: &str) -> organization::Model {
        organization::Model {
            id: id.to_owned(),
            name: String::new(),
            slug: None,
            image_url: None,
            max_allowed_memberships: None,
            created_at: None,
            deleted_at: Some(self.occurred_at),
            source_updated_at: self.event_at,
            source_event_at: self.event_at,
            source_digest: self.digest.to_vec(),
        }
    }

    fn user(&self, user: &event::User) -> user::Model {
        self.person(&user.person, user.updated_at.timestamp_millis(), user.created_at)
    }

    fn person(&self, person: &Person, updated_at: i64, created_at: Option<DateTime<Utc>>) -> user::Model {
        let known: Vec<&str> =
            [&person.first_name, &person.last_name, &person.email].into_iter().flatten().map(String::as_str).collect();
        user::Model {
            id: person.id.clone(),
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            email: person.email.clone(),
            image_url: person.image_url.clone(),
            folded: fold(&known.join(" ")),
            banned: person.banned,
            created_at,
            deleted_at: None,
            source_updated_at: updated_at,
            source_event_at: self.event_at,
            source_digest: self.digest.to_vec(),
        }
    }

    /// Their name and address go with them.
    fn deleted_user(&self, id: &str) -> user::Model {
        user::Model {
            id: id.to_owned(),
            first_name: None,
            last_name: None,
            email: None,
            image_url: None,
            folded: String::new(),
            banned: false,
            created_at: None,
            deleted_at: Some(self.occurred_at),
            source_updated_at: self.event_at,
            source_event_at: self.event_at,
            source_digest: self.digest.to_vec(),
        }
    }

    fn membership(&self, membership: &event::Membership, deleted: bool) -> membership::Model {
        // A deletion leaves `updated_at` as it was.
        let updated_at = if deleted { self.event_at } else { membership.updated_at.timestamp_millis() };
        membership::Model {
            tenant_id: membership.organization.id.clone(),
            id: membership.id.clone(),
            user_id: membership.person.id.clone(),
            role: membership.role.clone(),
            permissions: membership::Permissions(membership.permissions.clone()),
            created_at: membership.created_at,
            deleted_at: deleted.then_some(self.occurred_at),
            source_updated_at: updated_at,
            source_event_at: self.event_at,
            source_digest: self.digest.to_vec(),
        }
    }

    fn invitation(&self, invitation: &event::Invitation) -> invitation::Model {
        invitation::Model {
            tenant_id: invitation.organization_id.clone(),
            id: invitation.id.clone(),
            email_address: invitation.email_address.clone(),
            role: invitation.role.clone(),
            status: invitation.status.as_str().to_owned(),
            inviter_id: invitation.inviter_id.clone(),
            expires_at: invitation.expires_at,
            created_at: invitation.created_at,
            source_updated_at: invitation.updated_at.timestamp_millis(),
            source_event_at: self.event_at,
            source_digest: self.digest.to_vec(),
        }
    }

    fn ended_session(&self, session: &event::EndedSession) -> ended_session::Model {
        ended_session::Model {
            id: session.id.clone(),
            user_id: session.user_id.clone(),
            status: session.ending.as_str().to_owned(),
            ended_at: self.occurred_at,
            source_updated_at: session.updated_at.timestamp_millis(),
            source_event_at: self.event_at,
            source_digest: self.digest.to_vec(),
        }
    }
}
