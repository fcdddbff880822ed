//! From the compact claims `fea`, `o.per` and `o.fpm` to permission keys (version 2 tokens).
//!
//! The nth number of `fpm` is a bit mask over the actions in `per`, least significant bit first. Clerk's
//! SDKs disagree on which feature it belongs to: the nth of all (its documentation, most SDKs) or
//! the nth of the organization's (its JavaScript SDK). Only what both readings grant is granted.

/// More permissions than an instance can have; a longer list is not believed.
const MAX_PERMISSIONS: usize = 4096;

/// One entry of `fea` or `pla`: whose it is, and its slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scoped<'a> {
    /// It belongs to the active organization (scope `o`, `ou` or `uo`).
    pub organization: bool,
    /// It belongs to the user (scope `u`, `ou` or `uo`).
    pub user: bool,
    /// The feature's or plan's slug.
    pub slug: &'a str,
}

/// The permissions of a version 2 token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// Full keys such as `org:tasks:view`, sorted and distinct.
    pub permissions: Vec<String>,
    /// The two readings differ for this token, so the list may be shorter than either.
    pub readings_differ: bool,
}

/// Splits `fea` or `pla`, a comma list of `<scope>:<slug>`; unlisted scopes belong to nobody.
///
/// `None` when an entry has no scope: the claim cannot be trusted to line up with the masks.
#[must_use]
pub fn scoped(list: &str) -> Option<Vec<Scoped<'_>>> {
    if list.is_empty() {
        return Some(Vec::new());
    }
    list.split(',')
        .map(|entry| {
            let (scope, slug) = entry.trim().split_once(':')?;
            Some(Scoped {
                organization: matches!(scope, "o" | "ou" | "uo"),
                user: matches!(scope, "u" | "ou" | "uo"),
                slug,
            })
        })
        .collect()
}

/// The permissions that both readings of `masks` (`fpm`) grant over `features` and `actions` (`per`).
#[must_use]
pub fn decode(features: &[Scoped<'_>], actions: &str, masks: &str) -> Decoded {
    if actions.is_empty() || masks.is_empty() {
        return Decoded::default();
    }
    // An action that is no segment keeps its bit but grants nothing.
    let actions: Vec<Option<&str>> =
        actions.split(',').map(|action| Some(action.trim()).filter(|action| is_segment(action))).collect();
    let masks: Vec<u128> = masks.split(',').take(features.len()).map(mask).collect();
    let mask_at = |n: usize| masks.get(n).copied().unwrap_or(0);
    let used = u128::MAX.checked_shr(128_u32.saturating_sub(u32::try_from(actions.len()).unwrap_or(128))).unwrap_or(0);

    let mut decoded = Decoded::default();
    let organization = features.iter().enumerate().filter(|(_, feature)| feature.organization);
    for (among_organization, (among_all, feature)) in organization.enumerate() {
        let (all, own) = (mask_at(among_all), mask_at(among_organization));
        decoded.readings_differ |= (all & used) != (own & used);
        let both = if is_segment(feature.slug) { all & own } else { 0 };
        for (bit, action) in actions.iter().take(128).enumerate() {
            if let (1, Some(action)) = (both >> bit & 1, action) {
                let key = ["org:", feature.slug, ":", action].concat();
                decoded.permissions.push(key);
            }
        }
        if decoded.permissions.len() > MAX_PERMISSIONS {
            decoded.permissions.clear();
            return decoded;
        }
    }
    decoded.permissions.retain(|permission| !is_system(permission));
    decoded.permissions.sort_unstable();
    decoded.permissions.dedup();
    decoded
}

/// The permissions of a version 1 token's `org_permissions`: full keys only, sorted and distinct.
pub fn listed<'a>(keys: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut permissions: Vec<String> = keys
        .into_iter()
        .filter(|key| is_full_key(key) && !is_system(key))
        .take(MAX_PERMISSIONS)
        .map(str::to_owned)
        .collect();
    permissions.sort_unstable();
    permissions.dedup();
    permissions
}

/// A decimal mask of up to 128 bits; anything else grants nothing.
fn mask(text: &str) -> u128 {
    let text = text.trim();
    // `parse` would also take a leading plus sign.
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().unwrap_or(0) } else { 0 }
}

fn is_full_key(key: &str) -> bool {
    let mut segments = key.split(':');
    segments.next() == Some("org")
        && segments.next().is_some_and(is_segment)
        && segments.next().is_some_and(is_segment)
        && segments.next().is_none()
}

/// Tokens never carry system permissions; one that seems to is not believed.
fn is_system(key: &str) -> bool {
    key.starts_with("org:sys_")
}

/// A feature slug or an action: one segment of a permission key.
fn is_segment(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 128
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}
