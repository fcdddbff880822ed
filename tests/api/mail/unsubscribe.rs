//! The link in every mail.

use axum::http::Method;
use serde_json::json;
use tenantry::config::{LimitsConfig, Rates};

use super::preferences::own_log;
use super::server::Server;
use super::{LINKS, acme_and_bob, mailing, only};
use crate::support::{Answer, Caller, Setup, TestApp};

/// What mail programs post.
async fn click(nobody: &Caller, path: &str) -> Answer {
    let form = nobody.clone().header("content-type", "application/x-www-form-urlencoded");
    form.request(Method::POST, path, Some(b"List-Unsubscribe=One-Click".to_vec())).await
}

/// Where somebody's mail says that it can be stopped.
async fn link(app: &TestApp, server: &Server) -> (String, Caller) {
    let (acme, bob) = acme_and_bob(app, server).await;
    acme.admin().create(json!({"title": "Ship it", "assignee_id": bob.user_id})).await;
    app.run_jobs().await;
    let link = only(server).header("list-unsubscribe").unwrap();
    (link.trim_matches(['<', '>']).strip_prefix(LINKS).unwrap().to_owned(), bob)
}

on_both_databases! {
    async fn one_click_is_enough_and_a_look_changes_nothing(app) {
        let server = Server::start().await;
        let app = mailing(&app, &server);
        let (path, bob) = link(&app, &server).await;
        let nobody = app.nobody().from("192.0.2.9");
        let wanted = async || bob.get("/api/me/preferences").await.json()["mail"]["task_assigned"].clone();

        let page = nobody.get(&path).await;
        assert_eq!((page.summary().as_str(), page.header("content-type")), ("200", Some("text/html; charset=utf-8")));
        let html = String::from_utf8(page.body.to_vec()).unwrap();
        assert!(html.contains("<form method=\"post\">") && html.contains("value=\"One-Click\""), "{html}");
        assert!(page.header("content-security-policy").unwrap().contains("form-action 'self'"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(wanted().await, true, "programs that look for viruses follow links");

        for _ in 0..2 {
            let answer = click(&nobody, &path).await;
            assert_eq!(answer.summary(), "200", "{:?}", answer.body);
        }
        assert_eq!(wanted().await, false);
        assert_eq!(bob.get("/api/me/preferences").await.json()["mail"]["member_added"], true, "no other kind");
        let log = own_log(&app, &bob.user_id).await;
        assert_eq!(log.len(), 1, "{log:?}");
        assert_eq!((&log[0]["action"], &log[0]["address"]), (&json!("preferences.updated"), &json!("192.0.2.9")));

        // And back, in the product.
        bob.patch("/api/me/preferences", json!({"mail": {"task_assigned": true}})).await;
        assert_eq!(wanted().await, true);
    }

    async fn what_is_no_link_of_ours_is_not_known(app) {
        let nobody = app.nobody();
        for token in ["x", &"A".repeat(43), &"%00".repeat(43), &"A".repeat(5000)] {
            let path = format!("/mail/unsubscribe/{token}");
            assert_eq!(nobody.get(&path).await.summary(), "404 unsubscribe_link_unknown");
            assert_eq!(click(&nobody, &path).await.summary(), "404 unsubscribe_link_unknown");
        }
    }

    async fn a_post_without_the_form_is_no_click(app) {
        let server = Server::start().await;
        let app = mailing(&app, &server);
        let (path, bob) = link(&app, &server).await;
        for body in ["", "List-Unsubscribe=Two-Clicks", "{}"] {
            let answer = app.nobody().request(Method::POST, &path, Some(body.into())).await;
            assert_eq!(answer.mistakes(), "422 validation_failed /List-Unsubscribe required", "{body}");
        }
        assert_eq!(bob.get("/api/me/preferences").await.json()["mail"]["task_assigned"], true);
    }

    async fn an_address_cannot_try_tokens_for_ever(app) {
        let rates = Rates { read: 1, write: 1, search: 1, webhook: 1 };
        let setup = Setup { limits: LimitsConfig { rates, ..LimitsConfig::default() }, ..Setup::default() };
        let guesser = app.over(app.db.clone(), &setup).nobody().from("192.0.2.9");
        let path = format!("/mail/unsubscribe/{}", "A".repeat(43));
        for answers in [[guesser.get(&path).await, guesser.get(&path).await, guesser.get(&path).await],
                        [click(&guesser, &path).await, click(&guesser, &path).await, click(&guesser, &path).await]] {
            assert_eq!(answers[2].summary(), "429 rate_limited", "{}", answers[0].summary());
        }
    }
}
