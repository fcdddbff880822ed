//! Payloads as Clerk documents them, and how they differ in the wild.

use serde_json::json;

use super::*;

const ORGANIZATION: &str = include_str!("samples/organization.created.json");
const MEMBERSHIP: &str = include_str!("samples/organizationMembership.created.json");
const INVITATION: &str = include_str!("samples/organizationInvitation.accepted.json");
const USER: &str = include_str!("samples/user.created.json");
const USER_DELETED: &str = include_str!("samples/user.deleted.json");
const SUBSCRIPTION: &str = include_str!("samples/subscription.updated.json");

fn at(milliseconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(milliseconds).unwrap()
}

fn read(body: &str) -> Result<Notice, Unreadable> {
    Envelope::open(body.as_bytes()).unwrap().notice(at(7_000))
}

/// A sample with one place changed; `null` at the place takes it away.
fn with(sample: &str, pointer: &str, value: Value) -> String {
    let mut payload: Value = serde_json::from_str(sample).unwrap();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = payload.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Value::Null => parent.remove(name),
        value => parent.insert(name.to_owned(), value),
    };
    payload.to_string()
}

fn membership(body: &str) -> Membership {
    match read(body).unwrap().event {
        Event::Membership(membership) => membership,
        other => panic!("{other:?}"),
    }
}

fn user(body: &str) -> User {
    match read(body).unwrap().event {
        Event::User(user) => user,
        other => panic!("{other:?}"),
    }
}

fn invitation(body: &str) -> Invitation {
    match read(body).unwrap().event {
        Event::Invitation(invitation) => invitation,
        other => panic!("{other:?}"),
    }
}

fn refusal(body: &str) -> String {
    read(body).unwrap_err().to_string()
}

#[test]
fn an_organization_is_read() {
    let notice = read(ORGANIZATION).unwrap();
    assert_eq!(notice.occurred_at, at(1_772_442_000_412));
    assert_eq!(
        notice.event,
        Event::Organization(Organization {
            id: "org_3ViXZya8cdFOcVwWBhqG5KSFdPE".into(),
            name: "Northwind Joinery".into(),
            slug: Some("northwind-joinery".into()),
            image_url: Some("https://img.clerk.com/eyJ0eXBlIjoiZGVmYXVsdCJ9".into()),
            max_allowed_memberships: Some(5),
            created_by: Some("user_3FlY0mG1ylvuhfJXqIEnomef2mS".into()),
            created_at: Some(at(1_772_442_000_000)),
            updated_at: at(1_772_442_000_000),
        })
    );
}

#[test]
fn a_membership_brings_its_organization_and_its_person() {
    let membership = membership(MEMBERSHIP);
    assert_eq!(membership.id, "orgmem_35bSapfQ7Dh3yEg42ipqnX1fkkj");
    assert_eq!(membership.role, "org:member");
    assert_eq!(membership.permissions[2], "org:sys_memberships:read");
    assert_eq!(membership.organization.updated_at, at(1_772_445_600_100));
    assert_eq!(membership.person.email.as_deref(), Some("bashir@northwind.example"));
    assert_eq!((membership.created_at, membership.updated_at), (at(1_772_445_600_000), at(1_772_445_600_000)));
}

#[test]
fn a_deleted_membership_is_the_whole_object() {
    let body = with(MEMBERSHIP, "/type", json!("organizationMembership.deleted"));
    assert!(matches!(read(&body).unwrap().event, Event::MembershipDeleted(gone) if gone.role == "org:member"));
}

#[test]
fn roles_of_the_first_payloads_have_the_form_of_today() {
    for (old, new) in [("admin", "org:admin"), ("basic_member", "org:basic_member"), ("org:admin", "org:admin")] {
        assert_eq!(membership(&with(MEMBERSHIP, "/data/role", json!(old))).role, new);
        assert_eq!(invitation(&with(INVITATION, "/data/role", json!(old))).role, new);
    }
}

#[test]
fn an_identifier_need_not_be_an_address() {
    for other in [json!("+15550100"), json!("bashir"), Value::Null] {
        let body = with(MEMBERSHIP, "/data/public_user_data/identifier", other);
        assert_eq!(membership(&body).person.email, None);
    }
}

#[test]
fn an_invitation_says_what_became_of_it() {
    let invitation = invitation(INVITATION);
    assert_eq!(invitation.organization_id, "org_3ViXZya8cdFOcVwWBhqG5KSFdPE");
    assert_eq!(invitation.status, InvitationStatus::Accepted);
    assert_eq!(invitation.inviter_id.as_deref(), Some("user_3FlY0mG1ylvuhfJXqIEnomef2mS"));
    assert_eq!(invitation.expires_at, Some(at(1_775_034_300_000)));
}

#[test]
fn without_a_status_the_type_says_it() {
    let expected = [
        ("organizationInvitation.created", InvitationStatus::Pending),
        ("organizationInvitation.accepted", InvitationStatus::Accepted),
        ("organizationInvitation.revoked", InvitationStatus::Revoked),
    ];
    for (kind, status) in expected {
        let body = with(&with(INVITATION, "/type", json!(kind)), "/data/status", Value::Null);
        assert_eq!(invitation(&body).status, status);
        let body = with(&with(INVITATION, "/type", json!(kind)), "/data/status", json!("expired"));
        assert_eq!(invitation(&body).status, InvitationStatus::Expired);
        let body = with(&with(INVITATION, "/type", json!(kind)), "/data/status", json!("a status of tomorrow"));
        assert_eq!(invitation(&body).status, status);
    }
}

#[test]
fn a_user_is_read_with_the_primary_address() {
    let user = user(USER);
    assert_eq!(user.person.id, "user_3J5CMTIeg1ZTVnVv2fgKD0f6YYI");
    assert_eq!((user.person.first_name.as_deref(), user.person.last_name), (Some("Bashir"), None));
    assert_eq!(user.person.email.as_deref(), Some("bashir@northwind.example"));
    assert_eq!((user.created_at, user.updated_at), (Some(at(1_772_445_590_000)), at(1_772_445_590_050)));
    assert!(!user.person.banned);
}

#[test]
fn of_several_addresses_the_primary_one_counts() {
    let addresses = json!([
        { "id": "idn_1", "email_address": "first@northwind.example" },
        { "id": "idn_2", "email_address": "second@northwind.example" },
    ]);
    let body = with(USER, "/data/email_addresses", addresses);
    let email = |primary| user(&with(&body, "/data/primary_email_address_id", primary)).person.email;
    assert_eq!(email(json!("idn_2")).as_deref(), Some("second@northwind.example"));
    assert_eq!(email(Value::Null).as_deref(), Some("first@northwind.example"));
    assert_eq!(email(json!("idn_of_none")), None);
    assert_eq!(user(&with(USER, "/data/email_addresses", json!([]))).person.email, None);
}

#[test]
fn banned_and_deprovisioned_people_may_not_sign_in() {
    for field in ["banned", "deprovisioned"] {
        assert!(user(&with(USER, &format!("/data/{field}"), json!(true))).person.banned);
        assert!(membership(&with(MEMBERSHIP, &format!("/data/public_user_data/{field}"), json!(true))).person.banned);
    }
}

#[test]
fn deletions_hold_an_id_and_nothing_else() {
    let id = "user_3J5CMTIeg1ZTVnVv2fgKD0f6YYI".to_owned();
    assert_eq!(read(USER_DELETED).unwrap().event, Event::UserDeleted { id });
    let body = r#"{"type":"organization.deleted","timestamp":1772528400950,"data":{"id":"org_1","slug":null}}"#;
    assert_eq!(read(body).unwrap().event, Event::OrganizationDeleted { id: "org_1".into() });
    assert_eq!(refusal(&with(USER_DELETED, "/data/id", Value::Null)), "/data/id is missing");
}

#[test]
fn sessions_end_in_three_ways() {
    for (kind, ending) in [("ended", Ending::Ended), ("removed", Ending::Removed), ("revoked", Ending::Revoked)] {
        let body = json!({ "type": format!("session.{kind}"), "timestamp": 9_000_000_000_000_i64, "data": {
            "id": "sess_1", "user_id": "user_1", "status": kind, "updated_at": 1_772_442_000_000_i64, "user": null,
        }});
        let session =
            EndedSession { id: "sess_1".into(), user_id: "user_1".into(), ending, updated_at: at(1_772_442_000_000) };
        assert_eq!(read(&body.to_string()).unwrap().event, Event::SessionEnded(session));
    }
}

#[test]
fn what_we_have_no_use_for_is_never_unreadable() {
    let types = ["session.created", "session.pending", "role.created", "email.created", "billing.tomorrow"];
    for kind in types {
        for data in [json!({}), json!(null), json!([1]), json!("text")] {
            let body = json!({ "type": kind, "data": data, "timestamp": "whenever" }).to_string();
            assert_eq!(read(&body).unwrap().event, Event::Other, "{body}");
        }
    }
}

#[test]
fn a_subscription_is_read_with_its_items() {
    let Event::Subscription(subscription) = read(SUBSCRIPTION).unwrap().event else { panic!("no subscription") };
    assert_eq!(subscription.payer, Payer::Organization("org_3ViXZya8cdFOcVwWBhqG5KSFdPE".into()));
    assert_eq!((&*subscription.status, subscription.past_due_at), ("active", None));
    let [pro, free] = &*subscription.items else { panic!("{:?}", subscription.items) };
    let plan = pro.plan.as_ref().unwrap();
    assert_eq!((plan.slug.as_deref(), plan.is_recurring, plan.is_seat_based), (Some("pro"), true, true));
    assert_eq!((pro.status, pro.seats), (ItemStatus::Canceled, Some(Seats { quantity: Some(12) })));
    assert_eq!((pro.period_end, pro.updated_at), (Some(at(1_775_127_600_000)), at(1_772_535_600_000)));
    assert_eq!((free.status, free.period_end, free.seats), (ItemStatus::Upcoming, None, None));
    assert_eq!(free.subscription_id.as_deref(), Some(&*subscription.id));
}

#[test]
fn timestamps_count_milliseconds_or_seconds() {
    let occurred_at = |value| read(&with(ORGANIZATION, "/timestamp", value)).unwrap().occurred_at;
    assert_eq!(occurred_at(json!(1_772_442_000_412_i64)), at(1_772_442_000_412));
    assert_eq!(occurred_at(json!(1_772_442_000)), at(1_772_442_000_000));
    assert_eq!(occurred_at(Value::Null), at(7_000));
    for bad in [json!(-1), json!("1772442000"), json!(i64::MAX), json!(1.5), json!({})] {
        assert_eq!(refusal(&with(ORGANIZATION, "/timestamp", bad)), "/timestamp is no time");
    }
}

#[test]
fn what_is_optional_may_be_absent_or_null() {
    let bare = json!({ "id": "user_1" });
    let body = json!({ "type": "user.updated", "timestamp": 1_772_442_000_000_i64, "data": bare }).to_string();
    assert_eq!(user(&body).updated_at, at(1_772_442_000_000));
    for field in ["slug", "image_url", "max_allowed_memberships", "created_at"] {
        let mut payload: Value = serde_json::from_str(ORGANIZATION).unwrap();
        payload["data"][field] = Value::Null;
        assert!(read(&payload.to_string()).is_ok(), "{field} null");
        assert!(read(&with(ORGANIZATION, &format!("/data/{field}"), Value::Null)).is_ok(), "{field} absent");
    }
    assert!(membership(&with(MEMBERSHIP, "/data/permissions", Value::Null)).permissions.is_empty());
}

#[test]
fn what_is_needed_is_named_when_it_is_wrong() {
    let cases = [
        (ORGANIZATION, "/data", json!([]), "/data is no object"),
        (ORGANIZATION, "/data", Value::Null, "/data is missing"),
        (ORGANIZATION, "/data/id", json!(""), "/data/id is missing"),
        (ORGANIZATION, "/data/id", json!("a\u{0}b"), "/data/id is no id"),
        (ORGANIZATION, "/data/id", json!("o".repeat(256)), "/data/id is no id"),
        (ORGANIZATION, "/data/id", json!("user_1"), "/data/id is a person's id"),
        (ORGANIZATION, "/data/name", json!(5), "/data/name is no text"),
        (ORGANIZATION, "/data/name", Value::Null, "/data/name is missing"),
        (ORGANIZATION, "/data/updated_at", json!("2026-03-02"), "/data/updated_at is no time"),
        (ORGANIZATION, "/data/updated_at", json!(253_402_300_800_000_i64), "/data/updated_at is no time"),
        (MEMBERSHIP, "/data/organization", Value::Null, "/data/organization is missing"),
        (MEMBERSHIP, "/data/organization/id", Value::Null, "/data/organization/id is missing"),
        (MEMBERSHIP, "/data/public_user_data", json!("x"), "/data/public_user_data is no object"),
        (MEMBERSHIP, "/data/public_user_data/user_id", Value::Null, "/data/public_user_data/user_id is missing"),
        (MEMBERSHIP, "/data/permissions", json!([1]), "/data/permissions holds what is no text"),
        (MEMBERSHIP, "/data/role", json!("org:"), "/data/role is no role"),
        (USER, "/data/banned", json!("no"), "/data/banned is neither true nor false"),
        (USER, "/data/email_addresses", json!([5]), "/data/email_addresses/0 is no object"),
        (INVITATION, "/data/organization_id", Value::Null, "/data/organization_id is missing"),
    ];
    for (sample, pointer, value, expected) in cases {
        assert_eq!(refusal(&with(sample, pointer, value)), expected);
    }
}

#[test]
fn a_nul_in_a_name_is_replaced() {
    let body = with(ORGANIZATION, "/data/name", json!("North\u{0}wind"));
    assert!(
        matches!(read(&body).unwrap().event, Event::Organization(organization) if organization.name == "North\u{fffd}wind")
    );
}

#[test]
fn data_that_is_no_unicode_or_nests_without_end_is_unreadable() {
    let lone = ORGANIZATION.replace("Northwind Joinery", "\\ud800");
    let deep = format!(r#"{{"type":"user.created","data":{{"id":"u","x":{}{}}}}}"#, "[".repeat(5000), "]".repeat(5000));
    for body in [lone, deep] {
        assert_eq!(refusal(&body), "/data nests too deeply, or has text that is no Unicode");
    }
}

#[test]
fn the_digest_is_of_the_type_and_of_the_data_as_it_was_sent() {
    let digest = |body: &str| read(body).unwrap().digest;
    let event = |timestamp: i64, data: &str| format!(r#"{{"type":"a.b","timestamp":{timestamp},"data":{data}}}"#);
    assert_eq!(digest(&event(1, r#"{"a":1}"#)), digest(&event(2, r#"{"a":1}"#)));
    assert_ne!(digest(&event(1, r#"{"a":1}"#)), digest(&event(1, r#"{"a": 1}"#)));
    assert_ne!(digest(&event(1, "{}")), digest(&event(1, "{}").replace("a.b", "a.c")));
}

#[test]
fn only_an_object_with_a_type_is_an_event() {
    let long = json!({ "type": "t".repeat(256) }).to_string();
    let bodies = [
        "",
        "{",
        "5",
        "null",
        "[\"user.created\"]",
        "{}",
        "{\"type\":5}",
        "{\"type\":\"\"}",
        "{\"type\":\"a\\u0000\"}",
        &long,
    ];
    for body in bodies {
        assert_eq!(Envelope::open(body.as_bytes()).unwrap_err(), Malformed, "{body}");
    }
    assert_eq!(Envelope::open(b" \n{\"type\":\"x\"}").unwrap().kind(), "x");
}
