//! What answers say of entitlements.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Claimed, Entitled};
use crate::auth::AuthUser;

/// Of members and of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Numbers {
    /// Members and pending invitations.
    pub members: u64,
    /// Tasks.
    pub tasks: u64,
}

impl Numbers {
    /// The most that there may be; 0 is no limit.
    pub fn limits(entitled: &Entitled) -> Self {
        Self { members: entitled.members, tasks: entitled.tasks }
    }

    /// By how much these exceed limits.
    #[must_use]
    pub fn over(self, limits: Self) -> Self {
        let over = |used: u64, limit: u64| if limit == 0 { 0 } else { used.saturating_sub(limit) };
        Self { members: over(self.members, limits.members), tasks: over(self.tasks, limits.tasks) }
    }
}

/// What the active plan allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Entitlements)]
pub struct Allowed {
    /// The plan's slug; null while no plan is known, which means no limits.
    pub plan: Option<String>,
    /// The features it includes.
    pub features: Vec<String>,
    /// The most it allows; 0 means no limit.
    pub limits: Numbers,
}

impl Allowed {
    /// What a caller may use of what their tenant is entitled to.
    pub fn of(entitled: &Entitled, user: &AuthUser) -> Self {
        Self {
            features: entitled.features(&Claimed::of(user)),
            limits: Numbers::limits(entitled),
            plan: entitled.plan.clone(),
        }
    }

    /// Of a caller who works nowhere at the moment: what the token says.
    pub fn nowhere(user: &AuthUser) -> Self {
        let claimed = Claimed::of(user);
        let limits = Numbers { members: 0, tasks: 0 };
        Self { plan: claimed.plan.map(str::to_owned), features: claimed.features.to_vec(), limits }
    }
}
