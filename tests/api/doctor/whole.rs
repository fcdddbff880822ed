//! Everything at once: a healthy service, a configuration full of mistakes, and nothing that answers.

use tenantry::doctor::{Outcome, Wanted, names};

use super::{Settings, nowhere};
use crate::backup;
use crate::support::{Database, TestApp};

/// They depend on the machine.
const MAY_WARN: [&str; 2] = ["database", "room"];

on_both_databases! {
    async fn a_healthy_service_is_found_healthy(app) {
        app.organization("acme").await;
        let findings = Settings::of(&app).examine(&Wanted::default()).await;
        for finding in &findings {
            let may_warn = MAY_WARN.contains(&finding.check) && finding.outcome == Outcome::Warning;
            assert!(finding.outcome == Outcome::Ok || may_warn, "{finding:?}");
        }
        let mut told: Vec<&str> = findings.iter().map(|finding| finding.check).collect();
        let mut all: Vec<&str> = names().collect();
        let steps: Vec<u8> = findings.iter().filter_map(|finding| finding.step).collect();
        assert!(steps.is_sorted() && steps.last() == Some(&5), "{steps:?}");
        told.sort_unstable();
        all.sort_unstable();
        assert_eq!(told, all, "every check says something");
    }

    async fn when_nothing_answers_every_check_still_says_so(app) {
        let nowhere = nowhere().await;
        let mut settings = Settings::of(&app).with("CLERK_API_URL", format!("http://{nowhere}"));
        settings = settings.with("CLERK_JWKS_URL", format!("http://{nowhere}/jwks.json")).with("PUBLIC_URL", format!("http://{nowhere}"));
        settings = settings.with("SMTP_URL", format!("smtp://{nowhere}")).with("EMAIL_FROM", "Tenantry <a@example.com>");
        let database = if app.on == Database::Sqlite { "sqlite://absent.db".to_owned() } else { format!("postgres://tenantry@{nowhere}/tenantry") };
        settings = settings.with("DATABASE_URL", &*database).with("MIGRATION_DATABASE_URL", database);
        let findings = settings.examine(&Wanted::default()).await;
        assert_eq!(findings.len(), names().count());
        for check in ["keys", "secret-key", "instance", "clerk-clock", "permissions", "database", "schema", "role", "walls", "deliveries", "mirror", "mail"] {
            let found = findings.iter().find(|finding| finding.check == check).unwrap();
            assert_eq!(found.outcome, Outcome::Failed, "{found:?}");
        }
        assert!(!std::path::Path::new("absent.db").exists(), "looking must make nothing");
    }
}

#[tokio::test]
async fn mistakes_in_the_settings_are_lines_and_keep_no_other_check_from_being_made() {
    let app = TestApp::start(Database::Sqlite).await;
    app.organization("acme").await;
    let settings = Settings::of(&app)
        .with("CLERK_SECRET_KEY", "what is this")
        .with("CLERK_WEBHOOK_SIGNING_SECRET", "whsec_short")
        .with("DATABASE_MAX_CONNECTIONS", "many")
        .with("PLANS_FILE", "no-such-file.toml");
    let findings = settings.examine(&Wanted::default()).await;
    let wrong: Vec<(Option<u8>, &str)> = findings
        .iter()
        .filter(|finding| finding.check == "settings")
        .map(|finding| (finding.step, finding.found.split(':').next().unwrap()))
        .collect();
    let expected = [
        (Some(1), "CLERK_SECRET_KEY"),
        (Some(2), "PLANS_FILE"),
        (Some(3), "CLERK_WEBHOOK_SIGNING_SECRET"),
        (Some(4), "DATABASE_MAX_CONNECTIONS"),
    ];
    assert_eq!(wrong, expected, "{findings:?}");
    let outcome = |check: &str| findings.iter().find(|finding| finding.check == check).unwrap();
    assert_eq!(outcome("keys").outcome, Outcome::Ok);
    assert_eq!(outcome("schema").outcome, Outcome::Ok);
    assert!(outcome("secret-key").found.contains("because CLERK_SECRET_KEY is wrong"), "{:?}", outcome("secret-key"));

    let third = settings.examine(&Wanted { step: Some(3), names: Vec::new() }).await;
    let told: Vec<&str> = third.iter().map(|finding| finding.check).collect();
    assert_eq!(told, ["settings", "webhook-secret"]);
}

#[tokio::test]
async fn looking_changes_nothing() {
    let app = TestApp::start(Database::Sqlite).await;
    app.organization("acme").await;
    let file = tenantry::db::file::path(&app.scratch.config.url).unwrap();
    let before = backup::everything(&file).await;
    Settings::of(&app).examine(&Wanted::default()).await;
    assert_eq!(backup::everything(&file).await, before);
}
