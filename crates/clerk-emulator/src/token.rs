//! Tokens: what a caller can ask for, and the header and claims that answer it.
//!
//! Session tokens of version 2 and 1 as in Clerk's "Session tokens" page, and the other tokens an
//! instance signs with the same key, which a verifier of session tokens must refuse.

use serde_json::{Map, Value, json};

use crate::{
    ids,
    state::{Access, Membership, Organization, Plan, Session},
};

/// Which kind of token to mint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenKind {
    /// An ordinary session token.
    #[default]
    Session,
    /// From a JWT template: another `cat`, and no `sid`.
    Template,
    /// Machine to machine: `sub` is a machine.
    M2m,
    /// An OAuth access token: `typ` is `at+jwt`.
    OAuth,
}

impl TokenKind {
    /// The header's `cat` (packages/backend/src/tokens/jwtCategories.ts of Clerk's JavaScript SDK).
    fn category(self) -> Option<&'static str> {
        match self {
            Self::Session => Some("cl_B7d4PD111AAA"),
            Self::Template => Some("cl_B7d4PD222AAA"),
            Self::M2m => Some("cl_B7d4PD333AAA"),
            Self::OAuth => None,
        }
    }
}

#[derive(Clone, Debug, Default)]
enum Party {
    #[default]
    Configured,
    Absent,
    Is(String),
}

/// A token to be minted; built up by chaining.
#[derive(Clone, Debug)]
#[must_use]
pub struct TokenRequest {
    pub(crate) user: String,
    pub(crate) session: Option<String>,
    pub(crate) organization: Option<String>,
    pub(crate) kind: TokenKind,
    version: u8,
    party: Party,
    lifetime: i64,
    issued_at: Option<i64>,
    fva: Option<[i64; 2]>,
    status: Option<String>,
    actor: Option<Value>,
    claims: Map<String, Value>,
    header: Map<String, Value>,
    absent: Vec<String>,
}

impl TokenRequest {
    /// A version 2 session token without organization, for a user named by id, e-mail or short name.
    pub fn for_user(user: impl Into<String>) -> Self {
        Self {
            user: user.into(),
            session: None,
            organization: None,
            kind: TokenKind::Session,
            version: 2,
            party: Party::Configured,
            lifetime: 60,
            issued_at: None,
            fva: Some([0, -1]),
            status: Some("active".to_owned()),
            actor: None,
            claims: Map::new(),
            header: Map::new(),
            absent: Vec::new(),
        }
    }

    /// With an active organization, by id or slug; the user must be a member.
    pub fn organization(mut self, organization: impl Into<String>) -> Self {
        self.organization = Some(organization.into());
        self
    }

    /// From this session instead of the newest one of the user.
    pub fn session(mut self, session: impl Into<String>) -> Self {
        self.session = Some(session.into());
        self
    }

    /// Claims of version 1 or 2; anything but 1 means 2.
    pub fn version(mut self, version: u8) -> Self {
        self.version = version;
        self
    }

    /// Another kind of token than a session token.
    pub fn kind(mut self, kind: TokenKind) -> Self {
        self.kind = kind;
        self
    }

    /// This `azp` instead of the configured one.
    pub fn azp(mut self, origin: impl Into<String>) -> Self {
        self.party = Party::Is(origin.into());
        self
    }

    /// No `azp`, as in tokens of native apps.
    pub fn without_azp(mut self) -> Self {
        self.party = Party::Absent;
        self
    }

    /// Seconds from `iat` to `exp`, 60 unless set; a negative number makes an expired token.
    pub fn lifetime(mut self, seconds: i64) -> Self {
        self.lifetime = seconds;
        self
    }

    /// Another `iat` than now, in seconds since 1970; `nbf` and `exp` follow it.
    pub fn issued_at(mut self, seconds: i64) -> Self {
        self.issued_at = Some(seconds);
        self
    }

    /// Minutes since the first and second factor were verified; `None` leaves the claim out.
    pub fn fva(mut self, ages: Option<[i64; 2]>) -> Self {
        self.fva = ages;
        self
    }

    /// The session status in `sts`, such as `pending`; `None` leaves the claim out.
    pub fn status(mut self, status: Option<&str>) -> Self {
        self.status = status.map(str::to_owned);
        self
    }

    /// The impersonator, as the whole `act` claim.
    pub fn actor(mut self, actor: Value) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Adds a claim, or replaces one.
    pub fn claim(mut self, name: impl Into<String>, value: Value) -> Self {
        self.claims.insert(name.into(), value);
        self
    }

    /// Leaves a claim out.
    pub fn without_claim(mut self, name: impl Into<String>) -> Self {
        self.absent.push(name.into());
        self
    }

    /// Adds a header field, or replaces one; null removes it.
    pub fn header(mut self, name: impl Into<String>, value: Value) -> Self {
        self.header.insert(name.into(), value);
        self
    }
}

/// What the instance adds to a request.
pub(crate) struct Subject<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) kid: &'a str,
    pub(crate) party: Option<&'a str>,
    pub(crate) now: i64,
    pub(crate) user: &'a str,
    /// Session tokens have one, the other kinds have none.
    pub(crate) session: Option<&'a Session>,
    /// The person's own plan; tokens without organization carry it.
    pub(crate) own_plan: Option<&'a Plan>,
    pub(crate) active: Option<(&'a Organization, &'a Membership, Access)>,
}

/// Header and claims of the token that was asked for.
pub(crate) fn mint(request: &TokenRequest, subject: &Subject<'_>) -> (Value, Value) {
    let issued = request.issued_at.unwrap_or(subject.now);
    let mut claims = json!({
        "iss": subject.issuer,
        "sub": subject.user,
        "iat": issued,
        "nbf": issued - 10,
        "exp": issued + request.lifetime,
    });
    match request.kind {
        TokenKind::Session => session_claims(&mut claims, request, subject),
        TokenKind::Template => claims["jti"] = json!(ids::hex(10)),
        TokenKind::M2m => {
            claims["sub"] = json!(ids::fresh("mch_"));
            claims["jti"] = json!(ids::fresh("mt_"));
        }
        TokenKind::OAuth => {
            claims["jti"] = json!(ids::fresh("oat_"));
            claims["client_id"] = json!(ids::fresh("client_"));
            claims["scope"] = json!("profile email");
        }
    }
    if let Value::Object(map) = &mut claims {
        map.extend(request.claims.clone());
        map.retain(|name, _| !request.absent.contains(name));
    }
    (header(request, subject.kid, issued), claims)
}

fn header(request: &TokenRequest, kid: &str, issued: i64) -> Value {
    let mut header = json!({ "alg": "RS256", "kid": kid, "typ": "JWT" });
    match request.kind.category() {
        Some(category) => header["cat"] = json!(category),
        None => header["typ"] = json!("at+jwt"),
    }
    if request.kind == TokenKind::Session {
        header["oiat"] = json!(issued);
    }
    if let Value::Object(map) = &mut header {
        map.extend(request.header.clone());
        map.retain(|_, value| !value.is_null());
    }
    header
}

fn session_claims(claims: &mut Value, request: &TokenRequest, subject: &Subject<'_>) {
    if let Some(session) = subject.session {
        claims["sid"] = json!(session.id);
    }
    let party = match &request.party {
        Party::Configured => subject.party,
        Party::Absent => None,
        Party::Is(origin) => Some(origin.as_str()),
    };
    let optional = [
        ("azp", party.map(Value::from)),
        ("fva", request.fva.map(Value::from_iter)),
        ("sts", request.status.clone().map(Value::from)),
        ("act", request.actor.clone()),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            claims[name] = value;
        }
    }
    if request.version == 1 {
        first_layout(claims, subject);
    } else {
        second_layout(claims, subject);
    }
}

/// Version 1: everything about the organization at top level, roles and permissions in full.
fn first_layout(claims: &mut Value, subject: &Subject<'_>) {
    if let Some((organization, membership, access)) = &subject.active {
        claims["org_id"] = json!(organization.id);
        claims["org_slug"] = json!(organization.slug);
        claims["org_role"] = json!(membership.role);
        claims["org_permissions"] = json!(access.permissions);
    }
}

/// Version 2: the organization under `o`, its features in `fea`, its permissions as masks.
fn second_layout(claims: &mut Value, subject: &Subject<'_>) {
    claims["v"] = json!(2);
    claims["jti"] = json!(ids::hex(10));
    let Some((organization, membership, access)) = &subject.active else {
        if let Some(plan) = subject.own_plan {
            claims["pla"] = json!(format!("u:{}", plan.slug));
            if !plan.features.is_empty() {
                claims["fea"] = json!(format!("u:{}", plan.features.join(",u:")));
            }
        }
        return;
    };
    let role = membership.role.strip_prefix("org:").unwrap_or(&membership.role);
    let mut o = json!({ "id": organization.id, "slg": organization.slug, "rol": role });
    if !access.actions.is_empty() {
        let masks: Vec<String> = access.masks.iter().map(u128::to_string).collect();
        o["per"] = json!(access.actions.join(","));
        o["fpm"] = json!(masks.join(","));
    }
    claims["o"] = o;
    if !access.features.is_empty() {
        claims["fea"] = json!(format!("o:{}", access.features.join(",o:")));
    }
    if let Some(plan) = &organization.plan {
        claims["pla"] = json!(format!("o:{plan}"));
    }
}
