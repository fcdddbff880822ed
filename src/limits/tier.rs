//! The buckets of callers and tenants, a set for each multiplier that a plan has.

use std::collections::HashMap;

use super::limiter::ByClass;
use crate::clerk::{Clock, Session};
use crate::config::{Catalogue, LimitsConfig, Rates};

/// The buckets of those whose plans have the same multiplier.
#[derive(Debug)]
pub(super) struct Tier {
    pub(super) callers: ByClass,
    pub(super) tenants: ByClass,
}

/// Every tier, and whose it is.
#[derive(Debug)]
pub(super) struct Tiers {
    tiers: Vec<Tier>,
    by_plan: HashMap<String, usize>,
    free: usize,
    personal: usize,
}

impl Tiers {
    /// One tier for everybody; with a catalogue one for each multiplier in it.
    pub(super) fn new(config: &LimitsConfig, plans: Option<&Catalogue>, clock: &Clock) -> Self {
        let mut multipliers = vec![1];
        let mut place = |multiplier: u32| {
            multipliers.iter().position(|known| *known == multiplier).unwrap_or_else(|| {
                multipliers.push(multiplier);
                multipliers.len() - 1
            })
        };
        let named = |plan: &crate::config::Plan| (plan.slug.clone(), plan.rate_multiplier);
        let by_plan = plans.into_iter().flat_map(Catalogue::plans).map(named);
        let by_plan = by_plan.map(|(slug, multiplier)| (slug, place(multiplier))).collect();
        let mut fallback = |personal| plans.map_or(0, |plans| place(plans.free(personal).rate_multiplier));
        let (free, personal) = (fallback(false), fallback(true));
        let tiers = multipliers.into_iter().map(|multiplier| Tier::new(config, multiplier, clock)).collect();
        Self { tiers, by_plan, free, personal }
    }

    /// The tier of a caller, by the plan that their token names: it was true a minute ago at most, and costs nothing to ask.
    pub(super) fn of(&self, session: &Session) -> &Tier {
        let (plans, unknown) = match session.organization {
            Some(_) => (&session.plans.organization, self.free),
            None => (&session.plans.user, self.personal),
        };
        let tier = plans.first().map(|slug| self.by_plan.get(slug).copied().unwrap_or(unknown));
        &self.tiers[tier.unwrap_or(0)]
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &ByClass> {
        self.tiers.iter().flat_map(|tier| [&tier.callers, &tier.tenants])
    }
}

impl Tier {
    fn new(config: &LimitsConfig, multiplier: u32, clock: &Clock) -> Self {
        let times = |rates: Rates, factor: u32| Rates {
            read: rates.read.saturating_mul(factor),
            write: rates.write.saturating_mul(factor),
            search: rates.search.saturating_mul(factor),
            webhook: 0,
        };
        let callers = times(config.rates, multiplier);
        let tenants = times(callers, config.tenant_factor);
        Self { callers: ByClass::new(callers, clock), tenants: ByClass::new(tenants, clock) }
    }
}
