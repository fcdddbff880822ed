//! What a tenant is entitled to: its subscription, what the caller's token claims, and the catalogue, brought together.
//!
//! Quotas follow the stored plan, and the token's only while nothing is stored. Features follow the token; the mirror can take
//! them away and never grants. Where no plan is known at all, nothing is limited.

use sea_orm::{EntityTrait, Select};

use super::standing::{Standing, Status};
use super::usage;
use crate::auth::AuthUser;
use crate::clerk::Reject;
use crate::config::Catalogue;
use crate::db::{Connection, TenantDb, TenantOwned, TenantTransaction};
use crate::error::{Error, Result};

/// The name under which creating tasks waits for each other.
const TASKS: &str = "tasks";

/// What the token says of the plan of whoever pays for the tenant.
#[derive(Debug, Clone, Copy)]
pub struct Claimed<'a> {
    /// The plan's slug; none when the token names none.
    pub plan: Option<&'a str>,
    /// The features of that plan.
    pub features: &'a [String],
    /// When the token was issued, in Unix seconds.
    pub issued_at: i64,
}

impl<'a> Claimed<'a> {
    /// What a caller's token says of their active organization, or of themselves.
    pub fn of(user: &'a AuthUser) -> Self {
        let of_organization = user.organization.is_some();
        let (plans, features) = match of_organization {
            true => (&user.plans.organization, &user.features.organization),
            false => (&user.plans.user, &user.features.user),
        };
        Self { plan: plans.first().map(String::as_str), features, issued_at: user.issued_at }
    }
}

/// What a tenant is entitled to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitled {
    /// The slug of the plan whose limits apply; none while no plan is known, and nothing is limited.
    pub plan: Option<String>,
    /// The most members and pending invitations; 0 is no limit.
    pub members: u64,
    /// The most tasks; 0 is no limit.
    pub tasks: u64,
    /// What the subscription says; none while nothing is known of it.
    pub standing: Option<Standing>,
    /// The features that the catalogue has for the plan.
    features: Vec<String>,
}

impl Entitled {
    /// The plan that the mirror says is in force; what it does not know, the token.
    pub fn to(claimed: Option<&str>, standing: Option<Standing>, catalogue: &Catalogue, personal: bool) -> Self {
        let free = catalogue.free(personal);
        let slug = match &standing {
            Some(Standing { in_force: Some(item), .. }) => Some(item.plan.as_deref().unwrap_or(&free.slug)),
            Some(_) => Some(free.slug.as_str()),
            None => claimed,
        };
        let Some(slug) = slug.map(str::to_owned) else {
            return Self { plan: None, members: 0, tasks: 0, standing, features: Vec::new() };
        };
        let plan = catalogue.plan(&slug).unwrap_or(free);
        let seats = standing.as_ref().and_then(|standing| standing.in_force.as_ref()?.seats);
        Self {
            members: seats.map_or(plan.members, |seats| seats.quantity.unwrap_or(0)),
            tasks: plan.tasks,
            features: plan.features.clone(),
            plan: Some(slug),
            standing,
        }
    }

    /// The features that a caller has, sorted.
    pub fn features(&self, claimed: &Claimed<'_>) -> Vec<String> {
        let named =
            if claimed.plan.is_none() && self.standing.is_some() { &self.features[..] } else { claimed.features };
        let mut features = named.to_vec();
        features.retain(|feature| self.grants(feature, claimed).is_ok());
        features.sort();
        features
    }

    /// Demands a feature.
    ///
    /// # Errors
    /// 403 `feature_not_in_plan`; 401 `token_stale` when the token has the feature, and the plan has changed since.
    pub fn demand_feature(&self, feature: &str, claimed: &Claimed<'_>) -> Result<()> {
        self.grants(feature, claimed).map_err(|refusal| match refusal {
            Lacking::Stale => Reject::Stale.into(),
            Lacking::NotInPlan => Error::Forbidden {
                code: "feature_not_in_plan",
                detail: format!("The plan does not include the feature {feature}."),
                permission: None,
            },
        })
    }

    fn grants(&self, feature: &str, claimed: &Claimed<'_>) -> Result<(), Lacking> {
        let in_catalogue = self.features.iter().any(|known| known == feature);
        let Some(plan) = claimed.plan else {
            // Such a token withholds nothing; what the mirror does not know it cannot take away.
            return if self.standing.is_none() || in_catalogue { Ok(()) } else { Err(Lacking::NotInPlan) };
        };
        if !claimed.features.iter().any(|claimed| claimed == feature) {
            return Err(Lacking::NotInPlan);
        }
        match &self.standing {
            Some(standing) if self.plan.as_deref() != Some(plan) && !in_catalogue => match standing.status {
                // The grace is ours: no later token would know that it is over.
                Status::Unpaid => Err(Lacking::NotInPlan),
                _ if claimed.issued_at <= standing.since.timestamp() => Err(Lacking::Stale),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Demands room for more tasks, and keeps it until the transaction ends: whoever creates one meanwhile waits. Exact, and
    /// without a statement where there is no limit. `rows` are the tasks that count. Says whether no room is left after them.
    ///
    /// # Errors
    /// 402 `task_limit_reached`, and the database's.
    pub async fn room_for_tasks<E>(
        &self,
        tx: &TenantDb<TenantTransaction>,
        rows: Select<E>,
        wanted: u64,
    ) -> Result<bool>
    where
        E: TenantOwned + EntityTrait,
        E::Model: Sync,
    {
        if self.tasks == 0 {
            return Ok(false);
        }
        tx.hold(TASKS).await?;
        let used = tx.count(rows).await?;
        self.within(self.tasks, used, wanted, "task_limit_reached", "The plan allows no more tasks.")
    }

    /// Demands seats for more members. Advisory: Clerk counts them itself, and its word is the last. Says whether none is left
    /// after them.
    ///
    /// # Errors
    /// 402 `member_limit_reached`, and the database's.
    pub async fn seats<C: Connection>(&self, db: &TenantDb<C>, wanted: u64) -> Result<bool> {
        if self.members == 0 {
            return Ok(false);
        }
        let used = usage::members(db).await?;
        let detail = "The plan allows no more members; pending invitations count too.";
        self.within(self.members, used, wanted, "member_limit_reached", detail)
    }

    /// The one place at which a limit is found to be reached.
    fn within(&self, limit: u64, used: u64, wanted: u64, code: &'static str, detail: &'static str) -> Result<bool> {
        let then = used.saturating_add(wanted);
        if then <= limit {
            return Ok(then == limit);
        }
        tracing::info!(code, limit, used, plan = self.plan, "a plan's limit is reached");
        let (limit, used, plan) = (Some(limit), Some(used), self.plan.clone());
        Err(Error::LimitReached { code, detail: detail.into(), limit, used, plan, seats_quantity: None })
    }
}

/// Why a feature may not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lacking {
    NotInPlan,
    Stale,
}
