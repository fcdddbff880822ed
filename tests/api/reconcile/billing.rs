//! What payers subscribe to is compared and repaired too, with everything that follows from a change of plan.

use axum::http::Method;
use chrono::TimeDelta;
use clerk_emulator::{Fault, Plan, Seed};
use serde_json::Value;
use tenantry::clerk::Api;
use tenantry::reconcile::reconcile;

use super::clerk::clerk;
use super::{Options, Told, api, comparing, mirror, repair, repairing, run};
use crate::audit::{log, page};
use crate::billing::billed;
use crate::members::backend::Backend;
use crate::support::{Caller, Organization, Setup, TestApp, new_user};

/// Plans of organizations and of people: free, dearer, dearest, and one that counts seats.
pub fn seed() -> Seed {
    let plans = vec![
        Plan::new("free_org", &["tasks", "members"]),
        Plan::new("pro", &["tasks", "members", "exports"]).price(4900).trial(14),
        Plan::new("max", &["tasks", "members", "exports"]).price(9900),
        Plan::new("team", &["tasks", "members"]).price(900).seats(5, 800),
        Plan::new("free_user", &["tasks"]).for_users(),
        Plan::new("plus", &["tasks"]).price(500).trial(7).for_users(),
    ];
    Seed { billing: true, plans, ..Seed::empty() }
}

/// One thing happens to the subscription of a payer at Clerk, by two rolls of the dice. What Clerk refuses does not happen.
pub fn step(app: &TestApp, payer: &str, what: usize, which: usize) {
    let (clerk, plan) = (&app.clerk, ["free_org", "pro", "max", "team", "free_user", "plus"][which % 6]);
    let _: Option<()> = match what {
        0 | 1 => clerk.subscribe(payer, plan).ok().map(drop),
        2 => clerk.open_checkout(payer, plan, clerk_emulator::Checkout::default()).ok().map(drop),
        3 => clerk.cancel_plan(payer).ok().map(drop),
        4 => clerk.resume_plan(payer).ok().map(drop),
        5 => clerk.end_period(payer).ok().map(drop),
        6 => clerk.end_plan(payer).ok().map(drop),
        7 => clerk.start_trial(payer, plan).ok().map(drop),
        8 => clerk.trial_ending(payer).ok().map(drop),
        9 => clerk.fail_payment(payer).ok().map(drop),
        10 => clerk.recover_payment(payer).ok().map(drop),
        _ => clerk.set_seats(payer, u64::try_from(which).unwrap() * 3).ok().map(drop),
    };
}

/// `plan status`, of the billing page.
async fn plan(caller: &Caller) -> String {
    let page = caller.get("/api/billing").await.json();
    let text = |name: &str| page[name].as_str().unwrap_or("-").to_owned();
    format!("{} {}", text("plan"), text("status"))
}

fn in_force(app: &TestApp, payer: &str) -> String {
    app.clerk.subscription(payer).unwrap().in_force().unwrap().id.clone()
}

/// How often Clerk was asked for subscriptions since the last time.
fn questions(app: &TestApp) -> usize {
    app.clerk.take_requests().iter().filter(|seen| seen.path.ends_with("/billing/subscription")).count()
}

/// Where Clerk is asked what an organization subscribes to.
fn subscription_of(organization: &Organization) -> String {
    format!("/v1/organizations/{}/billing/subscription", organization.id)
}

on_both_databases! {
    async fn a_plan_that_began_unheard_is_in_force_by_the_repair(app) {
        let app = billed(app.on).await;
        let acme = app.organization("acme").await;
        let (whole, free) = (app.clerk.subscription("acme").unwrap().id, in_force(&app, "acme"));
        app.run_jobs().await;
        app.deliver_webhooks().await;
        app.clerk.subscribe("acme", "pro").unwrap();
        let pro = in_force(&app, "acme");
        app.clerk.take_events();

        let (summary, told) = run(&app, &comparing()).await;
        let mut lines = told.lines.clone();
        lines.retain(|line| line.starts_with("subscription"));
        let expected = [
            format!("subscription_item {pro} of {} exists: no -> yes", acme.id),
            format!("subscription {whole} of {} items: {free} -> {pro}", acme.id),
            format!("subscription_item {free} of {} exists: yes -> no", acme.id),
        ];
        assert_eq!(lines, expected);
        assert_eq!((summary.subscriptions, summary.subscription_items, summary.repaired), (1, 1, 0));
        assert_eq!(plan(&acme.admin()).await, "free_org active", "it was only to compare");

        repair(&app).await;
        assert_eq!(mirror(&app).await, clerk(&app).await);
        assert_eq!(plan(&acme.admin()).await, "pro active");
        assert!(app.run_jobs().await > 0);
        assert_eq!(app.clerk.organization("acme").unwrap().max_allowed_memberships, 0, "Clerk was told of the plan's limit");
        let entries = page(&acme.admin(), "?action=subscription.updated").await;
        assert_eq!(entries[0]["actor"]["type"], "operator", "{:?}", log(&acme).await);
    }

    async fn a_plan_that_ended_unheard_stops_counting_and_nothing_late_brings_it_back(app) {
        let app = billed(app.on).await;
        let acme = app.organization("acme").await;
        app.clerk.subscribe("acme", "pro").unwrap();
        let heard = app.clerk.take_events();
        for event in &heard {
            assert_eq!(app.deliver(event).await.summary(), "200");
        }
        app.clerk.cancel_plan("acme").unwrap();
        let late = app.clerk.take_events();
        app.clerk.end_plan("acme").unwrap();
        app.clerk.take_events();
        assert_eq!(plan(&acme.admin()).await, "pro active", "nobody knows yet");

        repair(&app).await;
        assert_eq!(plan(&acme.admin()).await, "free_org active");
        let truth = clerk(&app).await;
        for event in heard.iter().chain(&late) {
            assert_eq!(app.deliver(event).await.summary(), "200");
        }
        assert_eq!((mirror(&app).await, plan(&acme.admin()).await), (truth, "free_org active".to_owned()));
    }

    async fn an_item_newer_than_every_list_ends_too(app) {
        let app = billed(app.on).await;
        let acme = app.organization("acme").await;
        app.clerk.subscribe("acme", "pro").unwrap();
        let pro = in_force(&app, "acme");
        let begun = |event: &&Value| event["type"] == "subscriptionItem.active" && event["data"]["id"] == *pro;
        let events = app.clerk.take_events();
        let mut begun = events.iter().find(begun).unwrap().clone();
        app.clerk.end_plan("acme").unwrap();
        app.clerk.take_events();
        // Nothing that Clerk says of the subscription as a whole is as new as this.
        begun["data"]["updated_at"] = (begun["data"]["updated_at"].as_i64().unwrap() + 50).into();
        assert_eq!(app.deliver(&begun).await.summary(), "200");
        assert_eq!(plan(&acme.admin()).await, "pro active");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        repair(&app).await;
        assert_eq!(plan(&acme.admin()).await, "free_org active");
        assert_eq!(mirror(&app).await, clerk(&app).await);
    }

    async fn an_item_that_came_just_now_is_not_taken_for_over(app) {
        let app = billed(app.on).await;
        let acme = app.organization("acme").await;
        app.clerk.subscribe("acme", "pro").unwrap();
        app.deliver_webhooks().await;
        app.clerk.end_plan("acme").unwrap();
        app.clerk.take_events();
        let careful = Options { settled: TimeDelta::hours(1), ..repairing() };
        let (summary, told) = run(&app, &careful).await;
        assert_eq!((summary.unsettled, summary.removed), (1, 0), "{told:?}");
        // The newer list does not have it all the same.
        assert_eq!(plan(&acme.admin()).await, "free_org active");
    }

    async fn what_clerk_does_not_know_ends_no_plan(app) {
        let app = billed(app.on).await;
        let acme = app.organization("acme").await;
        app.clerk.subscribe("acme", "pro").unwrap();
        app.deliver_webhooks().await;
        let path = format!("/v1/organizations/{}/billing/subscription", acme.id);
        for (status, code) in [(404, "subscription_not_found"), (403, "billing_not_enabled")] {
            app.clerk.fail(Fault::refuse(status, code).on(Method::GET, &path));
            let (summary, told) = run(&app, &repairing()).await;
            assert!(summary.agree() && told.lines.is_empty(), "{code}: {told:?}");
            assert!(told.notes.iter().any(|note| note.contains(&acme.id)), "{code}: {told:?}");
            app.clerk.clear_faults();
        }
        assert_eq!(plan(&acme.admin()).await, "pro active");
    }

    async fn where_nobody_is_billed_that_is_asked_once(app) {
        app.organization("acme").await.member("org:member").await;
        app.organization("other").await;
        questions(&app);
        let (summary, told) = run(&app, &comparing()).await;
        assert_eq!((summary.differ, told.notes.len(), questions(&app)), (0, 0, 2), "one organization and one person");
    }

    async fn people_are_asked_for_only_where_they_have_workspaces(app) {
        let app = TestApp::with(app.on, Setup { seed: Some(seed()), ..Setup::default() }).await;
        let sam = new_user(&app, "sam");
        app.deliver_webhooks().await;
        app.clerk.subscribe(&sam, "plus").unwrap();
        app.clerk.take_events();
        questions(&app);
        let without = Options { personal_workspaces: false, ..repairing() };
        let (summary, _) = run(&app, &without).await;
        assert_eq!((summary.differ, summary.subscriptions, questions(&app)), (0, 0, 0));
        let (summary, told) = repair(&app).await;
        assert!(summary.repaired > 0 && told.lines.iter().all(|line| line.contains(&sam)), "{told:?}");
        assert_eq!(mirror(&app).await, clerk(&app).await);
    }


    async fn one_payer_whom_clerk_does_not_answer_for_keeps_no_other_from_being_compared(app) {
        let app = billed(app.on).await;
        for slug in ["one", "two", "three"] {
            app.organization(slug).await;
        }
        for slug in ["one", "two", "three"] {
            app.clerk.subscribe(slug, "pro").unwrap();
        }
        app.clerk.take_events();
        let two = app.organization("two").await;
        app.clerk.fail(Fault::refuse(500, "internal_clerk_error").on(Method::GET, subscription_of(&two)));
        let (summary, told) = run(&app, &repairing()).await;
        assert_eq!((summary.unreadable, summary.agree()), (1, false), "{told:?}");
        assert_eq!(told.notes.len(), 1, "{told:?}");
        assert!(told.notes[0].contains(&two.id) && told.notes[0].contains("left alone"), "{told:?}");
        for (slug, expected) in [("one", "pro active"), ("two", "free_org active"), ("three", "pro active")] {
            assert_eq!(plan(&app.organization(slug).await.admin()).await, expected, "{slug}");
        }
        app.clerk.clear_faults();
        repair(&app).await;
        assert_eq!(plan(&two.admin()).await, "pro active");
    }

    async fn what_one_payer_subscribes_to_may_be_unreadable_and_is_not_asked_for_again(app) {
        let app = billed(app.on).await;
        let (one, two) = (app.organization("one").await, app.organization("two").await);
        for slug in ["one", "two"] {
            app.clerk.subscribe(slug, "pro").unwrap();
        }
        app.clerk.take_events();
        let backend = Backend::garbling(&app.clerk, subscription_of(&one)).await;
        let (mut told, asking) = (Told::default(), Api::new(backend.config.clone()).unwrap());
        let summary = reconcile(&app.db, &asking, &app.revocations, &repairing(), &mut told).await.unwrap();
        assert_eq!((summary.unreadable, summary.agree()), (1, false), "{told:?}");
        assert!(told.notes.len() == 1 && told.notes[0].contains(&one.id), "{told:?}");
        assert_eq!(backend.asked().iter().filter(|(line, _)| line.ends_with(&subscription_of(&one))).count(), 1);
        assert_eq!((plan(&one.admin()).await, plan(&two.admin()).await), ("free_org active".into(), "pro active".into()));
    }

    async fn where_clerk_answers_for_nobody_the_run_ends(app) {
        let app = billed(app.on).await;
        for slug in ["one", "two", "three", "four"] {
            let organization = app.organization(slug).await;
            app.clerk.fail(Fault::refuse(500, "internal_clerk_error").on(Method::GET, subscription_of(&organization)));
        }
        let (mut told, run) = (Told::default(), repairing());
        let outcome = reconcile(&app.db, &api(&app), &app.revocations, &run, &mut told).await;
        let why = format!("{:#}", outcome.unwrap_err());
        assert!(why.contains("Clerk is away"), "{why}");
        assert_eq!(told.notes.len(), 2, "two may have been those two alone: {told:?}");
    }
}
