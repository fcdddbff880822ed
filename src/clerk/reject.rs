//! Why a session token was refused: the code callers see and the reason logs carry.

use std::fmt;

/// What a bearer credential is when it is not a session token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An opaque API key, `ak_…`.
    ApiKey,
    /// An opaque machine token, `mt_…` or the older `m2m_…`.
    MachineToken,
    /// An opaque OAuth access token, `oat_…`.
    OauthToken,
    /// A JWT issued to a machine.
    MachineJwt,
    /// A JWT that is an OAuth access token (RFC 9068).
    OauthJwt,
    /// A JWT made from a JWT template.
    TemplateJwt,
    /// A JWT of a category this version does not know.
    UnknownCategory,
    /// An encrypted token (RFC 7516).
    Encrypted,
}

/// Why a token was refused. None of it repeats what the token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reject {
    /// There is no bearer token.
    Missing,
    /// It cannot be read as one signed token; the sentence says which rule it breaks.
    Malformed(&'static str),
    /// It is a credential of another kind.
    WrongKind(Kind),
    /// It is signed with another algorithm than RS256.
    Algorithm,
    /// No current key has its `kid`.
    UnknownKey,
    /// The signature is not the key's.
    Signature,
    /// A claim is missing or of the wrong form; the sentence names it.
    Claim(&'static str),
    /// `azp` is missing or not an authorized party.
    AuthorizedParty,
    /// `iss` is not one of our issuers.
    Issuer,
    /// `exp` has passed.
    Expired,
    /// `nbf` lies in the future.
    NotYetActive,
    /// `iat` lies in the future.
    IssuedInFuture,
    /// The session is signed in but a session task is still open (`sts: pending`).
    Pending,
    /// There is no key to verify with: none was loaded yet, or the last ones are too old.
    KeysUnavailable,
    /// Its user was deleted or banned since.
    UserGone,
    /// Its session has ended since.
    SessionOver,
    /// It claims what has been taken away since; a fresh one claims less.
    Stale,
}

impl Reject {
    /// The stable code of the answer; every code but `keys_unavailable` (503) goes with 401.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "token_missing",
            Self::Expired => "token_expired",
            Self::NotYetActive | Self::IssuedInFuture => "token_not_active",
            Self::Pending => "session_pending",
            Self::KeysUnavailable => "keys_unavailable",
            Self::UserGone | Self::SessionOver => "token_revoked",
            Self::Stale => "token_stale",
            Self::Malformed(_)
            | Self::WrongKind(_)
            | Self::Algorithm
            | Self::UnknownKey
            | Self::Signature
            | Self::Claim(_)
            | Self::AuthorizedParty
            | Self::Issuer => "token_invalid",
        }
    }

    /// Clerk's own name for the refusal, for logs and for comparison with Clerk's SDKs; the last three are ours alone.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Missing => "session-token-missing",
            Self::Malformed(_) => "token-invalid",
            Self::WrongKind(_) => "token-type-mismatch",
            Self::Algorithm => "token-invalid-algorithm",
            Self::UnknownKey => "jwk-kid-mismatch",
            Self::Signature => "token-invalid-signature",
            Self::Claim(_) => "token-verification-failed",
            Self::AuthorizedParty => "token-invalid-authorized-parties",
            Self::Issuer => "token-invalid-issuer",
            Self::Expired => "token-expired",
            Self::NotYetActive => "token-not-active-yet",
            Self::IssuedInFuture => "token-iat-in-the-future",
            Self::Pending => "session-pending",
            Self::KeysUnavailable => "jwk-remote-failed-to-load",
            Self::UserGone => "user-gone",
            Self::SessionOver => "session-over",
            Self::Stale => "token-stale",
        }
    }

    /// One sentence for the caller.
    #[must_use]
    pub fn detail(self) -> &'static str {
        match self {
            Self::Missing => "Send a session token in the Authorization header, as a Bearer token.",
            Self::Malformed(detail) | Self::Claim(detail) => detail,
            Self::WrongKind(kind) => kind.detail(),
            Self::Algorithm => "Session tokens are signed with RS256.",
            Self::UnknownKey => {
                "The token's key is not one of this instance's; are front end and API on the same Clerk instance?"
            }
            Self::Signature => "The token's signature is wrong.",
            Self::AuthorizedParty => "The token was issued to an origin this API does not serve.",
            Self::Issuer => "The token was issued by another Clerk instance.",
            Self::Expired => "The token has expired; get a fresh one.",
            Self::NotYetActive => "The token is not valid yet.",
            Self::IssuedInFuture => "The token was issued in the future; check the clocks.",
            Self::Pending => "The session has an open task; finish signing in.",
            Self::KeysUnavailable => "Sign-in keys are not available at the moment; try again shortly.",
            Self::UserGone => "This user may no longer sign in.",
            Self::SessionOver => "The session has ended; sign in again.",
            Self::Stale => "The caller's access has changed since the token was issued; get a fresh one.",
        }
    }
}

impl Kind {
    fn detail(self) -> &'static str {
        match self {
            Self::ApiKey => "This is an API key; a session token is needed.",
            Self::MachineToken => "This is a machine token; a session token is needed.",
            Self::OauthToken | Self::OauthJwt => "This is an OAuth access token; a session token is needed.",
            Self::MachineJwt => "This is a machine's JWT; a session token is needed.",
            Self::TemplateJwt => "This JWT was made from a JWT template; a session token is needed.",
            Self::UnknownCategory => "This JWT is of another category; a session token is needed.",
            Self::Encrypted => "This token is encrypted; a signed session token is needed.",
        }
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail())
    }
}

impl std::error::Error for Reject {}
