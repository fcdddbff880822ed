//! Whatever the order and number of deliveries, the mirror ends as Clerk did.

use proptest::prelude::*;
use tenantry::clerk::api::AnsweredMembership;
use tenantry::clerk::event::Membership;
use tenantry::directory::sync::answered;

use crate::history::{History, deliveries, histories};
use crate::mirror::{Mirror, read};

fn histories_and_orders() -> impl Strategy<Value = (History, Vec<usize>)> {
    let told = histories(60).prop_filter("something happened", |history| !history.payloads.is_empty());
    told.prop_flat_map(|history| {
        let order = deliveries(history.payloads.len());
        (Just(history), order)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_with_any_duplicates_ends_like_the_history_itself((history, order) in histories_and_orders()) {
        let rows: Vec<_> = history.payloads.iter().map(|payload| read(payload)).collect();
        let mut in_order = Mirror::default();
        rows.iter().for_each(|row| in_order.take(row));
        let mut delivered = Mirror::default();
        for index in order {
            let before = delivered.clone();
            delivered.take(&rows[index]);
            prop_assert!(before.deleted().is_subset(&delivered.deleted()), "something came back");
        }
        prop_assert_eq!(&delivered, &in_order);
        check(&delivered, &history);
    }

    #[test]
    fn events_of_one_millisecond_end_alike_too((history, order) in histories_and_orders()) {
        let at_once = |payload: &String| {
            let mut event: serde_json::Value = serde_json::from_str(payload).unwrap();
            event["timestamp"] = 1_772_442_000_000_i64.into();
            if event["data"]["updated_at"].is_i64() {
                event["data"]["updated_at"] = 1_772_442_000_000_i64.into();
            }
            read(&event.to_string())
        };
        let rows: Vec<_> = history.payloads.iter().map(at_once).collect();
        let (mut in_order, mut delivered) = (Mirror::default(), Mirror::default());
        rows.iter().for_each(|row| in_order.take(row));
        order.iter().for_each(|index| delivered.take(&rows[*index]));
        prop_assert_eq!(delivered, in_order);
    }
}

#[test]
fn what_a_membership_tells_of_others_yields_to_their_own_events() {
    let organization = r#"{"type":"organization.created","timestamp":1772442000412,"data":{"id":"org_1","name":"Whole",
        "slug":"whole","max_allowed_memberships":5,"updated_at":1772442000000}}"#;
    let user = r#"{"type":"user.created","timestamp":1772442000500,"data":{"id":"user_1","first_name":"Whole","updated_at":1}}"#;
    let later = r#"{"type":"organizationMembership.created","timestamp":1772449999999,"data":{"id":"orgmem_1","role":"admin",
        "created_at":1772442001000,"updated_at":1772442001000,
        "organization":{"id":"org_1","name":"Part","updated_at":1772442000000},
        "public_user_data":{"user_id":"user_1","first_name":"Part"}}}"#;
    for order in [[organization, user, later], [later, user, organization]] {
        let mut mirror = Mirror::default();
        order.iter().for_each(|payload| mirror.take(&read(payload)));
        assert_eq!(mirror.organizations["org_1"].max_allowed_memberships, Some(5));
        assert_eq!(mirror.users["user_1"].first_name.as_deref(), Some("Whole"));
    }
    let renamed = later.replace("\"updated_at\":1772442000000}", "\"updated_at\":1772442000001}");
    let mut mirror = Mirror::default();
    [organization, renamed.as_str()].iter().for_each(|payload| mirror.take(&read(payload)));
    assert_eq!(mirror.organizations["org_1"].name, "Part", "a newer snapshot counts");
}

#[test]
fn an_answer_of_the_backend_api_leaves_no_trace_once_its_webhook_is_there() {
    let object = r#"{"id":"orgmem_1","role":"org:admin","created_at":1772442001000,"updated_at":1772442009000,
        "organization":{"id":"org_1","name":"Acme","updated_at":1772442000000},"public_user_data":{"user_id":"user_1"}}"#;
    for (kind, removed) in [("organizationMembership.updated", false), ("organizationMembership.deleted", true)] {
        let webhook = read(&format!(r#"{{"type":"{kind}","timestamp":1772442009500,"data":{object}}}"#));
        // Our clock, or Clerk's at the answer, may be ahead of the event's or behind it.
        for answered_at in [1_772_442_000_000, 1_772_442_009_500, 1_772_449_999_999] {
            let at = chrono::DateTime::from_timestamp_millis(answered_at).unwrap();
            let membership = Membership::answered(&serde_json::from_str(object).unwrap(), at).unwrap();
            let answer = answered(&AnsweredMembership { membership, removed, at, digest: vec![0xff; 32] });
            assert_eq!(answer.membership.as_ref().unwrap().deleted_at, removed.then_some(at), "it counts at once");
            for order in [[&answer, &webhook], [&webhook, &answer]] {
                let mut mirror = Mirror::default();
                order.into_iter().for_each(|rows| mirror.take(rows));
                assert_eq!(mirror.memberships.into_values().next(), webhook.membership, "{kind} {answered_at}");
                assert_eq!(mirror.users.into_values().next(), webhook.user);
            }
        }
    }
}

/// Panics unless the mirror shows what Clerk has.
pub fn check(mirror: &Mirror, history: &History) {
    assert_eq!(mirror.members(), history.members(), "members");
    let living = mirror.organizations.values().filter(|row| row.deleted_at.is_none());
    let names: std::collections::BTreeMap<_, _> = living.map(|row| (row.id.clone(), row.name.clone())).collect();
    assert_eq!(names, history.organization_names(), "organizations");
    let living = mirror.users.values().filter(|row| row.deleted_at.is_none());
    let names = living.map(|row| (row.id.clone(), row.first_name.clone().unwrap_or_default()));
    assert_eq!(names.collect::<std::collections::BTreeMap<_, _>>(), history.user_names(), "people");
    let statuses = mirror.invitations.values().map(|row| (row.id.clone(), row.status.clone()));
    assert_eq!(statuses.collect::<std::collections::BTreeMap<_, _>>(), history.invitations(), "invitations");
    let ended: Vec<String> = mirror.ended_sessions.keys().cloned().collect();
    assert_eq!(ended, history.ended_sessions(), "sessions");
}
