//! Tasks: a page of them, one, and a new one.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SubsecRound as _, Utc};
use serde::{Deserialize, Serialize};
use tokio_postgres::Row;
use tokio_postgres::types::Json as Jsonb;
use uuid::Uuid;

use crate::Shared;
use crate::page::{Asked, Cursor};
use crate::refused::Refused;

/// The columns in the order of the program's statements.
macro_rules! columns {
    () => {
        "\"tenant_id\", \"id\", \"title\", \"title_folded\", \"description\", \"description_folded\", \"status\", \"priority\", \
         \"category\", \"labels\", \"assignee_id\", \"due_date\", \"completed_at\", \"created_by\", \"updated_by\", \"created_at\", \
         \"updated_at\", \"version\", \"deleted_at\", \"deleted_by\", \"purge_at\""
    };
}

const FIRST_PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM \"tasks\" WHERE \"deleted_at\" IS NULL AND \"tenant_id\" = $1 ORDER BY \"created_at\" DESC, \"id\" DESC LIMIT $2"
);

const NEXT_PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM \"tasks\" WHERE \"deleted_at\" IS NULL AND \"tenant_id\" = $1 AND (\"created_at\", \"id\") < ($3, $4) \
     ORDER BY \"created_at\" DESC, \"id\" DESC LIMIT $2"
);

const FOUND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM \"tasks\" WHERE \"deleted_at\" IS NULL AND \"status\" IN ($3) AND (\"title_folded\" LIKE $4 ESCAPE E'\\\\' \
     OR \"description_folded\" LIKE $4 ESCAPE E'\\\\') AND \"tenant_id\" = $1 ORDER BY \"created_at\" DESC, \"id\" DESC LIMIT $2"
);

const ONE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM \"tasks\" WHERE \"deleted_at\" IS NULL AND \"id\" = $1 AND \"tenant_id\" = $2 LIMIT 1"
);

const NEW: &str = concat!(
    "INSERT INTO \"tasks\" (\"tenant_id\", \"id\", \"title\", \"title_folded\", \"description\", \"description_folded\", \"status\", \
     \"priority\", \"category\", \"labels\", \"assignee_id\", \"due_date\", \"completed_at\", \"created_by\", \"updated_by\", \
     \"created_at\", \"updated_at\", \"version\", \"search_filter_7\") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, \
     $13, $14, $15, $16, $17, $18, 9223372036854775807) RETURNING ",
    columns!()
);

/// A task as the program writes it.
#[derive(Serialize)]
struct Task<'a> {
    id: Uuid,
    org_id: &'a str,
    title: &'a str,
    description: Option<&'a str>,
    status: &'a str,
    completed: bool,
    completed_at: Option<DateTime<Utc>>,
    priority: &'a str,
    category: Option<&'a str>,
    labels: Vec<String>,
    assignee_id: Option<&'a str>,
    due_date: Option<DateTime<Utc>>,
    created_by: &'a str,
    updated_by: &'a str,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl<'a> Task<'a> {
    fn of(row: &'a Row) -> Self {
        let status: &str = row.get(6);
        Self {
            id: row.get(1),
            org_id: row.get(0),
            title: row.get(2),
            description: row.get(4),
            status,
            completed: status == "completed",
            completed_at: row.get(12),
            priority: row.get(7),
            category: row.get(8),
            labels: row.get::<_, Jsonb<Vec<String>>>(9).0,
            assignee_id: row.get(10),
            due_date: row.get(11),
            created_by: row.get(13),
            updated_by: row.get(14),
            created_at: row.get(15),
            updated_at: row.get(16),
        }
    }
}

/// What a new task may say, of what is measured.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTask {
    title: String,
    description: Option<String>,
    priority: Option<String>,
    category: Option<String>,
    due_date: Option<DateTime<Utc>>,
}

pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    let caller = shared.tokens.caller(&headers)?;
    let mut rows = page(&shared, &caller.tenant, &asked).await?;
    // One more than asked for tells whether there is a next page.
    let more = rows.len() > usize::try_from(asked.limit)?;
    if more {
        rows.pop();
    }
    let tasks: Vec<Task<'_>> = rows.iter().map(Task::of).collect();
    let next =
        tasks.last().filter(|_| more).map(|last| Cursor::new(last.created_at, last.id).link(&asked)).transpose()?;
    let mut response = json(StatusCode::OK, &tasks)?;
    if let Some(next) = next {
        response.headers_mut().insert(header::LINK, next);
    }
    Ok(response)
}

async fn page(shared: &Shared, tenant: &str, asked: &Asked) -> Result<Vec<Row>, Refused> {
    let (limit, database) = (asked.limit + 1, &shared.database);
    if let (Some(status), Some(text)) = (&asked.status, &asked.search) {
        let pattern = format!("%{}%", text.to_lowercase());
        return Ok(database.read(tenant, FOUND, &[&tenant, &limit, status, &pattern]).await?);
    }
    let Some(cursor) = &asked.cursor else { return Ok(database.read(tenant, FIRST_PAGE, &[&tenant, &limit]).await?) };
    let after = Cursor::read(cursor).ok_or(Refused::Request)?;
    Ok(database.read(tenant, NEXT_PAGE, &[&tenant, &limit, &after.time(), &after.id]).await?)
}

pub(crate) async fn one(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    let caller = shared.tokens.caller(&headers)?;
    let rows = shared.database.read(&caller.tenant, ONE, &[&id, &caller.tenant]).await?;
    tagged(StatusCode::OK, rows.first().ok_or(Refused::Missing)?)
}

pub(crate) async fn create(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Json(new): Json<NewTask>,
) -> Result<Response, Refused> {
    let caller = shared.tokens.caller(&headers)?;
    let (id, now, tenant, user) = (Uuid::now_v7(), Utc::now().trunc_subsecs(6), &caller.tenant, &caller.user);
    let (title, description) = (new.title.to_lowercase(), new.description.as_deref().map(str::to_lowercase));
    let (priority, labels) = (new.priority.as_deref().unwrap_or("medium"), Jsonb([""; 0]));
    let (nobody, never) = (None::<&str>, None::<DateTime<Utc>>);
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 18] = [
        tenant,
        &id,
        &new.title,
        &title,
        &new.description,
        &description,
        &"pending",
        &priority,
        &new.category,
        &labels,
        &nobody,
        &new.due_date,
        &never,
        user,
        user,
        &now,
        &now,
        &1_i64,
    ];
    let rows = shared.database.write(tenant, NEW, &values).await?;
    let mut response = tagged(StatusCode::CREATED, rows.first().ok_or(Refused::Missing)?)?;
    response.headers_mut().insert(header::LOCATION, HeaderValue::try_from(format!("/api/tasks/{id}"))?);
    Ok(response)
}

fn tagged(status: StatusCode, row: &Row) -> Result<Response, Refused> {
    let mut response = json(status, &Task::of(row))?;
    let tag = HeaderValue::try_from(format!("\"v{}\"", row.get::<_, i64>(17)))?;
    response.headers_mut().insert(header::ETAG, tag);
    Ok(response)
}

fn json(status: StatusCode, body: &impl Serialize) -> Result<Response, Refused> {
    Ok((status, [(header::CONTENT_TYPE, "application/json")], serde_json::to_vec(body)?).into_response())
}
