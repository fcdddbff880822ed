//! What changes of people leave in the audit log: each one entry, in the transaction that stores it.

use serde_json::{Value, json};

use super::path;

/// Action, target and what changed of each entry, newest first.
fn told(entries: &[Value]) -> Vec<(String, String, Value, Value)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let told = |entry: &Value| {
        let target = format!("{} {}", text(&entry["target"]["type"]), text(&entry["target"]["id"]));
        (text(&entry["action"]), target, entry["before"].clone(), entry["after"].clone())
    };
    entries.iter().map(told).collect()
}

on_both_databases! {
    async fn each_change_of_people_is_recorded_once_and_no_refusal_is(app) {
        let acme = app.organization("acme").await;
        let (admin, sam) = (acme.admin(), acme.member("org:member").await);
        let before = admin.get("/api/audit-log").await.list().len();
        assert_eq!(admin.patch(path(&sam.user_id), json!({"role": "admin"})).await.summary(), "200");
        assert_eq!(admin.patch(path(&sam.user_id), json!({"role": "admin"})).await.summary(), "200", "no change");
        assert_eq!(admin.patch(path(&sam.user_id), json!({"role": "nobody"})).await.status.as_u16(), 422);
        assert_eq!(admin.delete(path(&sam.user_id)).await.summary(), "204");
        let new = json!({"email_address": "uma@example.com", "role": "member"});
        let keyed = admin.clone().header("idempotency-key", "once");
        let uma = keyed.post("/api/invitations", new.clone()).await.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(keyed.post("/api/invitations", new.clone()).await.summary(), "201", "replayed");
        assert_eq!(admin.post("/api/invitations", new).await.summary(), "409 invitation_exists");
        assert_eq!(admin.delete(format!("/api/invitations/{uma}")).await.summary(), "204");
        assert_eq!(admin.patch("/api/me", json!({"first_name": "Ada"})).await.summary(), "200");

        let all = admin.get("/api/audit-log").await.list();
        let named = json!({"first_name": "admin-acme"});
        let (none, invited) = (json!({}), json!({"email_address": "uma@example.com", "role": "org:member"}));
        let expected = [
            ("profile.updated", format!("user {}", acme.admin_id), &named, &json!({"first_name": "Ada"})),
            ("invitation.revoked", format!("invitation {uma}"), &invited, &none),
            ("invitation.created", format!("invitation {uma}"), &none, &invited),
            ("member.removed", format!("member {}", sam.user_id), &json!({"role": "org:admin"}), &none),
            ("member.updated", format!("member {}", sam.user_id), &json!({"role": "org:member"}), &json!({"role": "org:admin"})),
        ];
        let expected = expected.map(|(action, target, before, after)| (action.to_owned(), target, before.clone(), after.clone()));
        assert_eq!(told(&all[..all.len() - before]), expected);
        assert!(all[..5].iter().all(|entry| entry["actor"]["id"] == json!(acme.admin_id)));
    }
}
