//! The compact permissions of version 2: whatever we read from a token, every package of Clerk's reads too.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::package::Packages;
use crate::samples::Cast;
use crate::service::Service;

type Permissions = BTreeSet<String>;

/// The claims `fea`, `o.per` and `o.fpm`; `None` where the token lacks one.
type Compact = [Option<String>; 3];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clerks_javascript_package_grants_whatever_we_grant() {
    the_package_grants_whatever_we_grant(Packages::JavaScript).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clerks_python_package_grants_whatever_we_grant() {
    the_package_grants_whatever_we_grant(Packages::Python).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn we_grant_what_clerk_documents() {
    let service = Service::start().await;
    let cast = Cast::of(&service);
    for (compact, expected) in documented() {
        assert_eq!(ours(&service, &token(&cast, &compact)).await, expected, "{compact:?}");
    }
}

async fn the_package_grants_whatever_we_grant(packages: Packages) {
    if !packages.are_there() {
        return;
    }
    let service = Service::start().await;
    let cast = Cast::of(&service);
    let claims: Vec<Compact> = documented().into_iter().map(|(compact, _)| compact).chain(combinations()).collect();
    let tokens: Vec<String> = claims.iter().map(|compact| token(&cast, compact)).collect();
    let report = packages.run("tokens", &json!({"instance": service.instance(), "tokens": tokens}));
    let (mut granting, mut same) = (0, 0);
    for ((compact, token), theirs) in claims.iter().zip(&tokens).zip(report.as_array().unwrap()) {
        // A package that fails on the claims grants nothing.
        let theirs = permissions(&theirs["request"]["orgPermissions"]);
        let ours = ours(&service, token).await;
        let beyond: Vec<&String> = ours.difference(&theirs).collect();
        assert!(beyond.is_empty(), "{compact:?}: we grant {beyond:?}, which {packages:?} does not");
        granting += usize::from(!ours.is_empty());
        same += usize::from(!ours.is_empty() && ours == theirs);
    }
    assert!(granting > 100, "only {granting} of {} tokens grant anything: they compare nothing", claims.len());
    assert!(same * 2 > granting, "only {same} of {granting} tokens are read alike: a reading is wrong");
}

/// What Clerk's guide to session tokens and its packages' own tests say, and where they differ: nothing.
fn documented() -> Vec<(Compact, Permissions)> {
    let wide: Vec<String> = (0..54).map(|n| format!("a{n}")).collect();
    let rows: [([&str; 3], &[&str]); 12] = [
        (
            ["o:tasks,o:reports", "view,create,edit,delete", "15,1"],
            &["org:tasks:view", "org:tasks:create", "org:tasks:edit", "org:tasks:delete", "org:reports:view"],
        ),
        (["o:tasks,o:reports", "view,create,edit,delete", "3,0"], &["org:tasks:view", "org:tasks:create"]),
        (
            ["o:tasks,ou:exports,u:themes", "view,create,edit,delete,run", "7,17,0"],
            &["org:tasks:view", "org:tasks:create", "org:tasks:edit", "org:exports:view", "org:exports:run"],
        ),
        (["o:audit,o:tasks", "view", "0,1"], &["org:tasks:view"]),
        (["o:tasks", "view,create", "6"], &["org:tasks:create"]),
        (["o:tasks", "view,create", "x3"], &[]),
        (["o:tasks", "view,create", "-1"], &[]),
        (["o:tasks", "view,create", "1.5"], &[]),
        (["o:tasks,o:reports", "view,create,edit,delete", "5"], &["org:tasks:view", "org:tasks:edit"]),
        (["u:themes,o:tasks", "view,edit", "0,3"], &[]),
        (["tasks", "view", "1"], &[]),
        (["o:tasks", &wide.join(","), "9007199254740993"], &["org:tasks:a0", "org:tasks:a53"]),
    ];
    let owned = |(claims, expected): ([&str; 3], &[&str])| {
        (claims.map(|claim| Some(claim.to_owned())), expected.iter().map(|key| (*key).to_owned()).collect())
    };
    let mut all: Vec<_> = rows.into_iter().map(owned).collect();
    all.push(([Some("u:themes".into()), None, None], Permissions::new()));
    all
}

/// Every combination of some orderly and some odd values of the three claims.
fn combinations() -> Vec<Compact> {
    const FEATURES: [&str; 9] = [
        "o:tasks",
        "o:tasks,o:reports",
        "u:themes,o:tasks",
        "o:tasks,u:themes,o:reports",
        "ou:a,uo:b,o:c",
        "x:tasks",
        "o:tasks, o:reports",
        "o:a:b,o:tasks",
        "",
    ];
    const ACTIONS: [&str; 5] = ["view", "view,create,edit,delete", "view, edit", "view,,edit", ""];
    const MASKS: [&str; 10] =
        ["0", "1", "3", "15,1", "1,2,4", "0,3", " 1, 1", "18446744073709551617,1", "007", "+1,0x1"];
    let mut all = Vec::new();
    for features in FEATURES {
        for actions in ACTIONS {
            all.extend(MASKS.map(|masks| [features, actions, masks].map(|claim| Some(claim.to_owned()))));
        }
    }
    all
}

fn token(cast: &Cast, [features, actions, masks]: &Compact) -> String {
    let mut organization = json!({"id": "org_3ViXZya8cdFOcVwWBhqG5KSFdPE", "rol": "admin", "slg": "northwind"});
    for (name, claim) in [("per", actions), ("fpm", masks)] {
        if let Some(claim) = claim {
            organization[name] = json!(claim);
        }
    }
    let mut request = cast.request().claim("o", organization).without_claim("pla");
    request = match features {
        Some(features) => request.claim("fea", json!(features)),
        None => request.without_claim("fea"),
    };
    cast.token(&request)
}

/// What the API reads from a token.
async fn ours(service: &Service, token: &str) -> Permissions {
    let (status, me) = service.me(token).await;
    assert_eq!(status, "200", "{me}");
    permissions(&me["org_permissions"])
}

fn permissions(list: &Value) -> Permissions {
    // Python keeps blanks around the names in a claim, which JavaScript and we trim.
    list.as_array().into_iter().flatten().map(|key| key.as_str().unwrap().replace(' ', "")).collect()
}
