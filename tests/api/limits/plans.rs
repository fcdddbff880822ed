//! A plan multiplies what its callers and its organization may ask for.

use std::time::Duration;

use clerk_emulator::{Plan, Seed};
use tenantry::clerk::Clock;
use tenantry::config::{Catalogue, Rates};

use super::{rates, standing};
use crate::support::{Setup, TestApp};

const PLANS: &str = r#"
    free_plan = "free_org"
    [plans.free_org]
    members = 0
    tasks = 0
    [plans.pro]
    members = 0
    tasks = 0
    rate_multiplier = 3
    [plans.unlimited]
    members = 0
    tasks = 0
    rate_multiplier = 0
"#;

on_both_databases! {
    async fn a_caller_has_the_bucket_of_the_plan_in_the_token(app) {
        let plans = ["free_org", "pro", "unlimited", "gold"].map(|slug| Plan::new(slug, &["tasks"]));
        let setup = Setup {
            limits: rates(Rates { read: 2, ..Rates::default() }),
            clock: Clock::manual(Duration::from_secs(1000)),
            plans: Catalogue::parse(PLANS).unwrap(),
            seed: Some(Seed { plans: plans.to_vec(), ..Seed::empty() }),
            ..Setup::default()
        };
        let app = TestApp::with(app.on, setup).await;
        let acme = app.organization("acme").await;
        let look = async || standing(&acme.admin().get("/api/me").await);
        assert_eq!(look().await, "200 4/3/1", "no plan is known");
        app.clerk.set_plan("acme", Some("pro")).unwrap();
        assert_eq!(look().await, "200 12/11/1");
        app.clerk.set_plan("acme", Some("free_org")).unwrap();
        assert_eq!(look().await, "200 4/2/1", "the bucket is the one from before");
        app.clerk.set_plan("acme", Some("unlimited")).unwrap();
        assert_eq!(look().await, "200 -/-/-");
        app.clerk.set_plan("acme", Some("gold")).unwrap();
        assert_eq!(look().await, "200 4/1/2", "a plan that is not in the catalogue is as the free one");
    }
}
