//! Who may not invite, whom nobody can invite, and what is said then.

use axum::http::Method;
use clerk_emulator::OrganizationChanges;
use serde_json::json;

use super::{INVITATIONS, invited, new, path, stored, told};
use crate::members::{asking, backend::Backend};
use crate::support::Setup;

on_both_databases! {
    async fn only_who_manages_members_invites_and_only_who_may_appoint_invites_admins(app) {
        let acme = app.organization("acme").await;
        let ours = invited(&acme.admin(), "uma").await;
        told(&app);
        let member = acme.member("org:member").await;
        for answer in [
            member.get(INVITATIONS).await, member.get(path(&ours)).await, member.delete(path(&ours)).await,
            member.post(INVITATIONS, new("zoe")).await,
        ] {
            assert_eq!(answer.summary(), "403 permission_missing");
        }
        let as_admin = json!({"email_address": "zoe@example.com", "role": "admin"});
        let manager = acme.member_with(&["org:members:manage"]).await;
        assert_eq!(manager.get(INVITATIONS).await.list().len(), 1);
        assert_eq!(manager.post(INVITATIONS, as_admin.clone()).await.summary(), "403 admin_required");
        let several = json!({"invitations": [new("yan"), as_admin]});
        assert_eq!(manager.post(INVITATIONS, several).await.summary(), "403 admin_required");
        // Clerk itself has to let the inviter.
        let refused = manager.post(INVITATIONS, new("zoe")).await;
        assert_eq!((refused.summary().as_str(), &refused.json()["permission"]), ("403 permission_missing", &json!("org:sys_memberships:manage")));
        let trusted = acme.member_with(&["org:sys_memberships:manage"]).await;
        assert_eq!(trusted.post(INVITATIONS, as_admin).await.json()["role"], "org:admin");
        assert_eq!(app.nobody().post(INVITATIONS, new("zoe")).await.summary(), "401 token_missing");
    }

    async fn what_clerk_refuses_is_told_as_what_it_means(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin();
        invited(&admin, "uma").await;
        let sam = acme.member("org:member").await;
        let sams = admin.get(format!("/api/members/{}", sam.user_id)).await.json()["email"].as_str().unwrap().to_owned();
        assert_eq!(admin.post(INVITATIONS, new("UMA")).await.summary(), "409 invitation_exists");
        let member = json!({"email_address": sams, "role": "member"});
        assert_eq!(admin.post(INVITATIONS, member).await.summary(), "409 already_member");
        let none = json!({"email_address": "zoe@example.com", "role": "org:no_such_role"});
        assert_eq!(admin.post(INVITATIONS, none).await.mistakes(), "422 validation_failed /role not_accepted");
        let full = OrganizationChanges { max_allowed_memberships: Some(3), ..OrganizationChanges::default() };
        app.clerk.update_organization(&acme.id, full).unwrap();
        assert_eq!(admin.post(INVITATIONS, new("zoe")).await.summary(), "402 member_limit_reached");
        assert_eq!(stored(&app, &acme.id).await.len(), 1);
    }

    async fn every_mistake_is_named_before_clerk_is_asked(app) {
        let acme = app.organization("acme").await;
        let backend = Backend::answering(500, &[], "").await;
        let admin = acme.admin().at(&asking(&app, &backend));
        let send = async |body: String| admin.request(Method::POST, INVITATIONS, Some(body.into())).await.mistakes();
        let long = format!(r#"{{"email_address": "{}@example.com", "role": "{}"}}"#, "x".repeat(250), "x".repeat(101));
        let eleven = json!({"invitations": (0..11).map(|number| new(&number.to_string())).collect::<Vec<_>>()}).to_string();
        for (body, mistakes) in [
            ("{}", "422 validation_failed /email_address required /role required"),
            (r#"{"email_address": "uma@example.com"}"#, "422 validation_failed /role required"),
            (r#"{"email_address": "uma", "role": " "}"#, "422 validation_failed /email_address invalid_value /role empty"),
            (r#"{"email_address": "u ma@example.com", "role": "org:"}"#, "422 validation_failed /email_address invalid_value /role empty"),
            (&long, "422 validation_failed /email_address too_long /role too_long"),
            (r#"{"email_address": "uma@example.com", "role": "member", "url": "x"}"#, "422 validation_failed /url unknown_field"),
            (r#"{"invitations": []}"#, "422 validation_failed /invitations out_of_range"),
            (&eleven, "422 validation_failed /invitations out_of_range"),
            (r#"{"invitations": [], "role": "member"}"#, "422 validation_failed /role contradiction /invitations out_of_range"),
            (r#"{"invitations": [{"email_address": "a@b.c", "role": "member"}, {"email_address": "A@B.C", "role": "member"}]}"#,
                "422 validation_failed /invitations/1/email_address duplicate"),
            (r#"{"invitations": [{"email_address": "a@b.c"}]}"#, "422 validation_failed /invitations/0/role required"),
            ("[]", "422 validation_failed  invalid_type"),
        ] {
            assert_eq!(send(body.to_owned()).await, mistakes, "{body}");
        }
        assert!(backend.asked().is_empty());
    }

    async fn a_workspace_of_ones_own_has_no_invitations(app) {
        let personal = app.over(app.db.clone(), &Setup { personal_workspaces: true, ..Setup::default() });
        let uma = crate::support::new_user(&app, "uma");
        let token = app.clerk.session_token(clerk_emulator::TokenRequest::for_user(&*uma)).unwrap();
        for service in [&app, &personal] {
            let uma = service.bearer(&*token);
            assert_eq!(uma.get(INVITATIONS).await.summary(), "403 organization_required");
            assert_eq!(uma.post(INVITATIONS, new("zoe")).await.summary(), "403 organization_required");
        }
    }
}
