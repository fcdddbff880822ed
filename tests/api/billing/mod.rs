//! Plans: what they allow, and that what they do not allow is refused. Clerk Billing is the local Clerk's.

mod features;
mod instances;
mod limits;
mod member_limit;
mod views;

use axum::http::HeaderValue;
use clerk_emulator::{Plan, Seed};
use serde_json::json;
use tenantry::auth::{ApiRoutes, Callers, GuardedRoutes, authenticate};
use tenantry::config::Catalogue;
use tenantry::http::around::around;
use tenantry::http::middleware::{Limits, wrap};
use tenantry::state::AppState;

use crate::support::{Answer, Caller, Database, ORIGIN, Setup, TestApp};

/// A free plan of two members and three tasks, a paid one without limits that includes exports, and one that counts seats.
const PLANS: &str = r#"
    free_plan = "free_org"
    [plans.free_org]
    members = 2
    tasks = 3
    features = ["tasks", "members"]
    [plans.pro]
    members = 0
    tasks = 0
    features = ["tasks", "members", "exports"]
    [plans.team]
    members = 7
    tasks = 50
    features = ["tasks", "members"]
"#;

/// The same plans at Clerk.
fn seed() -> Seed {
    let plans = vec![
        Plan::new("free_org", &["tasks", "members"]),
        Plan::new("pro", &["tasks", "members", "exports"]).price(4900).trial(14),
        Plan::new("team", &["tasks", "members"]).price(900).seats(5, 800),
    ];
    Seed { billing: true, plans, ..Seed::empty() }
}

fn setup() -> Setup {
    Setup { plans: Catalogue::parse(PLANS).unwrap(), seed: Some(seed()), ..Setup::default() }
}

/// The service with plans, and Clerk Billing switched on.
pub async fn billed(on: Database) -> TestApp {
    TestApp::with(on, setup()).await
}

/// The same service with other routes, mounted as slices mount theirs.
fn mounted(app: &TestApp, routes: GuardedRoutes<AppState>) -> TestApp {
    let (routes, _) = ApiRoutes::new().routes(routes).into_parts();
    let callers = Callers { verifier: app.state.verifier.clone(), revocations: app.state.revocations.clone() };
    let limits = Limits {
        timeout: setup().timeout,
        body: 1024,
        concurrent: 100,
        origins: vec![HeaderValue::from_static(ORIGIN)],
    };
    let routes = routes.route_layer(around(callers, authenticate));
    TestApp { router: wrap(routes, &limits, &app.state.metrics).with_state(app.state.clone()), ..app.clone() }
}

/// Delivers what Clerk has to tell.
async fn settle(app: &TestApp) {
    for answer in app.deliver_webhooks().await {
        assert_eq!(answer.summary(), "200", "{}", String::from_utf8_lossy(&answer.body));
    }
}

async fn post(caller: &Caller, title: &str) -> Answer {
    caller.post("/api/tasks", json!({ "title": title })).await
}

/// `402 task_limit_reached 3 of 3 on free_org`
fn refusal(answer: &Answer) -> String {
    let problem = answer.json();
    let plan = problem["plan"].as_str().unwrap_or("-");
    format!("{} {} of {} on {plan}", answer.summary(), problem["used"], problem["limit"])
}
