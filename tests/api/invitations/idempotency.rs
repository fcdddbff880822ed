//! `Idempotency-Key` where Clerk does the work: nobody is invited twice, and what was done is told, whatever was lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{TimeDelta, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use tenantry::idempotency::entity;

use super::{INVITATIONS, invited, new, stored, told};
use crate::members::{asking, backend::Backend};
use crate::support::TestApp;

async fn records(app: &TestApp) -> u64 {
    entity::Entity::find().count(&app.db.system()).await.unwrap()
}

on_both_databases! {
    async fn the_same_key_gets_the_same_answer_and_clerk_is_asked_once(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin().header("idempotency-key", "one");
        let first = admin.post(INVITATIONS, new("uma")).await;
        assert_eq!(told(&app).len(), 1);
        let second = admin.post(INVITATIONS, new("uma")).await;
        assert_eq!((second.summary(), second.body.clone()), (first.summary(), first.body.clone()));
        assert_eq!(second.header("idempotency-replayed"), Some("true"));
        assert_eq!((second.header("location"), second.header("etag")), (first.header("location"), first.header("etag")));
        assert!(told(&app).is_empty());
        assert_eq!(admin.post(INVITATIONS, new("zoe")).await.summary(), "422 idempotency_key_reused");
        let bare = acme.admin().post(INVITATIONS, new("uma")).await;
        assert_eq!(bare.summary(), "409 invitation_exists", "without a key it is another wish");
    }

    async fn a_refusal_frees_the_key(app) {
        let acme = app.organization("acme").await;
        let admin = acme.admin().header("idempotency-key", "two");
        let none = json!({"email_address": "uma@example.com", "role": "guest"});
        assert_eq!(admin.post(INVITATIONS, none.clone()).await.mistakes(), "422 validation_failed /role not_accepted");
        assert_eq!(records(&app).await, 0);
        app.clerk.create_role("org:guest", &["org:tasks:view"]).unwrap();
        assert_eq!(admin.post(INVITATIONS, none).await.summary(), "201");
    }

    async fn twins_at_once_invite_once_and_hear_the_same(app) {
        let acme = app.organization("acme").await;
        let (backend, gate) = Backend::holding_answers(&app.clerk).await;
        let admin = acme.admin().at(&asking(&app, &backend)).header("idempotency-key", "three");
        let send = || { let admin = admin.clone(); tokio::spawn(async move { admin.post(INVITATIONS, new("uma")).await }) };
        let (one, other) = (send(), send());
        gate.reached().await;
        gate.open();
        let (one, other) = (one.await.unwrap(), other.await.unwrap());
        assert_eq!((one.summary().as_str(), &one.body), ("201", &other.body));
        assert_eq!(backend.asked().len(), 1);
        let replayed = [&one, &other].into_iter().filter(|answer| answer.header("idempotency-replayed").is_some());
        assert_eq!(replayed.count(), 1);
    }

    async fn after_a_lost_answer_the_same_key_hears_what_was_done(app) {
        let acme = app.organization("acme").await;
        let lost = Arc::new(AtomicBool::new(true));
        let backend = Backend::losing_answers(&app.clerk, lost.clone()).await;
        let admin = acme.admin().at(&asking(&app, &backend)).header("idempotency-key", "four");
        let several = json!({"invitations": [new("uma"), new("zoe")]});
        assert_eq!(admin.post(INVITATIONS, several.clone()).await.summary(), "503 clerk_unavailable");
        assert_eq!(told(&app).len(), 2, "Clerk has invited them all the same");
        assert_eq!(admin.post(INVITATIONS, several.clone()).await.summary(), "503 clerk_unavailable", "nobody knows yet");

        lost.store(false, Ordering::SeqCst);
        let made = admin.post(INVITATIONS, several.clone()).await;
        assert_eq!(made.summary(), "201", "{}", String::from_utf8_lossy(&made.body));
        assert_eq!(made.each("email_address"), ["uma@example.com", "zoe@example.com"]);
        assert!(told(&app).is_empty(), "nobody was invited twice");
        let kept: Vec<String> = stored(&app, &acme.id).await.into_iter().map(|row| row.id).collect();
        let mut shown = made.each("id");
        shown.sort();
        assert_eq!(kept, shown);
        assert_eq!(admin.post(INVITATIONS, several).await.body, made.body);
    }

    async fn an_attempt_that_died_is_looked_into_and_not_repeated(app) {
        let acme = app.organization("acme").await;
        let lost = Arc::new(AtomicBool::new(true));
        let backend = Backend::losing_answers(&app.clerk, lost.clone()).await;
        let admin = acme.admin().at(&asking(&app, &backend)).header("idempotency-key", "five");
        assert_eq!(admin.post(INVITATIONS, new("uma")).await.summary(), "503 clerk_unavailable");
        lost.store(false, Ordering::SeqCst);
        // As a process leaves it that was killed while Clerk was asked.
        let left = async |age: TimeDelta| {
            let left = entity::Entity::update_many()
                .col_expr(entity::Column::Status, Expr::value(0))
                .col_expr(entity::Column::CreatedAt, Expr::value(Utc::now() - age));
            left.exec(&app.db.system()).await.unwrap();
        };
        left(TimeDelta::seconds(1)).await;
        assert_eq!(admin.post(INVITATIONS, new("uma")).await.summary(), "409 idempotency_in_progress");
        left(TimeDelta::minutes(1)).await;
        assert_eq!(admin.post(INVITATIONS, new("uma")).await.json()["email_address"], "uma@example.com");
        assert_eq!(told(&app).len(), 1);
    }

    async fn what_somebody_else_did_is_not_told_as_ones_own(app) {
        let acme = app.organization("acme").await;
        let other = acme.member("org:admin").await;
        let backend = Backend::answering(500, &[], "").await;
        let admin = acme.admin().header("idempotency-key", "six");
        let doubtful = admin.clone().at(&asking(&app, &backend)).post(INVITATIONS, new("uma")).await;
        assert_eq!(doubtful.summary(), "503 clerk_unavailable");
        invited(&other, "uma").await;
        assert_eq!(admin.post(INVITATIONS, new("uma")).await.summary(), "409 invitation_exists");
    }
}
