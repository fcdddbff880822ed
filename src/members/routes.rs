//! `GET /api/members`, which feeds assignee pickers, and what a member looks like.

use axum::extract::OriginalUri;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::IntoColumnRef;
use sea_orm::{ColumnTrait, Condition, Order, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::one;
use crate::auth::{ApiRoutes, RequireMember};
use crate::clerk::event::Membership;
use crate::db::Keyset;
use crate::db::search::containing;
use crate::directory::user::Profile;
use crate::directory::{membership, user};
use crate::error::{FieldError, Problem, Result};
use crate::guarded_routes;
use crate::http::page::{Count, Cursor, Direction, Page, PageRequest, SortKey};
use crate::http::query::{Query, list as several, one};
use crate::state::AppState;

/// The routes under `/api/members`.
pub fn router() -> ApiRoutes<AppState> {
    ApiRoutes::new().routes(guarded_routes!(list_members)).routes(guarded_routes!(
        one::get_member,
        one::update_member,
        one::delete_member
    ))
}

/// A member of the organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Member {
    /// Clerk's id of the person.
    pub user_id: String,
    /// The role, such as `org:admin`.
    pub role: String,
    /// First and last name.
    pub name: Option<String>,
    /// The primary address.
    pub email: Option<String>,
    /// A picture.
    pub image_url: Option<String>,
    /// When they joined.
    pub created_at: DateTime<Utc>,
}

/// Which members.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct MemberQuery {
    /// In the name or the address, whatever the case. At most 200 characters.
    #[serde(deserialize_with = "one")]
    #[param(max_length = 200)]
    search: Option<String>,
    /// Roles, with or without `org:`.
    #[serde(deserialize_with = "several")]
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    role: Vec<String>,
    /// 1 to 200; 100 when absent.
    #[serde(deserialize_with = "one")]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// Rows to pass over, at most 10 000.
    #[serde(deserialize_with = "one")]
    #[param(maximum = 10_000)]
    offset: Option<u64>,
    /// Where the page before ended; taken from its `Link` header.
    #[serde(deserialize_with = "one")]
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<String>>,
    /// `exact` adds `X-Total-Count`.
    #[serde(deserialize_with = "one")]
    #[param(inline, value_type = Option<Count>)]
    count: Option<Count>,
}

/// List members.
///
/// The latest to join come first. As the mirror has them: a change at Clerk shows when its webhook has come.
#[utoipa::path(
    get, path = "/", tag = "people", params(MemberQuery),
    responses(
        (status = 200, description = "One page", body = [Member], headers(
            ("Link" = Option<String>, description = "The next page, `rel=\"next\"`"),
            ("X-Total-Count" = Option<i64>, description = "All matching members, on `count=exact`"),
        )),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn list_members(
    guard: RequireMember,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<MemberQuery>,
) -> Result<Page<Member>> {
    let rows = membership::living().filter(query.roles()).find_also_related(user::Entity).filter(query.people()?);
    let page = PageRequest::new(query.limit, query.offset, query.cursor, "created_at", Direction::Desc)?;
    let keyset = newest_first(
        &page,
        (membership::Entity, membership::Column::CreatedAt),
        (membership::Entity, membership::Column::Id),
    )?;
    let total = match query.count {
        Some(Count::Exact) => Some(guard.db.count_with(rows.clone()).await?),
        None => None,
    };
    let (rows, more) = guard.db.page_with(rows, &keyset).await?;
    let next = rows.last().filter(|_| more).map(|(last, _)| Cursor {
        by: "created_at".into(),
        order: Direction::Desc,
        key: SortKey::Time(last.created_at),
        id: last.id.clone(),
    });
    Ok(Page::new(rows.into_iter().map(member).collect(), next, total, &uri))
}

/// The page of a list that is ordered by when its rows were created, and by Clerk's ids.
pub(super) fn newest_first(
    page: &PageRequest<String>,
    created: impl IntoColumnRef,
    id: impl IntoColumnRef,
) -> Result<Keyset> {
    let mut keyset = Keyset::by(created, id, Order::Desc, page.limit);
    keyset.offset = page.offset;
    keyset.after = match &page.after {
        None => None,
        // PostgreSQL cannot be asked for U+0000.
        Some(Cursor { key: SortKey::Time(time), id, .. }) if !id.contains('\0') => {
            Some([(*time).into(), id.clone().into()])
        }
        Some(_) => return Err(FieldError::parameter("cursor", "invalid_value", "The cursor is malformed.").into()),
    };
    Ok(keyset)
}

impl MemberQuery {
    fn roles(&self) -> Condition {
        match self.role.as_slice() {
            [] => Condition::all(),
            roles => Condition::all().add(membership::Column::Role.is_in(roles.iter().map(|role| role_key(role)))),
        }
    }

    fn people(&self) -> Result<Condition> {
        let known = Condition::all().add(user::Column::DeletedAt.is_null());
        Ok(known.add(containing(self.search.as_deref(), [(user::Entity, user::Column::Folded)])?))
    }
}

/// A role as Clerk and tokens have it, with exactly one `org:`.
pub(super) fn role_key(text: &str) -> String {
    format!("org:{}", text.trim_start_matches("org:"))
}

pub(super) fn member((membership, user): (membership::Model, Option<user::Model>)) -> Member {
    let Profile { name, email, image_url } = user.as_ref().map(Profile::from).unwrap_or_default();
    Member {
        user_id: membership.user_id,
        role: membership.role,
        name,
        email,
        image_url,
        created_at: membership.created_at,
    }
}

impl From<&Membership> for Member {
    fn from(membership: &Membership) -> Self {
        let Profile { name, email, image_url } = Profile::from(&membership.person);
        Self {
            user_id: membership.person.id.clone(),
            role: membership.role.clone(),
            name,
            email,
            image_url,
            created_at: membership.created_at,
        }
    }
}
