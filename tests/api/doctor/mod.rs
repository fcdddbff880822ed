//! `tenantry doctor`: everything as it should be, and each thing broken in turn. Whatever it says, it says no secret.

mod around;
mod clerk;
mod database;
mod whole;

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tenantry::config::{Command, Config, Defaults, VARIABLES};
use tenantry::doctor::{Case, Finding, Outcome, Wanted, examine};

use crate::support::{Database, ORIGIN, TestApp};

/// What an operator has set.
#[derive(Clone)]
struct Settings(BTreeMap<&'static str, String>);

impl Settings {
    /// As they should be for an app.
    fn of(app: &TestApp) -> Self {
        let (clerk, config) = (&app.clerk, &app.scratch.config);
        let mut settings = Self(BTreeMap::new());
        for (name, value) in [
            ("APP_ENV", "local".to_owned()),
            ("DATABASE_URL", config.url.expose().to_owned()),
            ("MIGRATION_DATABASE_URL", config.migration_url.expose().to_owned()),
            ("CLERK_PUBLISHABLE_KEY", publishable_key(&clerk.base_url())),
            ("CLERK_ISSUER", clerk.issuer()),
            ("CLERK_JWKS_URL", format!("{}/.well-known/jwks.json", clerk.base_url())),
            ("CLERK_API_URL", clerk.base_url()),
            ("CLERK_SECRET_KEY", clerk.secret_key()),
            ("CLERK_WEBHOOK_SIGNING_SECRET", clerk.webhook_secret()),
            ("CORS_ORIGINS", ORIGIN.to_owned()),
        ] {
            settings.0.insert(name, value);
        }
        settings
    }

    fn with(&self, name: &'static str, value: impl Into<String>) -> Self {
        let mut changed = self.clone();
        changed.0.insert(name, value.into());
        changed
    }

    fn without(&self, name: &'static str) -> Self {
        self.with(name, "")
    }

    async fn examine(&self, wanted: &Wanted) -> Vec<Finding> {
        let (config, mistakes) = Config::read_in_part(|name| self.0.get(name).cloned(), &Defaults::of(Command::Serve));
        let case = Case::new(config, mistakes);
        let examined = tokio::time::timeout(Duration::from_secs(60), examine(&case, wanted));
        let findings = examined.await.expect("each check has a few seconds, and all are made at once");
        self.assert_tells_no_secret(&serde_json::to_string(&findings).unwrap());
        findings
    }

    /// What a check finds.
    async fn found(&self, check: &str) -> Finding {
        let wanted = Wanted { step: None, names: vec![check.to_owned()] };
        let mut findings = self.examine(&wanted).await;
        assert_eq!(findings.len(), 1, "{findings:?}");
        findings.remove(0)
    }

    /// That a check finds this, and says so.
    async fn assert(&self, check: &str, outcome: Outcome, words: &str) {
        let found = self.found(check).await;
        assert_eq!(found.outcome, outcome, "{found:?}");
        assert!(found.found.contains(words), "{words:?} is not in {found:?}");
        assert_eq!(found.mend.is_some(), outcome != Outcome::Ok, "what is wrong has a mend: {found:?}");
    }

    fn assert_tells_no_secret(&self, said: &str) {
        for variable in VARIABLES.iter().filter(|variable| variable.secret) {
            let Some(value) = self.0.get(variable.name).filter(|value| !value.is_empty()) else { continue };
            let password = url::Url::parse(value).ok().and_then(|url| url.password().map(str::to_owned));
            for secret in [Some(value.clone()), password].into_iter().flatten().filter(|_| !value.starts_with("sqlite"))
            {
                assert!(!said.contains(&secret), "{} is told: {said}", variable.name);
                assert!(!said.contains(&secret.replace("%20", " ")), "{} is told: {said}", variable.name);
            }
        }
    }
}

/// The key of an instance at an address.
fn publishable_key(address: &str) -> String {
    let host = address.split_once("//").unwrap().1;
    format!("pk_test_{}", STANDARD_NO_PAD.encode(format!("{host}$")))
}

/// Somewhere that nobody listens.
async fn nowhere() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

/// An app on PostgreSQL, where there is one.
async fn on_postgres() -> Option<TestApp> {
    if !Database::postgres_is_there() {
        return None;
    }
    Some(TestApp::start(Database::Postgres).await)
}
