//! SessionReverification.

use serde_json::{Value, json};

use super::{
    View,
    sign_in::{first_factors, verification},
};
use crate::Session;

impl View<'_> {
    pub(in super::super) fn reverification(&self, session: &Session) -> Value {
        let Some(own) = &session.verification else {
            return Value::Null;
        };
        let user = self.state.user(&session.user_id).ok();
        let now = self.state.now();
        json!({
            "object": "session_reverification",
            "level": own.level,
            "status": if own.complete { "complete" } else { "needs_first_factor" },
            "supported_first_factors": user.map(first_factors),
            "supported_second_factors": null,
            "first_factor_verification": own.factor.map(|factor| verification(factor, own.complete, now)),
            "second_factor_verification": null,
            "session": self.session(session),
        })
    }
}
