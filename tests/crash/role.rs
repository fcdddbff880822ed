//! A server in production refuses a database role that could pass by row-level security, and says how to make the right one.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tenantry::config::DatabaseUrl;

use crate::database::Database;
use crate::program::{Program, free_port};

/// `serve` in production, in all else as it should be.
fn serve(folder: &Path, url: &DatabaseUrl, port: u16) -> Program {
    let publishable = format!("pk_live_{}", STANDARD.encode("clerk.tenantry.example$").trim_end_matches('='));
    let webhook = format!("whsec_{}", STANDARD.encode("plainly fake, for this test"));
    let variables = [
        ("DATABASE_URL", url.expose()),
        ("HOST", "127.0.0.1"),
        ("PORT", &port.to_string()),
        ("CLERK_PUBLISHABLE_KEY", &publishable),
        ("CLERK_SECRET_KEY", &["sk", "live", "plainlyfake"].join("_")),
        ("CLERK_WEBHOOK_SIGNING_SECRET", &webhook),
        ("CORS_ORIGINS", "https://app.tenantry.example"),
    ];
    Program::start(folder, &["serve"], &variables)
}

async fn ends_saying(mut program: Program, sentences: &[&str]) {
    let status = program.end_within(std::time::Duration::from_secs(30)).await;
    let said = program.errors();
    assert!(!status.success(), "it must not start\n{said}");
    for sentence in sentences {
        assert!(said.contains(sentence), "it does not say {sentence:?}:\n{said}");
    }
}

#[tokio::test]
async fn production_refuses_a_role_that_could_pass_by_row_level_security() {
    if !Database::postgres_is_there() {
        return;
    }
    let (folder, scratch) = (tempfile::tempdir().unwrap(), Database::Postgres.scratch().await);
    let owner = serve(folder.path(), &scratch.config.migration_url, free_port());
    ends_saying(owner, &["could pass by row-level security: it is a superuser", "NOINHERIT", "GRANT tenantry_app"])
        .await;

    // The right role serves: it comes as far as listening.
    let mut right = serve(folder.path(), &scratch.config.url, free_port());
    right.until("it to listen", async |program| program.errors().contains("listening").then_some(())).await;
    assert!(!right.errors().contains("migrate up"), "it must see that its schema is up to date\n{}", right.errors());
}

#[tokio::test]
async fn a_role_that_can_take_neither_of_the_two_is_refused_everywhere() {
    if !Database::postgres_is_there() {
        return;
    }
    let (folder, scratch) = (tempfile::tempdir().unwrap(), Database::Postgres.empty().await);
    let mut url = url::Url::parse(scratch.config.url.expose()).unwrap();
    // A login of the cluster that is a member of nothing.
    let admin = scratch.connect().await;
    let make = "DO $$ BEGIN CREATE ROLE tenantry_test_stranger LOGIN PASSWORD 'plainly fake';
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";
    sea_orm::ConnectionTrait::execute_unprepared(&admin, make).await.unwrap();
    url.set_username("tenantry_test_stranger").unwrap();
    url.set_password(Some("plainly fake")).unwrap();
    let stranger = serve(folder.path(), &DatabaseUrl::parse(url.as_str()).unwrap(), free_port());
    ends_saying(stranger, &["may not take the role tenantry_app", "tenantry migrate up"]).await;
}
