//! Objects as a browser sees them: other than the Backend API's, and never with anything private.
//!
//! Shapes follow Clerk's document of the Frontend API of 2026-05-12; times are milliseconds.

mod client;
mod organization;
mod reverification;
mod role;
mod sign_in;
mod sign_up;
mod user;

use serde_json::Value;

use super::{PREFIX, visit::Page};
use crate::{Emulator, Result, Session, TokenKind, TokenRequest, state::State};

/// The state as the page of one request is shown it.
pub(super) struct View<'a> {
    emulator: &'a Emulator,
    state: &'a State,
    page: &'a Page,
}

impl<'a> View<'a> {
    pub(super) fn new(emulator: &'a Emulator, state: &'a State, page: &'a Page) -> Self {
        Self { emulator, state, page }
    }

    /// A token of a session as it is now, for the page that asks.
    pub(super) fn token(&self, session: &Session, kind: TokenKind) -> Result<String> {
        let mut request = TokenRequest::for_user(&session.user_id)
            .kind(kind)
            .azp(self.page.party(session))
            .fva(Some(session.factor_ages(self.state.now())));
        if let Some(organization) = &session.last_active_organization_id {
            request = request.organization(organization);
        }
        self.emulator.mint(self.state, &request, &session.user_id, Some(session))
    }

    /// Where a page finds the picture of an object.
    fn image_url(&self, id: &str) -> Value {
        Value::from(format!("{}{PREFIX}/images/{id}", self.page.base()))
    }
}
