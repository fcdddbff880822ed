//! `/environment`: how the instance is set, from which the components know what to show.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::visit::Visit;
use crate::{Emulator, json, state::State as Clerk};

/// Bare, for GET and PATCH alike.
pub(super) async fn get(State(emulator): State<Emulator>, visit: Visit) -> Json<Value> {
    let origin = visit.page.origin();
    Json(emulator.read(|state| {
        json!({
            "auth_config": auth_config(state),
            "display_config": display_config(&emulator, state, &origin),
            "user_settings": user_settings(),
            "organization_settings": organization_settings(state),
            "fraud_settings": { "object": "fraud_settings", "native": { "device_attestation_mode": "disabled" } },
            "commerce_settings": commerce_settings(),
            "api_keys_settings": {
                "enabled": false, "user_api_keys_enabled": false, "orgs_api_keys_enabled": false,
            },
            "client_debug_mode": false,
            "partitioned_cookies": false,
            "maintenance_mode": false,
        })
    }))
}

fn auth_config(state: &Clerk) -> Value {
    json!({
        "object": "auth_config",
        "id": format!("aconf_{}", state.instance.id),
        "first_name": "on",
        "last_name": "on",
        "email_address": "required",
        "phone_number": "off",
        "username": "off",
        "password": "required",
        "identification_requirements": [["email_address"]],
        "identification_strategies": ["email_address"],
        "first_factors": ["email_code", "password", "ticket"],
        "second_factors": [],
        "email_address_verification_strategies": ["email_code"],
        "single_session_mode": state.settings.single_session_mode,
        "enhanced_email_deliverability": false,
        "test_mode": true,
        "cookieless_dev": true,
        "url_based_session_syncing": true,
        "claimed_at": null,
        "reverification": true,
        "native_settings": {
            "object": "native_settings",
            "api_enabled": false,
            "trusted_device_sign_in_enabled": false,
            "trusted_device_enrollment_prompt_after_sign_in_enabled": false,
            "trusted_device_enrollment_prompt_after_sign_up_enabled": false,
        },
    })
}

/// Every address is on the page's own origin: a redirect to another one needs what a browser here does not have.
fn display_config(emulator: &Emulator, state: &Clerk, origin: &str) -> Value {
    let home = format!("{origin}{}", emulator.settings().home);
    let look = json!({
        "object": "display_config",
        "id": format!("display_config_{}", state.instance.id),
        "instance_environment_type": "development",
        "application_name": emulator.settings().application_name,
        "theme": {},
        "preferred_sign_in_strategy": "password",
        "logo_image_url": "",
        "favicon_image_url": "",
        "support_email": null,
        "branded": false,
        "experimental_force_oauth_first": false,
        "clerk_js_version": null,
        "show_devmode_warning": true,
        "google_one_tap_client_id": null,
        "logo_url": null,
        "favicon_url": null,
        "logo_image": null,
        "favicon_image": null,
    });
    let captcha = json!({
        "captcha_public_key": null,
        "captcha_widget_type": null,
        "captcha_public_key_invisible": null,
        "captcha_provider": null,
        "captcha_oauth_bypass": [],
        "captcha_heartbeat": false,
    });
    json::merged([look, captcha, addresses(&home)])
}

fn addresses(home: &str) -> Value {
    let page = |name: &str| format!("{home}{name}");
    json!({
        "home_url": home,
        "sign_in_url": page("sign-in"),
        "sign_up_url": page("sign-up"),
        "user_profile_url": page("user"),
        "waitlist_url": page("waitlist"),
        "oauth_consent_url": page("oauth-consent"),
        "after_sign_in_url": home,
        "after_sign_up_url": home,
        "after_sign_out_one_url": home,
        "after_sign_out_all_url": page("sign-in"),
        "after_switch_session_url": home,
        "after_join_waitlist_url": home,
        "organization_profile_url": page("organization"),
        "create_organization_url": page("create-organization"),
        "after_leave_organization_url": home,
        "after_create_organization_url": home,
        "logo_link_url": home,
        "help_url": null,
        "privacy_policy_url": null,
        "terms_url": null,
    })
}

fn user_settings() -> Value {
    json!({
        "attributes": attributes(),
        "social": {},
        "saml": { "enabled": false },
        "enterprise_sso": { "enabled": false, "self_serve_sso": false },
        "sign_in": { "second_factor": { "required": false } },
        "sign_up": {
            "captcha_enabled": false,
            "captcha_widget_type": "invisible",
            "custom_action_required": false,
            "progressive": true,
            "mode": "public",
            "legal_consent_enabled": false,
        },
        "restrictions": {
            "allowlist": { "enabled": false },
            "blocklist": { "enabled": false },
            "allowlist_blocklist_disabled_on_sign_in": { "enabled": false },
            "block_email_subaddresses": { "enabled": false },
            "block_disposable_email_domains": { "enabled": false },
        },
        "password_settings": {
            "disable_hibp": true,
            "disable_password_reverification": false,
            "min_length": 8,
            "max_length": 72,
            "require_special_char": false,
            "require_numbers": false,
            "require_uppercase": false,
            "require_lowercase": false,
            "show_zxcvbn": false,
            "min_zxcvbn_strength": 0,
            "enforce_hibp_on_sign_in": false,
            "allowed_special_characters": "",
        },
        "username_settings": {
            "min_length": 4,
            "max_length": 64,
            "allow_extended_special_characters": false,
            "allow_numeric_usernames": false,
        },
        "actions": { "delete_self": false, "create_organization": true, "create_organizations_limit": null },
        "attack_protection": {
            "user_lockout": { "enabled": false, "max_attempts": 100, "duration_in_minutes": 60 },
            "pii": { "enabled": false },
            "email_link": { "require_same_client": false },
            "enumeration_protection": { "enabled": false },
        },
        "passkey_settings": {
            "allow_autofill": false, "show_sign_in_button": false, "satisfies_second_factor": false,
        },
    })
}

fn attributes() -> Value {
    let off = attribute(false, false, &[]);
    let name = attribute(true, false, &[]);
    let mut email = attribute(true, true, &["email_code"]);
    email["verifications"] = json!(["email_code"]);
    email["verify_at_sign_up"] = json!(true);
    let mut password = attribute(true, true, &[]);
    password["used_for_first_factor"] = json!(false);
    json!({
        "email_address": email,
        "phone_number": off,
        "username": off,
        "web3_wallet": off,
        "first_name": name,
        "last_name": name,
        "password": password,
        "authenticator_app": off,
        "ticket": attribute(true, false, &[]),
        "backup_code": off,
        "passkey": off,
    })
}

fn attribute(enabled: bool, required: bool, first_factors: &[&str]) -> Value {
    json!({
        "enabled": enabled,
        "required": required,
        "used_for_first_factor": !first_factors.is_empty(),
        "first_factors": first_factors,
        "used_for_second_factor": false,
        "second_factors": [],
        "verifications": [],
        "verify_at_sign_up": false,
        "immutable": false,
    })
}

fn organization_settings(state: &Clerk) -> Value {
    json!({
        "enabled": true,
        "max_allowed_memberships": state.settings.max_allowed_memberships,
        "actions": { "admin_delete": true },
        "domains": { "enabled": false, "enrollment_modes": [], "default_role": "org:member" },
        "slug": { "disabled": false },
        "creator_role": "org:admin",
    })
}

/// Clerk's own pages for buying plans are not part of this: they would need a provider of payments.
fn commerce_settings() -> Value {
    let off = json!({ "enabled": false, "has_paid_plans": false });
    json!({
        "billing": {
            "stripe_publishable_key": null,
            "free_trial_requires_payment_method": false,
            "user": off,
            "organization": off,
        },
    })
}
