//! Organizations: creating, changing, deleting and finding them.

use serde::{Deserialize, Serialize};

use super::{ADMIN, Metadata, Payer, State, merge_metadata, naming};
use crate::{
    error::{ApiError, Result},
    ids, json,
};

/// A tenant. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Organization {
    pub id: String,
    pub name: String,
    pub slug: String,
    /// Members and pending invitations allowed; 0 means no limit.
    pub max_allowed_memberships: u64,
    pub admin_delete_enabled: bool,
    pub public_metadata: Metadata,
    pub private_metadata: Metadata,
    pub created_by: Option<String>,
    /// Slug of the active plan; `None` stands for an instance without billing.
    pub plan: Option<String>,
    /// Overrides which features its tokens carry; normally those of the plan.
    pub features: Option<Vec<String>>,
    pub created_at: i64,
    pub updated_at: i64,
}

/// An organization to be created; only the name is needed.
#[derive(Clone, Debug, Default)]
pub struct NewOrganization {
    /// A fixed id; a fresh one when absent.
    pub id: Option<String>,
    pub name: String,
    /// Made from the name when absent.
    pub slug: Option<String>,
    /// Becomes its first `org:admin`.
    pub created_by: Option<String>,
    /// The instance's when absent; 0 means no limit.
    pub max_allowed_memberships: Option<u64>,
    pub plan: Option<String>,
    pub features: Option<Vec<String>>,
    pub public_metadata: Metadata,
    pub private_metadata: Metadata,
}

impl NewOrganization {
    /// An organization with this name and everything else at its default.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// Changes to an organization; `None` leaves a field alone.
#[derive(Clone, Debug, Default)]
pub struct OrganizationChanges {
    pub name: Option<String>,
    pub slug: Option<String>,
    pub max_allowed_memberships: Option<u64>,
    pub admin_delete_enabled: Option<bool>,
}

impl State {
    /// By id or slug.
    pub(crate) fn organization(&self, id: &str) -> Result<&Organization> {
        let found = self.organizations.iter().find(|o| o.id == id || o.slug == id);
        found.ok_or_else(|| ApiError::not_found("organization", id))
    }

    fn organization_mut(&mut self, id: &str) -> Result<&mut Organization> {
        let found = self.organizations.iter_mut().find(|o| o.id == id || o.slug == id);
        found.ok_or_else(|| ApiError::not_found("organization", id))
    }

    pub(crate) fn create_organization(&mut self, new: NewOrganization) -> Result<Organization> {
        naming::check_name(&new.name)?;
        if let Some(slug) = &new.slug {
            self.check_slug(slug, None)?;
        }
        if let Some(creator) = &new.created_by {
            self.user(creator)?;
        }
        let known_id = |id: &String| self.organizations.iter().any(|o| o.id == *id);
        if new.id.as_ref().is_some_and(known_id) {
            return Err(ApiError::value("id", "belongs to another organization"));
        }
        self.check_plan(new.plan.as_deref())?;
        let now = self.tick();
        let organization = Organization {
            id: new.id.unwrap_or_else(|| ids::fresh("org_")),
            slug: new.slug.unwrap_or_else(|| self.free_slug(&new.name)),
            name: new.name,
            max_allowed_memberships: new.max_allowed_memberships.unwrap_or(self.settings.max_allowed_memberships),
            admin_delete_enabled: true,
            public_metadata: new.public_metadata,
            private_metadata: new.private_metadata,
            created_by: new.created_by.clone(),
            plan: new.plan,
            features: new.features,
            created_at: now,
            updated_at: now,
        };
        self.organizations.push(organization.clone());
        self.emit("organization.created", json::organization_counted(self, &organization));
        self.open_subscription(Payer::Organization(organization.id.clone()));
        if let Some(creator) = new.created_by {
            self.add_member(&organization.id, &creator, ADMIN, <_>::default())?;
        }
        self.organization(&organization.id).cloned()
    }

    pub(crate) fn update_organization(&mut self, id: &str, changes: OrganizationChanges) -> Result<Organization> {
        let id = self.organization(id)?.id.clone();
        if let Some(name) = &changes.name {
            naming::check_name(name)?;
        }
        if let Some(slug) = &changes.slug {
            self.check_slug(slug, Some(&id))?;
        }
        if changes.max_allowed_memberships.is_some() && self.is_seat_based(&id) {
            let message = "The member limit of this organization is managed by its plan";
            return Err(ApiError::bad_request("organization_member_limit_managed_by_billing", message));
        }
        self.edit_organization(&id, |organization| {
            let Organization { name, slug, .. } = organization;
            *name = changes.name.unwrap_or_else(|| name.clone());
            *slug = changes.slug.unwrap_or_else(|| slug.clone());
            if let Some(limit) = changes.max_allowed_memberships {
                organization.max_allowed_memberships = limit;
            }
            if let Some(enabled) = changes.admin_delete_enabled {
                organization.admin_delete_enabled = enabled;
            }
        })
    }

    /// Replaces (`merge` false) or deeply merges the given bags of metadata.
    pub(crate) fn set_organization_metadata(
        &mut self,
        id: &str,
        public: Option<Metadata>,
        private: Option<Metadata>,
        merge: bool,
    ) -> Result<Organization> {
        let apply = |bag: &mut Metadata, given: Option<Metadata>| match given {
            Some(given) if merge => merge_metadata(bag, given),
            Some(given) => *bag = given,
            None => {}
        };
        self.edit_organization(id, |organization| {
            apply(&mut organization.public_metadata, public);
            apply(&mut organization.private_metadata, private);
        })
    }

    /// Notes who made an organization, without a membership or an event.
    pub(crate) fn set_creator(&mut self, id: &str, creator: String) {
        if let Ok(organization) = self.organization_mut(id) {
            organization.created_by = Some(creator);
        }
    }

    pub(crate) fn set_plan(&mut self, id: &str, plan: Option<String>) -> Result<Organization> {
        self.check_plan(plan.as_deref())?;
        let id = self.organization(id)?.id.clone();
        if let (Some(plan), true) = (&plan, self.billing.enabled) {
            self.swap_silently(&id, plan)?;
        }
        let organization = self.organization_mut(&id)?;
        organization.plan = plan;
        let organization = organization.clone();
        self.tick();
        Ok(organization)
    }

    /// Notes which plan its tokens carry, without an event.
    pub(super) fn name_plan(&mut self, id: &str, plan: String) {
        if let Ok(organization) = self.organization_mut(id) {
            organization.plan = Some(plan);
        }
    }

    /// Sets the member limit as Clerk itself does.
    pub(super) fn force_member_limit(&mut self, id: &str, limit: u64) {
        // It exists: the caller has just read it.
        drop(self.edit_organization(id, |organization| organization.max_allowed_memberships = limit));
    }

    fn edit_organization(&mut self, id: &str, edit: impl FnOnce(&mut Organization)) -> Result<Organization> {
        let id = self.organization(id)?.id.clone();
        let now = self.tick();
        let organization = self.organization_mut(&id)?;
        edit(organization);
        organization.updated_at = now;
        let organization = organization.clone();
        self.emit("organization.updated", json::organization_counted(self, &organization));
        Ok(organization)
    }

    /// Removes it with its memberships and invitations; only `organization.deleted` is announced.
    pub(crate) fn delete_organization(&mut self, id: &str) -> Result<Organization> {
        let organization = self.organization(id)?.clone();
        self.tick();
        let id = organization.id.clone();
        self.organizations.retain(|other| other.id != id);
        self.memberships.retain(|membership| membership.organization_id != id);
        self.invitations.retain(|invitation| invitation.organization_id != id);
        self.drop_subscription(&id);
        for session in &mut self.sessions {
            session.leave_organization(&id);
        }
        self.emit("organization.deleted", json::deleted_organization(&organization));
        Ok(organization)
    }

    fn check_plan(&self, plan: Option<&str>) -> Result<()> {
        let known = |slug: &str| self.plans.iter().any(|plan| plan.slug == slug);
        match plan {
            Some(slug) if !known(slug) => Err(ApiError::not_found("plan", slug)),
            _ => Ok(()),
        }
    }
}
