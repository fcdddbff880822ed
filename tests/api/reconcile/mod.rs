//! `tenantry reconcile`: whatever deliveries were lost, the mirror ends as Clerk is, and nothing newer is lost by it.

mod billing;
mod clerk;
mod commands;
mod found;
mod histories;
mod paging;
mod races;
mod trouble;

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tenantry::clerk::Api;
use tenantry::clerk::api::ApiConfig;
use tenantry::directory::{invitation, membership, organization, subscription, subscription_item, user};
use tenantry::reconcile::{Difference, Options, Pace, Report, Summary, reconcile};

use crate::support::TestApp;

/// Everything, repaired, as fast as can be. The local Clerk's clock may run ahead of ours when much happens at once.
fn repairing() -> Options {
    Options { apply: true, ..comparing() }
}

fn comparing() -> Options {
    Options {
        organization: None,
        from: None,
        apply: false,
        pace: Pace { between: Duration::ZERO, tries: 4, longest_wait: Duration::from_secs(60), hurry: 1000 },
        settled: TimeDelta::seconds(-60),
        personal_workspaces: true,
        most_removals: 1000,
    }
}

/// What was told.
#[derive(Debug, Default)]
struct Told {
    lines: Vec<String>,
    notes: Vec<String>,
}

impl Report for Told {
    fn difference(&mut self, difference: &Difference) {
        self.lines.push(difference.to_string());
    }

    fn progress(&mut self, _: &Summary, _: Option<&str>) {}

    fn note(&mut self, note: &str) {
        self.notes.push(note.to_owned());
    }
}

/// The local Clerk's Backend API.
fn api(app: &TestApp) -> Api {
    api_at(app, app.clerk.base_url())
}

fn api_at(app: &TestApp, url: String) -> Api {
    Api::new(ApiConfig::new(url, Some(app.clerk.secret_key().into()))).unwrap()
}

/// One run, which must not fail.
async fn run(app: &TestApp, options: &Options) -> (Summary, Told) {
    let mut told = Told::default();
    let summary = reconcile(&app.db, &api(app), &app.revocations, options, &mut told).await.unwrap();
    (summary, told)
}

/// Repairs, and sees that nothing is left to repair.
async fn repair(app: &TestApp) -> (Summary, Told) {
    let (summary, told) = run(app, &repairing()).await;
    assert!(summary.agree(), "{summary:?} {told:?}");
    let (again, nothing) = run(app, &repairing()).await;
    assert_eq!(nothing.lines, Vec::<String>::new(), "a second run found something");
    assert_eq!((again.differ, again.refreshed), (0, 0), "a second run wrote something");
    (summary, told)
}

/// What the mirror says there is, one line each.
async fn mirror(app: &TestApp) -> BTreeSet<String> {
    let db = app.db.system();
    let mut lines = BTreeSet::new();
    let living = organization::Entity::find().filter(organization::Column::DeletedAt.is_null()).all(&db).await.unwrap();
    for row in &living {
        lines.insert(format!("{} {} {:?} {:?}", row.id, row.name, row.slug, row.max_allowed_memberships));
    }
    for row in user::Entity::find().filter(user::Column::DeletedAt.is_null()).all(&db).await.unwrap() {
        lines.insert(format!("{} {:?} {:?} {}", row.id, row.first_name, row.email, row.banned));
    }
    for row in membership::living().all(&db).await.unwrap() {
        let mut permissions = row.permissions.0;
        permissions.sort();
        lines.insert(format!("{} {} {} {} {permissions:?}", row.id, row.tenant_id, row.user_id, row.role));
    }
    for row in invitation::Entity::find().all(&db).await.unwrap() {
        if living.iter().any(|organization| organization.id == row.tenant_id) {
            lines.insert(format!("{} {} {} {}", row.id, row.tenant_id, row.role, row.status));
        }
    }
    let people = user::Entity::find().filter(user::Column::DeletedAt.is_null()).all(&db).await.unwrap();
    let payers: BTreeSet<&str> = living.iter().map(|row| &*row.id).chain(people.iter().map(|row| &*row.id)).collect();
    lines.extend(subscribed(app, &payers).await);
    lines
}

/// What these subscribe to, without what is over.
async fn subscribed(app: &TestApp, payers: &BTreeSet<&str>) -> Vec<String> {
    let db = app.db.system();
    let subscriptions = subscription::Entity::find().all(&db).await.unwrap();
    let subscriptions = subscriptions.into_iter().filter(|row| payers.contains(&*row.tenant_id));
    let mut lines: Vec<_> = subscriptions.map(|row| format!("{} {} {}", row.id, row.tenant_id, row.status)).collect();
    let not_over = subscription_item::Column::Status.is_not_in(["ended", "abandoned"]);
    let items = subscription_item::Entity::find().filter(not_over).all(&db).await.unwrap();
    for row in items.into_iter().filter(|row| payers.contains(&*row.tenant_id)) {
        let (begins, ends) = (row.period_start.timestamp_millis(), row.period_end.map(|end| end.timestamp_millis()));
        let (plan, period) = (row.plan_slug.unwrap(), row.period.unwrap());
        let (payer, status, trial, seats) = (row.tenant_id, row.status, row.is_free_trial, row.seats);
        lines.push(format!(
            "{} {payer} {status} {plan} {period} {:?} {ends:?} {trial} {seats:?}",
            row.id,
            Some(begins)
        ));
    }
    lines
}
