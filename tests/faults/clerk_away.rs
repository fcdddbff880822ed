//! Clerk's Backend API is away for a while: what needs it is refused, all else goes on, and what can wait is done afterwards.

use clerk_emulator::{Failure, Fault, Plan, Seed};
use reqwest::Method;
use serde_json::json;

use crate::database::Database;
use crate::tools::until;
use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_clerk_is_away_reading_goes_on_and_jobs_wait() {
    tokio::join!(away(Failure::Down), away(Failure::BadGateway), away(Failure::TooManyRequests { retry_after: 2 }));
}

async fn away(trouble: Failure) {
    let plans = vec![Plan::new("free_org", &["tasks", "members"]), Plan::new("pro", &["tasks", "members"]).price(4900)];
    let world = World::with(Seed { billing: true, plans, ..Seed::empty() }).await;
    let scratch = Database::Sqlite.scratch().await;
    let server = world.serve(scratch.config.url.expose(), &[]).await;
    world.tell(&server);
    let acme = world.admin("Acme");
    let member = world.editor(&acme.organization);
    let limit = || world.clerk.organization(&acme.organization).unwrap().max_allowed_memberships;
    let path = format!("/api/members/{}", member.user);
    let members = async || world.get(&server, &acme, "/api/members").await.body;
    until("the limit of the free plan", 20, async || (limit() == 2).then_some(())).await;
    until("the member to be known", 20, async || members().await.to_string().contains(&member.user).then_some(()))
        .await;

    world.clerk.fail(Fault { path: Some("/v1/".into()), ..Fault::new(trouble.clone()) });
    world.clerk.take_requests();
    world.clerk.subscribe(&acme.organization, "pro").unwrap();
    until("the job to have tried", 20, async || {
        let asked = world.clerk.take_requests();
        asked.iter().any(|seen| seen.path.starts_with("/v1/organizations/")).then_some(())
    })
    .await;
    for _ in 0..8 {
        let refused = world.send(&server, &acme, Method::PATCH, &path, &json!({"role": "admin"})).await;
        assert_eq!(refused.summary(), "503 clerk_unavailable", "{trouble:?}");
        assert_eq!(refused.unclean(), None);
        assert_eq!(world.get(&server, &acme, "/api/tasks").await.summary(), "200");
        assert_eq!(
            world.send(&server, &acme, Method::POST, "/api/tasks", &json!({"title": "On"})).await.summary(),
            "201"
        );
    }
    assert!(members().await.to_string().contains("org:editor"), "nothing was changed");
    assert_ne!(limit(), 0, "the job waits");

    world.clerk.clear_faults();
    until("the job to be done", 60, async || (limit() == 0).then_some(())).await;
    let changed = world.send(&server, &acme, Method::PATCH, &path, &json!({"role": "admin"})).await;
    assert_eq!(changed.summary(), "200");
}
