//! What Clerk's webhooks carry: whatever it is, in whatever order and however often it comes, the mirror ends alike.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde_json::Value;
use tenantry::clerk::event::Envelope;
use tenantry::directory::sync::{Announced, announced};
use tenantry::directory::version::{Mirrored, newer};
use tenantry::directory::{
    ended_session, invitation, membership, organization, payment_attempt, subscription, subscription_item, user,
};
use tenantry::webhooks::redact::redacted;

/// Payloads, a line each.
pub fn event(data: &[u8]) {
    let told: Vec<Announced> = data.split(|byte| *byte == b'\n').filter_map(read).collect();
    let mirror = |order: &mut dyn Iterator<Item = &Announced>| {
        let mut mirror = Mirror::default();
        order.for_each(|rows| mirror.take(rows));
        mirror
    };
    let in_order = mirror(&mut told.iter());
    assert_eq!(mirror(&mut told.iter().rev()), in_order, "the order matters");
    assert_eq!(mirror(&mut told.iter().chain(told.iter())), in_order, "a repetition matters");
    // PostgreSQL stores no U+0000, and every retry of the delivery would fail again.
    let shown = format!("{in_order:?}").replace(r"\\", "");
    assert!(!shown.contains(r"\0"), "U+0000 in {in_order:?}");
}

/// The rows that a payload tells of.
fn read(payload: &[u8]) -> Option<Announced> {
    if let Some(shown) = std::str::from_utf8(payload).ok().and_then(redacted) {
        let again = redacted(&shown.to_string()).expect("what is shown is JSON");
        assert_eq!(words(&again), words(&shown), "something was left to hide");
    }
    let envelope = Envelope::open(payload).ok()?;
    assert!((1..=255).contains(&envelope.kind().len()) && !envelope.kind().contains(char::is_control));
    let _ = envelope.organization_id();
    let notice = envelope.notice(DateTime::UNIX_EPOCH).ok()?;
    assert_eq!(notice.digest.len(), 32);
    Some(announced(&notice))
}

/// Every text in it; numbers are shown as they are, and a long fraction may lose its last digit on the way.
fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(words).collect(),
        Value::Object(members) => members.values().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

/// The newest state of each row.
#[derive(Debug, Default, PartialEq)]
struct Mirror {
    organizations: BTreeMap<String, organization::Model>,
    users: BTreeMap<String, user::Model>,
    memberships: BTreeMap<(String, String), membership::Model>,
    invitations: BTreeMap<(String, String), invitation::Model>,
    ended_sessions: BTreeMap<String, ended_session::Model>,
    subscriptions: BTreeMap<(String, String), subscription::Model>,
    subscription_items: BTreeMap<(String, String), subscription_item::Model>,
    payment_attempts: BTreeMap<(String, String), payment_attempt::Model>,
}

impl Mirror {
    fn take(&mut self, rows: &Announced) {
        keep::<organization::Entity, _>(&mut self.organizations, &rows.organization, |row| row.id.clone());
        keep::<user::Entity, _>(&mut self.users, &rows.user, |row| row.id.clone());
        keep::<membership::Entity, _>(&mut self.memberships, &rows.membership, |row| {
            (row.tenant_id.clone(), row.id.clone())
        });
        keep::<invitation::Entity, _>(&mut self.invitations, &rows.invitation, |row| {
            (row.tenant_id.clone(), row.id.clone())
        });
        keep::<ended_session::Entity, _>(&mut self.ended_sessions, &rows.ended_session, |row| row.id.clone());
        keep::<subscription::Entity, _>(&mut self.subscriptions, &rows.subscription, |row| {
            (row.tenant_id.clone(), row.id.clone())
        });
        let items = &mut self.subscription_items;
        keep::<subscription_item::Entity, _>(items, &rows.subscription_items, |row| {
            (row.tenant_id.clone(), row.id.clone())
        });
        let attempts = &mut self.payment_attempts;
        keep::<payment_attempt::Entity, _>(attempts, &rows.payment_attempt, |row| {
            (row.tenant_id.clone(), row.id.clone())
        });
    }
}

fn keep<'a, E, K>(
    rows: &mut BTreeMap<K, E::Model>,
    told: impl IntoIterator<Item = &'a E::Model>,
    key: impl Fn(&E::Model) -> K,
) where
    E: Mirrored,
    E::Model: Clone + 'a,
    K: Ord,
{
    for row in told {
        let newest = match rows.remove(&key(row)) {
            Some(stored) => newer::<E>(stored, row.clone()),
            None => row.clone(),
        };
        rows.insert(key(row), newest);
    }
}
