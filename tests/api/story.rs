//! The whole story of an organization that grows: its plan, its people and its records, each step as its admin lives it.

use clerk_emulator::{NewUser, Plan, Seed};
use serde_json::{Value, json};
use tenantry::audit::verify::verify;

use crate::support::{Answer, Caller, Organization, Setup, TestApp};

/// Clerk with billing, the built-in plans, and two roles of the product's.
async fn begin(app: &TestApp) -> TestApp {
    let plans = vec![
        Plan::new("free_org", &["tasks", "members"]),
        Plan::new("pro", &["tasks", "members"]).price(4900).trial(14),
    ];
    let seed = Seed { billing: true, plans, ..Seed::empty() };
    let app = TestApp::with(app.on, Setup { seed: Some(seed), ..Setup::default() }).await;
    app.clerk.create_role("org:editor", &["org:tasks:view", "org:tasks:create", "org:tasks:edit"]).unwrap();
    app.clerk.create_role("org:reader", &["org:tasks:view"]).unwrap();
    app
}

/// What Clerk has to tell is told, and what follows from it is done.
async fn settle(app: &TestApp) {
    for answer in app.deliver_webhooks().await {
        assert_eq!(answer.summary(), "200", "{}", String::from_utf8_lossy(&answer.body));
    }
    app.run_jobs().await;
}

fn limit_at_clerk(app: &TestApp, organization: &Organization) -> u64 {
    app.clerk.organization(&organization.id).unwrap().max_allowed_memberships
}

async fn invite(admin: &Caller, name: &str) -> Answer {
    admin.post("/api/invitations", json!({"email_address": format!("{name}@example.com"), "role": "org:editor"})).await
}

/// Somebody accepts, as they would by the link in Clerk's mail.
async fn accept(app: &TestApp, organization: &Organization, invitation: &Value, name: &str) -> Caller {
    let new = NewUser { email_addresses: vec![format!("{name}@example.com")], ..NewUser::default() };
    let user = app.clerk.create_user(new).unwrap().id;
    app.clerk.accept_invitation(invitation["id"].as_str().unwrap()).unwrap();
    settle(app).await;
    organization.caller(&user)
}

async fn actions(organization: &Organization) -> Vec<String> {
    let log = organization.admin().get("/api/audit-log").await.list();
    log.iter().rev().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
}

on_both_databases! {
    async fn an_organization_outgrows_its_plan_and_keeps_its_records(app) {
        let app = begin(&app).await;
        let acme = app.organization("acme").await;
        settle(&app).await;
        assert_eq!(limit_at_clerk(&app, &acme), 2, "the free plan's two seats, pushed by a job");
        let billing = acme.admin().get("/api/billing").await.json();
        assert_eq!(billing["plan"], "free_org", "{billing}");

        let first = invite(&acme.admin(), "mel").await;
        assert_eq!(first.summary(), "201");
        let third = invite(&acme.admin(), "noa").await;
        assert_eq!(third.summary(), "402 member_limit_reached");
        let told = third.json();
        assert_eq!((&told["limit"], &told["used"], &told["plan"]), (&json!(2), &json!(2), &json!("free_org")));

        app.clerk.subscribe("acme", "pro").unwrap();
        settle(&app).await;
        assert_eq!(limit_at_clerk(&app, &acme), 0, "no limit any more");
        assert_eq!(invite(&acme.admin(), "noa").await.summary(), "201");

        let mel = accept(&app, &acme, &first.json(), "mel").await;
        let members = acme.admin().get("/api/members").await.list();
        assert!(members.iter().any(|member| member["user_id"] == mel.user_id.as_str()), "{members:?}");
        let task = mel.create_task("Measure the stairwell").await;

        let member = format!("/api/members/{}", mel.user_id);
        assert_eq!(acme.admin().patch(&member, json!({"role": "org:reader"})).await.summary(), "200");
        let create = json!({"title": "One more"});
        assert_eq!(mel.post("/api/tasks", create.clone()).await.summary(), "401 token_stale", "at once");
        assert_eq!(mel.get(task.path()).await.summary(), "200", "what is still theirs still works");
        let mel = acme.caller(&mel.user_id);
        assert_eq!(mel.post("/api/tasks", create).await.summary(), "403 permission_missing", "with the next token");

        assert_eq!(acme.admin().delete(&member).await.summary(), "204");
        assert_eq!(mel.get(task.path()).await.summary(), "401 token_stale", "at once");
        settle(&app).await;

        let recorded = actions(&acme).await;
        let mut steps = recorded.iter();
        for step in [
            "invitation.created",
            "subscription.updated",
            "invitation.created",
            "invitation.accepted",
            "task.created",
            "member.updated",
            "member.removed",
        ] {
            assert!(steps.any(|recorded| recorded == step), "{step} is missing, or out of order, in {recorded:?}");
        }
        for once in ["member.added", "member.updated", "member.removed"] {
            let expected = if once == "member.added" { 2 } else { 1 };
            assert_eq!(recorded.iter().filter(|action| *action == once).count(), expected, "{once} in {recorded:?}");
        }
        let snapshot = app.db.system().snapshot().await.unwrap();
        assert_eq!(verify(&snapshot, &acme.id).await.unwrap(), Ok(i64::try_from(recorded.len()).unwrap()));
    }

    async fn with_clerk_down_reads_go_on_writes_wait_and_jobs_finish_later(app) {
        let app = begin(&app).await;
        let acme = app.organization("acme").await;
        settle(&app).await;
        let task = acme.admin().create_task("Ship it").await;
        app.clerk.subscribe("acme", "pro").unwrap();
        app.clerk.fail(clerk_emulator::Fault::down());
        for answer in app.deliver_webhooks().await {
            assert_eq!(answer.summary(), "200");
        }

        assert_eq!(acme.admin().get(task.path()).await.summary(), "200");
        assert_eq!(acme.admin().get("/api/members").await.summary(), "200");
        assert_eq!(acme.admin().create_task("Goes on").await.body["title"], "Goes on");
        let refused = invite(&acme.admin(), "mel").await;
        assert_eq!(refused.summary(), "503 clerk_unavailable");
        assert!(refused.header("retry-after").is_some());
        app.run_jobs().await;
        assert_eq!(limit_at_clerk(&app, &acme), 5, "as Clerk itself sets it with a plan: nothing of ours has come");

        app.clerk.clear_faults();
        // By an instance that has not given up asking Clerk for a while.
        let next = app.another_instance(&Setup::default()).await;
        next.run_jobs_in(chrono::TimeDelta::hours(2)).await;
        assert_eq!(limit_at_clerk(&app, &acme), 0, "the job waited, and is done");
    }
}
