//! Failing on purpose: each fault as a client meets it, its bounds, and Clerk's rate limits.

use std::time::Duration;

use clerk_emulator::{Fault, RateLimits};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{Served, demo, eventually};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PATCH: Method = Method::PATCH;

async fn rename(served: &Served, name: &str) -> Result<(u16, String), reqwest::Error> {
    let request = Client::new().patch(format!("{}/v1/organizations/acme", served.base)).bearer_auth(&served.key);
    let answer = request.json(&json!({ "name": name })).send().await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}

fn name(served: &Served) -> String {
    served.emulator.organization("acme").unwrap().name
}

#[tokio::test]
async fn a_clerk_that_is_down_answers_nothing_and_does_nothing() {
    let served = Served::demo().await;
    served.emulator.fail(Fault::down());

    assert!(rename(&served, "Unheard").await.is_err());
    let keys = reqwest::get(format!("{}/.well-known/jwks.json", served.base)).await;
    assert!(keys.is_err(), "the keys are Clerk's too");
    assert_eq!(name(&served), "Acme Joinery");
    let own = reqwest::get(format!("{}/token/ada", served.base)).await.unwrap();
    assert_eq!(own.status(), 200, "its own endpoints never fail");

    served.emulator.clear_faults();
    assert_eq!(rename(&served, "Heard").await.unwrap().0, 200);
    let statuses: Vec<Option<u16>> = served.emulator.take_requests().iter().map(|seen| seen.status).collect();
    assert_eq!(statuses.last(), Some(&Some(200)));
    assert!(statuses[..statuses.len() - 1].iter().all(Option::is_none), "{statuses:?}");
}

#[tokio::test]
async fn what_was_applied_stays_although_the_answer_says_otherwise() {
    let served = Served::demo().await;
    served.emulator.fail(Fault::error_after_applying().times(1));
    let (status, body) = rename(&served, "After 500").await.unwrap();
    assert_eq!((status, body.contains("internal_clerk_error")), (500, true));
    assert_eq!(name(&served), "After 500");

    served.emulator.fail(Fault::drop_after_applying().on(PATCH, "/v1/organizations"));
    assert!(rename(&served, "After the drop").await.is_err());
    assert_eq!(name(&served), "After the drop");
    assert_eq!(served.emulator.take_events().len(), 2);
}

#[tokio::test]
async fn answers_can_be_refusals_pages_and_late() {
    let served = Served::demo().await;
    served.emulator.fail(Fault::unavailable().times(1));
    served.emulator.fail(Fault::bad_gateway().times(1));
    served.emulator.fail(Fault::refuse(409, "resource_locked").times(1));
    served.emulator.fail(Fault::too_many_requests(7).times(1));
    let one = "/v1/organizations/acme";

    assert_eq!(served.refused(GET, one, None).await, "503 service_unavailable");
    let (status, page) = served.send(GET, one, None).await;
    assert_eq!((status, page.as_str().unwrap().starts_with("<html>")), (502, true));
    assert_eq!(served.refused(GET, one, None).await, "409 resource_locked");
    let limited = Client::new().get(format!("{}{one}", served.base)).send().await.unwrap();
    assert_eq!((limited.status().as_u16(), &limited.headers()["retry-after"]), (429, &"7".parse().unwrap()));
    assert_eq!(served.get(one).await["slug"], "acme");

    let wait = Duration::from_millis(60);
    served.emulator.fail(Fault::slow(wait).times(1));
    let start = Instant::now();
    served.get(one).await;
    assert!(start.elapsed() >= wait);
    served.emulator.fail(Fault::slow_after_applying(Duration::from_secs(60)));
    tokio::select! {
        answer = rename(&served, "Late") => panic!("answered {answer:?}"),
        () = eventually(|| (name(&served) == "Late").then_some(())) => {}
    }
}

#[tokio::test]
async fn a_fault_is_bounded_by_method_path_and_count() {
    let served = Served::demo().await;
    served.emulator.fail(Fault::unavailable().on(GET, "/v1/users").times(2));
    served.get("/v1/organizations").await;
    let body = json!({ "first_name": "Ada" });
    served.ok(PATCH, &format!("/v1/users/{}", served.id_of("ada")), body).await;

    for _ in 0..2 {
        assert_eq!(served.refused(GET, "/v1/users", None).await, "503 service_unavailable");
    }
    served.get("/v1/users").await;
    assert!(served.emulator.faults().requests.is_empty());
}

#[tokio::test]
async fn faults_are_set_and_cleared_with_curl() {
    let served = Served::demo().await;
    let faults = "/control/faults";
    let all = json!({
        "requests": [{ "fail": { "slow": { "ms": 1 } }, "method": "GET", "path": "/v1/users", "times": 3 }],
        "webhooks": { "lose": { "half": 7 }, "delay_ms": 5 },
        "rate_limits": { "instance": 100, "object": 10 },
    });
    let set = served.ok(Method::PUT, faults, all.clone()).await;
    assert_eq!(set["requests"], all["requests"]);
    assert_eq!(
        (&set["webhooks"]["lose"], &set["rate_limits"]["bulk_invitations"]),
        (&json!({ "half": 7 }), &json!(50))
    );
    let refusal = json!({
        "fail": { "refuse": { "status": 402, "code": "insufficient_seats", "meta": { "seats_quantity": 4 } } },
        "times": 1,
    });
    let added = served.ok(POST, faults, refusal).await;
    assert_eq!(added["requests"].as_array().unwrap().len(), 2);
    let (status, answer) = served.send(GET, "/v1/organizations", None).await;
    assert_eq!((status, &answer["errors"][0]["meta"]["seats_quantity"]), (402, &json!(4)));

    let (_, cleared) = served.send(Method::DELETE, faults, None).await;
    assert_eq!((&cleared["requests"], &cleared["rate_limits"]), (&json!([]), &Value::Null));
    assert_eq!(served.get(faults).await, cleared);
    assert_eq!(served.get("/control/requests").await[0]["status"], 402);
    for bad in [json!({ "requests": [{ "fail": "explode" }] }), json!({ "webhook": {} })] {
        assert_eq!(served.refused(Method::PUT, faults, Some(bad)).await, "400 request_body_invalid");
    }
    let no_status = json!({ "fail": { "refuse": { "status": 7, "code": "x" } } });
    assert_eq!(served.refused(POST, faults, Some(no_status)).await, "422 form_param_value_invalid status");
}

#[tokio::test]
async fn clerks_rate_limits_are_kept_when_asked_for() {
    let limits = RateLimits { instance: 20, ..RateLimits::development() };
    let served = Served::start(demo().rate_limits(limits)).await;
    let limited = "429 too_many_requests";
    for n in 0..10 {
        rename(&served, &format!("Acme {n}")).await.unwrap();
    }
    assert_eq!(served.refused(PATCH, "/v1/organizations/acme", Some(json!({ "name": "More" }))).await, limited);
    served.ok(PATCH, "/v1/organizations/rival", json!({ "name": "Another" })).await;
    for _ in 0..9 {
        served.get("/v1/organizations").await;
    }
    assert_eq!(served.refused(GET, "/v1/organizations", None).await, limited);
    served.get("/v1/jwks").await;

    served.emulator.limit_rates(None);
    served.get("/v1/organizations").await;
}
