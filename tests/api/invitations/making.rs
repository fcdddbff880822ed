//! Inviting one or several, and taking an invitation back.

use serde_json::json;

use super::{INVITATIONS, invited, new, path, told};

on_both_databases! {
    async fn who_is_invited_shows_at_once_and_becomes_a_member_by_accepting(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let made = admin.post(INVITATIONS, new("uma")).await;

        assert_eq!(made.summary(), "201", "{}", String::from_utf8_lossy(&made.body));
        let uma = made.json();
        assert_eq!(made.header("location"), Some(path(&uma).as_str()));
        assert_eq!((&uma["email_address"], &uma["role"], &uma["status"]), (&json!("uma@example.com"), &json!("org:member"), &json!("pending")));
        assert_eq!(uma["inviter_id"], json!(acme.admin_id));
        let known = admin.get(path(&uma)).await;
        assert_eq!((known.json(), known.header("etag")), (uma.clone(), made.header("etag")));
        assert_eq!(admin.get(INVITATIONS).await.list(), std::slice::from_ref(&uma));
        assert!(app.deliver_webhooks().await.iter().all(|answer| answer.summary() == "200"));
        assert_eq!(admin.get(path(&uma)).await.json(), uma, "the webhook changes nothing");

        app.clerk.accept_invitation(uma["id"].as_str().unwrap()).unwrap();
        app.deliver_webhooks().await;
        assert_eq!(admin.get(path(&uma)).await.json()["status"], "accepted");
        assert!(admin.get("/api/members").await.each("email").contains(&"uma@example.com".to_owned()));
    }

    async fn several_are_invited_together_or_not_at_all(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let names = ["ada", "bea", "cyd"];
        let all: Vec<_> = names.map(new).to_vec();
        let made = admin.post(INVITATIONS, json!({ "invitations": all })).await;
        assert_eq!((made.summary().as_str(), made.header("location")), ("201", None));
        assert_eq!(made.each("email_address"), names.map(|name| format!("{name}@example.com")));
        assert_eq!(admin.get(INVITATIONS).await.list().len(), 3);
        told(&app);

        let some_known = json!({ "invitations": [new("dee"), new("bea")] });
        assert_eq!(admin.post(INVITATIONS, some_known).await.summary(), "409 invitation_exists");
        let bad_role = json!({ "invitations": [new("dee"), {"email_address": "eve@example.com", "role": "org:no_such_role"}] });
        assert_eq!(admin.post(INVITATIONS, bad_role).await.mistakes(), "422 validation_failed /invitations not_accepted");
        assert_eq!(admin.get(INVITATIONS).await.list().len(), 3);
        assert!(told(&app).is_empty(), "nobody else was invited at Clerk");
        let alone = admin.post(INVITATIONS, json!({ "invitations": [new("dee")] })).await;
        assert_eq!((alone.summary().as_str(), alone.list().len()), ("201", 1), "a list of one is a list");
    }

    async fn an_invitation_is_taken_back_once(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let uma = invited(&admin, "uma").await;
        let careful = admin.clone().header("if-match", "\"v1\"");
        assert_eq!(careful.delete(path(&uma)).await.summary(), "412 precondition_failed");
        assert_eq!(careful.delete("/api/invitations/orginv_none").await.summary(), "404 invitation_not_found");
        let tag = admin.get(path(&uma)).await.header("etag").unwrap().to_owned();
        let taken = admin.clone().header("if-match", &tag).delete(path(&uma)).await;
        assert_eq!((taken.summary().as_str(), taken.body.len()), ("204", 0));
        let revoked = admin.get(path(&uma)).await.json();
        assert_eq!(revoked["status"], "revoked");
        assert!(app.clerk.accept_invitation(uma["id"].as_str().unwrap()).is_err(), "its link leads nowhere");
        assert_eq!(admin.delete(path(&uma)).await.summary(), "409 invitation_not_pending");
        app.deliver_webhooks().await;
        assert_eq!(admin.get(path(&uma)).await.json(), revoked);
        let again = invited(&admin, "uma").await;
        assert_ne!(again["id"], uma["id"], "they can be invited again");
    }

    async fn neither_link_nor_metadata_ever_shows(app) {
        let acme = app.organization("acme").await;
        let secret = serde_json::Map::from_iter([("note".to_owned(), json!("mark-of-metadata"))]);
        let quiet = clerk_emulator::NewInvitation {
            private_metadata: secret, ..clerk_emulator::NewInvitation::new("zoe@example.com", "org:member")
        };
        let zoe = app.clerk.invite(&acme.id, quiet).unwrap();
        app.deliver_webhooks().await;
        let admin = acme.admin();
        let made = admin.post(INVITATIONS, new("uma")).await;
        let one = admin.get(format!("{INVITATIONS}/{}", zoe.id)).await;
        for answer in [made, one, admin.get(INVITATIONS).await] {
            let text = String::from_utf8(answer.body.to_vec()).unwrap();
            for hidden in ["ticket", "mark-of-metadata", "metadata", "url", "http"] {
                assert!(!text.contains(hidden), "{hidden} shows: {text}");
            }
        }
    }
}
