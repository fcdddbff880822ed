//! Verifies the session token of every request to the API, and whether it still holds.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{AuthUser, Revocations};
use crate::clerk::bearer::bearer_of;
use crate::clerk::{Reject, Verifier};
use crate::error::Error;
use crate::http::middleware::note_caller;

/// Answers 401 without an accepted token; else leaves an [`AuthUser`] for the guards.
pub async fn authenticate(
    State((verifier, revocations)): State<(Verifier, Revocations)>,
    mut request: Request,
    next: Next,
) -> Response {
    let verified = match bearer_of(request.headers()) {
        Ok(token) => verifier.verify(token).await,
        Err(reject) => Err(reject),
    };
    let caller = verified.and_then(|session| {
        note_caller(session.organization.as_ref().map(|organization| organization.id.as_str()), &session.user_id);
        let lost = revocations.check(&session)?;
        Ok(AuthUser::new(session, lost))
    });
    match caller {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(reject) => Error::from(reject).into_response(),
    }
}

impl From<Reject> for Error {
    fn from(reject: Reject) -> Self {
        tracing::debug!(reason = reject.reason(), "token refused");
        if matches!(reject, Reject::KeysUnavailable) {
            return Self::Unavailable {
                code: "keys_unavailable",
                detail: "The keys that verify tokens are not loaded yet.",
                retry_after: std::time::Duration::from_secs(2),
                cause: None,
            };
        }
        Self::Unauthorized { code: reject.code(), detail: reject.detail().into() }
    }
}
