//! SignIn, and the factors and verifications that it has in common with a later verification of a session.

use serde_json::{Value, json};

use super::View;
use crate::{
    User,
    state::{Factor, SignIn},
};

const MINUTE_MS: i64 = 60_000;

impl View<'_> {
    pub(in super::super) fn sign_in(&self, sign_in: &SignIn) -> Value {
        let user = sign_in.user_id.as_deref().and_then(|id| self.state.user(id).ok());
        let done = sign_in.created_session_id.is_some();
        let status = match (done, user) {
            (true, _) => "complete",
            (false, Some(_)) => "needs_first_factor",
            (false, None) => "needs_identifier",
        };
        let person = |user: &User| {
            json!({
                "first_name": user.first_name,
                "last_name": user.last_name,
                "image_url": self.image_url(&user.id),
                "has_image": false,
            })
        };
        json!({
            "object": "sign_in_attempt",
            "id": sign_in.id,
            "status": status,
            "supported_identifiers": ["email_address"],
            "supported_first_factors": user.map(first_factors),
            "supported_second_factors": null,
            "first_factor_verification": sign_in.factor.map(|factor| verification(factor, done, sign_in.created_at)),
            "second_factor_verification": null,
            "identifier": sign_in.identifier,
            "user_data": user.map(person),
            "created_session_id": sign_in.created_session_id,
            "abandon_at": sign_in.abandon_at,
        })
    }
}

/// How a person can show who they are.
pub(super) fn first_factors(user: &User) -> Value {
    let password = user.password_enabled.then(|| json!({ "strategy": Factor::Password.as_str() }));
    let codes = user.email_addresses.iter().enumerate().map(|(place, email)| {
        json!({
            "strategy": Factor::EmailCode.as_str(),
            "safe_identifier": email.email_address,
            "email_address_id": email.id,
            "primary": place == 0,
        })
    });
    Value::from_iter(password.into_iter().chain(codes))
}

/// Where the showing has come to.
pub(super) fn verification(factor: Factor, done: bool, since: i64) -> Value {
    let (object, expires) = match factor {
        Factor::Password => ("verification_password", None),
        Factor::EmailCode => ("verification_otp", Some(since + 10 * MINUTE_MS)),
        Factor::Ticket => ("verification_ticket", None),
    };
    json!({
        "object": object,
        "status": if done { "verified" } else { "unverified" },
        "strategy": factor.as_str(),
        "attempts": null,
        "expire_at": expires,
    })
}
