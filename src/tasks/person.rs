//! `/api/{user_id}/tasks`: the same handlers for clients that put the person in the path.
//!
//! The person must be the caller, and the tasks are those the caller created in the active tenant.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sea_orm::{ColumnTrait, Condition};
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

use super::entity::Column;
use super::routes;
use crate::auth::{ApiRoutes, AuthUser};
use crate::error::{Error, Result};
use crate::guarded_routes;
use crate::state::AppState;

/// What a segment of a path cannot hold as it is (RFC 3986 section 2.3 lists what it can). Clerk's own ids hold none of it;
/// those an instance brought along from elsewhere may.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Whose tasks an address speaks of, within the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All of the tenant's: `/api/tasks`.
    Tenant,
    /// Those the caller created: `/api/{user_id}/tasks`.
    Creator(String),
}

impl Scope {
    /// As a condition on tasks, beside the tenant's own. What is in the trash is in no scope.
    pub fn condition(&self) -> Condition {
        let living = Condition::all().add(Column::DeletedAt.is_null());
        match self {
            Self::Tenant => living,
            Self::Creator(user_id) => living.add(Column::CreatedBy.eq(user_id.as_str())),
        }
    }

    /// Where a list of tasks is served in this scope.
    pub fn tasks_path(&self) -> String {
        match self {
            Self::Tenant => "/api/tasks".into(),
            Self::Creator(user_id) => format!("/api/{}/tasks", utf8_percent_encode(user_id, RESERVED)),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Scope {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Error::Malformed { code: "path_malformed", detail: "The path is not UTF-8.".into() })?;
        let Some((_, named)) = params.iter().find(|(name, _)| *name == "user_id") else { return Ok(Self::Tenant) };
        let caller = parts.extensions.get::<AuthUser>().map(|caller| caller.user_id.as_str());
        if caller == Some(named) {
            return Ok(Self::Creator(named.to_owned()));
        }
        Err(Error::Forbidden {
            code: "other_person",
            detail: "Access denied to this user's resources.".into(),
            permission: None,
        })
    }
}

/// The routes that name a person.
pub fn person_router() -> ApiRoutes<AppState> {
    let tasks = ApiRoutes::new()
        .routes(guarded_routes!(routes::list_tasks, routes::create_task))
        .routes(guarded_routes!(routes::get_task, routes::update_task, routes::replace_task, routes::delete_task))
        .routes(guarded_routes!(routes::complete_task));
    let stats = ApiRoutes::new().routes(guarded_routes!(routes::get_task_stats));
    ApiRoutes::new().nest("/{user_id}/tasks", tasks).nest("/{user_id}", stats).described(name_person)
}

/// Tells the document of the parameter, and gives each operation an id of its own.
fn name_person(operation: &mut Operation) {
    let Operation { operation_id, parameters, .. } = operation;
    *operation_id = operation_id.as_ref().map(|id| format!("{id}_of_person"));
    let person = ParameterBuilder::new()
        .name("user_id")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("The caller's own id; the tasks are those the caller created."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build();
    parameters.get_or_insert_default().insert(0, person.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_an_address_whatever_the_persons_id_holds() {
        assert_eq!(Scope::Creator("user_2b-A.~".into()).tasks_path(), "/api/user_2b-A.~/tasks");
        assert_eq!(Scope::Creator("auth0|7/a?b#%".into()).tasks_path(), "/api/auth0%7C7%2Fa%3Fb%23%25/tasks");
    }
}
