//! Organizations and the people in them, as sentences: `app.organization("acme").await.admin().create_task("Ship it").await`.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderName, HeaderValue, Method, Request, header};
use clerk_emulator::{NewOrganization, NewUser, TokenRequest};
use serde_json::{Value, json};

use super::{Answer, Stream, TestApp};

/// An organization of the local Clerk with an admin.
#[derive(Clone)]
pub struct Organization {
    pub id: String,
    pub admin_id: String,
    app: TestApp,
}

impl Organization {
    pub(super) async fn find_or_create(app: &TestApp, slug: &str) -> Self {
        if let Ok(known) = app.clerk.organization(slug) {
            let admin_id = known.created_by.clone().unwrap();
            return Self { id: known.id, admin_id, app: app.clone() };
        }
        let admin = new_user(app, &format!("admin-{slug}"));
        let new = NewOrganization {
            name: format!("The {slug} company"),
            slug: Some(slug.into()),
            created_by: Some(admin.clone()),
            max_allowed_memberships: Some(0),
            ..NewOrganization::default()
        };
        let made = app.clerk.create_organization(new).unwrap();
        settle(app).await;
        Self { id: made.id, admin_id: admin, app: app.clone() }
    }

    /// Its admin.
    pub fn admin(&self) -> Caller {
        self.caller(&self.admin_id)
    }

    /// A new member whose role grants just these permissions; the mirror knows them.
    pub async fn member_with(&self, permissions: &[&str]) -> Caller {
        let role = format!("org:role_{}", uuid::Uuid::now_v7().simple());
        self.app.clerk.create_role(&role, permissions).unwrap();
        self.member(&role).await
    }

    /// A new member with a role.
    pub async fn member(&self, role: &str) -> Caller {
        let user = new_user(&self.app, &format!("member-{}", uuid::Uuid::now_v7().simple()));
        self.add(&user, role).await
    }

    /// Somebody who exists already, as a member.
    pub async fn add(&self, user: &str, role: &str) -> Caller {
        self.app.clerk.add_member(&self.id, user, role).unwrap();
        settle(&self.app).await;
        self.caller(user)
    }

    /// A member with a fresh token.
    pub fn caller(&self, user: &str) -> Caller {
        let token = self.app.clerk.session_token(TokenRequest::for_user(user).organization(&*self.id)).unwrap();
        Caller { app: self.app.clone(), token: Some(token), user_id: user.into(), headers: BTreeMap::new(), peer: None }
    }
}

/// A new person at the local Clerk.
pub fn new_user(app: &TestApp, name: &str) -> String {
    let new = NewUser {
        email_addresses: vec![format!("{name}@example.com")],
        first_name: Some(name.into()),
        last_name: Some("Tester".into()),
        ..NewUser::default()
    };
    app.clerk.create_user(new).unwrap().id
}

async fn settle(app: &TestApp) {
    for answer in app.deliver_webhooks().await {
        assert_eq!(answer.summary(), "200", "{}", String::from_utf8_lossy(&answer.body));
    }
}

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Caller {
    pub user_id: String,
    pub token: Option<String>,
    app: TestApp,
    headers: BTreeMap<String, String>,
    peer: Option<SocketAddr>,
}

/// A task that was created.
#[derive(Debug, Clone)]
pub struct TaskRef {
    pub id: String,
    pub etag: String,
    pub body: Value,
}

impl TaskRef {
    /// Its address.
    pub fn path(&self) -> String {
        format!("/api/tasks/{}", self.id)
    }
}

impl Caller {
    pub(super) fn with_token(app: &TestApp, token: String) -> Self {
        Self { user_id: String::new(), token: Some(token), app: app.clone(), headers: BTreeMap::new(), peer: None }
    }

    pub(super) fn nobody(app: &TestApp) -> Self {
        Self { user_id: String::new(), token: None, app: app.clone(), headers: BTreeMap::new(), peer: None }
    }

    /// The same caller, sending a header with every request.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// The same caller, whose connection comes from this address.
    pub fn from(mut self, address: &str) -> Self {
        self.peer = Some(SocketAddr::new(address.parse().unwrap(), 50_000));
        self
    }

    /// The same caller at another instance of the service.
    pub fn at(mut self, app: &TestApp) -> Self {
        self.app = app.clone();
        self
    }

    pub async fn get(&self, path: impl AsRef<str>) -> Answer {
        self.request(Method::GET, path, None).await
    }

    pub async fn post(&self, path: impl AsRef<str>, body: Value) -> Answer {
        self.request(Method::POST, path, Some(body.to_string().into())).await
    }

    pub async fn patch(&self, path: impl AsRef<str>, body: Value) -> Answer {
        self.request(Method::PATCH, path, Some(body.to_string().into())).await
    }

    pub async fn put(&self, path: impl AsRef<str>, body: Value) -> Answer {
        self.request(Method::PUT, path, Some(body.to_string().into())).await
    }

    pub async fn delete(&self, path: impl AsRef<str>) -> Answer {
        self.request(Method::DELETE, path, None).await
    }

    /// Any request; a body is sent as JSON unless a `content-type` was set.
    pub async fn request(&self, method: Method, path: impl AsRef<str>, body: Option<Vec<u8>>) -> Answer {
        self.send(method, path, body.map(Body::from)).await
    }

    /// Listens to events, from a place or from now on.
    pub async fn listen(&self, from: Option<&str>) -> Stream {
        let caller = from.map_or_else(|| self.clone(), |from| self.clone().header("last-event-id", from));
        Stream::of(self.app.answer(caller.prepared(Method::GET, "/api/events", None)).await)
    }

    /// Any request with any body.
    pub async fn send(&self, method: Method, path: impl AsRef<str>, body: Option<Body>) -> Answer {
        self.app.send(self.prepared(method, path, body)).await
    }

    fn prepared(&self, method: Method, path: impl AsRef<str>, body: Option<Body>) -> Request<Body> {
        let mut request = Request::builder().method(method).uri(path.as_ref());
        if let Some(peer) = self.peer {
            request = request.extension(ConnectInfo(peer));
        }
        if body.is_some() && !self.headers.contains_key("content-type") {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name.as_str()).unwrap();
            request = request.header(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        request.body(body.unwrap_or_default()).unwrap()
    }

    /// A new task with a title.
    pub async fn create_task(&self, title: &str) -> TaskRef {
        self.create(json!({"title": title})).await
    }

    /// A new task.
    pub async fn create(&self, body: Value) -> TaskRef {
        let answer = self.post("/api/tasks", body).await;
        assert_eq!(answer.summary(), "201", "{}", String::from_utf8_lossy(&answer.body));
        let body = answer.json();
        TaskRef { id: body["id"].as_str().unwrap().into(), etag: answer.header("etag").unwrap().into(), body }
    }
}
