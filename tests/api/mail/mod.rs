//! Mail, by a real mail server's protocol to a small server of the tests' own.

mod admins;
mod delivery;
mod news;
mod preferences;
mod retries;
pub mod server;
mod unsubscribe;

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use tenantry::config::{MailConfig, MailOutlet};
use tenantry::jobs::entity::{Column, Entity, Model};

use crate::support::{Caller, Organization, Setup, TestApp, new_user};
use server::{Received, Server};

/// Where the links in mail lead.
const LINKS: &str = "https://api.acme.example";

/// Mail by the server at an address.
fn config(url: &str) -> MailConfig {
    MailConfig {
        outlet: MailOutlet::Smtp(url.to_owned().into()),
        from: "Tenantry <no-reply@acme.example>".parse().unwrap(),
        links: LINKS.into(),
        app: Some("https://app.acme.example".into()),
    }
}

/// The same service with mail on.
fn mailing(app: &TestApp, server: &Server) -> TestApp {
    app.over(app.db.clone(), &Setup { mail: Some(config(&server.url())), ..Setup::default() })
}

/// An organization, a member called Bob, and nothing that is still to be told.
async fn acme_and_bob(app: &TestApp, server: &Server) -> (Organization, Caller) {
    let acme = app.organization("acme").await;
    let bob = acme.add(&new_user(app, "bob"), "org:member").await;
    app.run_jobs().await;
    server.take();
    (acme, bob)
}

/// The only mail that came since the last time.
fn only(server: &Server) -> Received {
    let mut received = server.take();
    assert_eq!(received.len(), 1, "{received:#?}");
    received.remove(0)
}

/// How many jobs of this module wait.
async fn waiting(app: &TestApp) -> u64 {
    Entity::find().filter(Column::Kind.starts_with("mail.")).count(&app.db.system()).await.unwrap()
}

/// The only job there is.
async fn job(app: &TestApp) -> Model {
    let mut jobs = Entity::find().filter(Column::Kind.starts_with("mail.")).all(&app.db.system()).await.unwrap();
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    jobs.remove(0)
}
