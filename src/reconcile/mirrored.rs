//! The tables that are compared: which row an object of Clerk's becomes, and which of its columns matter.

use anyhow::Result;
use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, Select};

use super::asking::Asking;
use super::difference::{Difference, Shown, What};
use crate::clerk::api::Found;
use crate::clerk::event::{Event, InvitationStatus, Notice};
use crate::directory::sync::{Announced, announced};
use crate::directory::version::Mirrored;
use crate::directory::{invitation, membership, organization, user};

/// A column's name, value, and whether it names somebody.
pub(super) type Field = (&'static str, Option<String>, bool);

/// A table of the mirror that Clerk can list.
pub(super) trait Comparable: Mirrored {
    const WHAT: What;

    /// The row that an object becomes.
    fn row(rows: Announced) -> Option<Self::Model>;
    fn id(row: &Self::Model) -> &str;
    fn organization(row: &Self::Model) -> Option<&str>;
    /// What the mirror is for; ages and digests are not.
    fn fields(row: &Self::Model) -> Vec<Field>;
    fn id_column() -> Self::Column;

    /// The fields that differ.
    fn differences(mirror: &Self::Model, clerk: &Self::Model) -> Vec<Difference> {
        let pairs = Self::fields(mirror).into_iter().zip(Self::fields(clerk));
        let differing = pairs.filter(|(own, theirs)| own.1 != theirs.1);
        differing
            .map(|((field, own, personal), (_, theirs, _))| Difference {
                what: Self::WHAT,
                id: Self::id(mirror).to_owned(),
                organization: Self::organization(mirror).map(str::to_owned),
                field,
                mirror: Shown { value: own, personal },
                clerk: Shown { value: theirs, personal },
            })
            .collect()
    }

    /// Whether the row needs no writing for its content. Stricter than that nothing differs.
    fn same_content(mirror: &Self::Model, clerk: &Self::Model) -> bool {
        Self::differences(mirror, clerk).is_empty()
    }

    /// Among these rows those with these ids.
    async fn stored<C: ConnectionTrait>(
        db: &C,
        among: Select<Self>,
        ids: &[String],
    ) -> Result<Vec<Self::Model>, DbErr> {
        among.filter(Self::id_column().is_in(ids.iter().map(String::as_str))).all(db).await
    }

    /// Looks for one at Clerk.
    async fn look(clerk: &mut Asking<'_>, row: &Self::Model) -> Result<Found>;
}

/// A table whose rows go when Clerk has them no more.
pub(super) trait Removable: Comparable {
    /// The rows that say it was gone at that time.
    fn gone(row: Self::Model, at: DateTime<Utc>) -> Announced;
}

pub(super) fn time(time: Option<DateTime<Utc>>) -> Option<String> {
    time.map(|time| time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// As Clerk would have announced it.
fn deletion(event: Event, at: DateTime<Utc>) -> Announced {
    announced(&Notice { event, occurred_at: at, digest: Vec::new() })
}

/// Clerk announces no end of time: what is pending beyond its time has expired.
fn status(row: &invitation::Model) -> &str {
    let over = row.expires_at.is_some_and(|at| at <= Utc::now());
    if over && row.status == InvitationStatus::Pending.as_str() {
        InvitationStatus::Expired.as_str()
    } else {
        &row.status
    }
}

impl Comparable for organization::Entity {
    const WHAT: What = What::Organization;

    fn row(rows: Announced) -> Option<organization::Model> {
        rows.organization
    }

    fn id(row: &organization::Model) -> &str {
        &row.id
    }

    fn organization(_: &organization::Model) -> Option<&str> {
        None
    }

    fn fields(row: &organization::Model) -> Vec<Field> {
        vec![
            ("name", Some(row.name.clone()), true),
            ("slug", row.slug.clone(), true),
            ("image_url", row.image_url.clone(), true),
            ("max_allowed_memberships", row.max_allowed_memberships.map(|most| most.to_string()), false),
            ("created_at", time(row.created_at), false),
        ]
    }

    fn id_column() -> organization::Column {
        organization::Column::Id
    }

    async fn look(clerk: &mut Asking<'_>, row: &organization::Model) -> Result<Found> {
        clerk.organization(&row.id).await
    }
}

impl Removable for organization::Entity {
    fn gone(row: organization::Model, at: DateTime<Utc>) -> Announced {
        deletion(Event::OrganizationDeleted { id: row.id }, at)
    }
}

impl Comparable for user::Entity {
    const WHAT: What = What::User;

    fn row(rows: Announced) -> Option<user::Model> {
        rows.user
    }

    fn id(row: &user::Model) -> &str {
        &row.id
    }

    fn organization(_: &user::Model) -> Option<&str> {
        None
    }

    fn fields(row: &user::Model) -> Vec<Field> {
        vec![
            ("first_name", row.first_name.clone(), true),
            ("last_name", row.last_name.clone(), true),
            ("email", row.email.clone(), true),
            ("image_url", row.image_url.clone(), true),
            ("banned", Some(row.banned.to_string()), false),
            ("created_at", time(row.created_at), false),
        ]
    }

    fn id_column() -> user::Column {
        user::Column::Id
    }

    async fn look(clerk: &mut Asking<'_>, row: &user::Model) -> Result<Found> {
        clerk.user(&row.id).await
    }
}

impl Removable for user::Entity {
    fn gone(row: user::Model, at: DateTime<Utc>) -> Announced {
        deletion(Event::UserDeleted { id: row.id }, at)
    }
}

impl Comparable for membership::Entity {
    const WHAT: What = What::Membership;

    fn row(rows: Announced) -> Option<membership::Model> {
        rows.membership
    }

    fn id(row: &membership::Model) -> &str {
        &row.id
    }

    fn organization(row: &membership::Model) -> Option<&str> {
        Some(&row.tenant_id)
    }

    fn fields(row: &membership::Model) -> Vec<Field> {
        // A set: Clerk promises no order.
        let mut permissions = row.permissions.0.clone();
        permissions.sort_unstable();
        permissions.dedup();
        vec![
            ("user_id", Some(row.user_id.clone()), false),
            ("role", Some(row.role.clone()), false),
            ("permissions", Some(permissions.join(",")), false),
            ("created_at", time(Some(row.created_at)), false),
        ]
    }

    fn id_column() -> membership::Column {
        membership::Column::Id
    }

    async fn look(clerk: &mut Asking<'_>, row: &membership::Model) -> Result<Found> {
        clerk.membership(&row.tenant_id, &row.user_id, &row.id).await
    }
}

impl Removable for membership::Entity {
    fn gone(row: membership::Model, at: DateTime<Utc>) -> Announced {
        let at_millis = at.timestamp_millis();
        let gone = membership::Model {
            deleted_at: Some(at),
            source_updated_at: at_millis,
            source_event_at: at_millis,
            source_digest: Vec::new(),
            ..row
        };
        Announced { membership: Some(gone), ..Announced::default() }
    }
}

impl Comparable for invitation::Entity {
    const WHAT: What = What::Invitation;

    fn row(rows: Announced) -> Option<invitation::Model> {
        rows.invitation
    }

    fn id(row: &invitation::Model) -> &str {
        &row.id
    }

    fn organization(row: &invitation::Model) -> Option<&str> {
        Some(&row.tenant_id)
    }

    fn fields(row: &invitation::Model) -> Vec<Field> {
        vec![
            ("email_address", Some(row.email_address.clone()), true),
            ("role", Some(row.role.clone()), false),
            ("status", Some(status(row).to_owned()), false),
            ("inviter_id", row.inviter_id.clone(), false),
            ("expires_at", time(row.expires_at), false),
            ("created_at", time(Some(row.created_at)), false),
        ]
    }

    fn id_column() -> invitation::Column {
        invitation::Column::Id
    }

    fn same_content(mirror: &invitation::Model, clerk: &invitation::Model) -> bool {
        mirror.status == clerk.status && Self::differences(mirror, clerk).is_empty()
    }

    async fn look(clerk: &mut Asking<'_>, row: &invitation::Model) -> Result<Found> {
        clerk.invitation(&row.tenant_id, &row.id).await
    }
}

impl Removable for invitation::Entity {
    /// Clerk deletes none; one that is not to be found can no longer be accepted.
    fn gone(row: invitation::Model, at: DateTime<Utc>) -> Announced {
        let at_millis = at.timestamp_millis();
        let gone = invitation::Model {
            status: InvitationStatus::Revoked.as_str().to_owned(),
            source_updated_at: at_millis,
            source_event_at: at_millis,
            source_digest: Vec::new(),
            ..row
        };
        Announced { invitation: Some(gone), ..Announced::default() }
    }
}
