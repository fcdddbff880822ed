//! Each way to lose access: the same token before and after, on a route of every kind.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clerk_emulator::{NewOrganization, TokenRequest};
use serde_json::json;
use tenantry::db::Db;
use tenantry::directory::access_change;

use super::*;
use crate::support::Setup;

on_both_databases! {
    async fn a_deleted_user_is_refused_everywhere(app) {
        let (_, member) = member(&app).await;
        app.clerk.delete_user(&member.user_id).unwrap();
        settle(&app).await;
        assert_eq!(every_kind(&member).await, refused("token_revoked"));
    }

    async fn a_banned_user_is_refused_until_the_ban_is_lifted(app) {
        let (organization, member) = member(&app).await;
        let later = issued(&app, &organization, &member.user_id, chrono::Utc::now().timestamp() + 4);
        app.clerk.ban_user(&member.user_id).unwrap();
        // The ban alone: the end of the session, which Clerk tells of too, would be enough.
        deliver(&app, &told(&app, &["user.updated"])).await;
        assert_eq!(every_kind(&member).await, refused("token_revoked"));
        assert_eq!(every_kind(&later).await, all_is_well(), "a token issued after the ban is Clerk's own word");

        app.clerk.unban_user(&member.user_id).unwrap();
        settle(&app).await;
        assert_eq!(every_kind(&member).await, all_is_well());
    }

    async fn a_ban_that_only_a_membership_tells_of_counts(app) {
        let organization = app.organization("acme").await;
        let user = crate::support::new_user(&app, "unheard-of");
        app.clerk.take_events();
        app.clerk.add_member(&organization.id, &user, "org:admin").unwrap();
        let mut joined = told(&app, &["organizationMembership.created"]).remove(0);
        let caller = organization.caller(&user);
        deliver(&app, std::slice::from_ref(&joined)).await;
        assert_eq!(caller.get("/api/me").await.summary(), "200");
        joined["data"]["public_user_data"]["banned"] = json!(true);
        joined["timestamp"] = json!(joined["timestamp"].as_i64().unwrap() + 1);
        deliver(&app, &[joined]).await;
        assert_eq!(caller.get("/api/me").await.summary(), "401 token_revoked");
    }

    async fn an_ended_session_is_refused_everywhere_and_the_users_others_are_not(app) {
        let (organization, member) = member(&app).await;
        for end in ["session.ended", "session.removed", "session.revoked"] {
            let session = app.clerk.create_session(&member.user_id).unwrap();
            let request = TokenRequest::for_user(&*member.user_id).organization(&*organization.id).session(&*session.id);
            let mut caller = app.bearer(app.clerk.session_token(request).unwrap());
            caller.user_id = member.user_id.clone();
            assert_eq!(every_kind(&caller).await, all_is_well());
            match end {
                "session.ended" => app.clerk.end_session(&session.id),
                "session.removed" => app.clerk.remove_session(&session.id),
                _ => app.clerk.revoke_session(&session.id),
            }.unwrap();
            deliver(&app, &told(&app, &[end])).await;
            assert_eq!(every_kind(&caller).await, refused("token_revoked"), "{end}");
        }
        assert_eq!(every_kind(&member).await, all_is_well());
    }

    async fn somebody_removed_is_stale_everywhere_until_they_take_another_token(app) {
        let (organization, member) = member(&app).await;
        let other = app.organization("other").await;
        let elsewhere = other.add(&member.user_id, "org:admin").await;
        let nowhere = app.clerk.session_token(TokenRequest::for_user(&*member.user_id)).unwrap();
        app.clerk.remove_member(&organization.id, &member.user_id).unwrap();
        settle(&app).await;
        assert_eq!(every_kind(&member).await, refused("token_stale"));
        assert_eq!(elsewhere.get("/api/tasks").await.summary(), "200", "another organization is none of this one's business");
        assert_eq!(app.bearer(nowhere).get("/api/me").await.summary(), "200");
        assert_eq!(every_kind(&organization.admin()).await, all_is_well());
    }

    async fn nobody_works_in_a_deleted_organization(app) {
        let (organization, member) = member(&app).await;
        let (admin, other) = (organization.admin(), app.organization("other").await.admin());
        let nowhere = app.clerk.session_token(TokenRequest::for_user(&*member.user_id)).unwrap();
        app.clerk.delete_organization(&organization.id).unwrap();
        settle(&app).await;
        assert_eq!(every_kind(&member).await, refused("token_stale"));
        assert_eq!(every_kind(&admin).await, refused("token_stale"));
        assert_eq!(app.bearer(nowhere).get("/api/me").await.summary(), "200");
        assert_eq!(every_kind(&other).await, all_is_well());
    }

    async fn a_lower_role_takes_only_what_it_lacks(app) {
        let (organization, member) = member(&app).await;
        let viewer = role(&app, &["org:tasks:view"]);
        app.clerk.set_role(&organization.id, &member.user_id, &viewer).unwrap();
        settle(&app).await;
        let stale = "401 token_stale";
        assert_eq!(every_kind(&member).await, ["200", "200", "200", stale, stale, stale]);
        let fresh = organization.caller(&member.user_id);
        let missing = "403 permission_missing";
        assert_eq!(every_kind(&fresh).await, ["200", "200", "200", missing, missing, missing]);
    }

    async fn a_role_without_known_permissions_counts_as_less_when_it_is_another(app) {
        let (organization, member) = member(&app).await;
        let viewer = role(&app, &["org:tasks:view"]);
        app.clerk.set_role(&organization.id, &member.user_id, &viewer).unwrap();
        let mut event = told(&app, &["organizationMembership.updated"]).remove(0);
        event["data"].as_object_mut().unwrap().remove("permissions");
        deliver(&app, &[event.clone()]).await;
        let stale = "401 token_stale";
        assert_eq!(every_kind(&member).await, ["200", "200", stale, stale, stale, stale]);
        assert_eq!(organization.caller(&member.user_id).get("/api/tasks").await.summary(), "200", "the role is the same");
    }

    async fn the_mirror_takes_and_never_gives(app) {
        let organization = app.organization("acme").await;
        let viewer = organization.member_with(&["org:tasks:view"]).await;
        app.clerk.set_role(&organization.id, &viewer.user_id, "org:admin").unwrap();
        settle(&app).await;
        let missing = "403 permission_missing";
        assert_eq!(every_kind(&viewer).await, ["200", "200", "200", missing, missing, missing]);
        assert_eq!(every_kind(&organization.caller(&viewer.user_id)).await, all_is_well(), "a token minted after it works");
        let unknown = app.clerk.create_organization(NewOrganization {
            name: "Never heard of".into(),
            created_by: Some(viewer.user_id.clone()),
            ..NewOrganization::default()
        }).unwrap();
        let request = TokenRequest::for_user(&*viewer.user_id).organization(unknown.id);
        let early = app.bearer(app.clerk.session_token(request).unwrap());
        assert_eq!(early.get("/api/tasks").await.summary(), "200", "a token may come before the webhook");
    }

    async fn the_second_of_the_change_decides_and_is_itself_too_early(app) {
        let organization = app.organization("acme").await;
        let now = chrono::Utc::now().timestamp();
        for (age, summary) in [(0, "401 token_stale"), (1, "404 task_not_found")] {
            let at = json!((now - age) * 1000 + 999);
            let user = joined_long_ago(&app, &organization, now).await;
            let caller = issued(&app, &organization, &user, now);
            app.clerk.set_role(&organization.id, &user, &role(&app, &["org:tasks:view"])).unwrap();
            let mut event = told(&app, &["organizationMembership.updated"]).remove(0);
            event["data"]["updated_at"] = at.clone();
            // As it was announced: what changed before it began would be no change.
            event["data"]["created_at"] = json!((now - 100) * 1000);
            deliver(&app, &[event]).await;
            assert_eq!(caller.delete(NOWHERE).await.summary(), summary, "the role, {age} s before the token");

            let user = joined_long_ago(&app, &organization, now).await;
            let caller = issued(&app, &organization, &user, now);
            app.clerk.remove_member(&organization.id, &user).unwrap();
            let mut event = told(&app, &["organizationMembership.deleted"]).remove(0);
            event["timestamp"] = at;
            deliver(&app, &[event]).await;
            assert_eq!(caller.delete(NOWHERE).await.summary(), summary, "the membership, {age} s before the token");
        }
    }

    async fn nothing_is_asked_of_the_database_for_it(app) {
        let (organization, member) = member(&app).await;
        app.clerk.set_role(&organization.id, &member.user_id, &role(&app, ALL)).unwrap();
        settle(&app).await;
        let statements = Arc::new(AtomicUsize::new(0));
        let counted = statements.clone();
        let db = Db::connect(&app.scratch.config).await.unwrap();
        let db = db.observed(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
        });
        let observed = app.over(db, &Setup::default());
        let _following = access_change::follow(&app.db, &app.scratch.config, &observed.revocations).await;
        assert!(!observed.revocations.is_empty());

        // A query is judged when the guard has let the caller in.
        let caller = member.at(&observed);
        assert_eq!(caller.get("/api/tasks?limit=0").await.summary(), "422 validation_failed");
        assert_eq!(statements.load(Ordering::SeqCst), 0);
        assert_eq!(caller.get("/api/me").await.summary(), "200");
        assert_ne!(statements.load(Ordering::SeqCst), 0, "nothing is observed");
    }
}

/// Somebody who has been a member for a while.
async fn joined_long_ago(app: &TestApp, organization: &Organization, now: i64) -> String {
    let user = crate::support::new_user(app, &format!("old-{}", uuid::Uuid::now_v7().simple()));
    let role = role(app, ALL);
    settle(app).await;
    app.clerk.add_member(&organization.id, &user, &role).unwrap();
    let mut event = told(app, &["organizationMembership.created"]).remove(0);
    for time in ["created_at", "updated_at"] {
        event["data"][time] = json!((now - 100) * 1000);
    }
    deliver(app, &[event]).await;
    user
}
