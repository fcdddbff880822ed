//! The same histories through the service, on both databases, and who the payer may be.

use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tenantry::auth::Revocations;
use tenantry::clerk::Clock;
use tenantry::config::Catalogue;
use tenantry::db::TenantId;
use tenantry::directory::{payment_attempt, subscription, subscription_item};
use tenantry::entitlements::Entitlements;
use tenantry::entitlements::standing::Standing;
use tenantry::webhooks::delivery::State;

use super::events::{PAYER, day, item, subscription as whole};
use super::histories::histories;
use super::pure::{check, orders, summary};
use crate::app::{App, Delivery};
use crate::on_both_databases;

on_both_databases!(
    histories_come_to_the_same_in_every_order,
    a_payer_is_an_organization_or_a_person,
    an_unreadable_payer_is_refused,
    payments_are_noted_and_change_nothing,
    a_purged_tenant_stays_empty,
);

/// How many orders of one history are delivered; all of them are tried in memory.
const ORDERS: usize = 6;

/// An event about another payer.
fn of(event: &Value, payer: &str) -> Value {
    serde_json::from_str(&event.to_string().replace(PAYER, payer)).unwrap()
}

async fn standing_of(app: &App, tenant: TenantId, moment: f64) -> Option<Standing> {
    let now = Duration::from_millis(u64::try_from(day(moment).timestamp_millis()).unwrap());
    let entitlements =
        Entitlements::new(Catalogue::default(), TimeDelta::days(7), Clock::manual(now), &Revocations::default());
    entitlements.of_tenant(&app.db, &tenant).await.unwrap().standing
}

async fn histories_come_to_the_same_in_every_order(app: App) {
    let mut sent = 0;
    for (number, history) in histories().iter().enumerate() {
        let orders = orders(history.events.len());
        // The last has everything twice.
        let chosen = orders.iter().rev().take(ORDERS);
        for (turn, order) in chosen.enumerate() {
            let payer = format!("org_{number}_{turn}");
            for index in order {
                sent += 1;
                // A repetition under another id is applied anew.
                let delivery = Delivery::event(&format!("msg_{sent}"), &of(&history.events[*index], &payer));
                assert_eq!(app.send(delivery).await.summary(), "200 received");
            }
            let tenant = TenantId::Organization(payer);
            let mut found = Vec::new();
            for (moment, _) in history.then {
                found.push((*moment, standing_of(&app, tenant.clone(), *moment).await));
            }
            check(history, &format!("{order:?}"), |moment| {
                found.iter().find(|(then, _)| *then == moment).unwrap().1.clone()
            });
        }
    }
    assert!(sent > 200, "only {sent} deliveries");
}

async fn a_payer_is_an_organization_or_a_person(app: App) {
    let told = |number: usize, payer: Value| {
        let mut event = item("pro", "pro", "active", 1.0).period(1.0, 31.0).event("active");
        event["data"]["id"] = json!(format!("csub_item_{number}"));
        event["data"]["payer"] = payer;
        Delivery::event(&format!("msg_{number}"), &event)
    };
    let people = [
        json!({"organization_id": "", "user_id": "user_1"}),
        json!({"organization_id": null, "user_id": "user_1"}),
        json!({"user_id": "user_1"}),
    ];
    let organizations = [json!({"organization_id": "org_1", "user_id": ""}), json!({"organization_id": "org_1"})];
    for (number, payer) in people.into_iter().chain(organizations).enumerate() {
        assert_eq!(app.send(told(number, payer)).await.summary(), "200 received");
    }
    let rows = subscription_item::Entity::find().all(&app.db.system()).await.unwrap();
    let of = |tenant: &str| rows.iter().filter(|row| row.tenant_id == tenant).count();
    assert_eq!((of("user_1"), of("org_1"), rows.len()), (3, 2, 5));
    let personal = standing_of(&app, TenantId::Personal("user_1".into()), 2.0).await;
    assert_eq!(summary(personal), "pro active 0");
}

async fn an_unreadable_payer_is_refused(app: App) {
    for (number, payer) in [json!(null), json!({}), json!({"user_id": "org_1"}), json!({"organization_id": "user_1"})]
        .into_iter()
        .enumerate()
    {
        let mut event = item("pro", "pro", "active", 1.0).event("active");
        event["data"]["payer"] = payer.clone();
        let id = format!("msg_{number}");
        assert_eq!(app.send(Delivery::event(&id, &event)).await.summary(), "422 event_unreadable", "{payer}");
        assert_eq!(app.recorded(&id).await.unwrap().state, State::Unreadable);
    }
    assert_eq!(subscription_item::Entity::find().count(&app.db.system()).await.unwrap(), 0);
}

async fn payments_are_noted_and_change_nothing(app: App) {
    let attempt = |status: &str, changed: i64| {
        json!({ "type": "paymentAttempt.updated", "timestamp": changed, "data": {
            "id": "pa_1", "status": status, "charge_type": "recurring", "created_at": 1_775_127_601_000_i64,
            "updated_at": changed, "failed_at": null, "failed_reason": { "code": "card_declined" },
            "payer": { "organization_id": PAYER }, "totals": { "grand_total": { "amount": 10500, "currency": "USD" } },
        }})
    };
    let paid = attempt("paid", 1_775_127_609_000);
    let failed = attempt("failed", 1_775_127_605_000);
    assert_eq!(app.send(Delivery::event("msg_1", &paid)).await.summary(), "200 received");
    assert_eq!(app.send(Delivery::event("msg_2", &failed)).await.summary(), "200 received");
    let rows = payment_attempt::Entity::find().all(&app.db.system()).await.unwrap();
    let row = &rows[0];
    assert_eq!((rows.len(), &*row.status, row.amount, row.currency.as_deref()), (1, "paid", Some(10500), Some("USD")));
    assert_eq!(standing_of(&app, TenantId::Organization(PAYER.into()), 60.0).await, None);
}

async fn a_purged_tenant_stays_empty(app: App) {
    let gone = json!({"type": "organization.deleted", "timestamp": 1_772_442_000_000_i64, "data": {"id": PAYER}});
    assert_eq!(app.send(Delivery::event("msg_0", &gone)).await.summary(), "200 received");
    app.execute("UPDATE organizations SET purged_at = deleted_at").await;
    let pro = item("pro", "pro", "active", 1.0);
    for (number, event) in [pro.event("active"), whole("updated", 1.0, &[pro])].iter().enumerate() {
        assert_eq!(app.send(Delivery::event(&format!("msg_late_{number}"), event)).await.summary(), "200 received");
    }
    assert_eq!(subscription::Entity::find().count(&app.db.system()).await.unwrap(), 0);
    assert_eq!(subscription_item::Entity::find().count(&app.db.system()).await.unwrap(), 0);
}
