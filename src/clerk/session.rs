//! The session: what a verified token of either claim version says, in one form.
//!
//! Holds what authorization reads and nothing else: custom claims, which may be personal, are dropped.

/// A verified session token in its normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Clerk's id of the user (`user_…`).
    pub user_id: String,
    /// Clerk's id of the session (`sess_…`).
    pub session_id: String,
    /// The active organization, if there is one.
    pub organization: Option<Organization>,
    /// Active plans of whoever pays.
    pub plans: Scopes,
    /// Features of those plans.
    pub features: Scopes,
    /// Who is acting as the user, while somebody is.
    pub actor: Option<Actor>,
    /// Minutes since first and second factor were verified, as of `issued_at`; -1 for never.
    pub factor_ages: Option<[i64; 2]>,
    /// When the token was issued, in Unix seconds.
    pub issued_at: i64,
    /// When the token expires, in Unix seconds, before any allowance for clock skew.
    pub expires_at: i64,
    /// The two readings of the permission masks differ; only what both grant was kept.
    pub readings_differ: bool,
}

/// The active organization and the user's place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Clerk's id of the organization (`org_…`).
    pub id: String,
    /// Its slug, if the instance uses slugs.
    pub slug: Option<String>,
    /// The user's role, with exactly one `org:` before the key.
    pub role: Option<String>,
    /// Full permission keys (`org:tasks:view`), sorted and distinct.
    pub permissions: Vec<String>,
}

/// The person or agent acting as the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who acts: usually a user id.
    pub id: String,
    /// Where the impersonation was started.
    pub issuer: Option<String>,
    /// The session documented as the impersonated one.
    pub session_id: Option<String>,
    /// What acts, for example `agent`.
    pub kind: Option<String>,
}

/// Slugs of the active organization and of the user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes {
    /// The organization's slugs; empty without an active organization.
    pub organization: Vec<String>,
    /// The user's slugs.
    pub user: Vec<String>,
}

impl Session {
    /// Whether the active organization's role grants a permission (`org:tasks:view` or `tasks:view`).
    ///
    /// Exact match, no wildcards; without an active organization always false.
    #[must_use]
    pub fn has_permission(&self, permission: &str) -> bool {
        let wanted = without_org(permission);
        self.organization.as_ref().is_some_and(|organization| {
            // Of a stored key one prefix goes, not every: a feature called `org` must not answer for another.
            let found = organization
                .permissions
                .binary_search_by(|key| key.strip_prefix("org:").unwrap_or_default().cmp(wanted));
            found.is_ok()
        })
    }

    /// Whether the user has this role in the active organization (`org:admin` or `admin`).
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        let held = self.organization.as_ref().and_then(|organization| organization.role.as_deref());
        held.is_some_and(|held| without_org(held) == without_org(role))
    }

    /// Whether a feature is in the active plan: `slug`, or `scope:slug` for the organization's or user's own.
    #[must_use]
    pub fn has_feature(&self, feature: &str) -> bool {
        self.features.contains(feature)
    }

    /// Whether a plan is active: `slug`, or `scope:slug` for the organization's or user's own.
    #[must_use]
    pub fn has_plan(&self, plan: &str) -> bool {
        self.plans.contains(plan)
    }

    /// Roughly the memory this takes, in bytes.
    #[must_use]
    pub(super) fn size(&self) -> usize {
        let list = |items: &[String]| items.iter().map(|item| item.len() + size_of::<String>()).sum::<usize>();
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let organization = self.organization.as_ref().map_or(0, |organization| {
            organization.id.len()
                + text(&organization.slug)
                + text(&organization.role)
                + list(&organization.permissions)
        });
        let actor = self
            .actor
            .as_ref()
            .map_or(0, |actor| actor.id.len() + text(&actor.issuer) + text(&actor.session_id) + text(&actor.kind));
        let scopes = |scopes: &Scopes| list(&scopes.organization) + list(&scopes.user);
        size_of::<Self>()
            + self.user_id.len()
            + self.session_id.len()
            + organization
            + actor
            + scopes(&self.plans)
            + scopes(&self.features)
    }
}

impl Scopes {
    fn contains(&self, wanted: &str) -> bool {
        let holds = |list: &[String], slug: &str| !slug.is_empty() && list.iter().any(|item| item == slug);
        match wanted.split_once(':') {
            None => holds(&self.organization, wanted) || holds(&self.user, wanted),
            Some(("o" | "org" | "organization", slug)) => holds(&self.organization, slug),
            Some(("u" | "user", slug)) => holds(&self.user, slug),
            Some(_) => false,
        }
    }
}

/// A role or permission key without any leading `org:`, the part Clerk compares.
pub(super) fn without_org(key: &str) -> &str {
    key.trim_start_matches("org:")
}
