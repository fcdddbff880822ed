//! Deliveries: the genuine ones are never too many, the others are limited by address.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use super::{FEW, limited, rates, standing};
use crate::support::{Answer, Caller, TestApp};

const PATH: &str = "/api/webhooks/clerk";

/// A genuine delivery from an address.
async fn deliver(app: &TestApp, from: &str, number: usize) -> Answer {
    let body = json!({"type": "email.created", "data": {"number": number}, "timestamp": 1}).to_string();
    let signed = clerk_emulator::sign_event(&app.clerk.webhook_secret(), body.as_bytes()).unwrap();
    let sender = signed
        .headers
        .iter()
        .fold(app.nobody().from(from), |sender, (name, value)| sender.header(name.as_str(), value.to_str().unwrap()));
    sender.send(Method::POST, PATH, Some(Body::from(signed.body))).await
}

fn forger(app: &TestApp, from: &str) -> Caller {
    let now = chrono::Utc::now().timestamp().to_string();
    app.nobody()
        .from(from)
        .header("svix-id", "msg_1")
        .header("svix-timestamp", &now)
        .header("svix-signature", "v1,AAAA")
}

on_both_databases! {
    async fn a_flood_of_genuine_deliveries_is_taken(app) {
        let (limited, _clock) = limited(&app, rates(FEW)).await;
        for number in 0..50 {
            assert_eq!(standing(&deliver(&limited, "192.0.2.7", number).await), "200 -/-/-");
        }
    }

    async fn forged_deliveries_are_limited_by_address_and_genuine_ones_from_there_are_not(app) {
        let (limited, _clock) = limited(&app, rates(FEW)).await;
        for expected in ["400 signature_invalid 2/1/1", "400 signature_invalid 2/0/2"] {
            let answer = forger(&limited, "192.0.2.66").post(PATH, json!({"type": "user.deleted"})).await;
            assert_eq!(standing(&answer), expected);
        }
        let refused = forger(&limited, "192.0.2.66").post(PATH, json!({"type": "user.deleted"})).await;
        refused.assert_problem("too many forged deliveries");
        assert_eq!((standing(&refused).as_str(), refused.header("retry-after")), ("429 rate_limited 2/0/2", Some("1")));
        assert_eq!(deliver(&limited, "192.0.2.66", 1).await.summary(), "200", "others send from Clerk's addresses too");
    }
}
