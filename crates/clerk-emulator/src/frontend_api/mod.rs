//! Clerk's Frontend API and what goes with it, all under `/__clerk`: what the packages in a browser ask for.
//!
//! The browser is known by its cookie, or by the dev browser in the query; bodies are forms, and every answer
//! carries the whole client beside what was asked for. One file per resource.

mod answer;
mod client;
mod dev_browser;
mod environment;
mod form;
mod gate;
mod managing;
mod me;
mod npm;
mod organizations;
mod page;
mod pages;
mod publishable_key;
mod sessions;
mod shape;
mod sign_ins;
mod sign_ups;
mod tickets;
mod verb;
mod verification;
mod visit;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state, map_request},
    routing::{delete, get, patch, post},
};
use tower::ServiceBuilder;

use crate::{Emulator, faults, images, router};

pub(crate) use gate::is_local;
pub(crate) use publishable_key::PublishableKey;

/// Where all of it is served.
pub(crate) const PREFIX: &str = "/__clerk";

impl Emulator {
    /// The Frontend API, the files of Clerk's packages and the pages for people, all under `/__clerk`.
    ///
    /// To be merged into the router of the server that serves the pages too, so that all have one origin. The
    /// emulator's own [`router`](Self::router) holds it as well, over the same state.
    pub fn frontend_router(&self) -> Router {
        let inner = Router::new()
            .merge(pages::router())
            .nest("/v1", v1())
            .route("/.well-known/jwks.json", get(router::jwks))
            .route("/images/{id}", get(images::picture))
            .route("/npm/@clerk/{package}/dist/{*file}", get(npm::file))
            .fallback(router::unknown_route)
            .method_not_allowed_fallback(router::unknown_route)
            .layer(from_fn_with_state(self.clone(), gate::admit))
            .with_state(self.clone());
        // Around the whole router: by its own layers, the method has been chosen already.
        let service = ServiceBuilder::new().layer(map_request(verb::effective)).service(inner);
        Router::new().nest_service(PREFIX, service).layer(from_fn_with_state(self.clone(), faults::interfere))
    }
}

fn v1() -> Router<Emulator> {
    Router::new()
        .route("/environment", get(environment::get).patch(environment::get))
        .route("/client", get(client::get).post(client::create).put(client::create).delete(client::sign_out))
        .route("/dev_browser", post(dev_browser::create))
        .route("/tickets/accept", get(tickets::accept))
        .merge(session_routes())
        .merge(my_routes())
        .merge(organization_routes())
        .fallback(router::unknown_route)
        .method_not_allowed_fallback(router::unknown_route)
        .layer(from_fn(answer::never_stored))
}

fn session_routes() -> Router<Emulator> {
    Router::new()
        .route("/client/sign_ins", post(sign_ins::create))
        .route("/client/sign_ins/{sign_in_id}", get(sign_ins::get))
        .route("/client/sign_ins/{sign_in_id}/prepare_first_factor", post(sign_ins::prepare))
        .route("/client/sign_ins/{sign_in_id}/attempt_first_factor", post(sign_ins::attempt))
        .route("/client/sign_ups", post(sign_ups::create))
        .route("/client/sign_ups/{sign_up_id}", get(sign_ups::get).patch(sign_ups::update))
        .route("/client/sign_ups/{sign_up_id}/prepare_verification", post(sign_ups::prepare))
        .route("/client/sign_ups/{sign_up_id}/attempt_verification", post(sign_ups::attempt))
        .route("/client/sessions", delete(client::sign_out))
        .route("/client/sessions/{session_id}", get(sessions::get))
        .route("/client/sessions/{session_id}/touch", post(sessions::touch))
        .route("/client/sessions/{session_id}/verify", post(verification::begin))
        .route("/client/sessions/{session_id}/verify/prepare_first_factor", post(verification::prepare))
        .route("/client/sessions/{session_id}/verify/attempt_first_factor", post(verification::attempt))
        .route("/client/sessions/{session_id}/end", post(sessions::end))
        .route("/client/sessions/{session_id}/remove", post(sessions::remove))
        .route("/client/sessions/{session_id}/tokens", post(sessions::token))
        .route("/client/sessions/{session_id}/tokens/{template}", post(sessions::template_token))
}

fn my_routes() -> Router<Emulator> {
    Router::new()
        .route("/me", get(me::get).patch(me::update))
        .route("/me/metadata", patch(me::merge_metadata))
        .route("/me/change_password", post(me::change_password))
        .route("/me/sessions/active", get(me::sessions))
        .route("/me/sessions/{session_id}/revoke", post(me::revoke_session))
        .route("/me/organization_memberships", get(me::memberships))
        .route("/me/organization_memberships/{organization_id}", delete(managing::leave))
        .route("/me/organization_invitations", get(me::invitations))
        .route("/me/organization_invitations/{invitation_id}/accept", post(managing::accept_invitation))
        .route("/me/organization_suggestions", get(me::suggestions))
}

fn organization_routes() -> Router<Emulator> {
    let members = get(organizations::memberships).post(managing::add_member);
    let own = Router::new()
        .route("/", get(organizations::get).patch(managing::update).delete(managing::delete))
        .route("/memberships", members)
        .route("/memberships/{user_id}", patch(managing::change_role).delete(managing::remove_member))
        .route("/invitations", get(organizations::invitations).post(managing::invite))
        .route("/invitations/bulk", post(managing::invite_many))
        .route("/invitations/{invitation_id}/revoke", post(managing::revoke_invitation))
        .route("/roles", get(organizations::roles))
        .route("/domains", get(organizations::none))
        .route("/membership_requests", get(organizations::none));
    Router::new().route("/organizations", post(managing::create)).nest("/organizations/{organization_id}", own)
}
