//! Session tokens worth comparing: every layout Clerk writes, and every reason to refuse one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clerk_emulator::{Emulator, NewOrganization, SigningKey, TokenKind, TokenRequest};
use serde_json::{Value, json};

use crate::service::{ORIGIN, Service};

/// A token, and what each says of it: our API, `verifyToken` of JavaScript, `verify_token` of Python.
pub struct Sample {
    pub name: &'static str,
    pub token: String,
    pub api: &'static str,
    pub javascript: &'static str,
    pub python: &'static str,
}

/// An organization with an admin and with a member of a role of its own.
pub struct Cast {
    clerk: Emulator,
    organization: String,
    admin: String,
    member: String,
}

impl Cast {
    pub fn of(service: &Service) -> Self {
        let (admin, member) = (service.person("ines"), service.person("omar"));
        let clerk = service.clerk.clone();
        clerk.create_role("org:project_lead", &["org:tasks:view", "org:tasks:edit"]).unwrap();
        let new = NewOrganization {
            slug: Some("northwind-joinery".into()),
            created_by: Some(admin.clone()),
            ..NewOrganization::named("Northwind Joinery")
        };
        let organization = clerk.create_organization(new).unwrap().id;
        clerk.add_member(&organization, &member, "org:project_lead").unwrap();
        Self { clerk, organization, admin, member }
    }

    /// A request for the admin's token, from which others are made.
    pub fn request(&self) -> TokenRequest {
        TokenRequest::for_user(&*self.admin).organization(&*self.organization)
    }

    pub fn token(&self, request: &TokenRequest) -> String {
        self.clerk.session_token(request).unwrap()
    }

    /// Tokens that everybody accepts.
    pub fn accepted(&self) -> Vec<Sample> {
        let member = || TokenRequest::for_user(&*self.member).organization(&*self.organization);
        let nowhere = || TokenRequest::for_user(&*self.member);
        let actor = json!({"sub": self.admin, "iss": "https://dashboard.example.com"});
        let requests = [
            ("version 2, admin", self.request()),
            ("version 1, admin", self.request().version(1)),
            ("version 2, own role", member()),
            ("version 1, own role", member().version(1)),
            ("version 2, no organization", nowhere()),
            ("version 1, no organization", nowhere().version(1)),
            ("without sts, fva and jti", member().status(None).fva(None).without_claim("jti")),
            ("without typ and cat", member().header("typ", Value::Null).header("cat", Value::Null)),
            ("impersonated", member().actor(actor)),
        ];
        let verdicts = ["200", "accepted", "accepted"];
        requests.map(|(name, request)| sample(name, self.token(&request), verdicts)).into()
    }

    /// Tokens that our API refuses. Where a package accepts one, it leaves that check to its user.
    pub fn refused(&self) -> Vec<Sample> {
        const PARTY: [&str; 3] =
            ["401 token_invalid", "token-invalid-authorized-parties", "token-invalid-authorized-parties"];
        const TEMPLATE: [&str; 3] = ["401 token_invalid", "accepted", "accepted"];
        const KIND: [&str; 3] = ["401 token_invalid", "token-invalid", "accepted"];
        let member = || TokenRequest::for_user(&*self.member).organization(&*self.organization);
        let early = ["401 token_not_active", "token-not-active-yet", "token-not-active-yet"];
        let future = ["401 token_not_active", "token-iat-in-the-future", "token-not-active-yet"];
        let issued_ahead = member().issued_at(now() + 600).claim("nbf", json!(now() - 10));
        let elsewhere = member().claim("iss", json!("https://clerk.other.example"));
        let requests = [
            ("expired", member().issued_at(now() - 120), ["401 token_expired", "token-expired", "token-expired"]),
            ("not yet active", member().issued_at(now() + 600), early),
            ("issued in the future", issued_ahead, future),
            ("for another site", member().azp("https://evil.example.com"), PARTY),
            ("without azp", member().without_azp(), PARTY),
            ("pending", member().status(Some("pending")), ["401 session_pending", "accepted", "accepted"]),
            ("of a template", member().kind(TokenKind::Template).claim("azp", json!(ORIGIN)), TEMPLATE),
            ("of a machine", member().kind(TokenKind::M2m).claim("azp", json!(ORIGIN)), KIND),
            ("of an OAuth application", member().kind(TokenKind::OAuth).claim("azp", json!(ORIGIN)), KIND),
            ("of another issuer", elsewhere, ["401 token_invalid", "accepted", "accepted"]),
            (
                "of an unknown key",
                member().header("kid", json!("ins_unknown")),
                ["401 token_invalid", "jwk-kid-mismatch", "jwk-kid-mismatch"],
            ),
        ];
        let mut samples: Vec<Sample> =
            requests.into_iter().map(|(name, request, all)| sample(name, self.token(&request), all)).collect();
        samples.extend(self.not_signed());
        samples
    }

    /// Tokens that the key of the instance did not sign.
    fn not_signed(&self) -> [Sample; 3] {
        let genuine = self.token(&self.request());
        let [mut header, claims] = opened(&genuine);
        let forged = SigningKey::generate().unwrap().sign(&header, &claims);
        header["alg"] = json!("none");
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let unsigned = format!("{}.{}.", part(&header), part(&claims));
        let signature = ["401 token_invalid", "token-invalid-signature", "token-invalid-signature"];
        [
            sample("forged", forged, signature),
            sample("unsigned", unsigned, ["401 token_invalid", "token-invalid-algorithm", "token-invalid"]),
            sample("no token", "not.a.token".into(), ["401 token_invalid", "token-invalid", "token-invalid"]),
        ]
    }
}

fn sample(name: &'static str, token: String, [api, javascript, python]: [&'static str; 3]) -> Sample {
    Sample { name, token, api, javascript, python }
}

/// Header and claims of a token.
fn opened(token: &str) -> [Value; 2] {
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    [0, 1].map(|_| serde_json::from_slice(&parts.next().unwrap()).unwrap())
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}
