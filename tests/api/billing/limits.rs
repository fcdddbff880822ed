//! Limits on writes: exact, whoever writes at once, and never in the way of reading and deleting.

use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde_json::json;
use tenantry::db::Db;
use tenantry::directory::managing::RequireManageMembers;
use tenantry::entitlements::Entitlements;
use tenantry::guarded_routes;
use tokio::task::JoinSet;

use super::{PLANS, billed, mounted, post, refusal, seed, settle, setup};
use crate::support::{Setup, new_user};

#[derive(serde::Deserialize)]
struct Seats {
    wanted: u64,
}

/// What whoever invites has to ask.
#[utoipa::path(get, path = "/seats", responses((status = 200)))]
async fn ask_for_seats(
    guard: RequireManageMembers,
    State(entitlements): State<Entitlements>,
    Query(Seats { wanted }): Query<Seats>,
) -> tenantry::error::Result<()> {
    entitlements.of(&guard.db, &guard.user).await?.seats(&guard.db, wanted).await.map(drop)
}

on_both_databases! {
    async fn fifty_at_once_stop_exactly_at_the_limit(app) {
        let plans = PLANS.replace("tasks = 3", "tasks = 20");
        let plans = tenantry::config::Catalogue::parse(&plans).unwrap();
        let app = crate::support::TestApp::with(app.on, Setup { plans, ..setup() }).await;
        let (acme, rival) = (app.organization("acme").await.admin(), app.organization("rival").await.admin());
        let mut creations = JoinSet::new();
        for number in 0..50 {
            let admin = acme.clone().header("idempotency-key", &format!("order-{number}"));
            creations.spawn(async move { (number, post(&admin, "Ship it").await) });
        }
        let answers = creations.join_all().await;
        let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(_, answer)| answer.status == StatusCode::CREATED);
        assert_eq!(made.len(), 20);
        for (_, answer) in &refused {
            answer.assert_problem("beyond the limit");
            assert_eq!(refusal(answer), "402 task_limit_reached 20 of 20 on free_org");
        }
        assert_eq!(acme.get("/api/tasks?limit=1&count=exact").await.header("x-total-count"), Some("20"));
        // A repetition creates nothing, and is not refused.
        let again = post(&acme.clone().header("idempotency-key", &format!("order-{}", made[0].0)), "Ship it").await;
        assert_eq!((again.summary().as_str(), again.header("idempotency-replayed")), ("201", Some("true")));
        assert_eq!(post(&rival, "Ship it").await.summary(), "201", "another tenant has its own limit");
    }

    async fn a_plan_that_ends_deletes_nothing_and_refuses_only_more(app) {
        let app = billed(app.on).await;
        let acme = app.organization("acme").await;
        app.clerk.subscribe("acme", "pro").unwrap();
        settle(&app).await;
        let admin = acme.admin();
        let mut tasks = Vec::new();
        for number in 0..5 {
            tasks.push(admin.create_task(&format!("Task {number}")).await);
        }
        app.clerk.end_plan("acme").unwrap();
        settle(&app).await;
        assert_eq!(refusal(&post(&admin, "One more").await), "402 task_limit_reached 5 of 3 on free_org");
        assert_eq!(admin.get("/api/tasks").await.list().len(), 5);
        assert_eq!(admin.patch(tasks[0].path(), json!({"title": "Changed"})).await.summary(), "200");
        for task in &tasks[..3] {
            assert_eq!(admin.delete(task.path()).await.summary(), "204");
        }
        assert_eq!(post(&admin, "One more").await.summary(), "201");
        assert_eq!(refusal(&post(&admin, "And another").await), "402 task_limit_reached 3 of 3 on free_org");
        // What is wrong with a request comes before what the plan says of it.
        assert_eq!(post(&admin, "").await.summary(), "422 validation_failed");
    }

    async fn without_a_limit_nothing_is_asked(app) {
        let app = billed(app.on).await;
        let acme = app.organization("acme").await;
        app.clerk.subscribe("acme", "pro").unwrap();
        settle(&app).await;
        let seen = Arc::new(Mutex::new(Vec::new()));
        let note = Arc::clone(&seen);
        let db = Db::connect(&app.scratch.config).await.unwrap();
        let db = db.observed(move |info| note.lock().unwrap().push(info.statement.sql.clone()));
        let admin = acme.admin().at(&app.over(db, &setup()));
        let about = |word: &str| seen.lock().unwrap().iter().filter(|sql| sql.contains(word)).count();
        for number in 0..5 {
            assert_eq!(post(&admin, &format!("Task {number}")).await.summary(), "201");
        }
        assert_eq!(about("subscription_items"), 1, "the plan is remembered");
        assert_eq!((about("advisory"), about("COUNT(*)")), (0, 0), "and nothing is counted");
        app.clerk.end_plan("acme").unwrap();
        settle(&app.over(app.db.clone(), &setup())).await;
    }

    async fn seats_count_members_and_pending_invitations(app) {
        let app = billed(app.on).await;
        let acme = app.organization("acme").await;
        let asking = acme.admin().at(&mounted(&app, guarded_routes!(ask_for_seats)));
        assert_eq!(asking.get("/seats?wanted=1").await.summary(), "200");
        assert_eq!(refusal(&asking.get("/seats?wanted=2").await), "402 member_limit_reached 1 of 2 on free_org");
        app.clerk.invite(&acme.id, clerk_emulator::NewInvitation::new("new@example.com", "org:member")).unwrap();
        settle(&app).await;
        assert_eq!(refusal(&asking.get("/seats?wanted=1").await), "402 member_limit_reached 2 of 2 on free_org");
        app.clerk.subscribe("acme", "pro").unwrap();
        settle(&app).await;
        assert_eq!(asking.get("/seats?wanted=1000").await.summary(), "200");
    }

    async fn a_persons_own_workspace_has_their_own_plan(app) {
        let plans = format!("free_personal_plan = \"free_user\"\n{}\n[plans.free_user]\nmembers = 1\ntasks = 1\n", PLANS);
        let mut seed = seed();
        seed.plans.push(clerk_emulator::Plan::new("free_user", &["tasks"]).for_users());
        let plans = tenantry::config::Catalogue::parse(&plans).unwrap();
        let setup = Setup { plans, personal_workspaces: true, seed: Some(seed), ..setup() };
        let app = crate::support::TestApp::with(app.on, setup).await;
        let user = new_user(&app, "alone");
        settle(&app).await;
        let alone = app.bearer(app.clerk.session_token(clerk_emulator::TokenRequest::for_user(&*user)).unwrap());
        assert_eq!(post(&alone, "First").await.summary(), "201");
        assert_eq!(refusal(&post(&alone, "Second").await), "402 task_limit_reached 1 of 1 on free_user");
        assert_eq!(alone.get("/api/me").await.json()["entitlements"]["limits"], json!({"members": 1, "tasks": 1}));
        assert_eq!(alone.get("/api/billing").await.summary(), "403 organization_required");
    }


    async fn what_is_not_in_the_trash_is_not_refused_for_want_of_room(app) {
        let app = billed(app.on).await;
        let admin = app.organization("acme").await.admin();
        let trashed = admin.create_task("Trashed").await;
        assert_eq!(admin.delete(trashed.path()).await.summary(), "204");
        let living = admin.create_task("Living").await;
        for title in ["Two", "Three"] {
            assert_eq!(post(&admin, title).await.summary(), "201");
        }
        let rivals = app.organization("rival").await.admin().create_task("Theirs").await;
        app.organization("rival").await.admin().delete(rivals.path()).await;
        let restore = async |id: &str| admin.post(format!("/api/tasks/{id}/restore"), json!({})).await;
        for id in [&*living.id, &rivals.id, "01890000-0000-7000-8000-000000000000"] {
            assert_eq!(restore(id).await.summary(), "404 task_not_in_trash");
        }
        assert_eq!(refusal(&restore(&trashed.id).await), "402 task_limit_reached 3 of 3 on free_org");
        admin.delete(living.path()).await;
        assert_eq!(restore(&trashed.id).await.summary(), "200");
    }
}
