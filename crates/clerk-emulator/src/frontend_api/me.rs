//! `/me`: the person of the session that acts, and what they belong to.

use axum::{Json, extract::State, response::Response};
use serde_json::{Value, json};

use super::{answer, page::Window, shape::View, visit::Visit};
use crate::{
    ApiError, Emulator, Invitation, Membership, Result, Session, SessionStatus, User, UserChanges, extract::Path,
    state::State as Clerk,
};

pub(super) async fn get(State(emulator): State<Emulator>, visit: Visit) -> Result<Json<Value>> {
    look(&emulator, &visit, |view, _, user| Ok(view.user(user)))
}

pub(super) async fn update(State(emulator): State<Emulator>, visit: Visit) -> Result<Response> {
    let form = &visit.form;
    answer::change(
        &emulator,
        &visit,
        |state, client| {
            let user = visit.session(state, client)?.user_id;
            let changes = UserChanges {
                first_name: form.nullable("first_name"),
                last_name: form.nullable("last_name"),
                username: form.nullable("username"),
                external_id: None,
            };
            let metadata = form.metadata("unsafe_metadata")?;
            let user = state.update_user(&user, changes)?;
            match metadata {
                Some(metadata) => state.set_unsafe_metadata(&user.id, metadata, false),
                None => Ok(user),
            }
        },
        |view, user: &User| view.user(user),
    )
}

pub(super) async fn merge_metadata(State(emulator): State<Emulator>, visit: Visit) -> Result<Response> {
    answer::change(
        &emulator,
        &visit,
        |state, client| {
            let user = visit.session(state, client)?.user_id;
            let metadata = visit.form.metadata("unsafe_metadata")?.unwrap_or_default();
            state.set_unsafe_metadata(&user, metadata, true)
        },
        |view, user: &User| view.user(user),
    )
}

/// Another password, for somebody who knows the present one; it also ends the other sessions where that is asked.
pub(super) async fn change_password(State(emulator): State<Emulator>, visit: Visit) -> Result<Response> {
    let form = &visit.form;
    answer::change(
        &emulator,
        &visit,
        |state, client| {
            let session = visit.session(state, client)?;
            let new = form.required("new_password")?;
            let user = state.change_password(&session.user_id, form.value("current_password"), new)?;
            if form.text("sign_out_of_other_sessions") == Some("true") {
                state.close_other_sessions(&session)?;
            }
            Ok(user)
        },
        |view, user: &User| view.user(user),
    )
}

/// Signs the person out somewhere else.
pub(super) async fn revoke_session(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    visit: Visit,
) -> Result<Response> {
    answer::change(
        &emulator,
        &visit,
        |state, client| {
            let user = visit.session(state, client)?.user_id;
            match state.session(&id)?.user_id == user {
                true => state.close_session(&id, SessionStatus::Revoked),
                false => Err(ApiError::not_found("session", &id)),
            }
        },
        |view, session: &Session| view.session(session),
    )
}

/// Where the person is signed in, without anything else around it.
pub(super) async fn sessions(State(emulator): State<Emulator>, visit: Visit) -> Result<Json<Value>> {
    let mut wrapped = look(&emulator, &visit, |view, state, user| {
        let own = state.open_sessions(&user.id);
        let seen = |session: &Session| view.session_with_activity(session);
        Ok(own.map(seen).collect())
    })?;
    Ok(Json(wrapped["response"].take()))
}

pub(super) async fn memberships(State(emulator): State<Emulator>, visit: Visit) -> Result<Json<Value>> {
    let window = Window::of(&visit.query)?;
    look(&emulator, &visit, |view, state, user| {
        let mut own: Vec<&Membership> = state.memberships_of(&user.id).collect();
        own.reverse();
        let show = |membership: &Membership| view.membership(membership, true);
        Ok(match visit.query.text("paginated") {
            Some("true") => window.page(own, show),
            _ => Value::from(window.cut(own, show)),
        })
    })
}

pub(super) async fn invitations(State(emulator): State<Emulator>, visit: Visit) -> Result<Json<Value>> {
    let window = Window::of(&visit.query)?;
    let statuses = visit.query.all("status");
    look(&emulator, &visit, |view, state, user| {
        let now = state.now();
        let fits = |invitation: &&Invitation| {
            let status = invitation.status(now).as_str();
            user.has_email(&invitation.email_address) && (statuses.is_empty() || statuses.contains(&status))
        };
        let own: Vec<&Invitation> = state.invitations.iter().rev().filter(fits).collect();
        Ok(window.page(own, |invitation| view.invitation(invitation)))
    })
}

/// The local Clerk knows no domains, by which Clerk suggests organizations.
pub(super) async fn suggestions(State(emulator): State<Emulator>, visit: Visit) -> Result<Json<Value>> {
    look(&emulator, &visit, |_, _, _| Ok(json!({ "data": [], "total_count": 0 })))
}

fn look(
    emulator: &Emulator,
    visit: &Visit,
    show: impl FnOnce(&View<'_>, &Clerk, &User) -> Result<Value>,
) -> Result<Json<Value>> {
    answer::show(emulator, visit, |view, state, client| {
        let session = visit.session(state, client)?;
        show(view, state, state.user(&session.user_id)?)
    })
}
