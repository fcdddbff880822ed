//! What a member may do, in the forms that tokens carry: `fea`, `o.per`, `o.fpm` and full keys.
//!
//! Clerk's session token claims, version 2: the nth integer of `fpm` belongs to the nth entry of
//! `fea`, its kth bit (least significant first) to the kth name in `per`.

use super::{Membership, Organization, State, role::is_system};

/// The organization part of a session token.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Access {
    /// Feature slugs of the organization.
    pub(crate) features: Vec<String>,
    /// Action names that at least one mask uses.
    pub(crate) actions: Vec<String>,
    /// One mask per feature.
    pub(crate) masks: Vec<u128>,
    /// The same permissions as full keys, the form of version 1.
    pub(crate) permissions: Vec<String>,
}

impl State {
    /// Custom permissions of the member's role, as far as the organization has their features.
    pub(crate) fn access(&self, organization: &Organization, membership: &Membership) -> Access {
        let held = self.role_permissions(&membership.role);
        let mut access = Access { features: self.features_of(organization), ..Access::default() };
        for feature in &access.features {
            let prefix = format!("org:{feature}:");
            let mut mask = 0_u128;
            for key in held.iter().filter(|key| !is_system(key)) {
                let Some(action) = key.strip_prefix(&prefix) else {
                    continue;
                };
                if let Some(bit) = bit_of(&mut access.actions, action) {
                    mask |= 1 << bit;
                    access.permissions.push(key.clone());
                }
            }
            access.masks.push(mask);
        }
        access
    }

    /// Those of the organization itself, else of its plan, else all the instance has.
    fn features_of(&self, organization: &Organization) -> Vec<String> {
        if let Some(own) = &organization.features {
            return own.clone();
        }
        let plan = organization.plan.as_deref();
        match self.plans.iter().find(|p| Some(p.slug.as_str()) == plan) {
            Some(plan) => plan.features.clone(),
            None => self.features.iter().map(|feature| feature.slug.clone()).collect(),
        }
    }
}

/// The bit of an action, which joins the list if it is new; a mask has room for 128.
fn bit_of(actions: &mut Vec<String>, action: &str) -> Option<usize> {
    let position = actions.iter().position(|known| known == action);
    let bit = position.unwrap_or(actions.len());
    if bit >= 128 {
        return None;
    }
    if position.is_none() {
        actions.push(action.to_owned());
    }
    Some(bit)
}
