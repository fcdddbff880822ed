//! Claiming a key, and the answer that is kept under it.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Bytes;
use axum::extract::{FromRequest, OriginalUri, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{SubsecRound, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::entity::{ActiveModel, Column, Entity, Model};
use super::{IDEMPOTENCY_KEY, IDEMPOTENCY_REPLAYED, KEPT};
use crate::auth::AuthUser;
use crate::db::trouble::sql_state;
use crate::db::{Record, TenantDb, TenantTransaction};
use crate::error::{Error, Result};
use crate::http::extract::{body, parse_json, require_json};

/// How long a twin waits for the first request before it is told to come again.
pub(super) const WAIT: Duration = Duration::from_secs(5);

/// A JSON body that is acted upon once, however often it is sent with the same `Idempotency-Key`.
#[derive(Debug)]
pub struct Once<T> {
    /// What was asked.
    pub body: T,
    pub(super) key: Option<Key>,
}

/// A key, and what it is bound to.
#[derive(Debug)]
pub(super) struct Key {
    key: String,
    route: String,
    pub(super) body_digest: Vec<u8>,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Once<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        require_json(request.headers())?;
        let (bytes, key) = read(request, state).await?;
        Ok(Self { body: parse_json(&bytes)?, key })
    }
}

/// A POST that takes no body, acted upon once likewise. `{}` is no body either.
#[derive(Debug)]
pub struct OnceEmpty(Once<()>);

impl<S: Send + Sync> FromRequest<S> for OnceEmpty {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Nothing {}
        let headers = request.headers().clone();
        let (bytes, key) = read(request, state).await?;
        if !bytes.is_empty() {
            require_json(&headers)?;
            let Nothing {} = parse_json(&bytes)?;
        }
        Ok(Self(Once { body: (), key }))
    }
}

impl OnceEmpty {
    /// Claims the key for this transaction.
    ///
    /// # Errors
    /// Those of [`Once::claim`].
    pub async fn claim(self, tx: &TenantDb<TenantTransaction>, user: &AuthUser) -> Result<Claim> {
        self.0.claim(tx, user).await.map(|((), claim)| claim)
    }
}

/// The body, and the key with what it is bound to.
async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<(Bytes, Option<Key>)> {
    let key = key(request.headers())?;
    let route = format!("{} {}", request.method(), path(&request));
    let bytes = body(request, state).await?;
    let key = key.map(|key| Key { key, route, body_digest: digest(&SHA256, &bytes).as_ref().to_vec() });
    Ok((bytes, key))
}

/// The whole path, of which a nested router sees less. HTTP/2 puts scheme and host before it: a retry over another
/// version or by another name is the same request.
fn path(request: &Request) -> &str {
    request.extensions().get::<OriginalUri>().map_or(request.uri(), |original| &original.0).path()
}

fn key(headers: &HeaderMap) -> Result<Option<String>> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let (Some(value), second) = (values.next(), values.next()) else { return Ok(None) };
    let printable = value.as_bytes().iter().all(u8::is_ascii_graphic);
    if second.is_some() || !printable || !(1..=255).contains(&value.len()) {
        return Err(Error::Malformed {
            code: "idempotency_key_malformed",
            detail: "Idempotency-Key must be one value of 1 to 255 printable ASCII characters.".into(),
        });
    }
    Ok(value.to_str().ok().map(str::to_owned))
}

/// What became of a claim.
#[derive(Debug)]
pub enum Claim {
    /// Go on, and finish with [`Claimed::commit`].
    Ours(Claimed),
    /// It was done before; this is the answer it got.
    Replayed(Response),
}

/// A key that is ours for this transaction, or no key at all.
#[derive(Debug)]
#[must_use = "finish with commit, or the change is rolled back"]
pub struct Claimed(Option<(Key, String)>);

impl<T> Once<T> {
    /// Claims the key for this transaction and gives back the body.
    ///
    /// # Errors
    /// 422 `idempotency_key_reused` when the key came with another body; 409 `idempotency_in_progress` when a twin is still at work after five seconds.
    pub async fn claim(self, tx: &TenantDb<TenantTransaction>, user: &AuthUser) -> Result<(T, Claim)> {
        let Some(key) = self.key else { return Ok((self.body, Claim::Ours(Claimed(None)))) };
        let wait = u32::try_from(WAIT.as_millis()).unwrap_or(5_000);
        tx.bound_lock_wait(wait).await?;
        let user_id = user.user_id.as_str();
        // A committed record may be older than its keep; then it makes way, and the second attempt claims.
        for _ in 0..2 {
            if insert(tx, &key, user_id).await? {
                return Ok((self.body, Claim::Ours(Claimed(Some((key, user_id.to_owned()))))));
            }
            match stored(tx, &key, user_id).await? {
                Some(record) if record.created_at + KEPT > Utc::now() => {
                    return Ok((self.body, Claim::Replayed(replay(record, &key)?)));
                }
                Some(_) => {
                    tx.delete(Entity::delete_many().filter(this(&key, user_id))).await?;
                }
                None => {}
            }
        }
        Err(in_progress())
    }
}

pub(super) fn this(key: &Key, user_id: &str) -> Condition {
    Condition::all()
        .add(Column::UserId.eq(user_id))
        .add(Column::Route.eq(key.route.as_str()))
        .add(Column::Key.eq(key.key.as_str()))
}

/// On PostgreSQL this waits for a twin's transaction to end, because both insert the same primary key.
async fn insert(tx: &TenantDb<TenantTransaction>, key: &Key, user_id: &str) -> Result<bool> {
    let claimed = tx.insert_new(claim(key, user_id)).await;
    claimed.map_err(|error| if waited_in_vain(&error) { in_progress() } else { error.into() })
}

/// The record of an attempt under way.
pub(super) fn claim(key: &Key, user_id: &str) -> ActiveModel {
    ActiveModel {
        user_id: Set(user_id.to_owned()),
        route: Set(key.route.clone()),
        key: Set(key.key.clone()),
        body_digest: Set(key.body_digest.clone()),
        status: Set(0),
        location: Set(None),
        etag: Set(None),
        answer: Set(Vec::new()),
        created_at: Set(Utc::now().trunc_subsecs(6)),
        ..ActiveModel::default()
    }
}

/// Lock timeout (55P03) or statement timeout (57014), whichever was shorter.
fn waited_in_vain(error: &DbErr) -> bool {
    matches!(sql_state(error).as_deref(), Some("55P03" | "57014"))
}

pub(super) fn in_progress() -> Error {
    Error::Conflict {
        code: "idempotency_in_progress",
        detail: "A request with this Idempotency-Key is still at work. Send it again in a moment.",
    }
}

async fn stored(tx: &TenantDb<TenantTransaction>, key: &Key, user_id: &str) -> Result<Option<Model>> {
    Ok(tx.one(Entity::find().filter(this(key, user_id))).await?)
}

/// # Errors
/// 422 `idempotency_key_reused`.
pub(super) fn demand_same_body(record: &Model, key: &Key) -> Result<()> {
    if record.body_digest == key.body_digest {
        return Ok(());
    }
    Err(Error::Unprocessable {
        code: "idempotency_key_reused",
        detail: "This Idempotency-Key came with another body before. Use a new key for a new request.".into(),
    })
}

pub(super) fn replay(record: Model, key: &Key) -> Result<Response> {
    demand_same_body(&record, key)?;
    let status = u16::try_from(record.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(|| anyhow::anyhow!("the record of an idempotent answer has no status"))?;
    let answer = Answer { status, location: record.location, etag: record.etag, body: record.answer };
    let mut response = answer.into_response();
    response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

impl Claimed {
    /// Keeps the answer under the key and commits both with the change and its entry in the audit log.
    ///
    /// # Errors
    /// The database's; then nothing was done.
    pub async fn commit(
        self,
        tx: TenantDb<TenantTransaction>,
        answer: Answer,
        record: impl Into<Record>,
    ) -> Result<Response> {
        if let Some((key, user_id)) = &self.0 {
            tx.update::<Entity>(this(key, user_id), answer.columns()).await?;
        }
        tx.commit(record).await?;
        Ok(answer.into_response())
    }
}

/// A success in the form in which it can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    status: StatusCode,
    location: Option<String>,
    etag: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    /// 201 with where it is, its entity tag and its wire form.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn created(location: String, etag: &HeaderValue, body: &impl Serialize) -> Result<Self> {
        Ok(Self { status: StatusCode::CREATED, location: Some(location), ..Self::ok(etag, body)? })
    }

    /// 200 with its entity tag and its wire form.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn ok(etag: &HeaderValue, body: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_vec(body).map_err(anyhow::Error::new)?;
        Ok(Self { status: StatusCode::OK, location: None, etag: etag.to_str().ok().map(str::to_owned), body })
    }

    /// 201 for several things, which have no common address.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn created_several(body: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_vec(body).map_err(anyhow::Error::new)?;
        Ok(Self { status: StatusCode::CREATED, location: None, etag: None, body })
    }

    /// As it is kept.
    pub(super) fn columns(&self) -> [(Column, Expr); 4] {
        [
            (Column::Status, Expr::value(i16::try_from(self.status.as_u16()).unwrap_or(200))),
            (Column::Location, Expr::value(self.location.clone())),
            (Column::Etag, Expr::value(self.etag.clone())),
            (Column::Answer, Expr::value(self.body.clone())),
        ]
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let json = HeaderValue::from_static("application/json");
        let mut response = (self.status, [(header::CONTENT_TYPE, json)], self.body).into_response();
        for (name, value) in [(header::LOCATION, self.location), (header::ETAG, self.etag)] {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
