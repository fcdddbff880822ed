//! `GET` and `PATCH /api/members/{user_id}`.

use axum::http::Method;
use clerk_emulator::TokenRequest;
use serde_json::json;

use super::{Backend, asking, path, role_at_clerk};
use crate::support::{Setup, new_user};

on_both_databases! {
    async fn a_role_changes_at_clerk_and_shows_at_once(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let sam = acme.member("org:member").await;
        let before = admin.get(path(&sam.user_id)).await;

        let changed = admin.patch(path(&sam.user_id), json!({"role": "admin"})).await;

        assert_eq!((changed.summary().as_str(), &changed.json()["role"]), ("200", &json!("org:admin")));
        assert_eq!(role_at_clerk(&app, &acme.id, &sam.user_id).as_deref(), Some("org:admin"));
        assert_ne!(changed.header("etag"), before.header("etag"));
        let shown = sam.get(path(&sam.user_id)).await;
        assert_eq!((shown.body.clone(), shown.header("etag")), (changed.body.clone(), changed.header("etag")));
        let listed = admin.get("/api/members").await.list();
        assert!(listed.contains(&changed.json()), "{listed:?} should hold what PATCH answered");
        let known = sam.clone().header("if-none-match", shown.header("etag").unwrap()).get(path(&sam.user_id)).await;
        assert_eq!((known.summary().as_str(), known.body.len()), ("304", 0));
    }

    async fn the_webhook_that_follows_changes_nothing(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        let changed = acme.admin().patch(path(&sam.user_id), json!({"role": "org:admin"})).await;
        assert!(app.deliver_webhooks().await.iter().all(|answer| answer.summary() == "200"));
        let after = acme.admin().get(path(&sam.user_id)).await;
        assert_eq!((after.body.clone(), after.header("etag")), (changed.body.clone(), changed.header("etag")));
    }

    async fn who_may_not_manage_members_changes_none(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        let member = acme.member_with(&["org:tasks:delete"]).await;
        for answer in [member.patch(path(&sam.user_id), json!({"role": "admin"})).await, member.delete(path(&sam.user_id)).await] {
            assert_eq!(answer.summary(), "403 permission_missing");
            assert_eq!(answer.json()["permission"], "org:members:manage");
        }
        assert_eq!(app.nobody().delete(path(&sam.user_id)).await.summary(), "401 token_missing");
        assert_eq!(role_at_clerk(&app, &acme.id, &sam.user_id).as_deref(), Some("org:member"));

        app.clerk.create_role("org:guest", &["org:tasks:view"]).unwrap();
        let manager = acme.member_with(&["org:members:manage"]).await;
        assert_eq!(manager.patch(path(&sam.user_id), json!({"role": "guest"})).await.summary(), "200");
    }

    async fn another_organizations_admin_reaches_nobody_of_ours(app) {
        let acme = app.organization("acme").await;
        let rival = app.organization("rival").await.admin();
        let sam = acme.member("org:member").await;
        for user in [&sam.user_id, &acme.admin_id] {
            assert_eq!(rival.get(path(user)).await.summary(), "404 member_not_found");
            for role in ["org:admin", "org:member", "org:no_such_role"] {
                assert_eq!(rival.patch(path(user), json!({"role": role})).await.summary(), "404 member_not_found", "{role}");
            }
            assert_eq!(rival.delete(path(user)).await.summary(), "404 member_not_found");
        }
        assert_eq!(role_at_clerk(&app, &acme.id, &sam.user_id).as_deref(), Some("org:member"));
        assert_eq!(acme.admin().get("/api/members").await.list().len(), 2);
    }

    async fn a_person_of_no_organization_manages_nobody(app) {
        let acme = app.organization("acme").await;
        let uma = new_user(&app, "uma");
        let token = app.clerk.session_token(TokenRequest::for_user(&*uma)).unwrap();
        let personal = app.over(app.db.clone(), &Setup { personal_workspaces: true, ..Setup::default() });
        for service in [&app, &personal] {
            let uma = service.bearer(&*token);
            assert_eq!(uma.delete(path(&acme.admin_id)).await.summary(), "403 organization_required");
            assert_eq!(uma.patch(path(&acme.admin_id), json!({"role": "member"})).await.summary(), "403 organization_required");
        }
        assert_eq!(personal.bearer(token).get(path(&uma)).await.summary(), "404 member_not_found");
    }

    async fn a_role_that_is_none_is_named(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let sam = acme.member("org:member").await;
        let send = async |body: &str| admin.request(Method::PATCH, path(&sam.user_id), Some(body.into())).await.mistakes();
        let long = format!(r#"{{"role": "{}"}}"#, "x".repeat(101));
        for (body, mistakes) in [
            ("{}", "422 validation_failed /role required"),
            (r#"{"role": null}"#, "422 validation_failed /role invalid_type"),
            (r#"{"role": "  "}"#, "422 validation_failed /role empty"),
            (r#"{"role": "org:"}"#, "422 validation_failed /role empty"),
            (&long, "422 validation_failed /role too_long"),
            (r#"{"role": "org:member", "name": "x"}"#, "422 validation_failed /name unknown_field"),
            (r#"{"role": "org:no_such_role"}"#, "422 validation_failed /role not_accepted"),
            (r#"{"role": "Ørg: \" \u0007"}"#, "422 validation_failed /role not_accepted"),
            ("[]", "422 validation_failed  invalid_type"),
            ("role", "400 json_malformed"),
        ] {
            assert_eq!(send(body).await, mistakes, "{body}");
        }
        assert_eq!(role_at_clerk(&app, &acme.id, &sam.user_id).as_deref(), Some("org:member"));
    }

    async fn a_person_who_is_no_member_is_not_found(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let backend = Backend::answering(500, &[], "").await;
        let unasked = admin.clone().at(&asking(&app, &backend));
        for id in [new_user(&app, "uma"), "user_nobody".into()] {
            assert_eq!(admin.patch(path(&id), json!({"role": "org:no_such_role"})).await.summary(), "404 member_not_found");
            assert_eq!(admin.delete(path(&id)).await.summary(), "404 member_not_found");
        }
        // What can be no id is not put into an address at Clerk, where it would lead elsewhere.
        for id in ["..", "%2e%2e", "..%2F..%2Fusers", "a%2Fb", "a%3Fb", "a%00b", "%20", "%C3%A5", &"x".repeat(256)] {
            assert_eq!(unasked.get(path(id)).await.summary(), "404 member_not_found", "{id}");
            assert_eq!(unasked.patch(path(id), json!({"role": "member"})).await.summary(), "404 member_not_found", "{id}");
            assert_eq!(unasked.delete(path(id)).await.summary(), "404 member_not_found", "{id}");
        }
        assert!(backend.asked().is_empty());
    }

    async fn a_change_can_demand_the_version_that_was_read(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        let sam = acme.member("org:member").await;
        let read = admin.get(path(&sam.user_id)).await;
        let careful = admin.clone().header("if-match", read.header("etag").unwrap());
        let changed = careful.patch(path(&sam.user_id), json!({"role": "org:admin"})).await;
        assert_eq!(changed.summary(), "200");

        for late in [careful.patch(path(&sam.user_id), json!({"role": "org:member"})).await, careful.delete(path(&sam.user_id)).await] {
            assert_eq!(late.summary(), "412 precondition_failed");
            assert_eq!(late.header("etag"), changed.header("etag"));
        }
        assert_eq!(careful.delete(path("user_nobody")).await.summary(), "404 member_not_found");
        assert_eq!(role_at_clerk(&app, &acme.id, &sam.user_id).as_deref(), Some("org:admin"));
        let careful = admin.header("if-match", changed.header("etag").unwrap());
        assert_eq!(careful.delete(path(&sam.user_id)).await.summary(), "204");
    }

    async fn the_last_admin_stays_one(app) {
        let acme = app.organization("acme").await;
        // Whom Clerk lets manage memberships could run the organization at Clerk, but is no admin here.
        let manager = acme.member_with(&["org:sys_memberships:manage"]).await;
        for caller in [acme.admin(), manager] {
            assert_eq!(caller.patch(path(&acme.admin_id), json!({"role": "member"})).await.summary(), "409 last_admin");
            assert_eq!(caller.delete(path(&acme.admin_id)).await.summary(), "409 last_admin");
        }
        assert_eq!(role_at_clerk(&app, &acme.id, &acme.admin_id).as_deref(), Some("org:admin"));
        assert_eq!(acme.admin().patch(path(&acme.admin_id), json!({"role": "admin"})).await.summary(), "200");
    }

    async fn an_admin_may_step_down_when_another_one_stays(app) {
        let acme = app.organization("acme").await;
        let other = acme.member("org:admin").await;
        assert_eq!(acme.admin().patch(path(&acme.admin_id), json!({"role": "member"})).await.summary(), "200");
        assert_eq!(other.delete(path(&other.user_id)).await.summary(), "409 last_admin");
        assert_eq!(other.patch(path(&acme.admin_id), json!({"role": "admin"})).await.summary(), "200");
        assert_eq!(other.delete(path(&other.user_id)).await.summary(), "204");
        assert_eq!(acme.admin().get("/api/members").await.each("user_id"), [acme.admin_id]);
    }

    async fn of_two_admins_who_demote_each_other_at_once_one_stays(app) {
        let acme = app.organization("acme").await;
        let (ada, bea) = (acme.admin(), acme.member("org:admin").await);
        for attempt in ["demote", "remove"] {
            let act = async |caller: &crate::support::Caller, other: &str| match attempt {
                "demote" => caller.patch(path(other), json!({"role": "member"})).await.summary(),
                _ => caller.delete(path(other)).await.summary(),
            };
            let (one, other) = tokio::join!(act(&ada, &bea.user_id), act(&bea, &ada.user_id));
            let done = if attempt == "demote" { "200" } else { "204" };
            let outcomes = [one.as_str(), other.as_str()];
            // Whoever comes late may have lost the power to act before being told that one must stay.
            let refused = outcomes.iter().any(|outcome| ["409 last_admin", "401 token_stale"].contains(outcome));
            assert!(outcomes.contains(&done) && refused, "{attempt}: {outcomes:?}");
            let demoted = if one == done { &bea.user_id } else { &ada.user_id };
            if attempt == "demote" {
                app.clerk.set_role(&acme.id, demoted, "org:admin").unwrap();
            }
            app.deliver_webhooks().await;
        }
        let (one, other) = (ada.get("/api/members?role=admin").await, bea.get("/api/members?role=admin").await);
        let left = if one.status.is_success() { one } else { other };
        assert_eq!(left.list().len(), 1, "somebody can still run the organization");
    }

    async fn a_mirror_that_knows_nobody_leaves_it_to_clerk(app) {
        let acme = app.organization("acme").await;
        let late = app.clerk.create_organization(clerk_emulator::NewOrganization {
            created_by: Some(acme.admin_id.clone()), ..clerk_emulator::NewOrganization::named("Late")
        }).unwrap();
        let sam = new_user(&app, "sam");
        app.clerk.add_member(&late.id, &sam, "org:member").unwrap();
        let token = app.clerk.session_token(TokenRequest::for_user(&*acme.admin_id).organization(&*late.id)).unwrap();
        let admin = app.bearer(token);
        assert_eq!(admin.delete(path(&acme.admin_id)).await.summary(), "409 last_admin");
        let promoted = admin.patch(path(&sam), json!({"role": "admin"})).await;
        assert_eq!((promoted.summary().as_str(), &promoted.json()["name"]), ("200", &json!("sam Tester")));
        // Of two admins the mirror knows this one alone; the caller is the other.
        assert_eq!(admin.patch(path(&sam), json!({"role": "member"})).await.summary(), "200");
        assert_eq!(admin.delete(path(&sam)).await.summary(), "204");
        app.deliver_webhooks().await;
        assert_eq!(admin.get("/api/members").await.each("user_id"), [acme.admin_id]);
    }
}
