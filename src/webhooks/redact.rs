//! A payload as it may be shown: ids, kinds, states, roles and times stay, whatever names or addresses somebody does not.
//!
//! What may be shown is listed, and not what may not: Clerk's payloads gain fields without notice.

use serde_json::{Map, Value};

/// Stands for what is not shown.
const HIDDEN: &str = "[redacted]";

/// Texts under these names are of Clerk's own making.
const PLAIN: &[&str] = &[
    "id",
    "type",
    "object",
    "status",
    "role",
    "key",
    "permissions",
    "plan_period",
    "interval",
    "currency",
    "charge_type",
    "strategy",
    "enrollment_mode",
    "provider",
    "code",
];

/// Under these names nothing is shown, however deep: they hold what customers put there, or where somebody is.
const CLOSED: &[&str] = &["metadata", "event_attributes", "http_request", "latest_activity", "external", "gateway"];

/// The payload of a delivery, redacted; none when it is no JSON.
#[must_use]
pub fn redacted(payload: &str) -> Option<Value> {
    serde_json::from_str(payload).ok().map(|value| cleaned("", value))
}

fn cleaned(name: &str, value: Value) -> Value {
    if !value.is_null() && CLOSED.iter().any(|closed| name.contains(closed)) {
        return HIDDEN.into();
    }
    match value {
        Value::Object(members) => Value::Object(all(members)),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| cleaned(name, item)).collect()),
        Value::String(text) if !text.is_empty() && !may_show(name, &text) => HIDDEN.into(),
        other => other,
    }
}

fn all(members: Map<String, Value>) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.clone(), cleaned(&name, value))).collect()
}

/// An id or a word; an address or a sentence under such a name is none.
fn may_show(name: &str, text: &str) -> bool {
    let plain = PLAIN.contains(&name) || name.ends_with("_id") || name.ends_with("_ids");
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b':' | b'.');
    plain && text.len() <= 255 && text.bytes().all(word)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_names_somebody_is_hidden_wherever_it_stands() {
        let payload = json!({
            "type": "user.updated", "timestamp": 1_772_442_000_412_i64,
            "event_attributes": {"http_request": {"client_ip": "203.0.113.24", "user_agent": "Example"}},
            "data": {
                "id": "user_1", "object": "user", "first_name": "Ines", "last_name": null, "banned": false,
                "primary_email_address_id": "idn_1", "external_id": "crm-7", "public_metadata": {"n": 7},
                "email_addresses": [{"id": "idn_1", "email_address": "ines@northwind.example"}],
                "organization": {"id": "org_1", "name": "Northwind", "slug": "northwind"},
                "permissions": ["org:tasks:view"], "role": "org:admin", "url": "https://x.example/?ticket=t",
                "status": "somebody@x.example", "something_new": "Ines", "updated_at": 5, "unsafe_metadata": {},
            },
        });
        let shown = redacted(&payload.to_string()).unwrap();
        let text = shown.to_string();
        for hidden in ["Ines", "northwind", "Northwind", "203.0.113", "crm-7", "ticket", "somebody", "Example", "\"n\""]
        {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
        let data = &shown["data"];
        assert_eq!(
            (&data["id"], &data["role"], &data["updated_at"]),
            (&json!("user_1"), &json!("org:admin"), &json!(5))
        );
        assert_eq!(data["permissions"], json!(["org:tasks:view"]));
        assert_eq!(data["email_addresses"], json!([{"id": "idn_1", "email_address": HIDDEN}]));
        assert_eq!((&data["last_name"], &data["banned"]), (&Value::Null, &json!(false)));
        assert_eq!(shown["timestamp"], 1_772_442_000_412_i64);
        assert_eq!(redacted("no json"), None);
    }
}
