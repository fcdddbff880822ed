//! What is told of a plan: to administrators, to members, and to whoever asks who they are.

use serde_json::{Value, json};

use super::{billed, post, settle};
use crate::support::Caller;

/// `plan status`, of the billing page.
async fn page(admin: &Caller) -> (String, Value) {
    let answer = admin.get("/api/billing").await;
    assert_eq!(answer.summary(), "200");
    let page = answer.json();
    let text = |name: &str| page[name].as_str().unwrap_or("-").to_owned();
    (format!("{} {}", text("plan"), text("status")), page)
}

on_both_databases! {
    async fn nothing_is_known_where_billing_is_off(app) {
        let admin = app.organization("acme").await.admin();
        let (summary, page) = page(&admin).await;
        assert_eq!(summary, "- -");
        assert_eq!((&page["limits"], &page["usage"]), (&json!({"members": 0, "tasks": 0}), &json!({"members": 1, "tasks": 0})));
        let me = admin.get("/api/me").await.json();
        assert_eq!((&me["entitlements"]["plan"], &me["plans"]), (&Value::Null, &json!([])));
    }

    async fn the_page_follows_the_subscription(app) {
        let app = billed(app.on).await;
        let acme = app.organization("acme").await;
        let (summary, free) = page(&acme.admin()).await;
        assert_eq!(summary, "free_org active");
        assert_eq!((&free["period"], &free["last_payment"]), (&Value::Null, &Value::Null));

        app.clerk.start_trial("acme", "pro").unwrap();
        settle(&app).await;
        let (summary, trial) = page(&acme.admin()).await;
        assert_eq!(summary, "pro trialing");
        assert_eq!(trial["trial_ends_at"], trial["period"]["end"]);

        app.clerk.end_trial("acme").unwrap();
        settle(&app).await;
        let (summary, paid) = page(&acme.admin()).await;
        assert_eq!(summary, "pro active");
        assert_eq!((&paid["last_payment"]["status"], &paid["features"]), (&json!("paid"), &json!(["exports", "members", "tasks"])));

        app.clerk.fail_payment("acme").unwrap();
        settle(&app).await;
        let (summary, owed) = page(&acme.admin()).await;
        assert_eq!((summary.as_str(), &owed["last_payment"]["status"]), ("pro past_due", &json!("failed")));
        assert!(owed["past_due_since"].as_str() < owed["grace_ends_at"].as_str(), "{owed}");

        app.clerk.recover_payment("acme").unwrap();
        app.clerk.cancel_plan("acme").unwrap();
        settle(&app).await;
        let (summary, canceled) = page(&acme.admin()).await;
        assert_eq!(summary, "pro canceled");
        assert_eq!((&canceled["access_ends_at"], &canceled["upcoming"]["plan"]), (&canceled["period"]["end"], &json!("free_org")));

        app.clerk.end_period("acme").unwrap();
        settle(&app).await;
        assert_eq!(page(&acme.admin()).await.0, "free_org active");
    }

    async fn everybody_sees_the_limits_and_only_admins_the_page(app) {
        let app = billed(app.on).await;
        let acme = app.organization("acme").await;
        app.clerk.subscribe("acme", "pro").unwrap();
        settle(&app).await;
        let member = acme.member("org:member").await;
        for number in 0..5 {
            assert_eq!(post(&acme.admin(), &format!("Task {number}")).await.summary(), "201");
        }
        app.clerk.invite(&acme.id, clerk_emulator::NewInvitation::new("new@example.com", "org:member")).unwrap();
        app.clerk.end_plan("acme").unwrap();
        settle(&app).await;
        assert_eq!(member.get("/api/billing").await.summary(), "403 admin_required");
        let organization = member.get("/api/organization").await.json();
        assert_eq!(organization["plan"], "free_org");
        assert_eq!(organization["limits"], json!({"members": 2, "tasks": 3}));
        assert_eq!(organization["usage"], json!({"members": 3, "tasks": 5}));
        let (_, page) = page(&acme.admin()).await;
        assert_eq!((&page["over_limit"], &page["pending_invitations"]), (&json!({"members": 1, "tasks": 2}), &json!(1)));
        let allowed = acme.admin().get("/api/me").await.json()["entitlements"].clone();
        assert_eq!(allowed, json!({"plan": "free_org", "features": ["members", "tasks"], "limits": {"members": 2, "tasks": 3}}));

        let rival = app.organization("rival").await.admin().get("/api/billing").await.json();
        assert_eq!((&rival["usage"], &rival["last_payment"]), (&json!({"members": 1, "tasks": 0}), &Value::Null));
    }
}
