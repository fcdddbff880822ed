//! User and EmailAddress.

use serde_json::{Value, json};

use super::{image_url, merged};
use crate::state::{EmailAddress, State, User};

pub(crate) fn user(state: &State, user: &User) -> Value {
    let profile = json!({
        "object": "user",
        "id": user.id,
        "external_id": user.external_id,
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "locale": null,
        "image_url": image_url(state, &user.id),
        "profile_image_url": image_url(state, &user.id),
        "has_image": false,
        "public_metadata": user.public_metadata,
        "private_metadata": user.private_metadata,
        "unsafe_metadata": user.unsafe_metadata,
        "banned": user.banned,
        "last_sign_in_at": user.last_sign_in_at,
        "last_active_at": user.last_sign_in_at,
        "created_at": user.created_at,
        "updated_at": user.updated_at,
    });
    merged([profile, identifications(user), security(user)])
}

fn identifications(user: &User) -> Value {
    let emails: Vec<Value> = user.email_addresses.iter().map(email_address).collect();
    json!({
        "primary_email_address_id": user.email_addresses.first().map(|email| &email.id),
        "primary_phone_number_id": null,
        "primary_web3_wallet_id": null,
        "email_addresses": emails,
        "phone_numbers": [],
        "web3_wallets": [],
        "passkeys": [],
        "external_accounts": [],
        "saml_accounts": [],
        "enterprise_accounts": [],
    })
}

fn security(user: &User) -> Value {
    json!({
        "password_enabled": user.password_enabled,
        "password_last_updated_at": user.password_enabled.then_some(user.created_at),
        "two_factor_enabled": false,
        "totp_enabled": false,
        "backup_code_enabled": false,
        "mfa_enabled_at": null,
        "mfa_disabled_at": null,
        "locked": false,
        "lockout_expires_in_seconds": null,
        "verification_attempts_remaining": 100,
        "deprovisioned": false,
        "delete_self_enabled": true,
        "create_organization_enabled": true,
        "create_organizations_limit": null,
        "legal_accepted_at": null,
    })
}

fn email_address(email: &EmailAddress) -> Value {
    json!({
        "object": "email_address",
        "id": email.id,
        "email_address": email.email_address,
        "reserved": false,
        "verification": {
            "object": "verification_admin",
            "status": "verified",
            "strategy": "admin",
            "attempts": null,
            "expire_at": null,
        },
        "linked_to": [],
        "matches_sso_connection": false,
        "created_at": email.created_at,
        "updated_at": email.created_at,
    })
}

pub(crate) fn deleted_user(user: &User) -> Value {
    let mut object = json!({ "object": "user", "id": user.id, "deleted": true });
    if let Some(external_id) = &user.external_id {
        object["external_id"] = json!(external_id);
    }
    object
}
