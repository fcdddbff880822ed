//! `/api/me/preferences`.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tenantry::db::journal::{Column, Entity};

use super::server::Server;
use super::{acme_and_bob, mailing};
use crate::support::TestApp;

const PATH: &str = "/api/me/preferences";

/// What a person's own audit log holds.
pub async fn own_log(app: &TestApp, user_id: &str) -> Vec<Value> {
    let rows = Entity::find().filter(Column::TenantId.eq(user_id)).order_by_asc(Column::Seq);
    let rows = rows.all(&app.db.system()).await.unwrap();
    rows.iter().map(|row| serde_json::from_str(&row.entry).unwrap()).collect()
}

on_both_databases! {
    async fn everything_is_told_until_somebody_says_otherwise(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin().header("x-request-id", "req-1");
        let all = json!({"mail": {"task_assigned": true, "member_added": true, "plan_past_due": true, "limit_reached": true}});
        assert_eq!(admin.get(PATH).await.json(), all);

        let changed = admin.patch(PATH, json!({"mail": {"task_assigned": false, "member_added": true}})).await;
        assert_eq!(changed.json()["mail"]["task_assigned"], false);
        assert_eq!(admin.get(PATH).await.json(), changed.json());
        let log = own_log(&app, &acme.admin_id).await;
        assert_eq!(log.len(), 1, "{log:?}");
        assert_eq!((&log[0]["action"], &log[0]["actor"]["id"]), (&json!("preferences.updated"), &json!(acme.admin_id)));
        assert_eq!((&log[0]["before"], &log[0]["after"]), (&json!({"task_assigned": true}), &json!({"task_assigned": false})));
        assert_eq!(log[0]["request_id"], "req-1");

        // What is so already is not recorded again.
        for body in [json!({}), json!({"mail": {}}), json!({"mail": {"task_assigned": false}})] {
            assert_eq!(admin.patch(PATH, body).await.json(), changed.json());
        }
        assert_eq!(own_log(&app, &acme.admin_id).await.len(), 1);
        assert_eq!(admin.patch(PATH, json!({"mail": {"task_assigned": true}})).await.json(), all);
    }

    async fn a_change_is_a_yes_or_a_no_to_what_there_is(app) {
        let admin = app.organization("acme").await.admin();
        for (body, mistake) in [
            (json!({"mail": {"task_assigned": null}}), "/mail/task_assigned invalid_type"),
            (json!({"mail": {"task_assigned": "no"}}), "/mail/task_assigned invalid_type"),
            (json!({"mail": {"weather": true}}), "/mail/weather unknown_field"),
            (json!({"mail": null}), "/mail invalid_type"),
            (json!({"user_id": "user_other"}), "/user_id unknown_field"),
        ] {
            assert_eq!(admin.patch(PATH, body.clone()).await.mistakes(), format!("422 validation_failed {mistake}"), "{body}");
        }
    }

    async fn who_wants_none_gets_none_and_others_do(app) {
        let server = Server::start().await;
        let app = mailing(&app, &server);
        let (acme, bob) = acme_and_bob(&app, &server).await;
        bob.patch(PATH, json!({"mail": {"task_assigned": false}})).await;
        for person in [&bob.user_id, &acme.admin_id] {
            acme.member("org:admin").await.create(json!({"title": "Ship it", "assignee_id": person})).await;
        }
        bob.patch(PATH, json!({"mail": {"limit_reached": false}})).await;
        app.run_jobs().await;
        let told: Vec<_> = server.take().into_iter().filter(|mail| mail.header("subject").unwrap().starts_with("Assigned")).collect();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].to, ["admin-acme@example.com"]);
    }
}
