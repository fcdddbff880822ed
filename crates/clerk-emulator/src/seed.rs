//! Who is there at the start: read from TOML or put together in code, then turned into a state.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::{
    error::ApiError,
    state::{Bags, Feature, NewOrganization, NewUser, Password, Plan, Settings, State},
};

/// The people, organizations, roles, features and plans an emulator starts with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// Password of everybody of the seed who has none of their own.
    #[serde(default)]
    pub password: Option<String>,
    /// Whether everybody has a subscription; off unless it says so.
    #[serde(default)]
    pub billing: bool,
    /// What the instance is set to.
    #[serde(default)]
    pub instance: Settings,
    /// Features and their actions; `tasks` and `members` when none are named.
    #[serde(default = "default_features", rename = "feature")]
    pub features: Vec<Feature>,
    /// What organizations can be subscribed to.
    #[serde(default, rename = "plan")]
    pub plans: Vec<Plan>,
    /// Roles besides `org:admin` and `org:member`, or other permissions for these two.
    #[serde(default, rename = "role")]
    pub roles: Vec<SeedRole>,
    /// People.
    #[serde(default, rename = "person")]
    pub people: Vec<SeedPerson>,
    /// Organizations and their members.
    #[serde(default, rename = "organization")]
    pub organizations: Vec<SeedOrganization>,
}

/// A role of a seed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedRole {
    /// `org:<name>`
    pub key: String,
    /// Shown to people.
    pub name: String,
    /// Permission keys.
    pub permissions: Vec<String>,
}

/// A person of a seed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedPerson {
    /// What people type, and how the seed's organizations refer to the person.
    pub short_name: String,
    /// A fixed id; a fresh one at every start when absent.
    pub id: Option<String>,
    /// The only e-mail address.
    pub email: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// What signs the person in at the Frontend API.
    pub password: Option<String>,
}

/// An organization of a seed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedOrganization {
    /// Also how people refer to it.
    pub slug: String,
    /// Shown to people.
    pub name: String,
    /// A fixed id; a fresh one at every start when absent.
    pub id: Option<String>,
    /// Slug of a plan of the seed.
    pub plan: Option<String>,
    /// Overrides the plan's features in tokens.
    pub features: Option<Vec<String>>,
    /// The instance's when absent; 0 means no limit.
    pub max_allowed_memberships: Option<u64>,
    /// Short name of the person who made it.
    pub created_by: Option<String>,
    /// Role key by short name.
    #[serde(default)]
    pub members: BTreeMap<String, String>,
}

fn default_features() -> Vec<Feature> {
    let feature = |slug: &str, actions: &[&str]| Feature {
        slug: slug.to_owned(),
        actions: actions.iter().map(|action| (*action).to_owned()).collect(),
    };
    vec![feature("tasks", &["view", "create", "edit", "delete"]), feature("members", &["view", "manage"])]
}

impl Seed {
    /// Nobody: the default features and the two default roles only.
    pub fn empty() -> Self {
        Self {
            password: None,
            billing: false,
            instance: Settings::default(),
            features: default_features(),
            plans: Vec::new(),
            roles: Vec::new(),
            people: Vec::new(),
            organizations: Vec::new(),
        }
    }

    /// The demo of `demo.toml`: two organizations and six people.
    pub fn demo() -> Self {
        Self::from_toml(include_str!("../demo.toml")).expect("demo.toml is read by a test")
    }

    /// Reads a seed file.
    ///
    /// # Errors
    /// When the text is not TOML of this shape; the message says where.
    pub fn from_toml(text: &str) -> Result<Self> {
        toml::from_str(text).context("the seed file is not readable")
    }

    /// Fills an empty state. Nothing is announced.
    pub(crate) fn plant(&self, state: &mut State) -> Result<()> {
        self.check_actions()?;
        state.features.clone_from(&self.features);
        state.plans.clone_from(&self.plans);
        state.settings = self.instance;
        self.plant_roles(state)?;
        let mut people = HashMap::new();
        for person in &self.people {
            let user = state
                .create_user(self.new_user(person))
                .with_context(|| format!("the person {} of the seed", person.short_name))?;
            let twin = people.insert(person.short_name.as_str(), user.id);
            ensure!(twin.is_none(), "the seed has two people called {}", person.short_name);
        }
        for organization in &self.organizations {
            plant_organization(state, organization, &people)
                .with_context(|| format!("the organization {} of the seed", organization.slug))?;
        }
        if self.billing {
            state.enable_billing()?;
        }
        state.outbox.clear();
        Ok(())
    }

    fn new_user(&self, person: &SeedPerson) -> NewUser {
        NewUser {
            id: person.id.clone(),
            short_name: Some(person.short_name.clone()),
            email_addresses: person.email.iter().cloned().collect(),
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            password: person.password.clone().or_else(|| self.password.clone()),
            ..NewUser::default()
        }
    }

    /// State files of earlier versions know nobody's password, and a demo that nobody can sign in to is none.
    pub(crate) fn give_passwords(&self, state: &mut State) {
        if state.users.iter().any(|user| user.password_enabled) {
            return;
        }
        for person in &self.people {
            let known = state.users.iter_mut().find(|user| user.short_name.as_ref() == Some(&person.short_name));
            let text = person.password.as_deref().or(self.password.as_deref());
            if let (Some(user), Some(text)) = (known, text) {
                user.password = Some(Password::new(text));
                user.password_enabled = true;
            }
        }
    }

    fn check_actions(&self) -> Result<()> {
        let mut actions: Vec<&str> =
            self.features.iter().flat_map(|feature| feature.actions.iter().map(String::as_str)).collect();
        actions.sort_unstable();
        actions.dedup();
        ensure!(actions.len() <= 100, "a seed can have 100 different actions at most");
        Ok(())
    }

    fn plant_roles(&self, state: &mut State) -> Result<(), ApiError> {
        state.add_default_roles()?;
        for role in &self.roles {
            if state.role(&role.key).is_some() {
                state.set_role_permissions(&role.key, role.permissions.clone())?;
            } else {
                state.create_role(&role.key, &role.name, role.permissions.clone())?;
            }
        }
        Ok(())
    }
}

fn plant_organization(state: &mut State, seed: &SeedOrganization, people: &HashMap<&str, String>) -> Result<()> {
    let id_of = |name: &str| {
        let id = people.get(name);
        id.with_context(|| format!("the seed has no person called {name}"))
    };
    let organization = state.create_organization(NewOrganization {
        id: seed.id.clone(),
        name: seed.name.clone(),
        slug: Some(seed.slug.clone()),
        max_allowed_memberships: seed.max_allowed_memberships,
        plan: seed.plan.clone(),
        features: seed.features.clone(),
        ..NewOrganization::default()
    })?;
    for (name, role) in &seed.members {
        state.add_member(&organization.id, id_of(name)?, role, Bags::default())?;
    }
    if let Some(name) = &seed.created_by {
        let creator = id_of(name)?.clone();
        state.set_creator(&organization.id, creator);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_seed_is_readable() {
        let demo = Seed::demo();
        let names: Vec<&str> = demo.people.iter().map(|p| p.short_name.as_str()).collect();
        assert_eq!(names, ["ada", "mel", "vic", "sam", "rob", "uma"]);
    }

    #[test]
    fn a_seed_with_a_misspelt_key_says_where() {
        let error = Seed::from_toml("[[person]]\nshort_name = \"x\"\nmail = \"y\"").unwrap_err();
        assert!(format!("{error:#}").contains("mail"), "{error:#}");
    }
}
