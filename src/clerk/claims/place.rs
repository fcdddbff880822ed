//! Where a session stands: its organization, plans and features, from either claim version.

use serde_json::Value;

use super::{Claims, MAX_TEXT, is_plain, optional_text};
use crate::clerk::permissions::{self, Decoded, Scoped};
use crate::clerk::reject::Reject;
use crate::clerk::session::{Organization, Scopes, without_org};

/// The longest organization slug, in characters.
const MAX_SLUG: usize = 256;

/// Where the session stands: organization, plans and features.
#[derive(Default)]
pub(super) struct Place {
    pub(super) organization: Option<Organization>,
    pub(super) plans: Scopes,
    pub(super) features: Scopes,
    pub(super) readings_differ: bool,
}

pub(super) fn place(claims: &Claims) -> Result<Place, Reject> {
    match claims.get("v") {
        None => place_v1(claims),
        Some(Value::Number(version)) if version.as_u64() == Some(2) => place_v2(claims),
        Some(Value::Number(version)) if version.is_u64() => Ok(Place::default()),
        Some(_) => Err(Reject::Claim("The token's version is not a whole number.")),
    }
}

fn place_v1(claims: &Claims) -> Result<Place, Reject> {
    let Some(id) = organization_id(claims.get("org_id"))? else {
        return Ok(Place::default());
    };
    let listed = claims.get("org_permissions").and_then(Value::as_array);
    let organization = Organization {
        id,
        slug: slug(claims.get("org_slug"))?,
        role: role(claims.get("org_role"))?,
        permissions: permissions::listed(listed.into_iter().flatten().filter_map(Value::as_str)),
    };
    Ok(Place { organization: Some(organization), ..Place::default() })
}

fn place_v2(claims: &Claims) -> Result<Place, Reject> {
    let features = scoped(claims, "fea")?;
    let plans = scoped(claims, "pla")?;
    let (organization, readings_differ) = match claims.get("o") {
        None | Some(Value::Null) => (None, false),
        Some(Value::Object(o)) => match organization_id(o.get("id"))? {
            None => (None, false),
            Some(id) => {
                let decoded = decoded(o, &features)?;
                let (slug, role) = (slug(o.get("slg"))?, role(o.get("rol"))?);
                let permissions = decoded.permissions;
                (Some(Organization { id, slug, role, permissions }), decoded.readings_differ)
            }
        },
        Some(_) => return Err(Reject::Claim("The token's organization is not an object.")),
    };
    let active = organization.is_some();
    let (plans, features) = (by_scope(&plans, active), by_scope(&features, active));
    Ok(Place { organization, plans, features, readings_differ })
}

fn decoded(organization: &Claims, features: &[Scoped<'_>]) -> Result<Decoded, Reject> {
    let text = |name: &str| match organization.get(name) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(Reject::Claim("The token's permissions are not text.")),
    };
    Ok(permissions::decode(features, text("per")?, text("fpm")?))
}

/// `fea` or `pla`; a malformed list grants nothing.
fn scoped<'a>(claims: &'a Claims, name: &str) -> Result<Vec<Scoped<'a>>, Reject> {
    match claims.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(list)) => Ok(permissions::scoped(list).unwrap_or_default()),
        Some(_) => Err(Reject::Claim("The token's plans or features are not text.")),
    }
}

/// Slugs by owner. Without an active organization nothing is the organization's.
fn by_scope(entries: &[Scoped<'_>], organization_active: bool) -> Scopes {
    let slugs = |owned: fn(&Scoped<'_>) -> bool| -> Vec<String> {
        entries
            .iter()
            .filter(|entry| owned(entry) && !entry.slug.is_empty())
            .map(|entry| entry.slug.to_owned())
            .collect()
    };
    Scopes {
        organization: if organization_active { slugs(|entry| entry.organization) } else { Vec::new() },
        user: slugs(|entry| entry.user),
    }
}

/// An organization's id; absent, null and empty all mean that none is active.
fn organization_id(value: Option<&Value>) -> Result<Option<String>, Reject> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(id)) if id.is_empty() => Ok(None),
        // A user's id here would open that person's own workspace.
        Some(Value::String(id)) if is_plain(id, MAX_TEXT) && !id.starts_with("user_") => Ok(Some(id.clone())),
        Some(_) => Err(Reject::Claim("The token's organization has no valid id.")),
    }
}

fn slug(value: Option<&Value>) -> Result<Option<String>, Reject> {
    optional_text(value, MAX_SLUG, Reject::Claim("The token's organization slug is not valid."))
}

/// A role in normal form: exactly one `org:` before the key.
fn role(value: Option<&Value>) -> Result<Option<String>, Reject> {
    let role = optional_text(value, MAX_TEXT, Reject::Claim("The token's role is not valid."))?;
    Ok(role.map(|role| without_org(&role).to_owned()).filter(|key| !key.is_empty()).map(|key| format!("org:{key}")))
}
