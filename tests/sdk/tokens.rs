//! Session tokens: whom the packages accept and see is whom the API accepts and sees.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::package::Packages;
use crate::samples::{Cast, Sample};
use crate::service::Service;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clerks_javascript_package_sees_whom_we_see() {
    the_package_sees_whom_we_see(Packages::JavaScript).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clerks_python_package_sees_whom_we_see() {
    the_package_sees_whom_we_see(Packages::Python).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clerks_javascript_package_refuses_no_token_that_we_accept() {
    the_package_refuses_no_token_that_we_accept(Packages::JavaScript).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clerks_python_package_refuses_no_token_that_we_accept() {
    the_package_refuses_no_token_that_we_accept(Packages::Python).await;
}

async fn the_package_sees_whom_we_see(packages: Packages) {
    if !packages.are_there() {
        return;
    }
    let service = Service::start().await;
    let samples = Cast::of(&service).accepted();
    let tokens: Vec<&str> = samples.iter().map(|sample| sample.token.as_str()).collect();
    let report = judge(packages, &service, &tokens);
    for (sample, theirs) in samples.iter().zip(report) {
        let (status, me) = service.me(&sample.token).await;
        assert_eq!(status, "200", "{}: {me}", sample.name);
        let claims = json!({"sub": me["user_id"], "sid": me["session_id"]});
        assert_eq!(theirs["fetched"], claims, "{}, with the key fetched", sample.name);
        assert_eq!(theirs["given"], claims, "{}, with the key given", sample.name);
        assert_eq!(Seen::by_package(&theirs["request"]), Seen::by_us(&me), "{}, on a whole request", sample.name);
    }
}

async fn the_package_refuses_no_token_that_we_accept(packages: Packages) {
    if !packages.are_there() {
        return;
    }
    let service = Service::start().await;
    let samples = Cast::of(&service).refused();
    let tokens: Vec<&str> = samples.iter().map(|sample| sample.token.as_str()).collect();
    let report = judge(packages, &service, &tokens);
    for (sample, theirs) in samples.iter().zip(report) {
        assert_eq!(service.me(&sample.token).await.0, sample.api, "our API on a token {}", sample.name);
        assert_eq!(verdict(&theirs["fetched"]), expected(packages, sample), "{packages:?} on a token {}", sample.name);
        // A key that was given is used whatever `kid` says; in everything else the two ways agree.
        let unknown_key = sample.name == "of an unknown key";
        if !unknown_key {
            assert_eq!(theirs["given"], theirs["fetched"], "{packages:?} with the key given: {}", sample.name);
        }
        // On a whole request JavaScript looks at the kind of token and at the state of the session too.
        let blind = unknown_key || sample.name == "of another issuer";
        let refused = theirs["request"]["refused"].is_string();
        match packages {
            Packages::JavaScript | Packages::Browser => {
                assert_eq!(refused, !blind, "a request with a token {}", sample.name)
            }
            Packages::Python if unknown_key => {}
            Packages::Python => assert_eq!(verdict(&theirs["request"]), sample.python, "a request: {}", sample.name),
        }
    }
}

fn expected(packages: Packages, sample: &Sample) -> &'static str {
    match packages {
        Packages::JavaScript | Packages::Browser => sample.javascript,
        Packages::Python => sample.python,
    }
}

/// The package's report on each token, in their order.
fn judge(packages: Packages, service: &Service, tokens: &[&str]) -> Vec<Value> {
    let report = packages.run("tokens", &json!({"instance": service.instance(), "tokens": tokens}));
    let Value::Array(report) = report else { panic!("no list: {report}") };
    assert_eq!(report.len(), tokens.len());
    report
}

fn verdict(report: &Value) -> &str {
    report["refused"].as_str().unwrap_or("accepted")
}

/// Who somebody is, in a form that leaves out in what order permissions come and how roles are written.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    ids: [Value; 4],
    role: Option<String>,
    permissions: BTreeSet<String>,
}

impl Seen {
    fn by_us(me: &Value) -> Self {
        Self::new(me, ["user_id", "session_id", "org_id", "org_slug"], "org_role", "org_permissions")
    }

    fn by_package(auth: &Value) -> Self {
        Self::new(auth, ["userId", "sessionId", "orgId", "orgSlug"], "orgRole", "orgPermissions")
    }

    fn new(object: &Value, ids: [&str; 4], role: &str, permissions: &str) -> Self {
        // Python leaves the role of a version 2 token as the token has it.
        let role = object[role].as_str().map(|role| format!("org:{}", role.trim_start_matches("org:")));
        let permissions = object[permissions].as_array().into_iter().flatten();
        Self {
            ids: ids.map(|id| object[id].clone()),
            role,
            permissions: permissions.map(|permission| permission.as_str().unwrap().to_owned()).collect(),
        }
    }
}
