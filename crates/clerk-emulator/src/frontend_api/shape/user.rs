//! User, EmailAddress, and what others see of a person.

use serde_json::{Value, json};

use super::View;
use crate::{EmailAddress, User};

impl View<'_> {
    pub(in super::super) fn user(&self, user: &User) -> Value {
        let memberships = self.state.memberships_of(&user.id);
        let memberships: Vec<Value> = memberships.map(|membership| self.membership(membership, false)).collect();
        let own = json!({ "organization_memberships": memberships });
        crate::json::merged([self.profile(user), identifications(user), security(user), own])
    }

    fn profile(&self, user: &User) -> Value {
        json!({
            "object": "user",
            "id": user.id,
            "external_id": user.external_id,
            "username": user.username,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "image_url": self.image_url(&user.id),
            "profile_image_url": self.image_url(&user.id),
            "has_image": false,
            "public_metadata": user.public_metadata,
            "unsafe_metadata": user.unsafe_metadata,
            "banned": user.banned,
            "last_sign_in_at": user.last_sign_in_at,
            "last_active_at": user.last_sign_in_at,
            "created_at": user.created_at,
            "updated_at": user.updated_at,
        })
    }

    /// What other members see.
    pub(in super::super) fn public_user_data(&self, user: &User) -> Value {
        json!({
            "user_id": user.id,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "identifier": user.email().or(user.username.as_deref()).unwrap_or(&user.id),
            "image_url": self.image_url(&user.id),
            "has_image": false,
            "username": user.username,
            "banned": user.banned,
        })
    }
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
        "delete_self_enabled": false,
        "create_organization_enabled": true,
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
            "object": "verification_otp",
            "status": "verified",
            "strategy": "email_code",
            "attempts": null,
            "expire_at": email.created_at,
        },
        "linked_to": [],
        "matches_sso_connection": false,
        "created_at": email.created_at,
        "updated_at": email.created_at,
    })
}
