//! A mail server that is away, late, or will have none of it.

use chrono::TimeDelta;
use serde_json::json;
use tenantry::jobs::entity::State;
use tokio::net::TcpListener;

use super::server::Server;
use super::{acme_and_bob, config, job, mailing, only, waiting};
use crate::support::{Setup, new_user};

on_both_databases! {
    async fn mail_waits_until_the_server_is_there(app) {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let setup = Setup { mail: Some(config(&format!("smtp://{free}"))), ..Setup::default() };
        let app = app.over(app.db.clone(), &setup);
        let acme = app.organization("acme").await;
        acme.add(&new_user(&app, "bob"), "org:member").await;
        app.run_jobs().await;
        let waits = job(&app).await;
        assert_eq!((waits.state, waits.reason.as_deref()), (State::Waiting, Some("no connection to the mail server")));

        let server = Server::at(free).await;
        app.run_jobs_in(TimeDelta::minutes(5)).await;
        assert_eq!(only(&server).to, ["bob@example.com"]);
        assert_eq!(waiting(&app).await, 0);
    }

    async fn what_is_refused_for_now_is_sent_again_as_the_same_message(app) {
        let server = Server::start().await;
        let app = mailing(&app, &server);
        let (acme, bob) = acme_and_bob(&app, &server).await;
        server.refuse("451 bob@example.com has to wait");
        acme.admin().create(json!({"title": "Ship it", "assignee_id": bob.user_id})).await;
        app.run_jobs().await;
        assert_eq!(job(&app).await.reason.as_deref(), Some("the mail server answered 451"));
        app.run_jobs_in(TimeDelta::minutes(5)).await;
        let (first, second) = (server.take_refused().remove(0), only(&server));
        assert_eq!(first.header("message-id"), second.header("message-id"));
        assert_eq!(first.header("list-unsubscribe"), second.header("list-unsubscribe"));
    }

    async fn what_is_refused_for_good_is_not_sent_again(app) {
        let server = Server::start().await;
        let app = mailing(&app, &server);
        let (acme, bob) = acme_and_bob(&app, &server).await;
        server.refuse("550 there is no bob@example.com");
        acme.admin().create(json!({"title": "Ship it", "assignee_id": bob.user_id})).await;
        app.run_jobs().await;
        let dead = job(&app).await;
        assert_eq!((dead.state, dead.reason.as_deref()), (State::Dead, Some("the mail server answered 550")));
        app.run_jobs_in(TimeDelta::days(1)).await;
        assert!(server.take().is_empty());
    }

    async fn a_password_that_is_refused_costs_no_mail(app) {
        let server = Server::start().await;
        let app = mailing(&app, &server);
        let (acme, bob) = acme_and_bob(&app, &server).await;
        server.refuse("530 say who you are first");
        acme.admin().create(json!({"title": "Ship it", "assignee_id": bob.user_id})).await;
        app.run_jobs().await;
        assert_eq!(job(&app).await.state, State::Waiting);
        app.run_jobs_in(TimeDelta::minutes(5)).await;
        only(&server);
    }
}
