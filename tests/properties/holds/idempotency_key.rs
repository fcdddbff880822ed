//! `Idempotency-Key`: exactly one value of 1 to 255 visible ASCII characters, or none at all.

use axum::body::Body;
use axum::extract::FromRequest as _;
use axum::http::{HeaderValue, Request, header};
use futures_util::FutureExt as _;
use serde_json::Value;
use tenantry::error::Error;
use tenantry::idempotency::{IDEMPOTENCY_KEY, Once};

/// One header line for each line of the input.
pub fn idempotency_key(data: &[u8]) {
    let mut headers = super::headers(&IDEMPOTENCY_KEY, data);
    let keys: Vec<Vec<u8>> = headers.get_all(IDEMPOTENCY_KEY).iter().map(|key| key.as_bytes().to_vec()).collect();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut request = Request::post("/api/tasks").body(Body::from("{}")).expect("the request is well formed");
    *request.headers_mut() = headers;
    let read = Once::<Value>::from_request(request, &()).now_or_never().expect("the body is there");
    let acceptable = match &keys[..] {
        [] => true,
        [key] => (1..=255).contains(&key.len()) && key.iter().all(|byte| (0x21..=0x7e).contains(byte)),
        _ => false,
    };
    match read {
        Ok(once) => assert!(acceptable && once.body == serde_json::json!({}), "{keys:?} was accepted"),
        Err(Error::Malformed { code: "idempotency_key_malformed", .. }) => assert!(!acceptable, "{keys:?} was refused"),
        Err(error) => panic!("{keys:?}: {error:?}"),
    }
}
