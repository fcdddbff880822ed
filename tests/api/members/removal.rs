//! `DELETE /api/members/{user_id}`, and what becomes of the tasks of somebody who has left.

use serde_json::json;

use super::{Backend, asking, path, role_at_clerk};

on_both_databases! {
    async fn a_removed_member_is_gone_here_and_at_clerk(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let sam = acme.member("org:member").await;
        let removed = admin.delete(path(&sam.user_id)).await;
        assert_eq!((removed.summary().as_str(), removed.body.len()), ("204", 0));
        assert_eq!(role_at_clerk(&app, &acme.id, &sam.user_id), None);
        assert_eq!(admin.get("/api/members").await.each("user_id"), [acme.admin_id.as_str()]);
        assert_eq!(admin.get(path(&sam.user_id)).await.summary(), "404 member_not_found");
        assert_eq!(admin.delete(path(&sam.user_id)).await.summary(), "404 member_not_found", "a second time");
        assert!(app.deliver_webhooks().await.iter().all(|answer| answer.summary() == "200"));
        assert_eq!(admin.get("/api/members").await.each("user_id"), [acme.admin_id.as_str()]);

        let back = acme.add(&sam.user_id, "org:member").await;
        assert_eq!(back.get(path(&sam.user_id)).await.summary(), "200", "who comes back is a member again");
    }

    async fn what_a_removed_member_had_to_do_is_given_to_nobody(app) {
        let (acme, rival) = (app.organization("acme").await, app.organization("rival").await);
        let sam = acme.member("org:member").await;
        rival.add(&sam.user_id, "org:member").await;
        let given = json!({"title": "Ship it", "assignee_id": sam.user_id});
        let (ours, theirs) = (acme.admin().create(given.clone()).await, rival.admin().create(given).await);
        let own = acme.admin().create(json!({"title": "Mine", "assignee_id": acme.admin_id})).await;

        assert_eq!(acme.admin().delete(path(&sam.user_id)).await.summary(), "204");
        assert_eq!(app.run_jobs().await, 1);

        let after = acme.admin().get(ours.path()).await;
        assert_eq!((&after.json()["assignee_id"], after.header("etag")), (&json!(null), Some("\"v2\"")));
        assert!(after.json()["updated_at"].as_str() > ours.body["updated_at"].as_str());
        assert_eq!(after.json()["updated_by"], ours.body["updated_by"]);
        let found = acme.admin().get(format!("/api/tasks?assignee={}", sam.user_id)).await;
        assert!(found.list().is_empty());
        assert_eq!(acme.admin().get(own.path()).await.header("etag"), Some("\"v1\""), "others keep theirs");
        assert_eq!(rival.admin().get(theirs.path()).await.json(), theirs.body, "elsewhere they are a member still");

        app.deliver_webhooks().await;
        app.run_jobs().await;
        assert_eq!(acme.admin().get(ours.path()).await.json(), after.json(), "the webhook changes nothing");
    }

    async fn who_leaves_at_clerk_leaves_their_tasks_as_well(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        let given = json!({"title": "Ship it", "assignee_id": sam.user_id});
        let task = acme.admin().create(given).await;
        app.clerk.remove_member(&acme.id, &sam.user_id).unwrap();
        app.deliver_webhooks().await;
        assert_eq!(app.run_jobs().await, 1);
        assert_eq!(acme.admin().get(task.path()).await.json()["assignee_id"], json!(null));
    }

    async fn who_is_deleted_leaves_their_tasks_in_every_organization(app) {
        let (acme, rival) = (app.organization("acme").await, app.organization("rival").await);
        let sam = acme.member("org:member").await;
        rival.add(&sam.user_id, "org:member").await;
        let given = json!({"title": "Ship it", "assignee_id": sam.user_id});
        let (ours, theirs) = (acme.admin().create(given.clone()).await, rival.admin().create(given).await);
        let own = acme.admin().create(json!({"title": "Mine", "assignee_id": acme.admin_id})).await;
        app.clerk.delete_user(&sam.user_id).unwrap();
        // Clerk does not promise to announce the end of each membership too.
        let deletion = app.clerk.take_events().into_iter().find(|event| event["type"] == "user.deleted").unwrap();
        assert_eq!(app.deliver(&deletion).await.summary(), "200");
        app.run_jobs().await;
        assert_eq!(acme.admin().get(ours.path()).await.json()["assignee_id"], json!(null));
        assert_eq!(rival.admin().get(theirs.path()).await.json()["assignee_id"], json!(null));
        assert_eq!(acme.admin().get(own.path()).await.json(), own.body, "others keep theirs");
    }

    async fn a_removal_that_a_gateway_hid_is_a_removal(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        let task = acme.admin().create(json!({"title": "Ship it", "assignee_id": sam.user_id})).await;
        let backend = Backend::losing_the_first_answer(&app.clerk).await;
        let admin = acme.admin().at(&asking(&app, &backend));
        assert_eq!(admin.delete(path(&sam.user_id)).await.summary(), "204");
        assert_eq!((role_at_clerk(&app, &acme.id, &sam.user_id), backend.asked().len()), (None, 2));
        assert_eq!(admin.get(path(&sam.user_id)).await.summary(), "404 member_not_found");
        app.run_jobs().await;
        assert_eq!(admin.get(task.path()).await.json()["assignee_id"], json!(null));
        app.deliver_webhooks().await;
        assert_eq!(admin.get(path(&sam.user_id)).await.summary(), "404 member_not_found");
    }

    async fn a_departure_that_is_told_late_takes_nothing_from_who_came_back(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        app.clerk.remove_member(&acme.id, &sam.user_id).unwrap();
        let departure = app.clerk.take_events();
        acme.add(&sam.user_id, "org:member").await;
        let task = acme.admin().create(json!({"title": "Ship it", "assignee_id": sam.user_id})).await;
        for event in departure {
            assert_eq!(app.deliver(&event).await.summary(), "200");
        }
        assert_eq!(app.run_jobs().await, 1, "it looks, and lets be");
        assert_eq!(acme.admin().get(task.path()).await.json(), task.body);
    }
}
