//! What is found, how it is told, and what follows from a repair.

use clerk_emulator::{NewInvitation, OrganizationChanges, UserChanges};
use serde_json::json;

use super::clerk::clerk;
use super::{Options, comparing, mirror, repair, repairing, run};
use crate::audit::{actions, page};
use crate::support::{TestApp, new_user};

/// Everything Clerk has to tell gets lost.
fn lose_deliveries(app: &TestApp) {
    assert!(!app.clerk.take_events().is_empty());
}

on_both_databases! {
    async fn nothing_is_found_where_nothing_was_lost(app) {
        let acme = app.organization("acme").await;
        acme.member("org:member").await;
        let before = mirror(&app).await;
        let (summary, told) = run(&app, &comparing()).await;
        assert_eq!((summary.differ, told.lines.len(), told.notes.len()), (0, 0, 0), "{told:?}");
        assert_eq!((summary.organizations, summary.memberships, summary.users), (1, 2, 2));
        assert_eq!(before, clerk(&app).await);
    }

    async fn each_difference_is_one_line_and_names_nobody(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        let kim = acme.member("org:member").await;
        let changes = UserChanges { first_name: Some(Some("Samantha".into())), ..UserChanges::default() };
        app.clerk.update_user(&sam.user_id, changes).unwrap();
        let changes = OrganizationChanges { max_allowed_memberships: Some(7), ..OrganizationChanges::default() };
        app.clerk.update_organization(&acme.id, changes).unwrap();
        let theirs = app.clerk.membership(&acme.id, &sam.user_id).unwrap().id;
        app.clerk.set_role(&acme.id, &sam.user_id, "org:admin").unwrap();
        let left = app.clerk.remove_member(&acme.id, &kim.user_id).unwrap().id;
        let new = new_user(&app, "newcomer");
        lose_deliveries(&app);
        let before = mirror(&app).await;

        let (summary, told) = run(&app, &comparing()).await;
        let mut lines = told.lines.clone();
        lines.retain(|line| !line.contains(" permissions: "));
        lines.sort();
        let mut expected = vec![
            format!("membership {left} of {} exists: yes -> no", acme.id),
            format!("membership {theirs} of {} role: org:member -> org:admin", acme.id),
            format!("organization {} max_allowed_memberships: 0 -> 7", acme.id),
            format!("user {} first_name: (hidden) -> (hidden)", sam.user_id),
            format!("user {new} exists: no -> yes"),
        ];
        expected.sort();
        assert_eq!(lines, expected);
        assert_eq!((summary.differ, summary.repaired), (5, 0));
        assert_eq!(mirror(&app).await, before, "it was only to compare");

        let (summary, _) = repair(&app).await;
        assert_eq!((summary.differ, summary.repaired, summary.removed), (5, 5, 1));
        assert_eq!(mirror(&app).await, clerk(&app).await);
    }

    async fn who_was_removed_loses_access_and_tasks(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:admin").await;
        let task = acme.admin().create(json!({"title": "Ship it", "assignee_id": sam.user_id})).await;
        app.clerk.remove_member(&acme.id, &sam.user_id).unwrap();
        lose_deliveries(&app);
        assert_eq!(sam.get("/api/tasks").await.summary(), "200", "nobody knows yet");

        repair(&app).await;
        assert_eq!(sam.get("/api/tasks").await.summary(), "401 token_stale");
        app.run_jobs().await;
        assert_eq!(acme.admin().get(task.path()).await.json()["assignee_id"], json!(null));
    }

    async fn who_was_demoted_deleted_or_banned_loses_what_was_lost(app) {
        let acme = app.organization("acme").await;
        let (sam, kim, bo) = (acme.member("org:admin").await, acme.member("org:member").await, acme.member("org:member").await);
        app.clerk.set_role(&acme.id, &sam.user_id, "org:member").unwrap();
        app.clerk.delete_user(&kim.user_id).unwrap();
        app.clerk.ban_user(&bo.user_id).unwrap();
        lose_deliveries(&app);
        repair(&app).await;
        assert_eq!(sam.delete(format!("/api/members/{}", bo.user_id)).await.summary(), "401 token_stale");
        assert_eq!(kim.get("/api/me").await.summary(), "401 token_revoked");
        assert_eq!(bo.get("/api/me").await.summary(), "401 token_revoked");
    }

    async fn a_deleted_organization_ends_here_too(app) {
        let (acme, kept) = (app.organization("acme").await, app.organization("kept").await);
        let admin = acme.admin();
        app.clerk.delete_organization(&acme.id).unwrap();
        lose_deliveries(&app);
        let (summary, told) = repair(&app).await;
        assert_eq!(told.lines, [format!("organization {} exists: yes -> no", acme.id)]);
        assert_eq!(summary.removed, 1);
        assert_eq!(admin.get("/api/tasks").await.summary(), "401 token_stale");
        assert_eq!(kept.admin().get("/api/tasks").await.summary(), "200");
    }

    async fn one_organization_that_the_mirror_never_heard_of_is_taken_in_alone(app) {
        let other = app.organization("other").await;
        let admin = new_user(&app, "boss");
        let new = clerk_emulator::NewOrganization { name: "New".into(), created_by: Some(admin.clone()), ..Default::default() };
        let made = app.clerk.create_organization(new).unwrap();
        app.clerk.set_role(&other.id, &other.admin_id, "org:admin").unwrap();
        let stranger = new_user(&app, "stranger");
        lose_deliveries(&app);
        let one = |id: &str| Options { organization: Some(id.into()), ..repairing() };
        let (summary, told) = run(&app, &one(&made.id)).await;
        assert!(summary.agree() && summary.organizations == 1, "{summary:?}");
        assert!(!told.lines.iter().any(|line| line.contains(&stranger) || line.contains(&other.id)), "{told:?}");
        let mirrored = mirror(&app).await;
        assert!(mirrored.iter().any(|line| line.starts_with(&admin)) && mirrored.iter().any(|line| line.starts_with(&made.id)));
        assert!(!mirrored.iter().any(|line| line.starts_with(&stranger)));

        app.clerk.delete_organization(&made.id).unwrap();
        let (_, told) = run(&app, &one(&made.id)).await;
        assert_eq!(told.lines, [format!("organization {} exists: yes -> no", made.id)]);
        let (summary, told) = run(&app, &one(&made.id)).await;
        assert_eq!((summary.differ, told.lines.len()), (0, 0), "{told:?}");
    }

    async fn what_was_erased_here_stays_so_though_clerk_has_it(app) {
        let acme = app.organization("acme").await;
        let id = tenantry::db::TenantId::Organization(acme.id.clone());
        let long_ago = chrono::Utc::now() - chrono::TimeDelta::hours(1);
        tenantry::tenants::erase::erase(&app.db, &id, long_ago, true).await.unwrap();
        let (summary, told) = run(&app, &repairing()).await;
        assert!(summary.agree(), "{summary:?} {told:?}");
        assert!(told.notes.iter().any(|note| note.contains(&acme.id)), "{told:?}");
        assert!(!mirror(&app).await.iter().any(|line| line.contains(&acme.id)));
    }

    async fn more_removals_than_allowed_are_told_and_not_made(app) {
        let acme = app.organization("acme").await;
        let members = [acme.member("org:member").await, acme.member("org:member").await, acme.member("org:member").await];
        for gone in members {
            app.clerk.remove_member(&acme.id, &gone.user_id).unwrap();
        }
        lose_deliveries(&app);
        let (summary, told) = run(&app, &Options { most_removals: 1, ..repairing() }).await;
        assert_eq!((summary.differ, summary.removed, summary.withheld, told.lines.len()), (3, 1, 2, 3));
        assert!(!summary.agree());
    }

    async fn what_changed_there_and_back_is_not_undone_by_what_comes_late(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        app.clerk.set_role(&acme.id, &sam.user_id, "org:admin").unwrap();
        let late = app.clerk.take_events();
        app.clerk.set_role(&acme.id, &sam.user_id, "org:member").unwrap();
        lose_deliveries(&app);
        let (summary, _) = run(&app, &repairing()).await;
        assert_eq!((summary.differ, summary.refreshed), (0, 1), "nothing to see, but its age was wrong");
        for event in late {
            assert_eq!(app.deliver(&event).await.summary(), "200");
        }
        assert_eq!(mirror(&app).await, clerk(&app).await);
    }

    async fn what_came_just_now_is_not_taken_for_gone(app) {
        let acme = app.organization("acme").await;
        let sam = acme.member("org:member").await;
        app.clerk.remove_member(&acme.id, &sam.user_id).unwrap();
        lose_deliveries(&app);
        let careful = Options { settled: chrono::TimeDelta::hours(1), ..repairing() };
        let (summary, told) = run(&app, &careful).await;
        assert_eq!((summary.unsettled, summary.differ, told.lines.len()), (1, 0, 0));
    }


    async fn an_invitation_that_ran_out_is_recorded_as_such(app) {
        let acme = app.organization("acme").await;
        let invite = |name: &str| {
            let new = NewInvitation::new(format!("{name}@example.com"), "org:member");
            app.clerk.invite(&acme.id, new).unwrap().id
        };
        let (mel, noa) = (invite("mel"), invite("noa"));
        app.deliver_webhooks().await;
        app.clerk.expire_invitation(&mel).unwrap();
        app.clerk.revoke_invitation(&noa).unwrap();
        app.clerk.take_events();
        repair(&app).await;
        for (id, end, status) in [(&mel, "invitation.expired", "expired"), (&noa, "invitation.revoked", "revoked")] {
            let told = page(&acme.admin(), &format!("?target_type=invitation&target_id={id}")).await;
            assert_eq!(actions(&told), [end, "invitation.created"]);
            assert_eq!((&told[0]["before"], &told[0]["after"]), (&json!({"status": "pending"}), &json!({"status": status})));
            assert_eq!(told[0]["actor"], json!({"type": "operator"}));
        }
        assert_eq!(page(&acme.admin(), "?action=invitation.expired").await.len(), 1);
    }
}
