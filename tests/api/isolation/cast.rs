//! Who plays: four people, three organizations, and the workspaces that people have of their own. Some belong to two tenants.

use clerk_emulator::{NewOrganization, TokenRequest};
use uuid::Uuid;

use crate::support::{Caller, TestApp, new_user};

/// The people, by the names that a history is printed with.
pub const PEOPLE: [&str; 4] = ["ann", "bob", "cid", "dan"];

/// The tenants: organizations, then the workspaces of `ann` and `dan`.
pub const TENANTS: [&str; 5] = ["north", "south", "east", "ann's own", "dan's own"];

/// Whose workspace a tenant is.
const OWNERS: [(usize, usize); 2] = [(3, 0), (4, 3)];

const EVERYTHING: &[&str] = &["org:tasks:view", "org:tasks:create", "org:tasks:edit", "org:tasks:delete"];

/// A person in a tenant, and what they may do there. The first member of an organization is its admin.
pub const SEATS: [(usize, usize, &[&str]); 9] = [
    (0, 0, EVERYTHING),
    (1, 0, EVERYTHING),
    (2, 0, &["org:tasks:view"]),
    (1, 1, EVERYTHING),
    (0, 1, &["org:tasks:view", "org:tasks:create", "org:tasks:edit"]),
    (2, 2, EVERYTHING),
    (3, 2, EVERYTHING),
    (0, 3, EVERYTHING),
    (3, 4, EVERYTHING),
];

/// The people and tenants of one player, which no other player has.
pub struct Cast {
    /// Clerk's ids of [`PEOPLE`].
    pub people: Vec<String>,
    /// The ids of [`TENANTS`].
    pub tenants: Vec<String>,
    /// The callers of [`SEATS`], with tokens that outlive the play.
    pub seats: Vec<Caller>,
    /// Per tenant: who is a member, and in which role.
    pub members: Vec<Vec<(String, String)>>,
    pub app: TestApp,
}

impl Cast {
    pub async fn new(app: &TestApp) -> Self {
        let run = Uuid::now_v7().simple().to_string();
        let people: Vec<String> = PEOPLE.iter().map(|name| new_user(app, &format!("{name}-{run}"))).collect();
        let mut tenants = vec![String::new(); TENANTS.len()];
        let mut members = vec![Vec::new(); TENANTS.len()];
        for (tenant, person) in OWNERS {
            tenants[tenant].clone_from(&people[person]);
        }
        for (index, (person, tenant, permissions)) in SEATS.into_iter().enumerate() {
            if OWNERS.iter().any(|(own, _)| *own == tenant) {
                continue;
            }
            let role =
                if tenants[tenant].is_empty() { "org:admin".to_owned() } else { format!("org:seat_{index}_{run}") };
            if tenants[tenant].is_empty() {
                tenants[tenant] = found(app, &format!("{}-{run}", TENANTS[tenant]), &people[person]);
            } else {
                app.clerk.create_role(&role, permissions).unwrap();
                app.clerk.add_member(&tenants[tenant], &people[person], &role).unwrap();
            }
            members[tenant].push((people[person].clone(), role));
        }
        assert!(app.deliver_webhooks().await.iter().all(|answer| answer.summary() == "200"));
        let seats = SEATS.iter().map(|(person, tenant, _)| caller(app, &people[*person], &tenants[*tenant])).collect();
        Self { people, tenants, seats, members, app: app.clone() }
    }

    /// Whether a tenant is an organization.
    pub fn is_organization(&self, tenant: usize) -> bool {
        !self.members[tenant].is_empty()
    }
}

fn found(app: &TestApp, slug: &str, admin: &str) -> String {
    let new = NewOrganization {
        name: slug.to_owned(),
        slug: Some(slug.to_owned()),
        created_by: Some(admin.to_owned()),
        max_allowed_memberships: Some(0),
        ..NewOrganization::default()
    };
    app.clerk.create_organization(new).unwrap().id
}

/// Somebody with a tenant active; their own workspace needs no organization in the token.
fn caller(app: &TestApp, user: &str, tenant: &str) -> Caller {
    let request = TokenRequest::for_user(user).lifetime(36_000);
    let request = if user == tenant { request } else { request.organization(tenant) };
    let mut caller = app.bearer(app.clerk.session_token(request).unwrap());
    caller.user_id = user.to_owned();
    caller
}
