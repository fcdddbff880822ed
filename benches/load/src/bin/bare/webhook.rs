//! A delivery of Clerk's, verified and kept by one upsert in a table of the bench's own.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::Shared;
use crate::refused::Refused;

const KEPT: &str = "INSERT INTO load_bench.users (id, first_name, last_name, email, image_url, source_updated_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET first_name = excluded.first_name,
        last_name = excluded.last_name, email = excluded.email, image_url = excluded.image_url,
        source_updated_at = excluded.source_updated_at
    WHERE users.source_updated_at < excluded.source_updated_at";

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    data: User<'a>,
}

#[derive(Deserialize)]
struct User<'a> {
    id: &'a str,
    first_name: Option<String>,
    last_name: Option<String>,
    primary_email_address_id: Option<String>,
    email_addresses: Vec<Address>,
    image_url: Option<String>,
    updated_at: i64,
}

#[derive(Deserialize)]
struct Address {
    id: String,
    email_address: String,
}

pub(crate) async fn receive(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    shared.deliveries.verify(&body, &headers).map_err(|_| Refused::Request)?;
    let user = serde_json::from_slice::<Event<'_>>(&body).map_err(|_| Refused::Request)?.data;
    let primary = |address: &&Address| Some(&address.id) == user.primary_email_address_id.as_ref();
    let email = user.email_addresses.iter().find(primary).map(|address| address.email_address.as_str());
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 6] =
        [&user.id, &user.first_name, &user.last_name, &email, &user.image_url, &user.updated_at];
    shared.database.alone(KEPT, &values).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], r#"{"received":true}"#).into_response())
}
