//! Verifies the session token of every request to the API, and whether it still holds.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};

use super::{AuthUser, Revocations};
use crate::clerk::bearer::bearer_of;
use crate::clerk::{Reject, Verifier};
use crate::error::Error;
use crate::http::around::{Next, run};
use crate::http::middleware::note_caller;

/// What tells who calls. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Callers {
    /// Verifies tokens.
    pub verifier: Verifier,
    /// What verified tokens claim in vain.
    pub revocations: Revocations,
}

/// Answers 401 without an accepted token; else leaves an [`AuthUser`] for the guards. For
/// [`around`](crate::http::around::around).
pub async fn authenticate(callers: Callers, mut request: Request, next: Next) -> Response {
    if let Err(refused) = callers.identify(&mut request).await {
        return refused.into_response();
    }
    run(next, request).await
}

impl Callers {
    /// Leaves an [`AuthUser`] with a request.
    ///
    /// # Errors
    /// 401 without an accepted token.
    pub async fn identify(&self, request: &mut Request) -> Result<(), Error> {
        let session = self.verifier.verify(bearer_of(request.headers())?).await?;
        note_caller(session.organization.as_ref().map(|organization| organization.id.as_str()), &session.user_id);
        let lost = self.revocations.check(&session)?;
        request.extensions_mut().insert(AuthUser::new(session, lost));
        Ok(())
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
