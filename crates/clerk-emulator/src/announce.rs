//! Telling everything again, for a receiver that starts with nothing; and starting over.

use serde_json::Value;

use crate::{
    Emulator, InvitationStatus, Result, SessionStatus, json,
    state::{Change, State},
};

impl Emulator {
    /// Sends a created event for every object there is, parents first, with its own times.
    ///
    /// # Errors
    /// When the state file cannot be written.
    pub fn announce_all(&self) -> Result<()> {
        self.change(|state| {
            let mut all = everything(state);
            state.outbox.append(&mut all);
            Ok(())
        })
    }

    /// Goes back to the seed, keeping keys and secrets.
    ///
    /// Sends deleted events for what the seed does not hold, then a created event for all it does.
    ///
    /// # Errors
    /// 500 when the seed cannot be planted or the state file not be written.
    pub fn reset(&self) -> Result<()> {
        self.change(|state| {
            let mut fresh = State::blank(state.instance.clone(), state.keys.clone());
            fresh.base_url.clone_from(&state.base_url);
            state.end_subscriptions();
            clear(state, &self.settings().seed)?;
            fresh.continue_clock(state.clock());
            let planted = self.settings().seed.plant(&mut fresh);
            planted.map_err(|error| crate::ApiError::internal(&format_args!("{error:#}")))?;
            let farewells = std::mem::take(&mut state.outbox);
            *state = fresh;
            state.outbox = farewells;
            let mut all = everything(state);
            state.outbox.append(&mut all);
            Ok(())
        })
    }
}

/// Removes every membership, and what the seed will not bring back under the same id.
fn clear(state: &mut State, seed: &crate::Seed) -> Result<()> {
    let now = state.now();
    for invitation in state.invitations.clone() {
        if invitation.status(now) == InvitationStatus::Pending {
            state.revoke_invitation(&invitation.id, None)?;
        }
    }
    for session in state.sessions.clone() {
        state.close_session(&session.id, SessionStatus::Removed)?;
    }
    for membership in state.memberships.clone() {
        state.drop_member(&membership);
    }
    let kept = |ids: Vec<&Option<String>>, id: &String| ids.iter().any(|k| k.as_ref() == Some(id));
    for organization in state.organizations.clone() {
        if !kept(seed.organizations.iter().map(|o| &o.id).collect(), &organization.id) {
            state.delete_organization(&organization.id)?;
        }
    }
    for user in state.users.clone() {
        if !kept(seed.people.iter().map(|p| &p.id).collect(), &user.id) {
            state.delete_user(&user.id)?;
        }
    }
    Ok(())
}

fn everything(state: &State) -> Vec<Change> {
    let now = state.now();
    let created = |kind, data: Value| {
        let timestamp = data["updated_at"].as_i64().unwrap_or(now);
        Change { kind, data, timestamp }
    };
    let permissions = state.permissions.iter().map(json::permission);
    let roles = state.roles.iter().map(|role| json::role(state, role));
    let users = state.users.iter().map(|user| json::user(state, user));
    let organizations = state.organizations.iter().map(|o| json::organization_counted(state, o));
    let subscriptions = state.billing.subscriptions.iter().map(|own| json::subscription(state, own));
    let memberships = state.memberships.iter().map(|m| json::membership(state, m));
    let pending = state.invitations.iter().filter(|i| i.status(now) == InvitationStatus::Pending);
    let invitations = pending.map(|invitation| json::invitation_event(state, invitation));
    let active = state.sessions.iter().filter(|s| s.status(now) == SessionStatus::Active);
    let sessions = active.map(|session| json::session_with_user(state, session));
    permissions
        .map(|data| created("permission.created", data))
        .chain(roles.map(|data| created("role.created", data)))
        .chain(users.map(|data| created("user.created", data)))
        .chain(organizations.map(|data| created("organization.created", data)))
        .chain(subscriptions.map(|data| created("subscription.created", data)))
        .chain(memberships.map(|data| created("organizationMembership.created", data)))
        .chain(invitations.map(|data| created("organizationInvitation.created", data)))
        .chain(sessions.map(|data| created("session.created", data)))
        .collect()
}
