//! What good tokens become: both claim versions in one form.

use std::sync::Arc;

use serde_json::{Value, json};
use tenantry::clerk::{Actor, Session};

use crate::{NOW, forge, verifier};

/// The session of a token with these claims changed.
async fn session<const N: usize>(changes: [(&str, Option<Value>); N]) -> Arc<Session> {
    let (verifier, _server, _clock) = verifier().await;
    verifier.verify(&forge().with_claims(changes)).await.unwrap()
}

/// Version 1's claims in place of version 2's.
fn version_1<const N: usize>(more: [(&'static str, Value); N]) -> Vec<(&'static str, Option<Value>)> {
    let removed = ["v", "o", "fea", "pla", "jti"].map(|name| (name, None));
    removed.into_iter().chain(more.map(|(name, value)| (name, Some(value)))).collect()
}

async fn session_of(changes: Vec<(&'static str, Option<Value>)>) -> Arc<Session> {
    let forge = forge();
    let mut claims = forge.claims.clone();
    for (name, value) in changes {
        match value {
            Some(value) => claims.insert(name.to_owned(), value),
            None => claims.remove(name),
        };
    }
    let (verifier, _server, _clock) = verifier().await;
    verifier.verify(&forge.token(&forge.header, &claims)).await.unwrap()
}

#[tokio::test]
async fn a_version_2_token_with_an_organization() {
    let session = session([]).await;

    assert_eq!((session.user_id.as_str(), session.session_id.as_str()), ("user_ines", "sess_ines"));
    assert_eq!((session.issued_at, session.expires_at), (NOW, NOW + 60));
    assert_eq!(session.factor_ages, Some([4, -1]));
    let organization = session.organization.as_ref().unwrap();
    assert_eq!(organization.id, "org_acme");
    assert_eq!(organization.slug.as_deref(), Some("acme"));
    assert_eq!(organization.role.as_deref(), Some("org:admin"));
    let wanted = ["org:reports:view", "org:tasks:create", "org:tasks:delete", "org:tasks:edit", "org:tasks:view"];
    assert_eq!(organization.permissions, wanted);
    assert_eq!(session.features.organization, ["tasks", "reports", "exports"]);
    assert!(session.features.user.is_empty());
    assert_eq!(session.plans.organization, ["pro"]);
    assert_eq!(session.actor, None);
}

#[tokio::test]
async fn a_version_1_token_gives_the_same_session() {
    let keys = ["org:tasks:view", "org:tasks:create", "org:tasks:edit", "org:tasks:delete", "org:reports:view"];
    let old = session_of(version_1([
        ("org_id", json!("org_acme")),
        ("org_slug", json!("acme")),
        ("org_role", json!("org:admin")),
        ("org_permissions", json!(keys)),
    ]))
    .await;
    let new = session([]).await;

    assert_eq!(old.organization, new.organization);
    let without_billing = Session { plans: old.plans.clone(), features: old.features.clone(), ..(*new).clone() };
    assert_eq!(*old, without_billing);
}

#[tokio::test]
async fn very_old_roles_and_odd_permissions_of_version_1() {
    let session = session_of(version_1([
        ("org_id", json!("org_acme")),
        ("org_role", json!("basic_member")),
        (
            "org_permissions",
            json!([
                "org:tasks:view",
                "tasks:edit",
                "org:sys_memberships:manage",
                "org:tasks",
                "org:a:b:c",
                "org::x",
                7,
                null,
                "",
                "org:tasks:view"
            ]),
        ),
    ]))
    .await;
    let organization = session.organization.as_ref().unwrap();
    assert_eq!(organization.role.as_deref(), Some("org:basic_member"));
    assert_eq!(organization.permissions, ["org:tasks:view"]);
}

#[tokio::test]
async fn no_organization_means_no_power_in_one() {
    let o_without_id = json!({"slg": "acme", "rol": "admin", "per": "view", "fpm": "1"});
    for changes in [
        vec![("o", None)],
        vec![("o", Some(json!(null)))],
        vec![("o", Some(json!({})))],
        vec![("o", Some(o_without_id))],
        vec![("o", Some(json!({"id": "", "rol": "admin", "per": "view", "fpm": "1"})))],
        vec![("o", Some(json!({"id": null, "rol": "admin", "per": "view", "fpm": "1"})))],
        version_1([]),
        version_1([("org_role", json!("org:admin")), ("org_permissions", json!(["org:tasks:view"]))]),
        version_1([("org_id", json!(null)), ("org_role", json!("org:admin"))]),
        version_1([("o", json!({"id": "org_acme", "rol": "admin"}))]),
        vec![("v", Some(json!(3)))],
        vec![("v", Some(json!(3))), ("org_id", Some(json!("org_acme"))), ("org_role", Some(json!("org:admin")))],
        vec![("v", Some(json!(1))), ("org_id", Some(json!("org_acme")))],
        vec![("v", Some(json!(u64::MAX)))],
        vec![
            ("v", Some(json!(2))),
            ("o", None),
            ("org_id", Some(json!("org_acme"))),
            ("org_role", Some(json!("org:admin"))),
        ],
    ] {
        let shown = format!("{changes:?}");
        let session = session_of(changes).await;
        assert_eq!(session.user_id, "user_ines", "{shown}");
        assert_eq!(session.organization, None, "{shown}");
        assert!(!session.has_role("org:admin") && !session.has_permission("org:tasks:view"), "{shown}");
        assert!(session.features.organization.is_empty() && session.plans.organization.is_empty(), "{shown}");
    }
}

#[tokio::test]
async fn roles_have_exactly_one_prefix() {
    for (claim, role) in [
        ("admin", Some("org:admin")),
        ("org:admin", Some("org:admin")),
        ("org:org:admin", Some("org:admin")),
        ("", None),
        ("org:", None),
    ] {
        let session = session([("o", Some(json!({"id": "org_acme", "rol": claim})))]).await;
        assert_eq!(session.organization.as_ref().unwrap().role.as_deref(), role, "{claim}");
    }
}

#[tokio::test]
async fn what_has_answers() {
    let session =
        session([("fea", Some(json!("o:tasks,ou:exports,u:themes,x:odd"))), ("pla", Some(json!("o:pro,u:free_user")))])
            .await;
    for yes in ["org:tasks:view", "tasks:view", "org:org:tasks:view"] {
        assert!(session.has_permission(yes), "{yes}");
    }
    for no in [
        "",
        "org:",
        "org:tasks",
        "org:tasks:",
        "org:tasks:*",
        "org:tasks:vie",
        "org:tasks:views",
        "ORG:tasks:view",
        "*",
        "tasks",
        "org:sys_memberships:manage",
    ] {
        assert!(!session.has_permission(no), "{no}");
    }
    assert!(session.has_role("org:admin") && session.has_role("admin"));
    for no in ["", "org:", "member", "Admin", "org:admin ", "adm"] {
        assert!(!session.has_role(no), "{no}");
    }
    for yes in [
        "tasks",
        "o:tasks",
        "org:tasks",
        "organization:tasks",
        "exports",
        "o:exports",
        "u:exports",
        "user:exports",
        "u:themes",
        "themes",
    ] {
        assert!(session.has_feature(yes), "{yes}");
    }
    for no in ["", "o:", "u:tasks", "o:themes", "x:odd", "odd", "ou:exports", "task", "org:org:tasks", ":tasks"] {
        assert!(!session.has_feature(no), "{no}");
    }
    assert!(session.has_plan("pro") && session.has_plan("o:pro") && session.has_plan("u:free_user"));
    assert!(!session.has_plan("u:pro") && !session.has_plan("free") && !session.has_plan(""));
}

#[tokio::test]
async fn a_feature_called_org_does_not_answer_for_another() {
    let session = session([
        ("fea", Some(json!("o:org,o:zebra"))),
        ("o", Some(json!({"id": "org_acme", "per": "view", "fpm": "1,1"}))),
    ])
    .await;
    assert!(session.has_permission("org:zebra:view"));
    assert!(!session.has_permission("org:view") && !session.has_permission("view"));
}

#[tokio::test]
async fn impersonation_is_visible() {
    let session = session([("act", Some(json!({"iss": "https://dashboard.clerk.com", "sid": "sess_b", "sub": "user_support", "type": "agent", "more": [1]})))]).await;
    let actor = Actor {
        id: "user_support".to_owned(),
        issuer: Some("https://dashboard.clerk.com".to_owned()),
        session_id: Some("sess_b".to_owned()),
        kind: Some("agent".to_owned()),
    };
    assert_eq!(session.actor, Some(actor));
    assert_eq!(session.user_id, "user_ines");
}

#[tokio::test]
async fn factor_ages_are_two_whole_numbers_or_unknown() {
    for (claim, ages) in [
        (json!([0, 0]), Some([0, 0])),
        (json!([-1, -1]), Some([-1, -1])),
        (json!([4]), None),
        (json!([4, 5, 6]), None),
        (json!([-2, 0]), None),
        (json!([1.5, 0]), None),
        (json!(["4", "5"]), None),
        (json!([null, 0]), None),
        (json!("4,5"), None),
        (json!({}), None),
        (json!(null), None),
        (json!([u64::MAX, 0]), None),
    ] {
        let shown = claim.to_string();
        assert_eq!(session([("fva", Some(claim))]).await.factor_ages, ages, "{shown}");
    }
    assert_eq!(session([("fva", None)]).await.factor_ages, None);
}

#[tokio::test]
async fn what_is_not_ours_to_judge_is_let_be() {
    let with_custom = session([
        ("aud", Some(json!(["anybody"]))),
        ("role", Some(json!("org:admin"))),
        ("email", Some(json!("ines@example.com"))),
        ("metadata", Some(json!({"deep": {"er": [1.5, null]}}))),
    ])
    .await;
    assert_eq!(*with_custom, *session([]).await);
    assert!(!format!("{with_custom:?}").contains("ines@example.com"));
    let (verifier, _server, _clock) = verifier().await;
    for change in [
        [("typ", None)],
        [("cat", None)],
        [("cat", Some(json!("cl_I7d4PD111III")))],
        [("oiat", None)],
        [("future", Some(json!({"a": 1})))],
    ] {
        verifier.verify(&forge().with_header(change)).await.unwrap();
    }
    for change in [[("sts", None)], [("nbf", None)], [("jti", None)]] {
        verifier.verify(&forge().with_claims(change)).await.unwrap();
    }
}
