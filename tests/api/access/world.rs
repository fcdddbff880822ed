//! Two organizations, one of them full of marks that nobody can guess, and whoever may call.

use axum::http::Method;
use chrono::{TimeDelta, Utc};
use clerk_emulator::{Emulator, NewInvitation, TokenRequest};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tenantry::mail::entity as mail_preference;
use tenantry::tasks::{NewTask, entity};
use uuid::Uuid;

use super::fixtures::{Fixture, Thing};
use crate::openapi::Operation;
use crate::support::{Answer, Caller, Organization, Setup, TestApp, new_user};

/// The five permissions of this product.
const PERMISSIONS: [&str; 5] =
    ["org:tasks:view", "org:tasks:create", "org:tasks:edit", "org:tasks:delete", "org:members:manage"];

/// A kind of caller: a column of the table.
pub struct Kind {
    pub name: &'static str,
    pub says: &'static str,
    /// The codes that a refusal of this caller may have.
    pub refused_with: &'static [&'static str],
    pub caller: Caller,
    /// Whose data the caller works with.
    pub tenant: String,
}

/// Ours, and theirs.
pub struct World {
    pub app: TestApp,
    pub ours: Organization,
    pub admin: Caller,
    /// In every text of ours, and nowhere else.
    pub mark: String,
    /// A member of ours, who is assigned to things.
    pub person: String,
    /// A task of ours with every field filled.
    pub task: String,
    pub etag: String,
    /// An invitation of ours.
    pub invitation: String,
    /// A comment on it, and a task in the trash.
    comment: String,
    trashed: String,
    pub theirs: Organization,
    pub rival: Caller,
}

impl World {
    pub async fn new(app: TestApp) -> Self {
        let mark = Uuid::new_v4().simple().to_string()[..20].to_owned();
        let ours = app.organization(&format!("ours-{mark}")).await;
        let person = new_user(&app, &format!("person-{mark}"));
        ours.add(&person, "org:member").await;
        let theirs = app.organization("theirs").await;
        let (admin, rival) = (lasting(&app, &ours, ours.admin()), lasting(&app, &theirs, theirs.admin()));
        let text = |what: &str| format!("{what} {mark}");
        let mut tasks = Vec::new();
        for number in 0..3 {
            let task = json!({
                "title": text("title"), "description": text("description"), "category": text("category"),
                "labels": [text("label")], "assignee_id": person, "due_date": "2020-01-01T00:00:00Z",
                "priority": (["low", "medium", "high"][number]),
            });
            tasks.push(admin.create(task).await);
        }
        let (task, etag) = (tasks[0].id.clone(), tasks[0].etag.clone());
        rival.create_task("Theirs").await;
        let mut comments = Vec::new();
        for _ in 0..2 {
            let said = admin.post(format!("{}/comments", tasks[0].path()), json!({"body": text("comment")})).await;
            comments.push(said.json()["id"].as_str().unwrap().to_owned());
            let deleted = admin.create(json!({"title": text("deleted")})).await;
            assert_eq!(admin.delete(deleted.path()).await.summary(), "204");
            tasks.push(deleted);
        }
        let (comment, trashed) = (comments[0].clone(), tasks[3].id.clone());
        let invitation = String::new();
        let mut world =
            Self { app, ours, admin, mark, person, task, etag, invitation, comment, trashed, theirs, rival };
        for _ in 0..2 {
            world.invitation = world.invite(&world.ours).await;
        }
        world
    }

    /// Everybody who calls for themselves, from the least to the most trusted.
    pub async fn kinds(&self) -> Vec<Kind> {
        let kind = |name, says, refused_with, caller, tenant: &str| Kind {
            name,
            says,
            refused_with,
            caller,
            tenant: tenant.to_owned(),
        };
        let ours = self.ours.id.as_str();
        let mut kinds: Vec<Kind> = bad_tokens(self)
            .into_iter()
            .map(|(name, says, refused_with, token)| {
                let mut caller = self.admin.clone();
                caller.token = token;
                kind(name, says, refused_with, caller, ours)
            })
            .collect();
        let loner = self.loner();
        let setup = Setup { personal_workspaces: true, ..Setup::default() };
        let owner = loner.clone().at(&self.app.another_instance(&setup).await);
        let alone = loner.user_id.clone();
        kinds.push(kind("no org", "a good token that names no organization", &["organization_required"], loner, ours));
        kinds.push(kind("own", "the same where PERSONAL_WORKSPACES=true", &["organization_required"], owner, &alone));
        let lacking = &["permission_missing", "admin_required"];
        kinds.push(kind("none", "a member whose role has no permission", lacking, self.member(&[]).await, ours));
        for (name, permission) in ["view", "create", "edit", "delete", "manage"].into_iter().zip(PERMISSIONS) {
            kinds.push(kind(name, permission, lacking, self.member(&[permission]).await, ours));
        }
        kinds.push(kind("all", "a member whose role has these five", lacking, self.member(&PERMISSIONS).await, ours));
        kinds.push(kind("admin", "role org:admin", &[], self.admin.clone(), ours));
        kinds
    }

    /// Somebody of no organization.
    fn loner(&self) -> Caller {
        let user = new_user(&self.app, &format!("loner-{}", Uuid::now_v7().simple()));
        let token = self.app.clerk.session_token(TokenRequest::for_user(&user).lifetime(3600)).unwrap();
        let mut loner = self.app.bearer(token);
        loner.user_id = user;
        loner
    }

    /// A new member of ours whose role grants just these permissions.
    async fn member(&self, permissions: &[&str]) -> Caller {
        let role = format!("org:role_{}", Uuid::now_v7().simple());
        self.app.clerk.create_role(&role, permissions).unwrap();
        lasting(&self.app, &self.ours, self.ours.add(&self.somebody(&self.ours), &role).await)
    }

    /// A new person, with the mark in name and address if they are to be ours.
    fn somebody(&self, organization: &Organization) -> String {
        let mark = if organization.id == self.ours.id { &self.mark } else { "theirs" };
        new_user(&self.app, &format!("somebody-{}-{mark}", Uuid::now_v7().simple()))
    }

    /// A new thing in a tenant, for this person; and its id.
    pub async fn make(&self, thing: Thing, tenant: &str, user: &str) -> String {
        let organization = [&self.ours, &self.theirs].into_iter().find(|organization| organization.id == tenant);
        match (thing, organization) {
            (Thing::Task, _) => self.make_task(tenant, user, false).await,
            (Thing::Trashed, _) => self.make_task(tenant, user, true).await,
            (Thing::Comment, _) => {
                let task = self.make_task(tenant, user, false).await;
                self.make_comment(tenant, user, &task).await
            }
            (Thing::Member, Some(organization)) => {
                let somebody = self.somebody(organization);
                organization.add(&somebody, "org:member").await;
                somebody
            }
            (Thing::Invitation, Some(organization)) => self.invite(organization).await,
            (Thing::Invitation, None) => "orginv_none".into(),
            (Thing::MailToken, _) => self.make_mail_token(user).await,
            // In a workspace of one's own there is nobody else.
            (Thing::Caller | Thing::Member, _) => user.to_owned(),
        }
    }

    /// A new invitation, with the mark in its address if it is to be ours.
    async fn invite(&self, organization: &Organization) -> String {
        let mark = if organization.id == self.ours.id { &self.mark } else { "theirs" };
        let address = format!("invited-{}-{mark}@example.com", Uuid::now_v7().simple());
        let made = self.app.clerk.invite(&organization.id, NewInvitation::new(address, "org:member")).unwrap();
        self.app.deliver_webhooks().await;
        made.id
    }

    /// Past the API, for callers who may not create.
    async fn make_mail_token(&self, user: &str) -> String {
        use mail_preference::{ActiveModel, Column, Entity};
        let token = format!("{}{}", Uuid::new_v4().simple(), "a".repeat(11));
        let row = ActiveModel {
            tenant_id: Set(user.to_owned()),
            kind: Set("task_assigned".into()),
            wanted: Set(true),
            token: Set(token.clone()),
            updated_at: Set(Utc::now()),
        };
        let again = OnConflict::columns([Column::TenantId, Column::Kind])
            .update_columns([Column::Wanted, Column::Token])
            .to_owned();
        Entity::insert(row).on_conflict(again).exec_without_returning(&self.app.db.system()).await.unwrap();
        token
    }

    async fn make_task(&self, tenant: &str, user: &str, deleted: bool) -> String {
        let new = NewTask { title: Some("Ship it".into()), ..NewTask::default() };
        let mut row = tenantry::tasks::row(&new, user).unwrap();
        row.tenant_id = Set(tenant.to_owned());
        if deleted {
            let now = Utc::now();
            (row.deleted_at, row.deleted_by) = (Set(Some(now)), Set(Some(user.to_owned())));
            row.purge_at = Set(Some(now + TimeDelta::days(1)));
        }
        let id = row.id.clone().unwrap().to_string();
        entity::Entity::insert(row).exec_without_returning(&self.app.db.system()).await.unwrap();
        id
    }

    async fn make_comment(&self, tenant: &str, user: &str, task: &str) -> String {
        let now = Utc::now();
        let row = entity::comment::Model {
            tenant_id: tenant.to_owned(),
            id: Uuid::now_v7(),
            task_id: task.parse().unwrap(),
            body: "Done".to_owned(),
            author_id: user.to_owned(),
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let id = row.id.to_string();
        let row = row.into_active_model();
        entity::comment::Entity::insert(row).exec_without_returning(&self.app.db.system()).await.unwrap();
        id
    }

    /// What of ours stands at a place, for somebody who should not have it.
    pub fn our(&self, thing: Thing) -> &str {
        match thing {
            Thing::Task => &self.task,
            Thing::Trashed => &self.trashed,
            Thing::Comment => &self.comment,
            Thing::Caller => &self.admin.user_id,
            Thing::Member => &self.person,
            Thing::Invitation => &self.invitation,
            // All that others know of us.
            Thing::MailToken => &self.person,
        }
    }

    /// A text with its placeholders filled.
    pub fn filled(&self, text: &str, caller: &str, cursor: &str) -> String {
        text.replace("{fresh}", &Uuid::now_v7().simple().to_string())
            .replace("{caller}", caller)
            .replace("{person}", &self.person)
            .replace("{org}", &self.ours.id)
            .replace("{task}", &self.task)
            .replace("{label}", &format!("label%20{}", self.mark))
            .replace("{text}", &self.mark)
            .replace("{cursor}", cursor)
    }

    /// A body with its placeholders filled.
    pub fn filled_body(&self, body: &Value, caller: &str) -> Vec<u8> {
        self.filled(&body.to_string(), caller, "").into_bytes()
    }

    /// The operation as this caller would rightly use it in a tenant.
    pub async fn rightly(
        &self,
        operation: &Operation,
        fixture: &Fixture,
        caller: &Caller,
        tenant: &str,
    ) -> (String, Option<Vec<u8>>) {
        let (mut path, mut before) = (operation.path.clone(), String::new());
        for (place, thing) in &fixture.places {
            before = match thing {
                Thing::Comment => self.make_comment(tenant, &caller.user_id, &before).await,
                _ => self.make(*thing, tenant, &caller.user_id).await,
            };
            path = path.replace(&format!("{{{place}}}"), &before);
        }
        (path, fixture.body.as_ref().map(|body| self.filled_body(body, &caller.user_id)))
    }

    /// Where the first page of one of our lists ends.
    pub async fn cursor(&self, operation: &Operation) -> String {
        let path = operation.path.replace("{user_id}", &self.admin.user_id).replace("{id}", &self.task);
        let page = self.admin.get(format!("{path}?limit=1")).await;
        let next = page
            .next()
            .unwrap_or_else(|| panic!("{} of ours should have a second page: {}", operation.name(), page.summary()));
        next.split_once("cursor=").unwrap().1.to_owned()
    }

    /// The ids of ours that no answer to them may hold; every text of ours holds the mark.
    pub fn secrets(&self) -> Vec<&str> {
        vec![
            &self.mark,
            &self.ours.id,
            &self.admin.user_id,
            &self.person,
            &self.task,
            &self.invitation,
            &self.comment,
            &self.trashed,
        ]
    }
}

/// Sends a request and demands that the service stays upright.
pub async fn send(caller: &Caller, operation: &Operation, path: &str, body: Option<Vec<u8>>) -> Answer {
    let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
    let answer = caller.request(method, path, body).await;
    assert!(answer.status.as_u16() < 500, "{} {path}: {}", operation.method, answer.summary());
    answer
}

/// The same caller with a token that outlives the test.
fn lasting(app: &TestApp, organization: &Organization, mut caller: Caller) -> Caller {
    let request = TokenRequest::for_user(&caller.user_id).organization(&*organization.id).lifetime(3600);
    caller.token = Some(app.clerk.session_token(request).unwrap());
    caller
}

type BadToken = (&'static str, &'static str, &'static [&'static str], Option<String>);

/// An admin of ours whose token is missing or bad.
fn bad_tokens(world: &World) -> [BadToken; 5] {
    let (app, admin) = (&world.app, &world.admin);
    let right = || TokenRequest::for_user(&admin.user_id).organization(&*world.ours.id);
    let (header, claims) = opened(admin.token.as_deref().unwrap());
    let mut elsewhere = claims.clone();
    elsewhere["iss"] = json!("https://clerk.elsewhere.example");
    let stranger = Emulator::builder().build().unwrap();
    let expired = app.clerk.session_token(right().issued_at(1_000_000_000)).unwrap();
    [
        ("nobody", "no token", &["token_missing"], None),
        ("garbage", "a token that is none", &["token_invalid"], Some("garbage".into())),
        ("expired", "an admin's, too old", &["token_expired"], Some(expired)),
        (
            "issuer",
            "an admin's, in the name of another Clerk",
            &["token_invalid"],
            Some(app.clerk.sign(&header, elsewhere)),
        ),
        ("key", "an admin's, signed with another key", &["token_invalid"], Some(stranger.sign(header, claims))),
    ]
}

/// Header and claims of a token.
fn opened(token: &str) -> (Value, Value) {
    use base64::Engine;
    let part = |text: &str| {
        let bytes = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(text).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    let mut parts = token.split('.');
    (part(parts.next().unwrap()), part(parts.next().unwrap()))
}
