//! The caller, the members of an organization, and the organizations of a person, as the mirror has them.

use clerk_emulator::{TokenRequest, UserChanges};
use serde_json::json;

use crate::support::new_user;

on_both_databases! {
    async fn a_member_who_joins_shows_and_one_who_leaves_is_gone(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let joined = acme.member("org:member").await;
        assert_eq!(admin.get("/api/members").await.each("user_id"), [joined.user_id.as_str(), &acme.admin_id]);

        app.clerk.remove_member(&acme.id, &joined.user_id).unwrap();
        app.deliver_webhooks().await;
        assert_eq!(admin.get("/api/members").await.each("user_id"), [acme.admin_id.as_str()]);

        acme.add(&joined.user_id, "org:admin").await;
        let members = admin.get("/api/members").await;
        assert_eq!(members.each("user_id"), [joined.user_id.as_str(), &acme.admin_id]);
        assert_eq!(members.each("role"), ["org:admin", "org:admin"]);
    }

    async fn any_member_may_list_members_and_no_other_organization_shows(app) {
        let acme = app.organization("acme").await;
        let viewer = acme.member_with(&["org:tasks:view"]).await;
        let rival = app.organization("rival").await;
        assert_eq!(viewer.get("/api/members").await.list().len(), 2);
        assert_eq!(rival.admin().get("/api/members").await.each("user_id"), [rival.admin_id]);
    }

    async fn members_are_found_by_name_address_and_role(app) {
        let acme = app.organization("acme").await;
        let zoe = new_user(&app, "Zoë-Änne");
        acme.add(&zoe, "org:member").await;
        let admin = acme.admin();
        for search in ["zo%C3%AB", "%C3%84NNE", "%C3%A4nne%40example.com", "%C3%A4nne+tester"] {
            assert_eq!(admin.get(format!("/api/members?search={search}")).await.each("user_id"), [zoe.as_str()], "{search}");
        }
        assert!(admin.get("/api/members?search=%25").await.list().is_empty(), "a percent sign is literal");
        assert_eq!(admin.get("/api/members?role=admin").await.each("user_id"), [acme.admin_id.as_str()]);
        assert_eq!(admin.get("/api/members?role=org:admin,org:member").await.list().len(), 2);
        assert!(admin.get("/api/members?role=org:owner").await.list().is_empty());
    }

    async fn pages_of_members_neither_repeat_nor_skip(app) {
        let acme = app.organization("acme").await;
        for _ in 0..6 {
            acme.member("org:member").await;
        }
        let admin = acme.admin();
        let all = admin.get("/api/members").await.each("user_id");
        let mut seen = Vec::new();
        let mut next = Some("/api/members?limit=2".to_owned());
        while let Some(path) = next {
            let page = admin.get(path).await;
            seen.extend(page.each("user_id"));
            next = page.next();
        }
        assert_eq!(seen, all);
        assert_eq!(admin.get("/api/members?limit=1&count=exact").await.header("x-total-count"), Some("7"));
        assert_eq!(admin.get("/api/members?limit=2&offset=6").await.list().len(), 1);
    }

    async fn a_deleted_person_is_no_member_and_a_renamed_one_shows_the_new_name(app) {
        let acme = app.organization("acme").await;
        let kept = acme.member("org:member").await;
        let deleted = acme.member("org:member").await;
        let renamed = UserChanges { first_name: Some(Some("Nora".into())), ..UserChanges::default() };
        app.clerk.update_user(&kept.user_id, renamed).unwrap();
        app.clerk.delete_user(&deleted.user_id).unwrap();
        app.deliver_webhooks().await;
        let members = acme.admin().get("/api/members").await;
        assert_eq!(members.each("user_id"), [kept.user_id.as_str(), &acme.admin_id]);
        assert_eq!(members.each("name")[0], "Nora Tester");
        assert_eq!(acme.admin().get("/api/organization").await.json()["usage"]["members"], 2);
    }

    async fn a_task_goes_to_a_member_or_to_oneself_and_to_nobody_else(app) {
        let acme = app.organization("acme").await;
        let member = acme.member("org:member").await;
        let stranger = app.organization("rival").await.admin();
        let admin = acme.admin();
        let task = admin.create(json!({"title": "Ship it", "assignee_id": member.user_id})).await;
        assert_eq!(task.body["assignee_id"], member.user_id.as_str());
        let refused = admin.patch(task.path(), json!({"assignee_id": stranger.user_id})).await;
        assert_eq!(refused.mistakes(), "422 validation_failed /assignee_id not_a_member");
        let refused = admin.post("/api/tasks", json!({"title": "x", "assignee_id": stranger.user_id})).await;
        assert_eq!(refused.mistakes(), "422 validation_failed /assignee_id not_a_member");
        let own = admin.patch(task.path(), json!({"assignee_id": acme.admin_id})).await;
        assert_eq!(own.json()["assignee_id"], acme.admin_id.as_str());
        assert_eq!(admin.get("/api/tasks?assignee=me").await.each("id"), [task.id.as_str()]);
        assert!(member.get("/api/tasks?assignee=me").await.list().is_empty());
    }

    async fn the_caller_sees_who_they_are(app) {
        let acme = app.organization("acme").await;
        let viewer = acme.member_with(&["org:tasks:view"]).await;
        let me = viewer.get("/api/me").await.json();
        assert_eq!(me["user_id"], viewer.user_id.as_str());
        assert_eq!((&me["org_id"], &me["org_slug"]), (&json!(acme.id), &json!("acme")));
        assert_eq!(me["org_permissions"], json!(["org:tasks:view"]));
        assert_eq!(me["actor"], json!(null));
        assert!(me["profile"]["name"].as_str().is_some_and(|name| name.ends_with(" Tester")), "{me}");
        assert!(me["profile"]["email"].as_str().is_some_and(|email| email.ends_with("@example.com")), "{me}");
    }

    async fn a_person_without_an_organization_sees_themselves_and_no_tenant(app) {
        let uma = new_user(&app, "uma");
        let caller = app.bearer(app.clerk.session_token(TokenRequest::for_user(&*uma)).unwrap());
        let me = caller.get("/api/me").await;
        assert_eq!((me.summary().as_str(), &me.json()["org_id"]), ("200", &json!(null)));
        for path in ["/api/tasks", "/api/members", "/api/organization", "/api/tasks/stats"] {
            assert_eq!(caller.get(path).await.summary(), "403 organization_required", "{path}");
        }
        assert!(caller.get("/api/organizations").await.list().is_empty());
    }

    async fn an_impersonator_shows(app) {
        let acme = app.organization("acme").await;
        let request = TokenRequest::for_user(&*acme.admin_id)
            .organization(&*acme.id)
            .actor(json!({"sub": "user_support", "iss": "https://dashboard.clerk.com"}));
        let me = app.bearer(app.clerk.session_token(request).unwrap()).get("/api/me").await.json();
        assert_eq!(me["actor"]["user_id"], "user_support");
    }

    async fn a_person_lists_the_organizations_they_belong_to(app) {
        let (acme, rival) = (app.organization("acme").await, app.organization("rival").await);
        let sam = acme.member("org:member").await;
        rival.add(&sam.user_id, "org:admin").await;
        let list = sam.get("/api/organizations").await;
        assert_eq!(list.each("slug"), ["rival", "acme"]);
        assert_eq!(list.each("role"), ["org:admin", "org:member"]);
        assert_eq!(list.each("active"), ["false", "true"]);

        app.clerk.delete_organization(&rival.id).unwrap();
        app.deliver_webhooks().await;
        assert_eq!(sam.get("/api/organizations").await.each("slug"), ["acme"]);
    }

    async fn the_active_organization_has_its_limits_and_usage(app) {
        let acme = app.organization("acme").await;
        acme.admin().create_task("One").await;
        let organization = acme.admin().get("/api/organization").await.json();
        assert_eq!((&organization["id"], &organization["slug"]), (&json!(acme.id), &json!("acme")));
        assert_eq!(organization["name"], "The acme company");
        assert_eq!(organization["limits"], json!({"members": 0, "tasks": 0}));
        assert_eq!(organization["usage"], json!({"members": 1, "tasks": 1}));
    }

    async fn an_organization_works_before_its_announcement_has_come(app) {
        let acme = app.organization("acme").await;
        let early = app.clerk.create_organization(clerk_emulator::NewOrganization {
            name: "Early".into(),
            slug: Some("early".into()),
            created_by: Some(acme.admin_id.clone()),
            ..Default::default()
        }).unwrap();
        let token = TokenRequest::for_user(&*acme.admin_id).organization(&*early.id);
        let caller = app.bearer(app.clerk.session_token(token).unwrap());
        let task = caller.create_task("First").await;
        assert_eq!(caller.get(task.path()).await.json()["org_id"], early.id.as_str());
        let organization = caller.get("/api/organization").await.json();
        assert_eq!((&organization["slug"], &organization["name"]), (&json!("early"), &json!(null)));
        app.deliver_webhooks().await;
        assert_eq!(caller.get("/api/organization").await.json()["name"], "Early");
        assert_eq!(caller.get(task.path()).await.summary(), "200");
    }
}
