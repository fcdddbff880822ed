//! Origins, the public address and mail, broken in turn.

use tenantry::doctor::Outcome::{Failed, Ok as Fine, Warning};
use tokio::net::TcpListener;

use super::{Settings, nowhere};
use crate::mail::server::Server;
use crate::support::{Database, ORIGIN, TestApp};

#[tokio::test]
async fn origins_that_do_not_fit_are_found() {
    let app = TestApp::start(Database::Sqlite).await;
    let right = Settings::of(&app);
    right.assert("origins", Fine, ORIGIN).await;
    let parties = right.with("CLERK_AUTHORIZED_PARTIES", "https://app.example.com");
    parties.assert("origins", Warning, &format!("pages of {ORIGIN} may call, but their tokens are refused")).await;
    parties.with("CLERK_AUTHORIZED_PARTIES_POLICY", "off").assert("origins", Fine, "may call").await;
    let hosted = right.with("APP_ENV", "staging").with("CORS_ORIGINS", "https://app.example.com");
    hosted.assert("origins", Warning, "PUBLIC_URL is unset").await;
    hosted.with("CLERK_AUTHORIZED_PARTIES_POLICY", "off").assert("origins", Warning, "issued to any page").await;
    let parties = hosted.without("CORS_ORIGINS").with("CLERK_AUTHORIZED_PARTIES", "https://app.example.com");
    parties.assert("origins", Warning, "no page may call").await;
}

#[tokio::test]
async fn a_public_address_at_which_nobody_answers_is_found() {
    let app = TestApp::start(Database::Sqlite).await;
    // So that it has keys, and is ready.
    app.organization("acme").await.admin().get("/api/tasks").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = app.router.clone().into_make_service_with_connect_info::<std::net::SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let right = Settings::of(&app).with("PUBLIC_URL", &*address);
    right.assert("public-address", Fine, &address).await;
    right
        .with("PUBLIC_URL", format!("http://{}", nowhere().await))
        .assert("public-address", Warning, "does not answer")
        .await;
    // Clerk's own address has no such page.
    right.with("PUBLIC_URL", app.clerk.base_url()).assert("public-address", Warning, "/readyz answers 404").await;
}

#[tokio::test]
async fn a_mail_server_is_asked_and_sent_nothing() {
    let app = TestApp::start(Database::Sqlite).await;
    let off = Settings::of(&app);
    off.assert("mail", Fine, "off").await;
    let server = Server::start().await;
    let on = off.with("EMAIL_FROM", "Tenantry <no-reply@example.com>").with("SMTP_URL", server.url());
    on.assert("mail", Fine, "would take mail").await;
    assert!(server.take().is_empty(), "looking must send nothing");
    on.with("SMTP_URL", format!("smtp://{}", nowhere().await)).assert("mail", Failed, "no connection").await;
    on.with("SMTP_URL", format!("{}?tls=required", server.url())).assert("mail", Failed, "mail server").await;
    let folder = tempfile::tempdir().unwrap();
    let mails = folder.path().join("mail");
    on.with("SMTP_URL", format!("file:{}", mails.display())).assert("mail", Fine, "into the folder").await;
    assert!(!mails.exists(), "looking must make no folder");
}
