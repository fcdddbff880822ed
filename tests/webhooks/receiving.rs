//! What is taken, what is refused, and what is recorded of each.

use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, Statement};
use serde_json::{Value, json};
use tenantry::directory::{membership, organization, user};
use tenantry::webhooks::delivery::{self, State};

use crate::app::{App, Delivery, OTHER_SECRET, SECRET};
use crate::on_both_databases;

on_both_databases!(
    a_delivery_is_applied_and_recorded,
    without_a_secret_nothing_is_taken,
    a_signature_that_does_not_fit_is_refused,
    both_secrets_count_while_one_replaces_the_other,
    a_replay_of_an_applied_delivery_changes_nothing,
    fifty_twins_at_once_have_one_effect,
    what_is_no_event_is_refused_and_not_stored,
    unknown_types_are_stored_and_ignored,
    one_time_codes_are_not_kept,
    unreadable_data_is_stored_and_told,
    a_body_over_the_limit_is_refused,
    a_nul_in_a_name_does_no_harm,
    a_membership_may_come_before_everything_else,
    somebody_who_comes_back_is_one_member,
    a_late_membership_revives_no_organization,
    old_deliveries_are_swept,
);

fn founded(id: &str, name: &str) -> Value {
    json!({
        "type": "organization.created", "object": "event", "timestamp": 1_772_442_000_412_i64,
        "data": {
            "id": id, "name": name, "slug": "northwind", "image_url": "https://img.example/1", "max_allowed_memberships": 5,
            "created_at": 1_772_442_000_000_i64, "updated_at": 1_772_442_000_000_i64,
        },
    })
}

impl App {
    async fn organization(&self, id: &str) -> Option<organization::Model> {
        organization::Entity::find_by_id(id).one(&self.db.system()).await.unwrap()
    }

    async fn deliveries(&self) -> u64 {
        delivery::Entity::find().count(&self.db.system()).await.unwrap()
    }

    pub async fn execute(&self, sql: &str) {
        self.db.system_connection().execute_unprepared(sql).await.unwrap();
    }
}

async fn a_delivery_is_applied_and_recorded(app: App) {
    let event = founded("org_1", "Northwind");
    // Svix says application/json, but nothing depends on it.
    let answer = app.send(Delivery::event("msg_1", &event).content_type("text/plain")).await;
    assert_eq!(answer.summary(), "200 received");
    let row = app.organization("org_1").await.unwrap();
    assert_eq!((row.name.as_str(), row.slug.as_deref()), ("Northwind", Some("northwind")));
    assert_eq!((row.max_allowed_memberships, row.source_event_at), (Some(5), 1_772_442_000_412));
    let recorded = app.recorded("msg_1").await.unwrap();
    assert_eq!((recorded.event_type.as_str(), recorded.state), ("organization.created", State::Applied));
    assert_eq!((recorded.attempts, recorded.reason), (1, None));
    assert_eq!(recorded.payload, event.to_string());
}

async fn without_a_secret_nothing_is_taken(app: App) {
    let unready = App::new(app.db.clone(), &[]);
    let answer = unready.send(Delivery::event("msg_1", &founded("org_1", "Northwind"))).await;
    assert_eq!(answer.summary(), "503 webhook_secret_missing");
    assert_eq!(app.deliveries().await, 0);
}

async fn a_signature_that_does_not_fit_is_refused(app: App) {
    let genuine = || Delivery::event("msg_1", &founded("org_1", "Northwind"));
    let of_another_body = Delivery::event("msg_1", &founded("org_2", "Northwind")).own_signature();
    let of_another_id = Delivery::event("msg_2", &founded("org_1", "Northwind")).own_signature();
    let other_version = genuine().own_signature().replace("v1,", "v1a,");
    let vector = r#"{"data":{"deleted":true,"id":"org_3ViXZya8cdFOcVwWBhqG5KSFdPE","object":"organization","slug":"northwind-joinery"},"object":"event","timestamp":1772442000000,"type":"organization.deleted"}"#;
    let refused = [
        genuine().signed_with(OTHER_SECRET),
        genuine().signature(of_another_body),
        genuine().signature(of_another_id),
        genuine().signature(other_version),
        genuine().signature("v1,"),
        genuine().signature(""),
        genuine().without("svix-id"),
        genuine().without("svix-timestamp"),
        genuine().without("svix-signature"),
        genuine().sent_seconds_from_now(-6 * 60),
        genuine().sent_seconds_from_now(6 * 60),
        genuine().sent_at(-5),
        Delivery::new("msg with spaces", genuine_body()),
        Delivery::new(&"m".repeat(256), genuine_body()),
        Delivery::new("", genuine_body()),
        Delivery::new("msg_1", vec![0xff, 0xfe]),
        Delivery::new("msg_3Zk8QwTb1LxUe5Rr0aPd7HfJm2C", vector)
            .sent_at(1_772_442_001)
            .signature("v1,yt4tQ6ODDl1HQeQCMf2e+UACj5HLG0P5oD8PX/67hf4="),
    ];
    for (number, delivery) in refused.into_iter().enumerate() {
        assert_eq!(app.send(delivery).await.summary(), "400 signature_invalid", "case {number}");
    }
    assert_eq!(app.deliveries().await, 0);
    assert!(app.organization("org_1").await.is_none());
    for nearly in [-4 * 60, 4 * 60] {
        assert_eq!(app.send(genuine().sent_seconds_from_now(nearly)).await.summary(), "200 received");
    }
}

fn genuine_body() -> String {
    founded("org_1", "Northwind").to_string()
}

async fn both_secrets_count_while_one_replaces_the_other(app: App) {
    let app = App::new(app.db.clone(), &[SECRET, OTHER_SECRET]);
    let one = Delivery::event("msg_1", &founded("org_1", "Northwind")).signed_with(SECRET);
    let two = Delivery::event("msg_2", &founded("org_2", "Southwind")).signed_with(OTHER_SECRET);
    let signatures = Delivery::event("msg_3", &founded("org_3", "Eastwind"));
    let three = format!("v1,bm90IHRoaXMgb25l v2,x {}", signatures.own_signature());
    for delivery in [one, two, signatures.signature(three)] {
        assert_eq!(app.send(delivery).await.summary(), "200 received");
    }
    // Two endpoints with one address send the same message under the same id, each signed with its own secret.
    let twin = Delivery::event("msg_1", &founded("org_1", "Northwind")).signed_with(OTHER_SECRET);
    assert_eq!(app.send(twin).await.summary(), "200 received");
    assert_eq!(app.deliveries().await, 3);
}

async fn a_replay_of_an_applied_delivery_changes_nothing(app: App) {
    app.send(Delivery::event("msg_1", &founded("org_1", "Northwind"))).await;
    let recorded = app.recorded("msg_1").await;
    app.execute("UPDATE organizations SET name = 'Changed since', source_updated_at = 0").await;
    let again = app.send(Delivery::event("msg_1", &founded("org_1", "Northwind"))).await;
    assert_eq!(again.summary(), "200 received");
    assert_eq!(app.organization("org_1").await.unwrap().name, "Changed since");
    assert_eq!(app.recorded("msg_1").await, recorded);
}

async fn fifty_twins_at_once_have_one_effect(app: App) {
    count_attempts_to_write(&app).await;
    let twins = (0..50).map(|_| {
        let app = app.clone();
        tokio::spawn(async move { app.send(Delivery::event("msg_1", &founded("org_1", "Northwind"))).await.summary() })
    });
    for twin in twins.collect::<Vec<_>>() {
        assert_eq!(twin.await.unwrap(), "200 received");
    }
    let recorded = app.recorded("msg_1").await.unwrap();
    assert_eq!((recorded.state, recorded.attempts), (State::Applied, 1));
    let db = app.db.system_connection();
    let count = Statement::from_string(db.get_database_backend(), "SELECT count(*) AS n FROM effects");
    let effects: i64 = db.query_one_raw(count).await.unwrap().unwrap().try_get("", "n").unwrap();
    assert_eq!(effects, 1, "the organization was written more than once");
}

/// Before the insert, and so even where the insert gives way to the row that is there.
async fn count_attempts_to_write(app: &App) {
    app.execute("CREATE TABLE effects (n integer)").await;
    if app.db.system().get_database_backend() == sea_orm::DbBackend::Postgres {
        let function = "CREATE FUNCTION effect() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO effects VALUES (1); RETURN NEW; END $$";
        app.execute(function).await;
        app.execute("CREATE TRIGGER effect BEFORE INSERT ON organizations FOR EACH ROW EXECUTE FUNCTION effect()")
            .await;
    } else {
        let trigger = "CREATE TRIGGER effect BEFORE INSERT ON organizations BEGIN INSERT INTO effects VALUES (1); END";
        app.execute(trigger).await;
    }
}

async fn what_is_no_event_is_refused_and_not_stored(app: App) {
    let long = json!({ "type": "t".repeat(256), "data": {} }).to_string();
    let bodies =
        ["", "not JSON", "{\"type\":\"user.created\"", "[]", "null", "{}", "{\"type\":5}", "{\"type\":\"\"}", &long];
    for (number, body) in bodies.into_iter().enumerate() {
        let answer = app.send(Delivery::new(&format!("msg_{number}"), body)).await;
        assert_eq!(answer.summary(), "400 event_malformed", "{body}");
    }
    assert_eq!(app.deliveries().await, 0);
}

async fn unknown_types_are_stored_and_ignored(app: App) {
    let types = ["role.created", "permission.updated", "subscription.later", "session.created", "whatever.next"];
    for kind in types {
        let event = json!({ "type": kind, "data": { "id": "x" }, "timestamp": 1_772_442_000_412_i64 });
        for _ in 0..2 {
            assert_eq!(app.send(Delivery::event(kind, &event)).await.summary(), "200 received");
        }
        let recorded = app.recorded(kind).await.unwrap();
        assert_eq!((recorded.state, recorded.attempts, recorded.payload), (State::Ignored, 1, event.to_string()));
    }
    let bare = app.send(Delivery::new("msg_bare", r#"{"type":"whatever.next"}"#)).await;
    assert_eq!(bare.summary(), "200 received");
}

async fn one_time_codes_are_not_kept(app: App) {
    let event = json!({ "type": "email.created", "data": { "otp_code": "424242" } });
    assert_eq!(app.send(Delivery::event("msg_1", &event)).await.summary(), "200 received");
    assert_eq!(app.recorded("msg_1").await.unwrap().payload, "");
}

async fn unreadable_data_is_stored_and_told(app: App) {
    let mut event = founded("org_1", "Northwind");
    event["data"]["updated_at"] = json!("somebody's secret");
    for attempts in 1..=2 {
        let answer = app.send(Delivery::event("msg_1", &event)).await;
        assert_eq!(answer.summary(), "422 event_unreadable");
        assert_eq!(answer.body["detail"], "/data/updated_at is no time.");
        let recorded = app.recorded("msg_1").await.unwrap();
        assert_eq!((recorded.state, recorded.attempts), (State::Unreadable, attempts));
        assert_eq!(recorded.reason.as_deref(), Some("/data/updated_at is no time"));
        assert_eq!(recorded.payload, event.to_string());
    }
    assert!(app.organization("org_1").await.is_none());
    // A later version of this program may read what this one cannot.
    assert_eq!(app.send(Delivery::event("msg_1", &founded("org_1", "Northwind"))).await.summary(), "200 received");
    let recorded = app.recorded("msg_1").await.unwrap();
    assert_eq!((recorded.state, recorded.attempts, recorded.reason), (State::Applied, 3, None));
}

async fn a_body_over_the_limit_is_refused(app: App) {
    let mut event = founded("org_1", "Northwind");
    event["data"]["padding"] = json!("x".repeat(1024 * 1024));
    assert_eq!(app.send(Delivery::event("msg_1", &event)).await.summary(), "413 body_too_large");
    event["data"]["padding"] = json!("x".repeat(1000 * 1024));
    assert_eq!(app.send(Delivery::event("msg_2", &event)).await.summary(), "200 received");
    assert_eq!(app.deliveries().await, 1);
}

async fn a_nul_in_a_name_does_no_harm(app: App) {
    let answer = app.send(Delivery::event("msg_1", &founded("org_1", "North\u{0}wind"))).await;
    assert_eq!(answer.summary(), "200 received");
    assert_eq!(app.organization("org_1").await.unwrap().name, "North\u{fffd}wind");
}

async fn a_membership_may_come_before_everything_else(app: App) {
    let joined = include_str!("../../src/clerk/event/samples/organizationMembership.created.json");
    assert_eq!(app.send(Delivery::new("msg_1", joined)).await.summary(), "200 received");
    let organization = app.organization("org_3ViXZya8cdFOcVwWBhqG5KSFdPE").await.unwrap();
    assert_eq!(organization.name, "Northwind Joinery");
    let person = user::Entity::find_by_id("user_3J5CMTIeg1ZTVnVv2fgKD0f6YYI").one(&app.db.system()).await;
    assert_eq!(person.unwrap().unwrap().folded, "bashir bashir@northwind.example");
    let found = membership::of_user(&app.db, "user_3J5CMTIeg1ZTVnVv2fgKD0f6YYI").await.unwrap();
    assert_eq!(found.len(), 1);
    let gone = json!({
        "type": "user.deleted", "timestamp": 1_772_528_400_950_i64, "data": { "id": "user_3J5CMTIeg1ZTVnVv2fgKD0f6YYI" },
    });
    assert_eq!(app.send(Delivery::event("msg_2", &gone)).await.summary(), "200 received");
    let found = membership::of_user(&app.db, "user_3J5CMTIeg1ZTVnVv2fgKD0f6YYI").await.unwrap();
    assert!(found.is_empty(), "a deleted person is no member");
    let known = user::Entity::find().one(&app.db.system()).await.unwrap().unwrap();
    assert_eq!(
        (known.email, known.first_name, known.folded.as_str()),
        (None, None, ""),
        "the name goes with the person"
    );
}

fn joined(id: &str, role: &str, created_at: i64) -> Value {
    let joined = include_str!("../../src/clerk/event/samples/organizationMembership.created.json");
    let mut event: Value = serde_json::from_str(joined).unwrap();
    event["data"]["id"] = json!(id);
    event["data"]["role"] = json!(role);
    event["data"]["created_at"] = json!(created_at);
    event["data"]["updated_at"] = json!(created_at);
    event
}

impl App {
    async fn roles(&self) -> Vec<String> {
        let rows = membership::living().all(&self.db.system()).await.unwrap();
        rows.into_iter().map(|row| row.role).collect()
    }
}

async fn somebody_who_comes_back_is_one_member(app: App) {
    let before = joined("orgmem_z", "org:admin", 1_772_445_600_000);
    let again = joined("orgmem_a", "org:member", 1_772_445_700_000);
    let mut gone_again = again.clone();
    gone_again["type"] = json!("organizationMembership.deleted");
    app.send(Delivery::event("msg_2", &again)).await;
    app.send(Delivery::event("msg_1", &before)).await;
    assert_eq!(app.roles().await, ["org:member"], "the deletion of the first membership is still on its way");
    app.send(Delivery::event("msg_3", &gone_again)).await;
    assert!(app.roles().await.is_empty(), "the first membership must not come back with the end of the second");
}

async fn a_late_membership_revives_no_organization(app: App) {
    let gone = json!({
        "type": "organization.deleted", "timestamp": 1_772_445_600, "data": { "id": "org_3ViXZya8cdFOcVwWBhqG5KSFdPE" },
    });
    assert_eq!(app.send(Delivery::event("msg_1", &gone)).await.summary(), "200 received");
    let late = joined("orgmem_1", "org:admin", 1_772_449_999_000);
    assert_eq!(app.send(Delivery::event("msg_2", &late)).await.summary(), "200 received");
    let row = app.organization("org_3ViXZya8cdFOcVwWBhqG5KSFdPE").await.unwrap();
    assert!(row.deleted_at.is_some());
    assert!(app.roles().await.is_empty());
}

async fn old_deliveries_are_swept(app: App) {
    let ended = json!({
        "type": "session.ended", "timestamp": 1_772_442_000_412_i64, "data": { "id": "sess_1", "user_id": "user_1" },
    });
    app.send(Delivery::event("msg_1", &ended)).await;
    app.send(Delivery::event("msg_2", &founded("org_1", "Northwind"))).await;
    let long_ago = chrono::Utc::now() - chrono::TimeDelta::days(91);
    app.execute(&format!(
        "UPDATE webhook_deliveries SET received_at = '{}' WHERE id = 'msg_1'",
        long_ago.format("%F %T%.6f +00:00")
    ))
    .await;
    tenantry::sweep::sweep(&app.db).await;
    assert!(app.recorded("msg_1").await.is_none());
    assert!(app.recorded("msg_2").await.is_some());
    let sessions = tenantry::directory::ended_session::Entity::find().count(&app.db.system()).await.unwrap();
    assert_eq!(sessions, 0, "its last token is long expired");
}

#[test]
fn the_document_says_that_no_token_is_needed() {
    let document = serde_json::to_value(tenantry::router::document()).unwrap();
    let operation = &document["paths"]["/api/webhooks/clerk"]["post"];
    assert_eq!(operation["security"], json!([{}]));
    let names: Vec<_> = operation["parameters"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["svix-id", "svix-timestamp", "svix-signature"]);
}
