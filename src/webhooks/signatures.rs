//! Whether a delivery was signed with one of our secrets, lately.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use svix::webhooks::{Webhook, WebhookError};

use crate::error::{Error, Result};

/// The longest message id, in bytes.
const MAX_ID: usize = 255;

/// A webhook secret that is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is not whsec_ and base64")]
pub struct BadSecret;

/// Verifies the signatures of deliveries. Cheap to clone; `Debug` shows no key.
#[derive(Debug, Clone)]
pub struct Signatures(Arc<[Webhook]>);

/// What the headers of a genuine delivery say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The same on every attempt.
    pub id: String,
    /// When this attempt was made.
    pub sent_at: DateTime<Utc>,
}

impl Signatures {
    /// Takes every secret that is in use, two while one replaces the other. Without any, no delivery is taken.
    ///
    /// # Errors
    /// [`BadSecret`] when one is no key.
    pub fn new(secrets: &[SecretString]) -> Result<Self, BadSecret> {
        let keys = secrets.iter().map(|secret| Webhook::new(secret.expose_secret()).map_err(|_| BadSecret));
        Ok(Self(keys.collect::<Result<_, _>>()?))
    }

    /// Passes when there is a secret to verify with.
    ///
    /// # Errors
    /// 503 `webhook_secret_missing`.
    pub(super) fn demand_secret(&self) -> Result<()> {
        if !self.0.is_empty() {
            return Ok(());
        }
        Err(Error::Unavailable {
            code: "webhook_secret_missing",
            detail: "No webhook signing secret is configured, so that no delivery can be verified.",
            retry_after: Duration::from_secs(300),
            cause: None,
        })
    }

    /// Passes when the body was signed with any of the secrets within five minutes of now (Svix, "Verifying payloads").
    ///
    /// # Errors
    /// 400 `signature_invalid`.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<Message> {
        let mut refusal = WebhookError::InvalidSignature;
        for key in self.0.iter() {
            match key.verify(body, headers) {
                Ok(()) => return message(headers).ok_or_else(|| refused("The delivery's id is not one of Svix's.")),
                Err(error) => refusal = error,
            }
        }
        Err(refused(sentence(&refusal)))
    }
}

/// Reads the headers as the verifier did: the first of each name, `svix-` before `webhook-`.
fn message(headers: &HeaderMap) -> Option<Message> {
    let text = |branded: &str, plain: &str| headers.get(branded).or_else(|| headers.get(plain))?.to_str().ok();
    let id = text("svix-id", "webhook-id")?;
    // Id, time and body are signed as one text with dots between. The narrow alphabet keeps a dot that is part of a body
    // from passing for one between them.
    let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let seconds: i64 = text("svix-timestamp", "webhook-timestamp")?.parse().ok()?;
    let sent_at = DateTime::from_timestamp_secs(seconds)?;
    (plain && (1..=MAX_ID).contains(&id.len())).then(|| Message { id: id.to_owned(), sent_at })
}

fn refused(detail: &str) -> Error {
    Error::Malformed { code: "signature_invalid", detail: detail.to_owned() }
}

fn sentence(error: &WebhookError) -> &'static str {
    match error {
        WebhookError::MissingHeader(_) => "svix-id, svix-timestamp and svix-signature are all needed.",
        WebhookError::TimestampTooOldError => "svix-timestamp is more than five minutes ago.",
        WebhookError::FutureTimestampError => "svix-timestamp is more than five minutes ahead.",
        WebhookError::InvalidTimestamp => "svix-timestamp is no Unix time in seconds.",
        _ => "No signature fits the body and a secret of ours.",
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const SECRET: &str = concat!("whsec_", "dGFza29yYml0LXRlc3Qtc2lnbmluZy1r");
    const ID: &str = "msg_3Zk8QwTb1LxUe5Rr0aPd7HfJm2C";
    const BODY: &str = r#"{"data":{"deleted":true,"id":"org_3ViXZya8cdFOcVwWBhqG5KSFdPE","object":"organization","slug":"northwind-joinery"},"object":"event","timestamp":1772442000000,"type":"organization.deleted"}"#;

    fn headers(id: &str, timestamp: &str, signature: &str) -> HeaderMap {
        let pairs = [("svix-id", id), ("svix-timestamp", timestamp), ("svix-signature", signature)];
        pairs.into_iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap())).collect()
    }

    fn signed(id: &str) -> HeaderMap {
        let now = Utc::now().timestamp();
        let signature = Webhook::new(SECRET).unwrap().sign(id, now, BODY.as_bytes()).unwrap();
        headers(id, &now.to_string(), &signature)
    }

    fn signatures() -> Signatures {
        Signatures::new(&[SECRET.into()]).unwrap()
    }

    #[test]
    fn the_published_vector_has_a_good_signature_from_long_ago() {
        let vector = headers(ID, "1772442001", "v1,yt4tQ6ODDl1HQeQCMf2e+UACj5HLG0P5oD8PX/67hf4=");
        Webhook::new(SECRET).unwrap().verify_ignoring_timestamp(BODY.as_bytes(), &vector).unwrap();
        let error = signatures().verify(&vector, BODY.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), "signature_invalid: svix-timestamp is more than five minutes ago.");
    }

    #[test]
    fn an_id_is_told_from_the_time_and_the_body() {
        assert_eq!(signatures().verify(&signed(ID), BODY.as_bytes()).unwrap().id, ID);
        for id in ["msg {\"a\"", "msg:1", &"m".repeat(256), "msg/1"] {
            assert!(signatures().verify(&signed(id), BODY.as_bytes()).is_err(), "{id}");
        }
    }

    #[test]
    fn a_bad_secret_is_found_at_once_and_never_shown() {
        for secret in ["whsec_", "", "whsec_not base64!"] {
            assert_eq!(Signatures::new(&[secret.into()]).unwrap_err(), BadSecret, "{secret}");
        }
        assert!(!format!("{:?}", signatures()).contains("dGFza29y"));
    }
}
