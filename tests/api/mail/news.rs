//! Who became a member: told once, whoever says it how often.

use chrono::Utc;

use super::server::Server;
use super::{mailing, only, waiting};
use crate::support::new_user;

on_both_databases! {
    async fn a_new_member_hears_of_it_once_and_the_founder_never(app) {
        let server = Server::start().await;
        let app = mailing(&app, &server);
        let acme = app.organization("acme").await;
        app.run_jobs().await;
        assert!(server.take().is_empty(), "whoever founds an organization knows");

        let bob = new_user(&app, "bob");
        app.clerk.add_member(&acme.id, &bob, "org:member").unwrap();
        let events = app.clerk.take_events();
        for event in events.iter().chain(&events) {
            assert_eq!(app.deliver(event).await.summary(), "200");
        }
        app.run_jobs().await;
        let mail = only(&server);
        assert_eq!(mail.to, ["bob@example.com"]);
        assert_eq!(mail.header("subject").unwrap(), "You are now a member of The acme company");
        assert!(mail.text().starts_with("bob Tester, you are now a member of The acme company."), "{}", mail.text());

        app.clerk.set_role(&acme.id, &bob, "org:admin").unwrap();
        app.deliver_webhooks().await;
        assert_eq!(waiting(&app).await, 0);
    }

    async fn who_joins_and_leaves_at_once_hears_nothing(app) {
        let server = Server::start().await;
        let app = mailing(&app, &server);
        let acme = app.organization("acme").await;
        let bob = acme.add(&new_user(&app, "bob"), "org:member").await;
        app.clerk.remove_member(&acme.id, &bob.user_id).unwrap();
        app.deliver_webhooks().await;
        app.run_jobs().await;
        assert!(server.take().is_empty());
    }

    async fn an_old_membership_is_no_news(app) {
        let server = Server::start().await;
        let app = mailing(&app, &server);
        let acme = app.organization("acme").await;
        app.clerk.add_member(&acme.id, &new_user(&app, "bob"), "org:member").unwrap();
        for mut event in app.clerk.take_events() {
            if event["type"] == "organizationMembership.created" {
                event["data"]["created_at"] = (Utc::now().timestamp_millis() - 2 * 86_400_000).into();
            }
            assert_eq!(app.deliver(&event).await.summary(), "200");
        }
        assert_eq!(waiting(&app).await, 0);
    }
}
