//! Step-up: who removes or demotes an admin must have shown a short while ago that it is they.

use clerk_emulator::TokenRequest;
use serde_json::json;
use tenantry::clerk::reverification::Preset;

use super::{Backend, path, role_at_clerk};
use crate::support::{Answer, Caller, Organization, Setup, TestApp};

const NEEDED: &str = "403 reverification_required";

/// The organization's admin with factors of some age, where the step-up has some strictness.
fn admin_at(app: &TestApp, acme: &Organization, level: Option<Preset>, ages: Option<[i64; 2]>) -> Caller {
    let service = app.over(app.db.clone(), &Setup { reverification: level, ..Setup::default() });
    let request = TokenRequest::for_user(&*acme.admin_id).organization(&*acme.id).fva(ages);
    service.bearer(app.clerk.session_token(request).unwrap())
}

/// Asks for the removal of somebody the mirror does not know, who may therefore be an admin. Passing is a 404.
async fn passes(caller: &Caller) -> bool {
    match caller.delete(path("user_unknown")).await.summary().as_str() {
        NEEDED => false,
        "404 member_not_found" => true,
        other => panic!("{other}"),
    }
}

fn hint(answer: &Answer) -> serde_json::Value {
    answer.json()["clerk_error"].clone()
}

on_both_databases! {
    async fn each_level_asks_for_what_clerk_says(app) {
        let acme = app.organization("acme").await;
        let (lax, moderate, strict, mfa) = (Preset::Lax, Preset::Moderate, Preset::Strict, Preset::StrictMfa);
        // Ages of the first and the second factor, and the levels that they are fresh enough for.
        let rows: [(Option<[i64; 2]>, &[Preset]); 12] = [
            (Some([0, 0]), &[lax, moderate, strict, mfa]),
            (Some([0, -1]), &[lax, moderate, strict, mfa]),
            (Some([9, -1]), &[lax, moderate, strict, mfa]),
            (Some([10, -1]), &[lax, moderate]),
            (Some([10, 9]), &[lax, moderate, strict]),
            (Some([0, 10]), &[lax, moderate]),
            (Some([0, 59]), &[lax, moderate]),
            (Some([0, 60]), &[lax]),
            (Some([0, 1440]), &[]),
            (Some([-1, 5]), &[lax, moderate, strict]),
            (Some([-1, -1]), &[]),
            (None, &[]),
        ];
        for (ages, fresh_for) in rows {
            for level in [lax, moderate, strict, mfa] {
                let passed = passes(&admin_at(&app, &acme, Some(level), ages)).await;
                assert_eq!(passed, fresh_for.contains(&level), "{ages:?} at {level:?}");
            }
            assert!(passes(&admin_at(&app, &acme, None, ages)).await, "{ages:?}, switched off");
        }
    }

    async fn the_hint_is_clerks_beside_the_problem(app) {
        let acme = app.organization("acme").await;
        let other = acme.member("org:admin").await;
        for (level, name) in [
            (Preset::Lax, "lax"), (Preset::Moderate, "moderate"), (Preset::Strict, "strict"), (Preset::StrictMfa, "strict_mfa"),
        ] {
            let stale = admin_at(&app, &acme, Some(level), Some([2000, 2000]));
            for answer in [
                stale.delete(path(&other.user_id)).await,
                stale.patch(path(&other.user_id), json!({"role": "org:member"})).await,
            ] {
                assert_eq!(answer.summary(), NEEDED);
                answer.assert_problem(name);
                let expected = json!({"type": "forbidden", "reason": "reverification-error", "metadata": {"reverification": name}});
                assert_eq!(hint(&answer), expected);
            }
        }
        assert_eq!(role_at_clerk(&app, &acme.id, &other.user_id).as_deref(), Some("org:admin"));
    }

    async fn only_the_loss_of_an_admin_asks_for_it(app) {
        let acme = app.organization("acme").await;
        let (sam, other) = (acme.member("org:member").await, acme.member("org:admin").await);
        let stale = admin_at(&app, &acme, Some(Preset::Strict), Some([2000, 2000]));
        assert_eq!(stale.get(path(&other.user_id)).await.summary(), "200");
        assert_eq!(stale.patch(path(&other.user_id), json!({"role": "admin"})).await.summary(), "200", "no change");
        assert_eq!(stale.patch(path(&sam.user_id), json!({"role": "admin"})).await.summary(), "200", "a promotion");
        assert_eq!(stale.patch(path(&sam.user_id), json!({"role": "member"})).await.summary(), NEEDED, "an admin now");
        let fresh = admin_at(&app, &acme, Some(Preset::Strict), Some([0, -1]));
        assert_eq!(fresh.patch(path(&sam.user_id), json!({"role": "member"})).await.summary(), "200");
        assert_eq!(stale.delete(path(&sam.user_id)).await.summary(), "204", "a member");
        assert_eq!(stale.patch(path("user_unknown"), json!({"role": "admin"})).await.summary(), "404 member_not_found");
        assert_eq!(stale.patch(path("user_unknown"), json!({"role": "member"})).await.summary(), NEEDED, "perhaps an admin");
    }

    async fn it_comes_after_the_permission_and_before_everything_else(app) {
        let acme = app.organization("acme").await;
        let backend = Backend::answering(500, &[], "").await;
        let setup = Setup { backend_api: Some(backend.config.clone()), ..Setup::default() };
        let service = app.over(app.db.clone(), &setup);
        let sam = acme.member("org:member").await;
        let stale = async |user: &str| {
            let request = TokenRequest::for_user(user).organization(&*acme.id).fva(None);
            service.bearer(app.clerk.session_token(request).unwrap()).header("if-match", "\"v1\"")
        };
        assert_eq!(stale(&sam.user_id).await.delete(path(&acme.admin_id)).await.summary(), "403 permission_missing");
        let admin = stale(&acme.admin_id).await;
        assert_eq!(admin.delete(path(&acme.admin_id)).await.summary(), NEEDED, "though it is the last admin, of another version");
        assert_eq!(admin.delete(path("user_unknown")).await.summary(), NEEDED, "though there is no such member");
        assert!(backend.asked().is_empty());
    }
}
