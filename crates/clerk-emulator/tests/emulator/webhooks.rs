//! Webhooks: which events happen, what they hold, and how they are delivered.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::support::{demo, eventually};
use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::post,
};
use clerk_emulator::{
    Delivery, DeliveryStatus, Emulator, NewInvitation, NewOrganization, NewUser, OrganizationChanges, UserChanges,
};
use serde_json::{Value, json};
use svix::webhooks::Webhook;
use tokio::net::TcpListener;

/// An endpoint that notes what it gets and answers with the statuses it was given, then 204.
#[derive(Clone, Default)]
struct Receiver {
    requests: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    answers: Arc<Mutex<Vec<u16>>>,
    abort: bool,
}

impl Receiver {
    fn answering(statuses: &[u16]) -> Self {
        let answers = statuses.iter().rev().copied().collect();
        Self { answers: Arc::new(Mutex::new(answers)), ..Self::default() }
    }

    async fn start(&self) -> String {
        let own = self.clone();
        let receive = move |headers: HeaderMap, body: Bytes| {
            own.requests.lock().unwrap().push((headers, body));
            let status = own.answers.lock().unwrap().pop().unwrap_or(204);
            let status = StatusCode::from_u16(status).unwrap();
            let abort = own.abort;
            async move {
                let header = if abort { "abort-message" } else { "none" };
                (status, [("webhook-delivery", header), ("location", "/elsewhere")]).into_response()
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", post(receive));
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    fn ids(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        let id = |(headers, _): &(HeaderMap, Bytes)| headers["svix-id"].to_str().unwrap().to_owned();
        requests.iter().map(id).collect()
    }

    fn types(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        let kind = |(_, body): &(HeaderMap, Bytes)| {
            let event: Value = serde_json::from_slice(body).unwrap();
            event["type"].as_str().unwrap().to_owned()
        };
        requests.iter().map(kind).collect()
    }
}

fn quick(delays: &[u64]) -> Emulator {
    let delays = delays.iter().map(|ms| Duration::from_millis(*ms)).collect();
    demo().retry_schedule(delays).build().unwrap()
}

fn rename(emulator: &Emulator, name: &str) {
    let changes = OrganizationChanges { name: Some(name.to_owned()), ..OrganizationChanges::default() };
    emulator.update_organization("acme", changes).unwrap();
}

async fn settled(emulator: &Emulator) -> Vec<Delivery> {
    eventually(|| {
        let deliveries = emulator.deliveries();
        let done = |d: &Delivery| d.status != DeliveryStatus::Pending;
        deliveries.iter().all(done).then_some(deliveries)
    })
    .await
}

fn statuses(delivery: &Delivery) -> Vec<Option<u16>> {
    delivery.attempts.iter().map(|attempt| attempt.status).collect()
}

#[tokio::test]
async fn a_failed_delivery_is_tried_again_under_the_same_id() {
    let emulator = quick(&[0, 20, 20, 20]);
    let receiver = Receiver::answering(&[500, 302]);
    let secret = emulator.webhook_secret();
    emulator.add_webhook_endpoint(receiver.start().await, &secret).unwrap();

    rename(&emulator, "Acme Two");

    let deliveries = settled(&emulator).await;
    assert_eq!(deliveries.len(), 1);
    assert_eq!(deliveries[0].status, DeliveryStatus::Delivered);
    assert_eq!(statuses(&deliveries[0]), [Some(500), Some(302), Some(204)]);
    assert_eq!(receiver.ids(), [&*deliveries[0].id; 3]);
    let verifier = Webhook::new(&secret).unwrap();
    for (headers, body) in receiver.requests.lock().unwrap().iter() {
        verifier.verify(body, headers).unwrap();
    }
}

#[tokio::test]
async fn a_failing_delivery_holds_up_no_later_one() {
    let emulator = quick(&[0, 300]);
    let receiver = Receiver::answering(&[503]);
    let url = receiver.start().await;
    emulator.add_webhook_endpoint(url, &emulator.webhook_secret()).unwrap();

    rename(&emulator, "First");
    emulator.create_user(NewUser::with_email("later@example.com")).unwrap();
    emulator.create_role("org:later", &["org:tasks:view"]).unwrap();

    settled(&emulator).await;
    assert_eq!(receiver.types(), ["organization.updated", "user.created", "role.created", "organization.updated"]);
}

#[tokio::test]
async fn a_delivery_fails_for_good_when_the_schedule_ends() {
    let emulator = quick(&[0, 5]);
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", nobody.local_addr().unwrap());
    drop(nobody);
    emulator.add_webhook_endpoint(url, &emulator.webhook_secret()).unwrap();

    rename(&emulator, "Unheard");

    let deliveries = settled(&emulator).await;
    assert_eq!(deliveries[0].status, DeliveryStatus::Failed);
    assert_eq!(statuses(&deliveries[0]), [None, None]);
    assert_eq!(deliveries[0].attempts[0].error.as_deref(), Some("could not connect"));
    assert_eq!(deliveries[0].next_attempt_at, None);
}

#[tokio::test]
async fn an_endpoint_can_abort_a_message() {
    let emulator = quick(&[0, 5, 5]);
    let receiver = Receiver { abort: true, ..Receiver::answering(&[500]) };
    let url = receiver.start().await;
    emulator.add_webhook_endpoint(url, &emulator.webhook_secret()).unwrap();

    rename(&emulator, "Stop");

    let deliveries = settled(&emulator).await;
    assert_eq!(deliveries[0].status, DeliveryStatus::Aborted);
    assert_eq!(receiver.ids().len(), 1);
}

#[tokio::test]
async fn every_endpoint_gets_the_same_id_and_its_own_signature() {
    let emulator = quick(&[0]);
    let (one, two) = (Receiver::default(), Receiver::default());
    let (first, second) = ("whsec_Zmlyc3Qga2V5", "whsec_c2Vjb25kIGtleQ==");
    emulator.add_webhook_endpoint(one.start().await, first).unwrap();
    emulator.add_webhook_endpoint(two.start().await, second).unwrap();
    assert!(emulator.add_webhook_endpoint("http://127.0.0.1:1/", "no secret").is_err());

    rename(&emulator, "Both");

    settled(&emulator).await;
    assert_eq!(one.ids(), two.ids());
    let (headers, body) = two.requests.lock().unwrap()[0].clone();
    Webhook::new(second).unwrap().verify(&body, &headers).unwrap();
    assert!(Webhook::new(first).unwrap().verify(&body, &headers).is_err());
}

#[tokio::test]
async fn a_delivery_can_be_sent_again() {
    let emulator = quick(&[0]);
    let receiver = Receiver::default();
    let url = receiver.start().await;
    emulator.add_webhook_endpoint(url, &emulator.webhook_secret()).unwrap();
    rename(&emulator, "Again");
    let id = settled(&emulator).await[0].id.clone();

    emulator.redeliver(&id).unwrap();

    eventually(|| (receiver.ids().len() == 2).then_some(())).await;
    assert_eq!(receiver.ids(), [&*id, &*id]);
    assert_eq!(emulator.redeliver("msg_none").unwrap_err().status, 404);
}

fn types(emulator: &Emulator) -> Vec<String> {
    let events = emulator.take_events();
    events.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_change_announces_what_clerk_would() {
    let emulator = demo().build().unwrap();
    assert_eq!(types(&emulator), [""; 0]);
    let user = emulator.create_user(NewUser::with_email("x@example.com")).unwrap();
    let changes = UserChanges { first_name: Some(Some("X".to_owned())), ..UserChanges::default() };
    emulator.update_user(&user.id, changes).unwrap();
    let organization = NewOrganization { created_by: Some(user.id.clone()), ..NewOrganization::named("Xs") };
    let organization = emulator.create_organization(organization).unwrap().id;
    let invitation = NewInvitation::new("y@example.com", "org:member");
    let invitation = emulator.invite(&organization, invitation).unwrap();
    let joined = emulator.accept_invitation(&invitation.id).unwrap();
    emulator.set_role(&organization, &joined.user_id, "org:viewer").unwrap();
    emulator.remove_member(&organization, &joined.user_id).unwrap();
    let second = emulator.invite(&organization, NewInvitation::new("z@example.com", "org:member"));
    emulator.revoke_invitation(&second.unwrap().id).unwrap();
    let session = emulator.create_session(&user.id).unwrap();
    emulator.end_session(&session.id).unwrap();
    emulator.end_session(&session.id).unwrap();
    emulator.create_session(&user.id).unwrap();
    emulator.ban_user(&user.id).unwrap();
    emulator.create_role("org:extra", &["org:extra:run"]).unwrap();
    emulator.set_role_permissions("org:extra", &["org:tasks:view"]).unwrap();
    emulator.delete_role("org:extra").unwrap();
    emulator.delete_organization(&organization).unwrap();
    emulator.delete_user(&user.id).unwrap();

    assert_eq!(
        types(&emulator),
        [
            "user.created",
            "user.updated",
            "organization.created",
            "subscription.created",
            "subscriptionItem.active",
            "subscription.active",
            "organizationMembership.created",
            "organizationInvitation.created",
            "user.created",
            "organizationInvitation.accepted",
            "organizationMembership.created",
            "organizationMembership.updated",
            "organizationMembership.deleted",
            "organizationInvitation.created",
            "organizationInvitation.revoked",
            "session.created",
            "session.ended",
            "session.created",
            "user.updated",
            "session.revoked",
            "permission.created",
            "role.created",
            "role.updated",
            "role.deleted",
            "organization.deleted",
            "user.deleted",
        ]
    );
}

#[test]
fn an_envelope_holds_what_clerk_sends() {
    let emulator = demo().build().unwrap();
    let sam = emulator.user("sam").unwrap();
    emulator.remove_member("acme", &sam.id).unwrap();

    let event = emulator.take_events().pop().unwrap();

    assert_eq!(event["object"], "event");
    assert_eq!(event["type"], "organizationMembership.deleted");
    assert_eq!(event["instance_id"], json!(emulator.instance_id()));
    assert_eq!(event["event_attributes"]["http_request"]["client_ip"], "");
    assert!(event["timestamp"].as_i64().unwrap() > 1_700_000_000_000);
    let data = &event["data"];
    assert_eq!(data["role"], "org:member");
    assert_eq!(data["organization"]["slug"], "acme");
    assert_eq!(data["public_user_data"]["identifier"], "sam@example.com");
    assert!(data["permissions"].as_array().unwrap().contains(&json!("org:sys_memberships:read")));
    let built = emulator.event("custom.thing", json!({ "id": 1 }));
    assert_eq!((&built["type"], &built["data"]["id"]), (&json!("custom.thing"), &json!(1)));
}

#[test]
fn times_of_changes_only_grow() {
    let emulator = demo().build().unwrap();
    for n in 0..50 {
        rename(&emulator, &format!("Acme {n}"));
    }
    let times: Vec<i64> =
        emulator.take_events().iter().map(|event| event["data"]["updated_at"].as_i64().unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
}

#[test]
fn announcing_repeats_everything_with_its_own_times() {
    let emulator = demo().build().unwrap();
    let before = emulator.organization("acme").unwrap().updated_at;

    emulator.announce_all().unwrap();

    let events = emulator.take_events();
    let of = |kind: &str| events.iter().filter(|event| event["type"] == kind).count();
    assert_eq!((of("user.created"), of("organization.created")), (6, 2));
    assert_eq!((of("organizationMembership.created"), of("role.created")), (6, 3));
    let acme = events.iter().find(|event| event["data"]["slug"] == "acme").unwrap();
    assert_eq!(acme["data"]["updated_at"], json!(before));
    assert_eq!(emulator.organization("acme").unwrap().updated_at, before);
}

#[test]
fn a_reset_takes_leave_of_what_is_not_in_the_seed() {
    let emulator = demo().build().unwrap();
    let extra = emulator.create_user(NewUser::with_email("x@example.com")).unwrap();
    let extra_organization = emulator.create_organization(NewOrganization::named("Xs")).unwrap();
    let acme = emulator.organization("acme").unwrap();
    let membership = emulator.membership("acme", &emulator.user("ada").unwrap().id).unwrap();
    rename(&emulator, "Changed");
    emulator.take_events();

    emulator.reset().unwrap();

    let events = emulator.take_events();
    let deleted: Vec<&Value> = events
        .iter()
        .filter(|event| event["type"].as_str().unwrap().ends_with(".deleted"))
        .map(|event| &event["data"]["id"])
        .collect();
    assert!(deleted.contains(&&json!(extra.id)));
    assert!(deleted.contains(&&json!(extra_organization.id)));
    assert!(deleted.contains(&&json!(membership.id)));
    assert!(!deleted.contains(&&json!(acme.id)));
    let again = emulator.organization("acme").unwrap();
    assert_eq!((again.id, again.name), (acme.id, "Acme Joinery".to_owned()));
    assert!(again.updated_at > acme.updated_at);
    assert_eq!(emulator.people().len(), 6);
}
