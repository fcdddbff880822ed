//! Looking things up through the library: everybody at a glance, and single objects.

use serde::Serialize;

use crate::{Emulator, Invitation, Membership, Organization, Result, User, state::State};

/// Somebody a token can be had for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Person {
    /// `user_…`
    pub id: String,
    /// What people type.
    pub short_name: Option<String>,
    /// The primary e-mail address.
    pub email: Option<String>,
    /// First and last name.
    pub name: String,
    /// Banned people get no token.
    pub banned: bool,
    /// Where the person is a member, oldest membership first.
    pub organizations: Vec<PersonOrganization>,
}

/// An organization as seen by one of its members.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PersonOrganization {
    /// `org_…`
    pub id: String,
    /// The slug.
    pub slug: String,
    /// The name.
    pub name: String,
    /// The person's role in it.
    pub role: String,
    /// The plan's slug, with billing on.
    pub plan: Option<String>,
}

fn person(state: &State, user: &User) -> Person {
    let seen = |membership: &Membership| {
        let organization = state.organization(&membership.organization_id).ok()?;
        Some(PersonOrganization {
            id: organization.id.clone(),
            slug: organization.slug.clone(),
            name: organization.name.clone(),
            role: membership.role.clone(),
            plan: organization.plan.clone(),
        })
    };
    Person {
        id: user.id.clone(),
        short_name: user.short_name.clone(),
        email: user.email().map(str::to_owned),
        name: user.display_name(),
        banned: user.banned,
        organizations: state.memberships_of(&user.id).filter_map(seen).collect(),
    }
}

impl Emulator {
    /// Everybody, oldest first, with their organizations and roles.
    pub fn people(&self) -> Vec<Person> {
        self.read(|state| state.users.iter().map(|user| person(state, user)).collect())
    }

    /// The user with this id, e-mail address or short name.
    ///
    /// # Errors
    /// 404 `resource_not_found`.
    pub fn user(&self, who: &str) -> Result<User> {
        self.read(|state| state.find_user(who).cloned())
    }

    /// The organization with this id or slug.
    ///
    /// # Errors
    /// 404 `resource_not_found`.
    pub fn organization(&self, id: &str) -> Result<Organization> {
        self.read(|state| state.organization(id).cloned())
    }

    /// The membership of a user (by id) in an organization (by id or slug).
    ///
    /// # Errors
    /// 404 `resource_not_found`.
    pub fn membership(&self, organization: &str, user: &str) -> Result<Membership> {
        self.read(|state| state.member(organization, user).cloned())
    }

    /// The invitation with this id.
    ///
    /// # Errors
    /// 404 `resource_not_found`.
    pub fn invitation(&self, id: &str) -> Result<Invitation> {
        self.read(|state| state.invitation(id).cloned())
    }
}
