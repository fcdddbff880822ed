//! Which organization an event of any type tells of, known or not.

use serde_json::Value;

use super::fields::Fields;

/// The members that name an organization, wherever they stand.
const NAMES: [&str; 2] = ["organization_id", "last_active_organization_id"];

/// The organization that the data of an event tells of; the outermost when several are named.
pub(super) fn organization(kind: &str, data: &Value) -> Option<String> {
    let own = kind.starts_with("organization.").then(|| id(data, "id")).flatten();
    own.or_else(|| named(data))
}

fn named(data: &Value) -> Option<String> {
    let inner: Vec<&Value> = match data {
        Value::Object(object) => {
            let direct = NAMES.iter().find_map(|name| id(data, name));
            let nested = || id(object.get("organization")?, "id");
            if let Some(found) = direct.or_else(nested) {
                return Some(found);
            }
            // What an application or a person writes there is no announcement of Clerk's.
            object.iter().filter(|(name, _)| !name.ends_with("metadata")).map(|(_, value)| value).collect()
        }
        Value::Array(items) => items.iter().collect(),
        _ => return None,
    };
    inner.into_iter().find_map(named)
}

/// As the objects themselves are read: what is no organization's id there is none here.
fn id(data: &Value, name: &str) -> Option<String> {
    Fields::of(data, "").ok()?.organization_id(name).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::clerk::event::Envelope;

    #[test]
    fn the_organization_is_found_wherever_a_type_names_it() {
        let cases = [
            ("organization.deleted", json!({"id": "org_1", "deleted": true}), Some("org_1")),
            (
                "organizationMembership.created",
                json!({"id": "orgmem_1", "organization": {"id": "org_1"}}),
                Some("org_1"),
            ),
            ("organizationInvitation.created", json!({"id": "orginv_1", "organization_id": "org_1"}), Some("org_1")),
            ("organizationDomain.created", json!({"id": "orgdmn_1", "organization_id": "org_1"}), Some("org_1")),
            ("session.created", json!({"id": "sess_1", "last_active_organization_id": "org_1"}), Some("org_1")),
            ("subscription.updated", json!({"payer": {"organization_id": "org_1"}}), Some("org_1")),
            ("something.new", json!({"list": [{"deep": {"organization_id": "org_1"}}]}), Some("org_1")),
            ("subscription.updated", json!({"payer": {"organization_id": "", "user_id": "user_1"}}), None),
            ("user.created", json!({"id": "user_1"}), None),
            ("user.updated", json!({"unsafe_metadata": {"organization_id": "org_1"}}), None),
            ("something.new", json!({"organization_id": "user_1", "organization": "org_1"}), None),
            ("something.new", json!({"organization_id": 7, "organization": {"id": null}}), None),
            ("something.new", json!("org_1"), None),
        ];
        for (kind, data, expected) in cases {
            let body = json!({"type": kind, "data": data}).to_string();
            let found = Envelope::open(body.as_bytes()).unwrap().organization_id();
            assert_eq!(found.as_deref(), expected, "{body}");
        }
        assert_eq!(Envelope::open(br#"{"type": "organization.created"}"#).unwrap().organization_id(), None);
    }
}
