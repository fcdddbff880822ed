//! What administrators are told, and how often.

use chrono::TimeDelta;
use clerk_emulator::{Plan, Seed};
use sea_orm::ConnectionTrait;
use serde_json::json;
use tenantry::config::Catalogue;
use tenantry::jobs::enqueue_for;
use tenantry::mail::{About, Limit, Mail, SendMail};

use super::server::{Received, Server};
use super::{acme_and_bob, config, mailing, only, waiting};
use crate::support::{Organization, Setup, TestApp, new_user};

/// A free plan of two members and two tasks, and a paid one without limits.
const PLANS: &str = r#"
    free_plan = "free_org"
    [plans.free_org]
    members = 2
    tasks = 2
    features = ["tasks", "members"]
    [plans.pro]
    members = 0
    tasks = 0
    features = ["tasks", "members"]
"#;

/// The service with plans, and an organization on the free one.
async fn billed(app: &TestApp, server: &Server) -> (TestApp, Organization) {
    let features = &["tasks", "members"];
    let plans = vec![Plan::new("free_org", features), Plan::new("pro", features).price(4900)];
    let setup = Setup {
        mail: Some(config(&server.url())),
        plans: Catalogue::parse(PLANS).unwrap(),
        seed: Some(Seed { billing: true, plans, ..Seed::empty() }),
        ..Setup::default()
    };
    let app = TestApp::with(app.on, setup).await;
    let acme = app.organization("acme").await;
    (app, acme)
}

/// What came of the jobs. One makes others, which are due a moment later.
async fn told(app: &TestApp, server: &Server) -> Vec<Received> {
    app.run_jobs_in(TimeDelta::minutes(1)).await;
    server.take()
}

on_both_databases! {
    async fn administrators_hear_of_a_limit_once_a_day(app) {
        let server = Server::start().await;
        let (app, acme) = billed(&app, &server).await;
        acme.admin().create_task("One").await;
        assert!(told(&app, &server).await.is_empty(), "there is room for another");
        let two = acme.admin().create_task("Two").await;
        let mail = told(&app, &server).await;
        assert_eq!(mail.len(), 1);
        assert_eq!(mail[0].to, ["admin-acme@example.com"]);
        assert_eq!(mail[0].header("subject").unwrap(), "The acme company has as many tasks as its plan allows");

        acme.admin().delete(two.path()).await;
        acme.admin().create_task("Another").await;
        assert!(told(&app, &server).await.is_empty(), "they were told of it today");
        assert_eq!(acme.admin().post("/api/tasks", json!({"title": "Three"})).await.summary(), "402 task_limit_reached");
        assert!(told(&app, &server).await.is_empty());

        let invitation = json!({"email_address": "bob@example.com", "role": "org:member"});
        assert_eq!(acme.admin().post("/api/invitations", invitation).await.summary(), "201");
        let mail = told(&app, &server).await;
        assert!(mail.len() == 1 && mail[0].text().contains("as many members as"), "another limit is another matter");

        let a_day_ago = "UPDATE mail_notices SET told_at = '2020-01-01T00:00:00+00:00' WHERE topic = 'limit_reached:tasks'";
        app.scratch.connect().await.execute_unprepared(a_day_ago).await.unwrap();
        acme.admin().delete(format!("/api/tasks/{}", acme.admin().get("/api/tasks").await.list()[0]["id"].as_str().unwrap())).await;
        assert_eq!(acme.admin().post(format!("/api/tasks/{}/restore", two.id), json!({})).await.summary(), "200");
        assert_eq!(told(&app, &server).await.len(), 1, "a task that comes back fills the last place too");
    }

    async fn every_administrator_hears_of_an_unpaid_plan_and_nobody_else(app) {
        let server = Server::start().await;
        let (app, acme) = billed(&app, &server).await;
        app.clerk.subscribe("acme", "pro").unwrap();
        acme.add(&new_user(&app, "bob"), "org:member").await;
        acme.add(&new_user(&app, "cora"), "org:admin").await;
        app.organization("rival").await;
        told(&app, &server).await;
        app.clerk.fail_payment("acme").unwrap();
        app.deliver_webhooks().await;
        let mut to: Vec<String> = told(&app, &server).await.into_iter().flat_map(|mail| mail.to).collect();
        to.sort();
        assert_eq!(to, ["admin-acme@example.com", "cora@example.com"]);
        app.clerk.fail_payment("acme").unwrap();
        app.deliver_webhooks().await;
        assert!(told(&app, &server).await.is_empty(), "they were told of it today");
    }

    async fn what_is_paid_by_now_is_not_told(app) {
        let server = Server::start().await;
        let (app, _acme) = billed(&app, &server).await;
        app.clerk.subscribe("acme", "pro").unwrap();
        app.clerk.fail_payment("acme").unwrap();
        app.clerk.recover_payment("acme").unwrap();
        app.deliver_webhooks().await;
        assert!(waiting(&app).await > 0);
        assert!(told(&app, &server).await.is_empty());
    }

    async fn who_is_no_administrator_any_more_hears_nothing(app) {
        let server = Server::start().await;
        let app = mailing(&app, &server);
        let (acme, bob) = acme_and_bob(&app, &server).await;
        app.clerk.set_role(&acme.id, &bob.user_id, "org:admin").unwrap();
        app.deliver_webhooks().await;
        let tx = app.db.system().begin().await.unwrap();
        let job = SendMail { user_id: bob.user_id.clone(), about: About::PlanPastDue };
        enqueue_for(&tx, &acme.id, &job).await.unwrap();
        tx.commit().await.unwrap();
        app.clerk.set_role(&acme.id, &bob.user_id, "org:member").unwrap();
        app.deliver_webhooks().await;
        assert!(told(&app, &server).await.is_empty());
    }

    async fn the_owner_of_a_workspace_hears_of_its_limits(app) {
        let server = Server::start().await;
        let app = mailing(&app, &server);
        let loner = new_user(&app, "loner");
        app.deliver_webhooks().await;
        let tx = app.db.system().begin().await.unwrap();
        let mail = Mail::new(Some(&config(&server.url()))).unwrap();
        mail.limit_reached_for(&tx, &loner, Limit::Tasks).await.unwrap();
        tx.commit().await.unwrap();
        app.run_jobs_in(TimeDelta::minutes(1)).await;
        let told = only(&server);
        let subject = "your workspace has as many tasks as its plan allows";
        assert_eq!((&*told.to[0], &*told.header("subject").unwrap()), ("loner@example.com", subject));
    }


    async fn a_plan_that_is_paid_before_the_mail_server_takes_the_mail_causes_none(app) {
        let server = Server::start().await;
        let (app, _acme) = billed(&app, &server).await;
        app.clerk.subscribe("acme", "pro").unwrap();
        app.deliver_webhooks().await;
        told(&app, &server).await;
        app.clerk.fail_payment("acme").unwrap();
        app.deliver_webhooks().await;
        server.refuse("451 come back later");
        assert!(told(&app, &server).await.is_empty());
        assert_eq!((server.take_refused().len(), waiting(&app).await), (1, 1), "it waits for the mail server");
        app.clerk.recover_payment("acme").unwrap();
        app.deliver_webhooks().await;
        app.run_jobs_in(TimeDelta::minutes(10)).await;
        assert_eq!((server.take().len(), waiting(&app).await), (0, 0));
    }

    async fn a_limit_that_has_room_again_is_not_told(app) {
        let server = Server::start().await;
        let (app, acme) = billed(&app, &server).await;
        acme.admin().create_task("One").await;
        let two = acme.admin().create_task("Two").await;
        assert!(waiting(&app).await > 0);
        acme.admin().delete(two.path()).await;
        assert!(told(&app, &server).await.is_empty(), "there was room before anybody was asked for");

        let again = "DELETE FROM mail_notices";
        app.scratch.connect().await.execute_unprepared(again).await.unwrap();
        let two = acme.admin().create_task("Two again").await;
        server.refuse("451 come back later");
        assert!(told(&app, &server).await.is_empty());
        assert_eq!((server.take_refused().len(), waiting(&app).await), (1, 1), "it waits for the mail server");
        acme.admin().delete(two.path()).await;
        app.run_jobs_in(TimeDelta::minutes(10)).await;
        assert_eq!((server.take().len(), waiting(&app).await), (0, 0));
    }

    async fn a_seat_that_is_free_again_is_not_told(app) {
        let server = Server::start().await;
        let (app, acme) = billed(&app, &server).await;
        let bob = json!({"email_address": "bob@example.com", "role": "org:member"});
        let invited = acme.admin().post("/api/invitations", bob).await.json();
        assert!(waiting(&app).await > 0);
        let path = format!("/api/invitations/{}", invited["id"].as_str().unwrap());
        assert_eq!(acme.admin().delete(path).await.summary(), "204");
        assert!(told(&app, &server).await.is_empty());
        assert_eq!(waiting(&app).await, 0);
    }
}
