//! What news of Clerk comes to, whoever brings it (a delivery, a replay, a reconciliation): the mirror keeps it, and what follows
//! in the slices follows in the same transaction.
//!
//! Where slices and the mirror meet, as `worker` is where slices and jobs do.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::audit::{Action, Entry, Origin, Target};
use crate::auth::revocation::{Change, News};
use crate::billing::plan_changed;
use crate::db::{Db, Record, SystemDb, Transaction, journal, take_turn};
use crate::directory::sync::{self, Announced};
use crate::directory::{invitation, membership, organization, subscription_item, tombstone};
use crate::jobs;
use crate::mail::Mail;
use crate::tasks::UnassignFormerMember;

/// Begins to keep something, in the turn of every tenant that it tells of: of two who tell the same, the second finds what the
/// first kept, and records nothing.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "the mirror is written past the tenant wall")]
pub async fn begin(db: &Db, rows: &Announced) -> Result<SystemDb<Transaction>, DbErr> {
    let organization = rows.organization.as_ref().map(|row| row.id.as_str());
    if let Some(tenant) = rows.tenant().or(organization) {
        return db.system().begin_in_turn(tenant).await;
    }
    let tx = db.system().begin().await?;
    // Before anything is locked: whoever has one of these turns may wait for what is locked here.
    for (tenant, _) in left(&tx, rows).await? {
        take_turn(&tx, &tenant).await?;
    }
    Ok(tx)
}

/// Keeps what is newer and has done what follows from it, in a transaction of [`begin`]. Go on with [`Kept::record`], and end the transaction with
/// [`sync::commit`].
///
/// What the mirror knew already, such as the webhook that follows upon our own request, is not recorded again.
///
/// # Errors
/// The database's.
pub async fn keep<C: ConnectionTrait>(tx: &C, mail: &Mail, origin: &Origin, rows: Announced) -> Result<Kept, DbErr> {
    let mut left = left(tx, &rows).await?;
    let mut subjects = subjects(tx, &rows).await?;
    let (newcomer, of_person) = (mail.newcomer(&rows), rows.organization.is_none() && rows.user.is_some());
    if of_person {
        // Locks go from organizations to people: these come before the person's own row is written.
        forget_purged(tx, &mut subjects, &mut left).await?;
    }
    let changes = sync::keep(tx, rows).await?;
    if !of_person {
        // After the organization's own row was written: a lock that is shared first and then wanted alone makes two deliveries
        // wait for each other.
        forget_purged(tx, &mut subjects, &mut left).await?;
    }
    for (organization, user_id) in left {
        jobs::enqueue_for(tx, &organization, &UnassignFormerMember { user_id }).await?;
    }
    for change in &changes {
        if let News::Plan { tenant } = &change.news {
            plan_changed(tx, mail, tenant).await?;
        }
    }
    let mut entries = Vec::new();
    for subject in subjects {
        let after = subject.state(tx).await?;
        if let (None, Some(_), Some(newcomer)) = (&subject.before, &after, &newcomer) {
            mail.member_added(tx, &subject.tenant, newcomer).await?;
        }
        if let Some(entry) = subject.entry(origin, after) {
            entries.push((subject.tenant, entry.into()));
        }
    }
    Ok(Kept { changes, entries })
}

/// What was kept, and what is still to be recorded of it.
#[must_use = "record it as the last thing of the transaction"]
#[derive(Debug)]
pub struct Kept {
    changes: Vec<Change>,
    entries: Vec<(String, Record)>,
}

impl Kept {
    /// Records it, and says whose access it changes. Nothing but the commit may come after: whoever has the end of a log waits
    /// for no other lock.
    ///
    /// # Errors
    /// The database's.
    pub async fn record<C: ConnectionTrait>(self, tx: &C) -> Result<Vec<Change>, DbErr> {
        for (tenant, entry) in self.entries {
            journal::append(tx, &tenant, entry).await?;
        }
        Ok(self.changes)
    }
}

/// Of a tenant whose data was purged nothing is written any more, nor will it be purged before this transaction ends.
async fn forget_purged<C: ConnectionTrait>(
    tx: &C,
    subjects: &mut Vec<Subject>,
    left: &mut Vec<(String, String)>,
) -> Result<(), DbErr> {
    let named = subjects.iter().map(|subject| &subject.tenant).chain(left.iter().map(|(tenant, _)| tenant));
    let tenants: BTreeSet<String> = named.cloned().collect();
    for tenant in tenants {
        if tombstone::is_purged(tx, &tenant).await? {
            subjects.retain(|subject| subject.tenant != tenant);
            left.retain(|(organization, _)| *organization != tenant);
        }
    }
    Ok(())
}

/// Who may have left which organization.
async fn left<C: ConnectionTrait>(tx: &C, rows: &Announced) -> Result<Vec<(String, String)>, DbErr> {
    if let Some(person) = rows.user.as_ref().filter(|person| person.deleted_at.is_some()) {
        let organizations = membership::organizations_ever(tx, &person.id).await?;
        return Ok(organizations.into_iter().map(|organization| (organization, person.id.clone())).collect());
    }
    match rows.membership.as_ref().filter(|membership| membership.deleted_at.is_some()) {
        Some(row) => Ok(vec![(row.tenant_id.clone(), row.user_id.clone())]),
        None => Ok(Vec::new()),
    }
}

/// What news is about, in one tenant.
struct Subject {
    tenant: String,
    what: What,
    /// What the mirror knew of it.
    before: Option<Value>,
}

enum What {
    Member { user: String },
    Invitation { id: String },
    Subscription,
    Organization,
}

/// A deleted person leaves several organizations, in the order of their ids. What else is told beside the subject, such as
/// the organization of a membership, is news of somebody else's making.
async fn subjects<C: ConnectionTrait>(tx: &C, rows: &Announced) -> Result<Vec<Subject>, DbErr> {
    let mut subjects = Vec::new();
    for (tenant, what) in named(tx, rows).await? {
        let subject = Subject { tenant, what, before: None };
        subjects.push(Subject { before: subject.state(tx).await?, ..subject });
    }
    Ok(subjects)
}

async fn named<C: ConnectionTrait>(tx: &C, rows: &Announced) -> Result<Vec<(String, What)>, DbErr> {
    if let Some(row) = &rows.membership {
        return Ok(vec![(row.tenant_id.clone(), What::Member { user: row.user_id.clone() })]);
    }
    if let Some(row) = &rows.invitation {
        return Ok(vec![(row.tenant_id.clone(), What::Invitation { id: row.id.clone() })]);
    }
    if let Some(tenant) = rows.payer() {
        return Ok(vec![(tenant.to_owned(), What::Subscription)]);
    }
    if let Some(row) = &rows.organization {
        return Ok(vec![(row.id.clone(), What::Organization)]);
    }
    let Some(person) = rows.user.as_ref().filter(|person| person.deleted_at.is_some()) else { return Ok(Vec::new()) };
    let living = membership::living().filter(membership::Column::UserId.eq(&person.id));
    let living = living.order_by_asc(membership::Column::TenantId).all(tx).await?;
    Ok(living.into_iter().map(|row| (row.tenant_id, What::Member { user: row.user_id })).collect())
}

impl Subject {
    /// What the mirror knows of it; none when it is not there, or no more.
    async fn state<C: ConnectionTrait>(&self, tx: &C) -> Result<Option<Value>, DbErr> {
        let tenant = self.tenant.as_str();
        Ok(match &self.what {
            What::Member { user } => {
                let row = membership::living()
                    .filter(membership::Column::TenantId.eq(tenant))
                    .filter(membership::Column::UserId.eq(user))
                    .one(tx)
                    .await?;
                row.map(|row| json!({ "role": row.role }))
            }
            What::Invitation { id } => {
                let row = invitation::Entity::find_by_id((tenant.to_owned(), id.clone())).one(tx).await?;
                row.map(|row| json!({ "email_address": row.email_address, "role": row.role, "status": row.status }))
            }
            What::Subscription => Some(json!({ "items": items(tx, tenant).await? })),
            What::Organization => {
                let row = organization::Entity::find_by_id(tenant).one(tx).await?;
                row.filter(|row| row.deleted_at.is_none()).map(|row| {
                    json!({ "name": row.name, "slug": row.slug, "max_allowed_memberships": row.max_allowed_memberships })
                })
            }
        })
    }

    fn entry(&self, origin: &Origin, after: Option<Value>) -> Option<Entry> {
        let before = self.before.clone();
        if before == after {
            return None;
        }
        let action = match (&self.what, &before, &after) {
            (What::Member { .. }, None, _) => Action::MemberAdded,
            (What::Member { .. }, _, None) => Action::MemberRemoved,
            (What::Member { .. }, _, _) => Action::MemberUpdated,
            (What::Invitation { .. }, _, after) => became(after.as_ref()),
            (What::Subscription, _, _) => Action::SubscriptionUpdated,
            (What::Organization, _, None) => Action::OrganizationDeleted,
            (What::Organization, _, _) => Action::OrganizationUpdated,
        };
        let entry = Entry::new(origin, action, self.target());
        Some(match (before, after) {
            (None, after) => entry.after(&after),
            (before, None) => entry.before(&before),
            (before, after) => entry.changed(&before, &after),
        })
    }

    fn target(&self) -> Target {
        match &self.what {
            What::Member { user } => Target::member(user),
            What::Invitation { id } => Target::new("invitation", id),
            What::Subscription => Target::new("subscription", &self.tenant),
            What::Organization => Target::new("organization", &self.tenant),
        }
    }
}

fn became(invitation: Option<&Value>) -> Action {
    match invitation.and_then(|invitation| invitation["status"].as_str()) {
        Some("accepted") => Action::InvitationAccepted,
        Some("revoked") => Action::InvitationRevoked,
        Some("expired") => Action::InvitationExpired,
        _ => Action::InvitationCreated,
    }
}

/// What a tenant subscribes to, without what is over.
async fn items<C: ConnectionTrait>(tx: &C, tenant: &str) -> Result<Vec<Value>, DbErr> {
    use subscription_item::{Column, Entity};
    let rows = Entity::find()
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Status.is_not_in(["ended", "abandoned", "incomplete", "expired"]))
        .order_by_asc(Column::Id)
        .all(tx)
        .await?;
    let item = |row: subscription_item::Model| {
        json!({
            "plan": row.plan_slug, "status": row.status, "is_free_trial": row.is_free_trial, "seats": row.seats,
            "period_end": row.period_end,
        })
    };
    Ok(rows.into_iter().map(item).collect())
}
