//! Webhooks out: the envelope, the svix signature, and delivery with retries.

mod delivery;
mod log;

pub use delivery::{Attempt, Delivery, DeliveryStatus};

pub(crate) use log::{Dispatcher, Message};

use anyhow::{Context, Result, ensure};
use aws_lc_rs::hmac;
use axum::http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{ids, state::now_ms};

/// A signing secret of an endpoint, `whsec_` and base64.
#[derive(Clone)]
pub struct WebhookSecret(hmac::Key);

impl WebhookSecret {
    /// Reads a secret.
    ///
    /// # Errors
    /// When it is not `whsec_` followed by the base64 of at least one byte.
    pub fn parse(secret: &str) -> Result<Self> {
        let encoded = secret.strip_prefix("whsec_");
        let encoded = encoded.context("a webhook secret starts with whsec_")?;
        let key = STANDARD.decode(encoded);
        let key = key.context("a webhook secret is whsec_ and base64")?;
        ensure!(!key.is_empty(), "a webhook secret must not be empty");
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &key)))
    }

    /// The value of `svix-signature` for one message; `timestamp` is in seconds.
    ///
    /// Svix: HMAC-SHA256 over `{id}.{timestamp}.{body}`.
    pub fn signature(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(format!("{id}.{timestamp}.").as_bytes());
        context.update(body);
        format!("v1,{}", STANDARD.encode(context.sign()))
    }

    /// A delivery of these bytes under an id of the caller's choice; `timestamp` is in seconds.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> SignedDelivery {
        let signature = self.signature(id, timestamp, body);
        let value = |text: &str| HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("invalid"));
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (SVIX_ID, value(id)),
            (SVIX_TIMESTAMP, HeaderValue::from(timestamp)),
            (SVIX_SIGNATURE, value(&signature)),
        ]);
        SignedDelivery { headers, body: body.to_vec() }
    }
}

const SVIX_ID: axum::http::HeaderName = axum::http::HeaderName::from_static("svix-id");
const SVIX_TIMESTAMP: axum::http::HeaderName = axum::http::HeaderName::from_static("svix-timestamp");
const SVIX_SIGNATURE: axum::http::HeaderName = axum::http::HeaderName::from_static("svix-signature");

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret(secret)")
    }
}

/// A webhook request, ready to be sent or handed to a router in process.
#[derive(Clone, Debug)]
pub struct SignedDelivery {
    /// `content-type` and the three `svix-*` headers.
    pub headers: HeaderMap,
    /// The bytes that were signed.
    pub body: Vec<u8>,
}

/// Signs these bytes now, under a fresh message id.
///
/// # Errors
/// When the secret is not a webhook secret.
pub fn sign_event(secret: &str, event_json: &[u8]) -> Result<SignedDelivery> {
    let secret = WebhookSecret::parse(secret)?;
    Ok(secret.sign(&ids::fresh("msg_"), now_ms() / 1000, event_json))
}

/// Clerk's event envelope; `timestamp` is in milliseconds.
pub(crate) fn envelope(instance: &str, kind: &str, data: &Value, timestamp: i64) -> Value {
    json!({
        "data": data,
        "event_attributes": { "http_request": { "client_ip": "", "user_agent": "" } },
        "instance_id": instance,
        "object": "event",
        "timestamp": timestamp,
        "type": kind,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_svix_makes() {
        let body = concat!(
            r#"{"data":{"deleted":true,"id":"org_3ViXZya8cdFOcVwWBhqG5KSFdPE","#,
            r#""object":"organization","slug":"northwind-joinery"},"object":"event","#,
            r#""timestamp":1772442000000,"type":"organization.deleted"}"#
        );
        let secret = WebhookSecret::parse(concat!("whsec_", "dGFza29yYml0LXRlc3Qtc2lnbmluZy1r")).unwrap();
        let id = "msg_3Zk8QwTb1LxUe5Rr0aPd7HfJm2C";
        assert_eq!(
            secret.signature(id, 1_772_442_001, body.as_bytes()),
            "v1,yt4tQ6ODDl1HQeQCMf2e+UACj5HLG0P5oD8PX/67hf4="
        );
    }

    #[test]
    fn a_secret_is_whsec_and_base64() {
        for bad in ["", "whsec_", "c2VjcmV0", "whsec_%%%"] {
            assert!(WebhookSecret::parse(bad).is_err(), "{bad} was accepted");
        }
    }

    #[test]
    fn the_svix_library_accepts_a_signed_event() {
        let secret = ids::webhook_secret();
        let signed = sign_event(&secret, br#"{"type":"user.created"}"#).unwrap();
        let verifier = svix::webhooks::Webhook::new(&secret).unwrap();
        verifier.verify(&signed.body, &signed.headers).unwrap();
    }
}
