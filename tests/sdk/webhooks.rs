//! Webhooks: the packages accept what the local Clerk sends, and our API accepts what the packages sign.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::routing::post;
use clerk_emulator::{NewOrganization, TokenRequest};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::package::Packages;
use crate::service::Service;

/// Plainly not a secret of anybody: the base64 of a sentence.
const OTHER_SECRET: &str = concat!("whsec_", "bm90IHRoZSBzZWNyZXQgb2YgdGhpcyBpbnN0YW5jZQ==");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_javascript_packages_accept_what_the_local_clerk_sends() {
    the_packages_accept_what_the_local_clerk_sends(Packages::JavaScript, &["clerk", "svix"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_package_accepts_what_the_local_clerk_sends() {
    the_packages_accept_what_the_local_clerk_sends(Packages::Python, &["svix"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_endpoint_applies_what_svix_for_javascript_signs() {
    our_endpoint_applies_what_svix_signs(Packages::JavaScript).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_endpoint_applies_what_svix_for_python_signs() {
    our_endpoint_applies_what_svix_signs(Packages::Python).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn svix_for_rust_accepts_what_svix_for_javascript_and_python_sign() {
    let secret = Service::start().await.clerk.webhook_secret();
    for packages in [Packages::JavaScript, Packages::Python] {
        if !packages.are_there() {
            continue;
        }
        let messages =
            [message("msg_text", &secret, 0, "{\"name\":\"Ærø \u{1F6A2}\"}"), message("msg_none", &secret, 0, "")];
        let report = packages.run("webhooks", &json!({"secret": secret, "messages": messages}));
        for signed in report["sent"].as_array().unwrap() {
            let verifier = svix::webhooks::Webhook::new(&secret).unwrap();
            let body = signed["body"].as_str().unwrap().as_bytes();
            verifier.verify(body, &headers(&signed["headers"])).unwrap_or_else(|error| panic!("{packages:?}: {error}"));
        }
    }
}

async fn the_packages_accept_what_the_local_clerk_sends(packages: Packages, judges: &[&str]) {
    if !packages.are_there() {
        return;
    }
    let service = Service::start().await;
    let secret = service.clerk.webhook_secret();
    let mut inbox = inbox(&service, &secret).await;
    let told = a_day_at_the_office(&service);
    let mut deliveries = Vec::new();
    for _ in &told {
        deliveries.push(inbox.recv().await.unwrap());
    }
    let mut altered = deliveries[0].clone();
    altered["body"] = json!(altered["body"].as_str().unwrap().replace("ines", "omar"));
    assert_ne!(altered, deliveries[0], "the test must alter something");
    deliveries.push(altered);
    let report = packages.run("webhooks", &json!({"secret": secret, "deliveries": deliveries}));
    let stranger = packages.run("webhooks", &json!({"secret": OTHER_SECRET, "deliveries": deliveries}));
    for judge in judges {
        let told = told.iter().map(|event| json!([event["type"], event["data"]["id"]]));
        let expected: Vec<Value> = told.chain([json!("refused")]).collect();
        assert_eq!(verdicts(&report, judge), expected, "{judge} of {packages:?}");
        assert!(verdicts(&stranger, judge).iter().all(|verdict| verdict == "refused"), "{judge} with another secret");
    }
}

async fn our_endpoint_applies_what_svix_signs(packages: Packages) {
    if !packages.are_there() {
        return;
    }
    let service = Service::start().await;
    let secret = service.clerk.webhook_secret();
    let told = a_day_at_the_office(&service);
    let body = |n: usize| told[n].to_string();
    let messages = [
        message("msg_stranger", OTHER_SECRET, 0, &body(0)),
        message("msg_late", &secret, 600, &body(0)),
        message("msg_early", &secret, -600, &body(0)),
        message("msg_first", &secret, 0, &body(0)),
        message("msg_first", &secret, 0, &body(0)),
        message("msg_second", &secret, 60, &body(1)),
    ];
    let endpoint = format!("{}/api/webhooks/clerk", service.url);
    let report = packages.run("webhooks", &json!({"secret": secret, "endpoint": endpoint, "messages": messages}));
    let answers: Vec<String> = report["sent"].as_array().unwrap().iter().map(summary).collect();
    let refused = "400 signature_invalid";
    assert_eq!(answers, [refused, refused, refused, "200 received", "200 received", "200 received"]);

    let ines = told[0]["data"]["id"].as_str().unwrap();
    let token = service.clerk.session_token(TokenRequest::for_user(ines)).unwrap();
    let (status, me) = service.me(&token).await;
    assert_eq!(
        (status.as_str(), &me["profile"]["email"]),
        ("200", &json!("ines@example.com")),
        "the event was applied"
    );
}

/// Two people, an organization, its first members; answers what was announced, in order.
fn a_day_at_the_office(service: &Service) -> Vec<Value> {
    let (ines, omar) = (service.person("ines"), service.person("omar"));
    let new = NewOrganization { created_by: Some(ines), ..NewOrganization::named("Northwind Joinery") };
    let organization = service.clerk.create_organization(new).unwrap().id;
    service.clerk.add_member(&organization, &omar, "org:member").unwrap();
    let told = service.clerk.take_events();
    assert!(told.len() >= 5, "{told:?}");
    told
}

/// Where the local Clerk delivers: each delivery as its headers and body.
async fn inbox(service: &Service, secret: &str) -> UnboundedReceiver<Value> {
    async fn keep(State(inbox): State<UnboundedSender<Value>>, headers: HeaderMap, body: Bytes) {
        let named = headers.iter().map(|(name, value)| (name.to_string(), json!(value.to_str().unwrap())));
        // These belong to the connection and may not be set on a request by hand.
        let own = named.filter(|(name, _)| !matches!(name.as_str(), "host" | "content-length"));
        let headers: serde_json::Map<String, Value> = own.collect();
        let body = String::from_utf8(body.to_vec()).unwrap();
        inbox.send(json!({"headers": headers, "body": body})).unwrap();
    }
    let (sender, receiver) = unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/inbox", listener.local_addr().unwrap());
    let router = axum::Router::new().route("/inbox", post(keep)).with_state(sender);
    tokio::spawn(async move { axum::serve(listener, router).await });
    service.clerk.add_webhook_endpoint(url, secret).unwrap();
    receiver
}

fn message(id: &str, secret: &str, seconds_ago: i64, body: &str) -> Value {
    json!({"id": id, "secret": secret, "seconds_ago": seconds_ago, "body": body})
}

fn headers(object: &Value) -> HeaderMap {
    let pairs = object.as_object().unwrap().iter();
    pairs.map(|(name, value)| (name.parse::<HeaderName>().unwrap(), header_value(value))).collect()
}

fn header_value(value: &Value) -> HeaderValue {
    value.as_str().unwrap().parse().unwrap()
}

fn verdicts(report: &Value, judge: &str) -> Vec<Value> {
    report["judged"].as_array().unwrap().iter().map(|delivery| delivery[judge].clone()).collect()
}

/// The status, and what the body says: `400 signature_invalid`.
fn summary(sent: &Value) -> String {
    let says = match &sent["answer"] {
        received if *received == json!({"received": true}) => "received",
        problem => problem["code"].as_str().unwrap_or("something else"),
    };
    format!("{} {says}", sent["status"])
}
