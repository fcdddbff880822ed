//! Takes a job that is due, so that nobody else does it meanwhile.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryResult, Statement, Value};
use uuid::Uuid;

use super::LEASE;
use super::entity::{Entity, Model};
use crate::db::Db;

/// A job that is ours until its lease is over.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) job: Model,
    pub(super) claim: Uuid,
    /// Whether its tenant was deleted.
    pub(super) tenant_gone: bool,
}

/// Takes the job that has been due the longest, of these kinds and of no tenant of those; none when there is none.
///
/// One statement. On PostgreSQL instances pass each other's rows by; on SQLite a statement that writes has the database to
/// itself. A job waits while another one of its key runs. It cannot be overlooked that one does: a second one comes into being
/// only after the first was seen to run.
///
/// # Errors
/// The database's.
#[expect(clippy::disallowed_methods, reason = "whose job is due is found out here")]
pub(super) async fn claim(
    db: &Db,
    kinds: &[&'static str],
    but_of: &[String],
    now: DateTime<Utc>,
) -> Result<Option<Claimed>, DbErr> {
    let (db, claim) = (db.system(), Uuid::now_v7());
    let lease = TimeDelta::from_std(LEASE).unwrap_or_default();
    let mut values: Vec<Value> = vec![now.trunc_subsecs(6).into(), (now + lease).trunc_subsecs(6).into(), claim.into()];
    let kinds = list(&mut values, kinds.iter().copied());
    let but_of = match but_of {
        [] => String::new(),
        some => format!("AND tenant_id NOT IN ({})", list(&mut values, some.iter().map(String::as_str))),
    };
    let backend = db.get_database_backend();
    let passing = if backend == DbBackend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    // The first step is materialized: a plan that ran it again for each row would take more than one.
    let sql = format!(
        "WITH due AS MATERIALIZED (
             SELECT tenant_id, id FROM jobs
             WHERE state <> 'dead' AND due_at <= $1 AND kind IN ({kinds}) {but_of}
                 AND (state = 'running' OR NOT EXISTS (SELECT 1 FROM jobs twin WHERE twin.tenant_id = jobs.tenant_id
                     AND twin.kind = jobs.kind AND twin.key = jobs.key AND twin.key IS NOT NULL AND twin.state <> 'dead'
                     AND twin.state = 'running'))
             ORDER BY due_at LIMIT 1 {passing})
         UPDATE jobs SET state = 'running', attempts = attempts + 1, due_at = $2, claim = $3
         WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM due)
         RETURNING *, EXISTS (SELECT 1 FROM organizations o WHERE o.id = jobs.tenant_id AND o.deleted_at IS NOT NULL)
             OR EXISTS (SELECT 1 FROM users u WHERE u.id = jobs.tenant_id AND u.deleted_at IS NOT NULL) AS tenant_gone"
    );
    let row = db.query_one_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    row.as_ref().map(|row| read(row, claim)).transpose()
}

fn read(row: &QueryResult, claim: Uuid) -> Result<Claimed, DbErr> {
    let job = <Entity as EntityTrait>::Model::from_query_result(row, "")?;
    Ok(Claimed { job, claim, tenant_gone: row.try_get("", "tenant_gone")? })
}

/// Adds values, and gives their places.
fn list<'a>(values: &mut Vec<Value>, more: impl Iterator<Item = &'a str>) -> String {
    let places: Vec<String> = more
        .map(|value| {
            values.push(value.into());
            format!("${}", values.len())
        })
        .collect();
    places.join(", ")
}
