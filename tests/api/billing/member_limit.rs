//! The member limit at Clerk follows the plan, where it is ours to set.

use std::time::Duration;

use axum::http::Method;
use chrono::{TimeDelta, Utc};
use clerk_emulator::Fault;
use tenantry::billing::member_limit::{Pushed, Trouble, push};
use tenantry::clerk::Clock;
use tenantry::db::TenantId;

use super::{billed, settle, setup};
use crate::support::{Organization, Setup, TestApp};

async fn pushed(app: &TestApp, organization: &Organization) -> Result<Pushed, Trouble> {
    let tenant = TenantId::Organization(organization.id.clone());
    push(&app.db, &tenant, &app.state.clerk, &app.state.entitlements).await
}

fn at_clerk(app: &TestApp) -> u64 {
    app.clerk.organization("acme").unwrap().max_allowed_memberships
}

/// How often Clerk was asked to change something.
fn changes(app: &TestApp) -> usize {
    app.clerk.take_requests().iter().filter(|seen| seen.method == "PATCH").count()
}

on_both_databases! {
    async fn the_limit_follows_the_plan_and_is_set_once(app) {
        let app = billed(app.on).await;
        let acme = app.organization("acme").await;
        assert_eq!(pushed(&app, &acme).await.unwrap(), Pushed::Changed);
        assert_eq!(at_clerk(&app), 2);
        changes(&app);
        assert_eq!(pushed(&app, &acme).await.unwrap(), Pushed::Same);
        assert_eq!(changes(&app), 0);

        app.clerk.subscribe("acme", "pro").unwrap();
        settle(&app).await;
        assert_eq!(pushed(&app, &acme).await.unwrap(), Pushed::Changed);
        assert_eq!(at_clerk(&app), 0, "no limit");

        app.clerk.end_plan("acme").unwrap();
        settle(&app).await;
        assert_eq!(pushed(&app, &acme).await.unwrap(), Pushed::Changed);
        assert_eq!(at_clerk(&app), 2);
    }

    async fn a_plan_that_counts_seats_is_left_alone(app) {
        let app = billed(app.on).await;
        let acme = app.organization("acme").await;
        app.clerk.subscribe("acme", "team").unwrap();
        settle(&app).await;
        let before = at_clerk(&app);
        changes(&app);
        assert_eq!(pushed(&app, &acme).await.unwrap(), Pushed::SeatBased);
        assert_eq!((changes(&app), at_clerk(&app)), (0, before));
        assert_eq!(acme.admin().get("/api/organization").await.json()["limits"]["members"], 5);
    }

    async fn what_clerk_says_decides_whether_it_is_tried_again(app) {
        let app = billed(app.on).await;
        let acme = app.organization("acme").await;
        for (fault, again) in [
            (Fault::refuse(400, "organization_member_limit_managed_by_billing"), Some(Pushed::SeatBased)),
            (Fault::refuse(402, "unsupported_subscription_plan_features"), Some(Pushed::Refused)),
            (Fault::refuse(404, "resource_not_found"), Some(Pushed::Gone)),
            (Fault::too_many_requests(1), None),
            (Fault::down(), None),
        ] {
            app.clerk.fail(fault.on(Method::PATCH, "/v1/organizations"));
            assert_eq!(pushed(&app, &acme).await.ok(), again);
            app.clerk.clear_faults();
        }
        assert_eq!(pushed(&app, &acme).await.unwrap(), Pushed::Changed);
    }

    async fn nothing_is_set_where_no_plan_is_known(app) {
        let acme = app.organization("acme").await;
        app.clerk.take_requests();
        assert_eq!(pushed(&app, &acme).await.unwrap(), Pushed::Unknown);
        assert_eq!(app.clerk.take_requests().len(), 0);
    }

    async fn a_job_follows_every_change_and_the_clock(app) {
        let app = billed(app.on).await;
        app.organization("acme").await;
        assert!(app.run_jobs().await >= 1);
        assert_eq!(at_clerk(&app), 2);
        app.clerk.subscribe("acme", "pro").unwrap();
        settle(&app).await;
        app.clerk.fail(Fault::down().on(Method::GET, "/v1/organizations"));
        app.run_jobs().await;
        app.clerk.clear_faults();
        let in_an_hour = TimeDelta::hours(1);
        app.run_jobs_in(in_an_hour).await;
        assert_eq!(at_clerk(&app), 0, "it waited until Clerk was back");

        app.clerk.cancel_plan("acme").unwrap();
        settle(&app).await;
        app.run_jobs_in(in_an_hour).await;
        assert_eq!(at_clerk(&app), 0, "cancelled, and still in force");
        // The period ends, and Clerk never says so.
        let in_forty_days = TimeDelta::days(40);
        let then = u64::try_from((Utc::now() + in_forty_days).timestamp_millis()).unwrap();
        let setup = Setup { clock: Clock::manual(Duration::from_millis(then)), ..setup() };
        let later = app.another_instance(&setup).await;
        assert_eq!(later.run_jobs_in(in_forty_days).await, 2, "the clock's, and what it enqueued");
        assert_eq!(at_clerk(&app), 2);
        assert_eq!(later.run_jobs_in(TimeDelta::days(400)).await, 0, "nothing more will change");
    }


    async fn a_job_goes_by_the_mirror_and_not_by_what_its_process_remembers(app) {
        let app = billed(app.on).await;
        let admin = app.organization("acme").await.admin();
        app.run_jobs().await;
        assert_eq!(at_clerk(&app), 2);
        let plan = async || admin.get("/api/billing").await.json()["plan"].clone();
        assert_eq!(plan().await, "free_org");
        // Another instance is told, and this one does not hear of it.
        let other = app.another_instance(&setup()).await;
        app.clerk.subscribe("acme", "pro").unwrap();
        settle(&other).await;
        assert_eq!(plan().await, "free_org", "it remembers");
        assert!(app.run_jobs().await >= 1);
        assert_eq!(at_clerk(&app), 0, "the limit of the plan before was pushed, and no job comes after it");
    }
}
