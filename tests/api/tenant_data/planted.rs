//! An organization with a trace in every place where one can be.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use clerk_emulator::{NewInvitation, OrganizationChanges};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde_json::{Value, json};
use tenantry::db::TenantId;
use tenantry::jobs::enqueue_for_at;
use tenantry::mail::entity::notice;
use tenantry::tasks::UnassignFormerMember;
use tenantry::tasks::entity::{Entity as Task, label};
use tenantry::tenants::purge::{Purge, Purged};

use super::rows::{rows, tables, with};
use crate::support::{Answer, Organization, TestApp, new_user};

/// The longest hold any test waits for, and a day more.
pub const HOLD: TimeDelta = TimeDelta::days(30);

/// What was planted.
pub struct Planted {
    pub organization: Organization,
    /// All that was delivered about it, in order.
    pub events: Vec<Value>,
    word: String,
}

impl Planted {
    /// An organization whose every trace but its id holds this word, which no person's name or address does.
    pub async fn new(app: &TestApp, word: &str) -> Self {
        let organization = app.organization(&format!("first-{word}")).await;
        let mut planted = Self { organization, events: Vec::new(), word: word.to_owned() };
        planted.people(app).await;
        planted.tasks().await;
        planted.jobs(app).await;
        planted.odd_deliveries(app).await;
        planted
    }

    pub fn tenant(&self) -> TenantId {
        TenantId::Organization(self.organization.id.clone())
    }

    /// Its id, and the word as it stands in names, slugs, addresses, titles and labels.
    pub fn markers(&self) -> Vec<String> {
        let word = &self.word;
        vec![
            self.organization.id.clone(),
            format!("The first-{word} company"),
            format!("{word} ltd"),
            format!("{word}-"),
        ]
    }

    async fn people(&mut self, app: &TestApp) {
        let (id, word) = (self.organization.id.clone(), self.word.clone());
        // By hand, so that the announcements are ours to repeat.
        let viewer = new_user(app, &format!("viewer-{}", uuid::Uuid::now_v7().simple()));
        app.clerk.add_member(&id, &viewer, "org:member").unwrap();
        let invitation = NewInvitation {
            email_address: format!("{word}-guest@example.com"),
            role: "org:member".into(),
            ..NewInvitation::default()
        };
        app.clerk.invite(&id, invitation).unwrap();
        let changes = OrganizationChanges {
            name: Some(format!("{word} Ltd")),
            slug: Some(format!("{word}-slug")),
            ..OrganizationChanges::default()
        };
        app.clerk.update_organization(&id, changes).unwrap();
        self.deliver(app).await;
        // News of somebody's access.
        app.clerk.set_role(&id, &viewer, "org:admin").unwrap();
        self.deliver(app).await;
    }

    async fn tasks(&self) {
        let word = &self.word;
        let body = json!({
            "title": format!("{word}-title"), "description": format!("{word}-description"),
            "category": format!("{word}-category"), "labels": [format!("{word}-label"), "plain"],
        });
        let admin = self.organization.admin();
        let task = admin.create(body.clone()).await;
        let said = admin.post(format!("{}/comments", task.path()), json!({"body": format!("{word}-comment")})).await;
        assert_eq!(said.summary(), "201");
        assert_eq!(admin.delete(task.path()).await.summary(), "204");
        admin.header("idempotency-key", "once").create(body).await;
    }

    /// One that waits for somebody to leave, and one that is under way; and what administrators were told of.
    async fn jobs(&self, app: &TestApp) {
        let job = |user: &str| UnassignFormerMember { user_id: format!("{}-{user}", self.word) };
        let tx = app.db.system().begin().await.unwrap();
        enqueue_for_at(&tx, &self.organization.id, &job("waits"), later(HOLD * 2)).await.unwrap();
        // Its lease ends soon; an erasure waits for that.
        enqueue_for_at(&tx, &self.organization.id, &job("runs"), later(TimeDelta::seconds(5))).await.unwrap();
        tx.commit().await.unwrap();
        let notice = notice::ActiveModel {
            tenant_id: Set(self.organization.id.clone()),
            topic: Set("plan_past_due".into()),
            told_at: Set(Utc::now()),
        };
        notice::Entity::insert(notice).exec_without_returning(&app.scratch.connect().await).await.unwrap();
        let begun = "UPDATE jobs SET state = 'running' WHERE payload LIKE '%-runs%'";
        app.scratch.connect().await.execute_unprepared(begun).await.unwrap();
    }

    /// Deliveries of types that are not applied, or cannot be read, or name the organization where nobody would look.
    async fn odd_deliveries(&mut self, app: &TestApp) {
        let (id, name) = (&self.organization.id, format!("{} Ltd", self.word));
        let at = Utc::now().timestamp_millis();
        let odd = [
            json!({"type": "session.created", "timestamp": at,
                   "data": {"id": "sess_1", "user_id": "user_1", "last_active_organization_id": id}}),
            json!({"type": "subscription.updated", "timestamp": at,
                   "data": {"id": "csub_1", "payer": {"organization_id": id, "organization_name": name}}}),
            json!({"type": "something.new", "timestamp": at, "data": {"things": [id, name]}}),
            json!({"type": "organization.updated", "timestamp": at, "data": {"id": id, "slug": format!("{}-x", self.word)}}),
        ];
        for event in odd {
            let answer = app.deliver(&event).await;
            assert!(["200", "422 event_unreadable"].contains(&&*answer.summary()), "{}", answer.summary());
            self.events.push(event);
        }
        // As those that came before the column was there.
        let from_before = "UPDATE webhook_deliveries SET organization_id = NULL WHERE event_type LIKE '%.created'";
        app.scratch.connect().await.execute_unprepared(from_before).await.unwrap();
    }

    /// The events of a type, of which there is one at least.
    pub fn events_of(&self, kind: &str) -> Vec<Value> {
        let events: Vec<Value> = self.events.iter().filter(|event| event["type"] == kind).cloned().collect();
        assert!(!events.is_empty(), "no {kind} was planted");
        events
    }

    /// Delivers what the local Clerk has to tell, and remembers it.
    async fn deliver(&mut self, app: &TestApp) {
        for event in app.clerk.take_events() {
            let answer = app.deliver(&event).await;
            assert_eq!(answer.summary(), "200", "{event}");
            self.events.push(event);
        }
    }

    /// Deletes it at the local Clerk, which tells of it.
    pub async fn delete(&mut self, app: &TestApp) {
        app.clerk.delete_organization(&self.organization.id).unwrap();
        self.deliver(app).await;
    }

    /// Fails unless its traces are in every table where they can be.
    pub async fn assert_everywhere(&self, app: &TestApp) {
        let lines = rows(app).await;
        let expected = [
            "access_changes",
            "audit_heads",
            "audit_log",
            "idempotency_records",
            "invitations",
            "jobs",
            "mail_notices",
            "memberships",
            "organizations",
            "task_comments",
            "task_labels",
            "tasks",
            "webhook_deliveries",
        ];
        assert_eq!(tables(&with(&lines, &self.markers())), BTreeSet::from(expected), "the planting misses a table");
    }

    /// Fails unless the tombstone alone is left, with nothing in it but the id, times and the version.
    pub async fn assert_erased(&self, app: &TestApp) {
        let left = with(&rows(app).await, &self.markers());
        assert_eq!(
            left.len(),
            1,
            "only the tombstone may be left; forget the others in tenants/registry.rs: {left:#?}"
        );
        let tombstone = left.first().unwrap();
        assert!(tombstone.starts_with("organizations: "), "{tombstone}");
        for column in ["name=|", "slug=∅", "image_url=∅", "max_allowed_memberships=∅", "created_at=∅"] {
            assert!(tombstone.contains(&format!("|{column}")), "the tombstone holds more than it should: {tombstone}");
        }
        for column in ["deleted_at", "purged_at"] {
            assert!(!tombstone.contains(&format!("|{column}=∅")), "the tombstone does not tell {column}: {tombstone}");
        }
    }
}

/// Adds tasks with a label each, past the API.
pub async fn add_tasks(app: &TestApp, tenant: &str, count: usize) {
    let db = app.scratch.connect().await;
    for chunk in (0..count).collect::<Vec<_>>().chunks(500) {
        let new = |number: &usize| {
            let new = serde_json::from_value(json!({"title": format!("Task {number}")})).unwrap();
            let mut row = tenantry::tasks::row(&new, "user_1").unwrap();
            row.tenant_id = Set(tenant.to_owned());
            row
        };
        let tasks: Vec<_> = chunk.iter().map(new).collect();
        let labels = tasks.iter().map(|task| label::ActiveModel {
            tenant_id: Set(tenant.to_owned()),
            task_id: Set(task.id.clone().unwrap()),
            label: Set("many".to_owned()),
        });
        let labels: Vec<_> = labels.collect();
        Task::insert_many(tasks).exec_without_returning(&db).await.unwrap();
        label::Entity::insert_many(labels).exec_without_returning(&db).await.unwrap();
    }
    db.close().await.unwrap();
}

/// Purges as the job does, so long from now, in batches of so many rows.
pub async fn purge(app: &TestApp, from_now: TimeDelta, batch: u64) -> Purged {
    let job = Purge { batch, ..Purge::new(&app.db, later(from_now)) };
    job.overdue(HOLD).await.unwrap()
}

pub fn later(from_now: TimeDelta) -> DateTime<Utc> {
    Utc::now() + from_now
}

/// Delivers an event twice under one message id.
pub async fn deliver_twice(app: &TestApp, event: &Value) -> [Answer; 2] {
    let bytes = serde_json::to_vec(event).unwrap();
    let signed = clerk_emulator::sign_event(&app.clerk.webhook_secret(), &bytes).unwrap();
    let request = || {
        let mut request =
            axum::http::Request::post("/api/webhooks/clerk").body(axum::body::Body::from(signed.body.clone())).unwrap();
        request.headers_mut().extend(signed.headers.clone());
        request
    };
    [app.send(request()).await, app.send(request()).await]
}
