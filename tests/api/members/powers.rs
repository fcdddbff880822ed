//! Who may manage members without a word of it in the token, and who may make or unmake admins.

use clerk_emulator::{NewOrganization, TokenRequest};
use serde_json::json;

use super::{Backend, asking, path, role_at_clerk};
use crate::support::new_user;

const SYSTEM: &str = "org:sys_memberships:manage";

on_both_databases! {
    async fn a_system_permission_opens_while_the_mirror_has_it_and_no_longer(app) {
        let acme = app.organization("acme").await;
        app.clerk.create_role("org:owner", &["org:tasks:view", SYSTEM]).unwrap();
        app.clerk.create_role("org:guest", &["org:tasks:view"]).unwrap();
        let (owner, sam) = (acme.member("org:owner").await, acme.member("org:member").await);
        assert!(!owner.get("/api/me").await.json()["org_permissions"].to_string().contains("sys"), "no token carries it");
        assert_eq!(owner.patch(path(&sam.user_id), json!({"role": "guest"})).await.summary(), "200");
        assert_eq!(sam.patch(path(&owner.user_id), json!({"role": "guest"})).await.summary(), "403 permission_missing");
        let rival = app.organization("rival").await;
        let elsewhere = rival.add(&owner.user_id, "org:member").await;
        assert_eq!(elsewhere.delete(path(&rival.admin_id)).await.summary(), "403 permission_missing", "it is of one organization");

        app.clerk.set_role(&acme.id, &owner.user_id, "org:guest").unwrap();
        app.deliver_webhooks().await;
        let after = [owner, acme.caller(&elsewhere.user_id)];
        for owner in after {
            assert_eq!(owner.delete(path(&sam.user_id)).await.summary(), "403 permission_missing");
        }
        assert!(role_at_clerk(&app, &acme.id, &sam.user_id).is_some());
    }

    async fn a_former_admin_whom_clerk_still_lets_goes_on_without_a_new_token(app) {
        let acme = app.organization("acme").await;
        app.clerk.create_role("org:owner", &[SYSTEM]).unwrap();
        app.clerk.create_role("org:guest", &["org:tasks:view"]).unwrap();
        let (ada, sam) = (acme.member("org:admin").await, acme.member("org:member").await);
        app.clerk.set_role(&acme.id, &ada.user_id, "org:owner").unwrap();
        app.deliver_webhooks().await;
        assert_eq!(ada.patch(path(&sam.user_id), json!({"role": "guest"})).await.summary(), "200");
        app.clerk.set_role(&acme.id, &ada.user_id, "org:guest").unwrap();
        app.deliver_webhooks().await;
        assert_eq!(ada.delete(path(&sam.user_id)).await.summary(), "401 token_stale");
    }

    async fn a_manager_neither_makes_nor_unmakes_admins(app) {
        let acme = app.organization("acme").await;
        let (other, sam) = (acme.member("org:admin").await, acme.member("org:member").await);
        let manager = acme.member_with(&["org:members:manage"]).await;
        let needed = "403 admin_required";
        for user in [&sam.user_id, &manager.user_id] {
            assert_eq!(manager.patch(path(user), json!({"role": "admin"})).await.summary(), needed);
        }
        assert_eq!(manager.patch(path(&other.user_id), json!({"role": "member"})).await.summary(), needed);
        assert_eq!(manager.delete(path(&other.user_id)).await.summary(), needed);
        // The mirror has not heard yet that Sam was promoted; the manager must not profit from that.
        app.clerk.set_role(&acme.id, &sam.user_id, "org:admin").unwrap();
        assert_eq!(manager.delete(path(&sam.user_id)).await.summary(), needed);
        assert_eq!(role_at_clerk(&app, &acme.id, &sam.user_id).as_deref(), Some("org:admin"));
        assert_eq!(manager.delete(path(&manager.user_id)).await.summary(), "204", "anybody may be removed who is none");
    }

    async fn whom_clerk_lets_can_mend_an_organization_without_an_admin(app) {
        let acme = app.organization("acme").await;
        app.clerk.create_role("org:owner", &[SYSTEM]).unwrap();
        let owner = acme.member("org:owner").await;
        // Clerk allows it: somebody is left who can run the organization there.
        app.clerk.set_role(&acme.id, &acme.admin_id, "org:member").unwrap();
        app.deliver_webhooks().await;
        assert_eq!(owner.patch(path(&acme.admin_id), json!({"role": "admin"})).await.summary(), "200");
    }

    async fn the_last_admin_is_judged_by_clerk_where_the_mirror_knows_of_no_other(app) {
        let acme = app.organization("acme").await;
        let late = app.clerk.create_organization(NewOrganization {
            created_by: Some(acme.admin_id.clone()), max_allowed_memberships: Some(0), ..NewOrganization::named("Late")
        }).unwrap();
        app.deliver_webhooks().await;
        let bea = new_user(&app, "bea");
        app.clerk.add_member(&late.id, &bea, "org:admin").unwrap();
        let token = app.clerk.session_token(TokenRequest::for_user(&*acme.admin_id).organization(&*late.id)).unwrap();
        let admin = app.bearer(token);
        let away = Backend::away().await;
        let unasked = admin.clone().at(&asking(&app, &away));
        assert_eq!(unasked.delete(path(&acme.admin_id)).await.summary(), "503 clerk_unavailable", "nobody knows");
        // The mirror has not heard of Bea, and Clerk has.
        assert_eq!(admin.patch(path(&acme.admin_id), json!({"role": "member"})).await.summary(), "200");
        assert_eq!(role_at_clerk(&app, &late.id, &bea).as_deref(), Some("org:admin"));
    }


    async fn a_manager_neither_makes_nor_unmakes_anybody_whom_clerk_lets_manage(app) {
        let acme = app.organization("acme").await;
        app.clerk.create_role("org:owner", &["org:tasks:view", SYSTEM]).unwrap();
        app.clerk.create_role("org:guest", &["org:tasks:view"]).unwrap();
        let (owner, sam) = (acme.member("org:owner").await, acme.member("org:member").await);
        let (kim, manager) = (acme.member("org:member").await, acme.member_with(&["org:members:manage"]).await);
        // The mirror has not heard of this.
        app.clerk.set_role(&acme.id, &kim.user_id, "org:owner").unwrap();
        app.clerk.take_requests();
        let needed = "403 admin_required";
        for user in [&sam.user_id, &manager.user_id] {
            assert_eq!(manager.patch(path(user), json!({"role": "owner"})).await.summary(), needed);
        }
        for user in [&owner.user_id, &kim.user_id] {
            assert_eq!(manager.patch(path(user), json!({"role": "guest"})).await.summary(), needed);
            assert_eq!(manager.delete(path(user)).await.summary(), needed);
        }
        let asked = app.clerk.take_requests();
        assert!(!asked.is_empty() && asked.iter().all(|seen| seen.method == "GET"), "{asked:?}");
        for (user, role) in [(&owner, "org:owner"), (&kim, "org:owner"), (&sam, "org:member")] {
            assert_eq!(role_at_clerk(&app, &acme.id, &user.user_id).as_deref(), Some(role));
        }

        assert_eq!(manager.patch(path(&sam.user_id), json!({"role": "guest"})).await.summary(), "200");
        assert_eq!(manager.delete(path(&sam.user_id)).await.summary(), "204");
        assert_eq!(acme.admin().patch(path(&manager.user_id), json!({"role": "owner"})).await.summary(), "200");
    }
}
