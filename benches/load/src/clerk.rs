//! A local Clerk with an organization and its administrator for each tenant, whose ids are the same in every run.

use std::time::Duration;

use anyhow::Result;
use clerk_emulator::{Emulator, Seed, SeedOrganization, SeedPerson, TokenRequest, WebhookSecret};
use serde_json::Value;
use tokio::net::TcpListener;

/// The front end whose tokens these are.
pub const ORIGIN: &str = "http://localhost:3000";

/// Longer than any run.
const LIFETIME: Duration = Duration::from_hours(12);

/// The running Clerk.
pub struct Clerk {
    pub emulator: Emulator,
    pub deliveries: WebhookSecret,
    /// Tenants besides number 0, which is the large one.
    pub tenants: u32,
}

/// The id of a tenant's organization.
pub fn organization(tenant: u32) -> String {
    format!("org_load{tenant:023}")
}

/// The id of its administrator.
pub fn person(tenant: u32) -> String {
    format!("user_load{tenant:023}")
}

impl Clerk {
    pub async fn start(tenants: u32) -> Result<Self> {
        let mut seed = Seed::empty();
        for tenant in 0..=tenants {
            let short_name = format!("admin{tenant}");
            seed.organizations.push(SeedOrganization {
                slug: format!("load-{tenant}"),
                name: format!("Load {tenant}"),
                id: Some(organization(tenant)),
                members: [(short_name.clone(), "org:admin".to_owned())].into(),
                ..SeedOrganization::default()
            });
            seed.people.push(SeedPerson {
                email: Some(format!("{short_name}@example.com")),
                first_name: Some("Load".into()),
                last_name: Some(format!("Number {tenant}")),
                id: Some(person(tenant)),
                short_name,
                ..SeedPerson::default()
            });
        }
        let emulator = Emulator::builder().seed(seed).authorized_party(ORIGIN).build()?;
        emulator.spawn(TcpListener::bind("127.0.0.1:0").await?).await?;
        let deliveries = WebhookSecret::parse(&emulator.webhook_secret())?;
        Ok(Self { emulator, deliveries, tenants })
    }

    /// Another token of a tenant's administrator.
    pub fn token(&self, tenant: u32) -> Result<String> {
        let lifetime = i64::try_from(LIFETIME.as_secs())?;
        let request = TokenRequest::for_user(person(tenant)).organization(organization(tenant)).lifetime(lifetime);
        Ok(self.emulator.session_token(&request)?)
    }

    /// Everything there is, as events.
    pub fn everything(&self) -> Result<Vec<Value>> {
        self.emulator.take_events();
        self.emulator.announce_all()?;
        Ok(self.emulator.take_events())
    }

    /// How often somebody fetched the keys since this was last asked.
    pub fn key_fetches(&self) -> usize {
        self.emulator.take_requests().iter().filter(|seen| seen.path.ends_with("jwks.json")).count()
    }
}
