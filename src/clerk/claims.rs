//! From the claims of a correctly signed token to a [`Session`], in Clerk's order of checks.
//!
//! Both claim versions are read: 2 (organization under `o`) and 1 (no `v`, `org_*`). A version of the
//! future signs the user in but grants no organization.

use serde_json::{Map, Value};

use super::reject::{Kind, Reject};
use super::session::{Actor, Session};

mod place;

use place::place;

/// 9999-12-31T23:59:59Z: no later time is meant as one.
const LAST_SECOND: i64 = 253_402_300_799;
/// The longest id, role or other short text, in characters.
const MAX_TEXT: usize = 128;
/// The longest address in `act`, in characters.
const MAX_ADDRESS: usize = 256;

type Claims = Map<String, Value>;

/// What `azp`, the origin that asked for the token, must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PartyPolicy {
    /// Present and one of the authorized parties.
    #[default]
    Required,
    /// One of the authorized parties, if present: native applications have none.
    IfPresent,
    /// Not looked at.
    Off,
}

/// What tokens are held against.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Accepted values of `iss`.
    pub issuers: Vec<String>,
    /// Accepted values of `azp`.
    pub authorized_parties: Vec<String>,
    /// Whether `azp` must be there.
    pub policy: PartyPolicy,
    /// Tolerance on `exp`, `nbf` and `iat`, in milliseconds.
    pub skew_millis: i64,
}

impl Rules {
    /// Judges verified claims at `now` (milliseconds since 1970) and brings them into normal form.
    ///
    /// # Errors
    /// The first check that fails, in the order of Clerk's SDK: `sub`, `azp`, `iss`, `exp`, `nbf`, `iat`, `sts`.
    pub fn check(&self, claims: &Claims, now: i64) -> Result<Session, Reject> {
        let user_id = required_id(claims, "sub", Reject::Claim("The token has no valid sub claim."))?;
        if user_id.starts_with("mch_") {
            return Err(Reject::WrongKind(Kind::MachineJwt));
        }
        // An organization's id here would make a person the organization's tenant.
        if user_id.starts_with("org_") {
            return Err(Reject::Claim("The token's sub claim is not a user."));
        }
        let session_id =
            required_id(claims, "sid", Reject::Claim("The token has no valid sid claim; it is no session token."))?;
        self.check_party(claims)?;
        match claims.get("iss") {
            Some(Value::String(issuer)) if self.issuers.contains(issuer) => {}
            _ => return Err(Reject::Issuer),
        }
        let (issued_at, expires_at) = self.check_times(claims, now)?;
        check_status(claims)?;
        let place = place(claims)?;
        Ok(Session {
            user_id,
            session_id,
            organization: place.organization,
            plans: place.plans,
            features: place.features,
            actor: actor(claims)?,
            factor_ages: factor_ages(claims),
            issued_at,
            expires_at,
            readings_differ: place.readings_differ,
        })
    }

    /// Whether a token with this `exp` (seconds) has expired at `now` (milliseconds).
    #[must_use]
    pub fn is_expired(&self, expires_at: i64, now: i64) -> bool {
        expires_at.saturating_mul(1000) <= now.saturating_sub(self.skew_millis)
    }

    fn check_party(&self, claims: &Claims) -> Result<(), Reject> {
        match (self.policy, claims.get("azp")) {
            (PartyPolicy::Off, _) | (PartyPolicy::IfPresent, None) => Ok(()),
            (_, Some(Value::String(party))) if self.authorized_parties.contains(party) => Ok(()),
            _ => Err(Reject::AuthorizedParty),
        }
    }

    /// `iat` and `exp` in seconds. Every time is an integer (Clerk's are), though RFC 7519 allows fractions.
    fn check_times(&self, claims: &Claims, now: i64) -> Result<(i64, i64), Reject> {
        let expires_at = time(claims, "exp")?.ok_or(Reject::Claim("The token has no exp claim."))?;
        if self.is_expired(expires_at, now) {
            return Err(Reject::Expired);
        }
        let latest = now.saturating_add(self.skew_millis);
        let is_future = |seconds: i64| seconds.saturating_mul(1000) > latest;
        let not_before = time(claims, "nbf")?;
        if not_before.is_some_and(is_future) {
            return Err(Reject::NotYetActive);
        }
        let issued_at = time(claims, "iat")?.ok_or(Reject::Claim("The token has no iat claim."))?;
        if is_future(issued_at) {
            return Err(Reject::IssuedInFuture);
        }
        if expires_at <= issued_at || not_before.is_some_and(|not_before| expires_at <= not_before) {
            return Err(Reject::Claim("The token expires before it begins."));
        }
        Ok((issued_at, expires_at))
    }
}

/// `sts`: absent where the instance does not use it.
fn check_status(claims: &Claims) -> Result<(), Reject> {
    match claims.get("sts") {
        None => Ok(()),
        Some(Value::String(status)) if status == "active" => Ok(()),
        Some(Value::String(status)) if status == "pending" => Err(Reject::Pending),
        Some(_) => Err(Reject::Claim("The token's session status is unknown.")),
    }
}

/// `act`: while present, somebody acts as the user. One that cannot be read is refused, because a
/// session that hides its actor would be allowed more.
fn actor(claims: &Claims) -> Result<Option<Actor>, Reject> {
    const WRONG: Reject = Reject::Claim("The token's act claim is not valid.");
    let Some(act) = claims.get("act") else {
        return Ok(None);
    };
    let act = act.as_object().ok_or(WRONG)?;
    Ok(Some(Actor {
        id: required_id(act, "sub", WRONG)?,
        issuer: optional_text(act.get("iss"), MAX_ADDRESS, WRONG)?,
        session_id: optional_text(act.get("sid"), MAX_TEXT, WRONG)?,
        kind: optional_text(act.get("type"), MAX_TEXT, WRONG)?,
    }))
}

/// `fva`: exactly two whole numbers from -1 up; anything else counts as unknown.
fn factor_ages(claims: &Claims) -> Option<[i64; 2]> {
    let [first, second] = claims.get("fva")?.as_array()?.as_slice() else {
        return None;
    };
    let age = |value: &Value| value.as_i64().filter(|age| *age >= -1);
    Some([age(first)?, age(second)?])
}

/// A time in whole Unix seconds, within years 1970 to 9999.
fn time(claims: &Claims, name: &str) -> Result<Option<i64>, Reject> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => match value.as_i64().filter(|seconds| (0..=LAST_SECOND).contains(seconds)) {
            Some(seconds) => Ok(Some(seconds)),
            None => Err(Reject::Claim("A time in the token is not a whole number of Unix seconds.")),
        },
    }
}

fn required_id(object: &Claims, name: &str, reject: Reject) -> Result<String, Reject> {
    match object.get(name) {
        Some(Value::String(id)) if is_plain(id, MAX_TEXT) => Ok(id.clone()),
        _ => Err(reject),
    }
}

/// Absent, null and empty are nothing; what is there must be plain.
fn optional_text(value: Option<&Value>, longest: usize, reject: Reject) -> Result<Option<String>, Reject> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) if is_plain(text, longest) => Ok(Some(text.clone())),
        Some(_) => Err(reject),
    }
}

/// Visible ASCII of bounded length: what ids, slugs and roles consist of.
fn is_plain(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}
