//! Invitations to the organization: read from the mirror, made and taken back at Clerk, which writes to the invited.

mod create;
mod list;
mod one;
mod store;
mod wire;

use crate::auth::ApiRoutes;
use crate::error::Error;
use crate::guarded_routes;
use crate::state::AppState;

/// The routes under `/api/invitations`.
pub fn router() -> ApiRoutes<AppState> {
    ApiRoutes::new()
        .routes(guarded_routes!(list::list_invitations, create::create_invitations))
        .routes(guarded_routes!(one::get_invitation, one::delete_invitation))
}

/// No such invitation of this organization.
const NOT_FOUND: Error = Error::NotFound { code: "invitation_not_found", detail: "Invitation not found." };
