//! `/client/sessions`: using one, switching organizations, tokens, and ending one.

use axum::{Json, extract::State, response::Response};
use serde_json::{Value, json};

use super::{answer, shape::View, visit::Visit};
use crate::{
    Emulator, Result, Session, SessionStatus, TokenKind,
    extract::Path,
    state::{State as Clerk, signed_out},
};

pub(super) async fn get(State(emulator): State<Emulator>, Path(id): Path<String>, visit: Visit) -> Result<Json<Value>> {
    answer::show(&emulator, &visit, |view, state, client| Ok(view.session(state.session_of_client(client, &id)?)))
}

/// Notes that it is in use; a field that is there but empty means the personal account.
pub(super) async fn touch(State(emulator): State<Emulator>, Path(id): Path<String>, visit: Visit) -> Result<Response> {
    let organization = chosen(visit.form.value("active_organization_id"));
    answer::change(
        &emulator,
        &visit,
        |state, client| {
            state.session_of_client(client, &id)?;
            let organization = kept(state, organization);
            let session = state.touch_session(&id, organization)?;
            let own = state.client(client)?.last_active_session_id.as_ref();
            if own != Some(&id) && visit.form.text("intent") != Some("focus") {
                state.client_mut(client)?.last_active_session_id = Some(id.clone());
            }
            Ok(session)
        },
        |view, session: &Session| view.session(session),
    )
}

/// `None` leaves the organization alone, `Some(None)` is the personal account.
fn chosen(value: Option<&str>) -> Option<Option<&str>> {
    value.map(|text| (!text.is_empty()).then_some(text))
}

/// Where everybody has to be in an organization, nobody can leave to a personal account.
fn kept<'a>(state: &Clerk, organization: Option<Option<&'a str>>) -> Option<Option<&'a str>> {
    organization.filter(|chosen| chosen.is_some() || !state.settings.membership_required)
}

pub(super) async fn end(State(emulator): State<Emulator>, Path(id): Path<String>, visit: Visit) -> Result<Response> {
    close(&emulator, &visit, &id, SessionStatus::Ended)
}

pub(super) async fn remove(State(emulator): State<Emulator>, Path(id): Path<String>, visit: Visit) -> Result<Response> {
    close(&emulator, &visit, &id, SessionStatus::Removed)
}

fn close(emulator: &Emulator, visit: &Visit, id: &str, how: SessionStatus) -> Result<Response> {
    answer::change(
        emulator,
        visit,
        |state, client| state.leave(client, id, how),
        |view, session: &Session| view.session(session),
    )
}

/// A token as it is, without the client.
pub(super) async fn token(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Json<Value>> {
    emulator.read(|state| {
        let mut session = own(&emulator, state, &visit, &id)?;
        if let Some(organization) = kept(state, chosen(visit.form.value("organization_id"))) {
            session.last_active_organization_id = match organization {
                Some(id) => Some(state.member(id, &session.user_id)?.organization_id.clone()),
                None => None,
            };
        }
        let view = View::new(&emulator, state, &visit.page);
        Ok(Json(json!({ "object": "token", "jwt": view.token(&session, TokenKind::Session)? })))
    })
}

/// Whatever the template is called: there is only the plainest one.
pub(super) async fn template_token(
    State(emulator): State<Emulator>,
    Path((id, _)): Path<(String, String)>,
    visit: Visit,
) -> Result<Json<Value>> {
    emulator.read(|state| {
        let session = own(&emulator, state, &visit, &id)?;
        let view = View::new(&emulator, state, &visit.page);
        Ok(Json(json!({ "object": "token", "jwt": view.token(&session, TokenKind::Template)? })))
    })
}

fn own(emulator: &Emulator, state: &Clerk, visit: &Visit, id: &str) -> Result<Session> {
    let client = visit.client(emulator, state)?.ok_or_else(signed_out)?;
    state.session_of_client(&client, id).cloned()
}
