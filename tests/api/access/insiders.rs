//! What each kind of caller gets who calls for themselves, and that a refusal changes nothing.

use super::fixtures::Fixture;
use super::rows::Rows;
use super::world::{Kind, World, send};
use crate::openapi::Operation;

/// The status of one operation for one kind of caller.
pub async fn cell(world: &World, rows: &Rows, kind: &Kind, operation: &Operation, fixture: &Fixture) -> String {
    let (path, body) = world.rightly(operation, fixture, &kind.caller, &kind.tenant).await;
    let before = rows.all().await;
    let answer = send(&kind.caller, operation, &path, body).await;
    let status = answer.status.as_u16();
    if matches!(status, 401 | 403) {
        let (what, summary) = (format!("{} for {}", operation.name(), kind.name), answer.summary());
        let code = summary.split_once(' ').map_or("", |(_, code)| code);
        assert!(kind.refused_with.contains(&code), "{what}: {summary}, and not one of {:?}", kind.refused_with);
        assert_eq!(before, rows.all().await, "{what}: {summary}, and yet something changed");
        answer.assert_problem(&what);
    }
    status.to_string()
}
