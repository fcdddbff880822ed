//! Client and Session.

use serde_json::{Value, json};

use super::View;
use crate::{Session, TokenKind};

impl View<'_> {
    /// The client with this id; null when there is none.
    pub(in super::super) fn client(&self, id: &str) -> Value {
        let Ok(client) = self.state.client(id) else {
            return Value::Null;
        };
        let now = self.state.now();
        let sign_in = client.sign_in.as_ref().filter(|sign_in| sign_in.abandon_at > now);
        let sign_up = client.sign_up.as_ref().filter(|sign_up| sign_up.abandon_at > now);
        let sessions: Vec<&Session> = self.state.sessions_of_client(id).collect();
        // One that has run out by itself is not active any more.
        let active = client.last_active_session_id.as_ref().filter(|id| sessions.iter().any(|own| own.id == **id));
        json!({
            "object": "client",
            "id": client.id,
            "sessions": sessions.iter().map(|session| self.session(session)).collect::<Vec<Value>>(),
            "sign_in": sign_in.map(|sign_in| self.sign_in(sign_in)),
            "sign_up": sign_up.map(|sign_up| self.sign_up(sign_up)),
            "last_active_session_id": active.or_else(|| sessions.last().map(|own| &own.id)),
            "last_authentication_strategy": client.last_strategy,
            "cookie_expires_at": null,
            "captcha_bypass": false,
            "created_at": client.created_at,
            "updated_at": client.updated_at,
        })
    }

    /// The session with its person and a fresh token, without which Clerk's React components stop.
    pub(in super::super) fn session(&self, session: &Session) -> Value {
        let mut object = self.session_alone(session);
        let person = self.state.user(&session.user_id).ok();
        object["user"] = person.map_or(Value::Null, |user| self.user(user));
        object["public_user_data"] = person.map_or(Value::Null, |user| self.public_user_data(user));
        let token = self.token(session, TokenKind::Session);
        object["last_active_token"] = match token {
            Ok(jwt) => json!({ "object": "token", "jwt": jwt }),
            Err(_) => Value::Null,
        };
        object
    }

    /// As other browsers of the same person are shown it: with nothing by which to act in it.
    pub(in super::super) fn session_with_activity(&self, session: &Session) -> Value {
        let mut object = self.session_alone(session);
        object["user"] = Value::Null;
        object["last_active_token"] = Value::Null;
        object["latest_activity"] = json!({
            "object": "session_activity",
            "id": session.id.replacen("sess_", "sess_activity_", 1),
            "device_type": "Browser",
            "is_mobile": false,
        });
        object
    }

    fn session_alone(&self, session: &Session) -> Value {
        json!({
            "object": "session",
            "id": session.id,
            "status": session.status(self.state.now()).as_str(),
            "actor": null,
            "tasks": null,
            "last_active_organization_id": session.last_active_organization_id,
            "last_active_at": session.last_active_at,
            "factor_verification_age": session.factor_ages(self.state.now()),
            "expire_at": session.expire_at,
            "abandon_at": session.abandon_at,
            "created_at": session.created_at,
            "updated_at": session.updated_at,
        })
    }
}
