//! What is Clerk's, broken in turn.

use axum::Router;
use axum::http::{HeaderName, Method, header};
use axum::routing::get;
use chrono::{TimeDelta, Utc};
use clerk_emulator::{Emulator, Failure, Fault};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use tenantry::doctor::Outcome::{Failed, Ok as Fine, Warning};
use tokio::net::TcpListener;

use super::{Settings, nowhere, publishable_key};
use crate::support::{Database, TestApp};

/// Serves something, and says where.
async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}

#[tokio::test]
async fn keys_that_cannot_be_had_or_used_are_found() {
    let app = TestApp::start(Database::Sqlite).await;
    let right = Settings::of(&app);
    right.assert("keys", Fine, &app.clerk.kid()).await;
    let keys = |url: String| right.with("CLERK_JWKS_URL", url);
    keys(format!("http://{}/jwks.json", nowhere().await)).assert("keys", Failed, "no answer").await;
    keys(format!("{}/nothing-here", app.clerk.base_url())).assert("keys", Failed, "answered 404").await;
    let page = serve(Router::new().fallback(get(async || "<html>"))).await;
    keys(page).assert("keys", Failed, "not a JSON Web Key Set").await;
    let none = serve(Router::new().fallback(get(async || r#"{"keys": []}"#))).await;
    keys(none).assert("keys", Failed, "no key that could sign").await;
    let pem = right.with("CLERK_JWT_KEY", app.clerk.public_key_pem());
    pem.assert("keys", Fine, "no key is fetched").await;
    pem.assert("instance", Fine, "are all of").await;
}

#[tokio::test]
async fn a_secret_key_that_is_refused_is_told_from_a_clerk_that_is_away() {
    let app = TestApp::start(Database::Sqlite).await;
    let right = Settings::of(&app);
    right.assert("secret-key", Fine, "takes it").await;
    right.with("CLERK_SECRET_KEY", "sk_test_rolled").assert("secret-key", Failed, "refuses CLERK_SECRET_KEY").await;
    right.without("CLERK_SECRET_KEY").assert("secret-key", Warning, "is not set").await;
    app.clerk.fail(Fault::new(Failure::Down).on(Method::GET, "/v1/jwks"));
    right.assert("secret-key", Failed, "is away").await;
    right.assert("instance", Failed, "Backend API gives no answer").await;
    right.assert("keys", Fine, "").await;
}

#[tokio::test]
async fn keys_of_two_instances_are_found() {
    let app = TestApp::start(Database::Sqlite).await;
    let other = Emulator::builder().build().unwrap();
    other.spawn(TcpListener::bind("127.0.0.1:0").await.unwrap()).await.unwrap();
    let right = Settings::of(&app);
    right.assert("instance", Fine, "are all of").await;
    let front = right.with("CLERK_JWKS_URL", format!("{}/.well-known/jwks.json", other.base_url()));
    front.assert("instance", Failed, "no signing key in common").await;
    right
        .with("CLERK_PUBLISHABLE_KEY", publishable_key(&other.base_url()))
        .assert("instance", Warning, "CLERK_ISSUER names")
        .await;
    let back = right.with("CLERK_SECRET_KEY", other.secret_key()).with("CLERK_API_URL", other.base_url());
    back.assert("instance", Failed, "of another instance").await;
}

#[tokio::test]
async fn a_clock_that_is_not_clerks_is_found() {
    let app = TestApp::start(Database::Sqlite).await;
    Settings::of(&app).assert("clerk-clock", Fine, "agree").await;
    for (seconds, outcome, words) in [
        (600, Failed, "good tokens are refused"),
        (-600, Failed, "CLERK_CLOCK_SKEW_SECONDS is 5"),
        (-4, Warning, "from Clerk's"),
    ] {
        let jwks: Value = app.clerk.jwks();
        let answer = async move || {
            let date = (Utc::now() + TimeDelta::seconds(seconds)).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
            let headers: [(HeaderName, String); 1] = [(header::DATE, date)];
            (headers, axum::Json(jwks))
        };
        let clerk = serve(Router::new().route("/v1/jwks", get(answer))).await;
        Settings::of(&app).with("CLERK_API_URL", clerk).assert("clerk-clock", outcome, words).await;
    }
}

#[tokio::test]
async fn permissions_that_nobody_has_are_found() {
    let app = TestApp::start(Database::Sqlite).await;
    let right = Settings::of(&app);
    right.assert("permissions", Fine, "org:admin has 5").await;
    let all = ["org:tasks:view", "org:tasks:create", "org:tasks:edit", "org:tasks:delete", "org:members:manage"];
    app.clerk.create_role("org:boss", &all).unwrap();
    app.clerk.set_role_permissions("org:admin", &all[..2]).unwrap();
    right.assert("permissions", Warning, "org:admin lacks org:tasks:edit, org:tasks:delete, org:members:manage").await;
    app.clerk.delete_permission("org:members:manage").unwrap();
    right.assert("permissions", Warning, "no role at Clerk has org:members:manage").await;
    app.clerk.delete_permission("org:tasks:delete").unwrap();
    right.assert("permissions", Failed, "no role at Clerk has org:tasks:delete, org:members:manage").await;
}

on_both_databases! {
    async fn deliveries_that_never_came_or_failed_are_found(app) {
        let right = Settings::of(&app);
        right.without("CLERK_WEBHOOK_SIGNING_SECRET").assert("webhook-secret", Warning, "answered 503").await;
        right.assert("webhook-secret", Fine, "a secret of the right form").await;
        right.assert("deliveries", Warning, "none has come yet").await;
        right.assert("mirror", Warning, "0 organizations").await;
        app.organization("acme").await;
        right.assert("deliveries", Fine, "none failed").await;
        right.assert("mirror", Fine, "1 organizations and 1 people").await;
        let one = "UPDATE webhook_deliveries SET state = 'failed' WHERE id = (SELECT max(id) FROM webhook_deliveries)";
        app.scratch.connect().await.execute_unprepared(one).await.unwrap();
        right.assert("deliveries", Warning, "1 of the last 24 hours failed").await;
    }
}
