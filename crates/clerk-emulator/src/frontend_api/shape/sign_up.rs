//! SignUp.

use serde_json::{Value, json};

use super::View;
use crate::state::{AddressProof, Factor, SignUp};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl View<'_> {
    pub(in super::super) fn sign_up(&self, sign_up: &SignUp) -> Value {
        let done = sign_up.created_user_id.is_some();
        let unverified: &[&str] = if sign_up.is_unverified() { &["email_address"] } else { &[] };
        json!({
            "object": "sign_up_attempt",
            "id": sign_up.id,
            "status": if done { "complete" } else { "missing_requirements" },
            "required_fields": ["email_address", "password"],
            "optional_fields": ["first_name", "last_name"],
            "missing_fields": sign_up.missing(),
            "unverified_fields": unverified,
            "verifications": {
                "email_address": address_verification(sign_up),
                "phone_number": null,
                "web3_wallet": null,
                "external_account": null,
            },
            "username": sign_up.username,
            "email_address": sign_up.email_address,
            "phone_number": null,
            "web3_wallet": null,
            "password_enabled": sign_up.password.is_some(),
            "has_password": sign_up.password.is_some(),
            "first_name": sign_up.first_name,
            "last_name": sign_up.last_name,
            "unsafe_metadata": sign_up.unsafe_metadata,
            "public_metadata": {},
            "custom_action": false,
            "external_id": null,
            "created_session_id": sign_up.created_session_id,
            "created_user_id": sign_up.created_user_id,
            "abandon_at": sign_up.abandon_at,
            "legal_accepted_at": null,
        })
    }
}

/// Null until a code was asked for: the components send one at once when there is none.
fn address_verification(sign_up: &SignUp) -> Value {
    let (factor, next) = match sign_up.proof {
        AddressProof::None => return Value::Null,
        AddressProof::CodeSent => (Factor::EmailCode, "needs_attempt"),
        AddressProof::Code => (Factor::EmailCode, ""),
        AddressProof::Ticket => (Factor::Ticket, ""),
    };
    let mut object = super::sign_in::verification(factor, sign_up.proof.is_good(), sign_up.created_at + DAY_MS);
    object["next_action"] = json!(next);
    object["supported_strategies"] = json!([factor.as_str()]);
    object
}
