//! Every operation of the API document that changes something leaves one entry in an audit log, and no other does.

use sea_orm::{ConnectionTrait, Statement};

use super::fixture_of;
use super::world::{World, send};
use crate::openapi::operations;
use crate::support::TestApp;

/// What is recorded by a rule of its own, each with where that is shown.
const OTHERWISE: [(&str, &str); 1] =
    [("POST /api/webhooks/clerk", "one entry where the delivery changes something: `audit::mirror`")];

/// Of what the fixture sends this changes nothing, and what changes nothing is not recorded.
const CHANGING: (&str, &str) = ("PATCH /api/members/{user_id}", r#"{"role": "org:admin"}"#);

async fn entries(app: &TestApp) -> i64 {
    let owner = app.scratch.connect().await;
    let count = Statement::from_string(owner.get_database_backend(), "SELECT count(*) FROM audit_log");
    let row = owner.query_one_raw(count).await.unwrap().unwrap();
    owner.close().await.unwrap();
    row.try_get_by_index(0).unwrap()
}

on_both_databases! {
    async fn every_operation_that_changes_something_leaves_one_entry(app) {
        let world = World::new(app).await;
        for operation in operations() {
            if OTHERWISE.iter().any(|(name, _)| *name == operation.name()) {
                continue;
            }
            let fixture = fixture_of(&operation);
            let (path, body) = world.rightly(&operation, &fixture, &world.admin, &world.ours.id).await;
            let body = if operation.name() == CHANGING.0 { Some(CHANGING.1.into()) } else { body };
            let before = entries(&world.app).await;

            let answer = send(&world.admin, &operation, &path, body).await;

            assert!(answer.status.is_success(), "{}: {}", operation.name(), answer.summary());
            let expected = i64::from(operation.method != "GET");
            let left = entries(&world.app).await - before;
            assert_eq!(
                left,
                expected,
                "{} left {left} entries in the audit log; end its transaction with one `audit::Entry`",
                operation.name()
            );
        }
    }
}
