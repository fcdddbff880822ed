//! `GET /api/audit-log`: what is recorded, newest first, and which entries are meant.

use std::str::FromStr;

use axum::extract::OriginalUri;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, Order, QueryFilter, Select};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{Action, Origin, export};
use crate::auth::{ApiRoutes, RequireAdmin};
use crate::db::journal::{Column, Entity, Model};
use crate::db::{Keyset, TenantDb};
use crate::error::{Error, FieldError, Problem, Result};
use crate::guarded_routes;
use crate::http::page::{Cursor, Direction, Page, PageRequest, SortKey};
use crate::http::query::{Query, Time, list as several, one};
use crate::state::AppState;

/// The routes under `/api/audit-log`.
pub fn router() -> ApiRoutes<AppState> {
    ApiRoutes::new().routes(guarded_routes!(list_audit_log))
}

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Its place in the organization's log, from 1 without a gap.
    pub seq: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who did it: `{"type": "user", "id": "user_…"}`, or of type `clerk` (a webhook), `operator` (a command) or `job`.
    #[schema(value_type = Object)]
    pub actor: Value,
    /// Who acted as that person.
    pub impersonator: Option<String>,
    /// What was done, such as `task.created`.
    pub action: String,
    /// To what: `{"type": "task", "id": "…"}`.
    #[schema(value_type = Object)]
    pub target: Value,
    /// What changed, as it was. Texts of more than 500 characters are cut.
    #[schema(value_type = Object)]
    pub before: Value,
    /// What changed, as it is since.
    #[schema(value_type = Object)]
    pub after: Value,
    /// The request that did it; of a webhook, the delivery.
    pub request_id: Option<String>,
    /// Where the request came from.
    pub address: Option<String>,
}

impl From<Model> for AuditEntry {
    fn from(row: Model) -> Self {
        let mut entry: Value = serde_json::from_str(&row.entry).unwrap_or_default();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Self {
            seq: row.seq,
            at: row.at,
            actor: entry["actor"].take(),
            impersonator: text(&entry["impersonator"]),
            action: row.action,
            target: entry["target"].take(),
            before: entry["before"].take(),
            after: entry["after"].take(),
            request_id: text(&entry["request_id"]),
            address: text(&entry["address"]),
        }
    }
}

/// Which entries, and in what form.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Who did it, by Clerk's id.
    #[serde(deserialize_with = "several")]
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    actor: Vec<String>,
    /// What was done, such as `task.created`.
    #[serde(deserialize_with = "several")]
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    action: Vec<Action>,
    /// The kind of thing it was done to, such as `task` or `member`.
    #[serde(deserialize_with = "one")]
    target_type: Option<String>,
    /// Which thing; needs `target_type`.
    #[serde(deserialize_with = "one")]
    target_id: Option<String>,
    /// At this time or later (RFC 3339).
    #[serde(deserialize_with = "one")]
    #[param(value_type = Option<DateTime<Utc>>)]
    since: Option<Time>,
    /// Before this time (RFC 3339).
    #[serde(deserialize_with = "one")]
    #[param(value_type = Option<DateTime<Utc>>)]
    until: Option<Time>,
    /// 1 to 200; 100 when absent.
    #[serde(deserialize_with = "one")]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// Where the page before ended; taken from its `Link` header.
    #[serde(deserialize_with = "one")]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<i64>>,
    /// `json` (the default): one page. `ndjson`, `csv`: every entry that is meant, as a file; that is itself recorded.
    #[serde(deserialize_with = "one")]
    #[param(inline, value_type = Option<Format>)]
    format: Option<Format>,
}

/// In what form entries are answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Format {
    /// One page, as an array.
    #[default]
    Json,
    /// All, a JSON object a line.
    Ndjson,
    /// All, as RFC 4180 has it.
    Csv,
}

impl FromStr for Format {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "json" => Ok(Self::Json),
            "ndjson" => Ok(Self::Ndjson),
            "csv" => Ok(Self::Csv),
            _ => Err("use json, ndjson or csv"),
        }
    }
}

/// Read the audit log.
///
/// Who did what in the organization, newest first. Every change is recorded together with the change itself, and no entry is
/// ever changed; `tenantry audit verify` shows that. With `format=ndjson` or `format=csv` every entry that is meant is answered
/// as one file, without `limit` and `cursor`, and that is recorded too.
#[utoipa::path(
    get, path = "/", tag = "records", params(AuditQuery),
    responses(
        (status = 200, description = "One page, or a file", headers(
            ("Link" = Option<String>, description = "The next page, `rel=\"next\"`"),
        ), content(
            ([AuditEntry] = "application/json"),
            (String = "application/x-ndjson"),
            (String = "text/csv"),
        )),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list_audit_log(
    guard: RequireAdmin,
    origin: Origin,
    OriginalUri(uri): OriginalUri,
    method: Method,
    Query(query): Query<AuditQuery>,
) -> Result<Response> {
    let entries = Entity::find().filter(query.condition()?);
    let format = query.format.unwrap_or_default();
    if format != Format::Json {
        query.refuse_paging()?;
        if method == Method::HEAD {
            // Nothing is handed out, so nothing is recorded.
            return Ok(export::headers(format).into_response());
        }
        return export::answer(guard.db, &origin, entries, format, uri.query()).await;
    }
    let page = PageRequest::new(query.limit, None, query.cursor, ORDER, Direction::Desc)?;
    let (rows, next) = newest(&guard.db, entries, page.after.map(|cursor| cursor.id), page.limit).await?;
    let next = next.map(|id| Cursor { by: ORDER.into(), order: Direction::Desc, key: SortKey::Rank(0), id });
    Ok(Page::new(rows.into_iter().map(AuditEntry::from).collect(), next, None, &uri).into_response())
}

/// What a list is ordered by.
const ORDER: &str = "seq";

/// Some entries, the newest first, and where there are more the last one's place.
///
/// # Errors
/// The database's.
pub(super) async fn newest(
    db: &TenantDb,
    entries: Select<Entity>,
    before: Option<i64>,
    limit: u64,
) -> Result<(Vec<Model>, Option<i64>), DbErr> {
    let keyset = Keyset::by(Column::Seq, Column::Seq, Order::Desc, limit);
    let entries = entries.filter(Condition::all().add_option(before.map(|seq| Column::Seq.lt(seq))));
    let (rows, more) = db.page(entries, &keyset).await?;
    let next = rows.last().filter(|_| more).map(|row| row.seq);
    Ok((rows, next))
}

impl AuditQuery {
    /// As a condition beside the tenant's own.
    fn condition(&self) -> Result<Condition> {
        if self.target_id.is_some() && self.target_type.is_none() {
            let detail = "target_id needs target_type beside it.";
            return Err(FieldError::parameter("target_id", "incomplete", detail).into());
        }
        let several = |column: Column, values: Vec<String>| (!values.is_empty()).then(|| column.is_in(values));
        let actions = self.action.iter().map(|action| action.name().to_owned()).collect();
        Ok(Condition::all()
            .add_option(several(Column::ActorId, self.actor.clone()))
            .add_option(several(Column::Action, actions))
            .add_option(self.target_type.as_deref().map(|kind| Column::TargetType.eq(kind)))
            .add_option(self.target_id.as_deref().map(|id| Column::TargetId.eq(id)))
            .add_option(self.since.map(|Time(time)| Column::At.gte(time)))
            .add_option(self.until.map(|Time(time)| Column::At.lt(time))))
    }

    fn refuse_paging(&self) -> Result<()> {
        let given = [("limit", self.limit.is_some()), ("cursor", self.cursor.is_some())];
        let refusal = |name: &'static str| {
            FieldError::parameter(name, "contradiction", format!("A file holds every entry; leave out {name}."))
        };
        let errors: Vec<FieldError> = given.iter().filter(|(_, given)| *given).map(|(name, _)| refusal(name)).collect();
        if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
    }
}
