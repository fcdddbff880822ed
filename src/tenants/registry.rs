//! Every table in which rows belong to a tenant, or tell of one.

use super::table::{Guarded, Rows, Table};
use crate::db::journal;
use crate::directory::access_change::entity as access_change;
use crate::directory::{invitation, membership, organization, payment_attempt, subscription, subscription_item, user};
use crate::idempotency::entity as idempotency_record;
use crate::jobs::entity as job;
use crate::mail::entity as mail_preference;
use crate::tasks::entity as task;

/// The tables whose every row belongs to one tenant, children before their parents. Export writes and purge empties them.
pub const OWNED: &[&dyn Table] = &[
    &Rows::<job::Entity>::owned(),
    &Rows::<idempotency_record::Entity>::owned(),
    &Rows::<mail_preference::Entity>::owned(),
    &Rows::<mail_preference::notice::Entity>::owned(),
    &Rows::<task::comment::Entity>::owned(),
    &Rows::<task::label::Entity>::owned(),
    &Rows::<task::Entity>::owned(),
    &Rows::<payment_attempt::Entity>::owned(),
    &Rows::<subscription_item::Entity>::owned(),
    &Rows::<subscription::Entity>::owned(),
    &Rows::<invitation::Entity>::owned(),
    &Rows::<membership::Entity>::owned(),
    &Guarded { rows: Rows::<journal::head::Entity>::owned(), function: "audit_purge_head" },
    &Guarded { rows: Rows::<journal::Entity>::owned(), function: "audit_purge" },
];

/// The tables in which a tenant is a row itself. Export writes it; purge leaves it, as the tombstone.
pub const SELVES: &[&dyn Table] =
    &[&Rows::<organization::Entity>::owned(), &Rows::<user::Entity>::with(user::Column::Id)];

/// The tables of no tenant with a column that names one: `&Rows::<entity::Entity>::with(entity::Column::OrganizationId)`.
/// Purge deletes those rows. Of deliveries only what they tell is deleted: `webhooks::forget`.
pub const TELLING: &[&dyn Table] = &[
    &Rows::<access_change::Entity>::with(access_change::Column::OrganizationId),
    // A person's own workspace is their tenant.
    &Rows::<access_change::Entity>::with(access_change::Column::UserId),
];
