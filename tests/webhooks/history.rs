//! A Clerk that lives through random events: what it announces, and how things stand there in the end.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::mirror::Members;

/// The first millisecond of every history.
const BEGINNING: i64 = 1_772_442_000_000;

/// Something that somebody did; the numbers choose among what there is.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    what: u8,
    one: usize,
    other: usize,
    /// Whether related deletions are announced too, and snapshots are old.
    flag: bool,
    /// How long after the change the event was made, in milliseconds.
    lag: i64,
}

#[derive(Debug, Clone)]
struct Organization {
    id: String,
    /// Names, oldest first, with the time of each.
    names: Vec<(String, i64)>,
}

#[derive(Debug, Clone)]
struct User {
    id: String,
    names: Vec<String>,
    updated_at: i64,
}

#[derive(Debug, Clone)]
struct Membership {
    id: String,
    organization: String,
    user: String,
    role: &'static str,
    created_at: i64,
    updated_at: i64,
}

#[derive(Debug, Clone)]
struct Invitation {
    id: String,
    organization: String,
    status: &'static str,
    created_at: i64,
}

/// A history as it went.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The payloads, in the order of what happened.
    pub payloads: Vec<String>,
    now: i64,
    made: usize,
    lag: i64,
    organizations: Vec<Organization>,
    users: Vec<User>,
    memberships: Vec<Membership>,
    invitations: Vec<Invitation>,
    ended_sessions: Vec<String>,
}

/// Random histories.
pub fn histories(longest: usize) -> impl Strategy<Value = History> {
    let step = (0..14_u8, any::<usize>(), any::<usize>(), any::<bool>(), 0..40_i64)
        .prop_map(|(what, one, other, flag, lag)| Step { what, one, other, flag, lag });
    proptest::collection::vec(step, 1..longest).prop_map(|steps| History::of(&steps))
}

/// An order of deliveries: every number below `length` once at least, some twice.
pub fn deliveries(length: usize) -> impl Strategy<Value = Vec<usize>> {
    let again = proptest::collection::vec(0..length, 0..=length);
    again.prop_map(move |again| (0..length).chain(again).collect::<Vec<_>>()).prop_shuffle()
}

fn pick<T>(things: &[T], number: usize) -> Option<usize> {
    (!things.is_empty()).then(|| number % things.len())
}

impl History {
    fn of(steps: &[Step]) -> Self {
        let mut history = Self { now: BEGINNING, ..Self::default() };
        for step in steps {
            history.now += 1 + step.lag;
            history.lag = step.lag;
            history.live(*step);
        }
        history
    }

    fn live(&mut self, step: Step) {
        match step.what {
            0 => self.found_organization(),
            1 => self.rename_organization(step.one),
            2 => self.delete_organization(step),
            3 | 4 => self.sign_up(),
            5 => self.rename_user(step.one),
            6 => self.delete_user(step),
            7..=9 => self.join(step),
            10 => self.leave(step),
            11 => self.change_role(step),
            12 => self.invite(step),
            _ => self.end_session(step),
        }
    }

    fn new_id(&mut self, kind: &str) -> String {
        self.made += 1;
        // Ids do not sort by age.
        format!("{kind}_{:04x}", (self.made * 40_503) % 65_536)
    }

    fn announce(&mut self, kind: &str, data: &Value) {
        // Some timestamps count seconds, and then a deletion seems to be older than the change before it.
        let timestamp = if self.lag % 3 == 0 { self.now / 1000 } else { self.now + self.lag };
        let event = json!({ "type": kind, "object": "event", "timestamp": timestamp, "data": data });
        self.payloads.push(event.to_string());
    }

    fn found_organization(&mut self) {
        let id = self.new_id("org");
        let organization = Organization { id, names: vec![("Organization 0".into(), self.now)] };
        self.announce("organization.created", &organization.json(false));
        self.organizations.push(organization);
    }

    fn rename_organization(&mut self, number: usize) {
        let Some(index) = pick(&self.organizations, number) else { return };
        let name = format!("Organization {}", self.now);
        self.organizations[index].names.push((name, self.now));
        let data = self.organizations[index].json(false);
        self.announce("organization.updated", &data);
    }

    fn delete_organization(&mut self, step: Step) {
        let Some(index) = pick(&self.organizations, step.one) else { return };
        let organization = self.organizations[index].clone();
        self.end_memberships(step.flag, |membership| membership.organization == organization.id);
        self.announce("organization.deleted", &json!({ "id": organization.id, "deleted": true, "slug": null }));
        self.organizations.remove(index);
    }

    fn sign_up(&mut self) {
        let id = self.new_id("user");
        let user = User { id, names: vec!["Person 0".into()], updated_at: self.now };
        self.announce("user.created", &user.json());
        self.users.push(user);
    }

    fn rename_user(&mut self, number: usize) {
        let Some(index) = pick(&self.users, number) else { return };
        let now = self.now;
        self.users[index].names.push(format!("Person {now}"));
        self.users[index].updated_at = now;
        let data = self.users[index].json();
        self.announce("user.updated", &data);
    }

    fn delete_user(&mut self, step: Step) {
        let Some(index) = pick(&self.users, step.one) else { return };
        let user = self.users[index].clone();
        self.end_memberships(step.flag, |membership| membership.user == user.id);
        self.announce("user.deleted", &json!({ "id": user.id, "deleted": true, "object": "user" }));
        self.users.remove(index);
    }

    fn join(&mut self, step: Step) {
        let (Some(one), Some(other)) = (pick(&self.organizations, step.one), pick(&self.users, step.other)) else {
            return;
        };
        let (organization, user) = (self.organizations[one].id.clone(), self.users[other].id.clone());
        if self.memberships.iter().any(|held| held.organization == organization && held.user == user) {
            return;
        }
        let id = self.new_id("orgmem");
        let (created_at, updated_at) = (self.now, self.now);
        let membership = Membership { id, organization, user, role: "org:member", created_at, updated_at };
        self.announce_membership("created", &membership, step.flag);
        self.memberships.push(membership);
    }

    fn leave(&mut self, step: Step) {
        let Some(index) = pick(&self.memberships, step.one) else { return };
        let membership = self.memberships.remove(index);
        self.announce_membership("deleted", &membership, step.flag);
    }

    fn change_role(&mut self, step: Step) {
        let Some(index) = pick(&self.memberships, step.one) else { return };
        let now = self.now;
        let membership = &mut self.memberships[index];
        membership.role = if membership.role == "org:admin" { "org:member" } else { "org:admin" };
        membership.updated_at = now;
        let membership = membership.clone();
        self.announce_membership("updated", &membership, step.flag);
    }

    fn invite(&mut self, step: Step) {
        let pending = self.invitations.iter().position(|invitation| invitation.status == "pending");
        if let Some(index) = pending.filter(|_| step.flag) {
            self.invitations[index].status = if step.other.is_multiple_of(2) { "accepted" } else { "revoked" };
            let invitation = self.invitations[index].clone();
            self.announce(&format!("organizationInvitation.{}", invitation.status), &invitation.json(self.now));
            return;
        }
        let Some(index) = pick(&self.organizations, step.one) else { return };
        let organization = self.organizations[index].id.clone();
        let id = self.new_id("orginv");
        let invitation = Invitation { id, organization, status: "pending", created_at: self.now };
        self.announce("organizationInvitation.created", &invitation.json(self.now));
        self.invitations.push(invitation);
    }

    fn end_session(&mut self, step: Step) {
        let Some(index) = pick(&self.users, step.one) else { return };
        let id = self.new_id("sess");
        let data = json!({ "id": id, "user_id": self.users[index].id, "updated_at": self.now, "status": "ended" });
        self.announce("session.ended", &data);
        if step.flag {
            self.announce("session.removed", &data);
        }
        self.ended_sessions.push(id);
    }

    /// With their organization or their person; Clerk may announce each of them, or none.
    fn end_memberships(&mut self, announced: bool, ended: impl Fn(&Membership) -> bool) {
        let (gone, kept) = self.memberships.drain(..).partition(|membership| ended(membership));
        self.memberships = kept;
        let gone: Vec<Membership> = gone;
        for membership in gone.iter().filter(|_| announced) {
            self.announce_membership("deleted", membership, true);
        }
    }

    fn announce_membership(&mut self, verb: &str, membership: &Membership, old: bool) {
        let organization = self.organizations.iter().find(|held| held.id == membership.organization).unwrap();
        let user = self.users.iter().find(|held| held.id == membership.user).unwrap();
        let data = json!({
            "id": membership.id, "role": membership.role, "permissions": ["org:tasks:view"],
            "organization": organization.json(old), "public_user_data": user.public(old),
            "created_at": membership.created_at, "updated_at": membership.updated_at,
        });
        self.announce(&format!("organizationMembership.{verb}"), &data);
    }

    /// Who belongs where in the end.
    pub fn members(&self) -> Members {
        let member = |held: &Membership| (held.organization.clone(), held.user.clone(), held.role.to_owned());
        self.memberships.iter().map(member).collect()
    }

    /// The names of the organizations there are in the end.
    pub fn organization_names(&self) -> BTreeMap<String, String> {
        self.organizations.iter().map(|held| (held.id.clone(), held.names.last().unwrap().0.clone())).collect()
    }

    /// The first names of the people there are in the end.
    pub fn user_names(&self) -> BTreeMap<String, String> {
        self.users.iter().map(|held| (held.id.clone(), held.names.last().unwrap().clone())).collect()
    }

    /// What became of each invitation.
    pub fn invitations(&self) -> BTreeMap<String, String> {
        self.invitations.iter().map(|held| (held.id.clone(), held.status.to_owned())).collect()
    }

    /// The sessions that ended.
    pub fn ended_sessions(&self) -> Vec<String> {
        let mut ids = self.ended_sessions.clone();
        ids.sort();
        ids
    }
}

impl Organization {
    fn json(&self, old: bool) -> Value {
        let (name, updated_at) = if old { self.names.first() } else { self.names.last() }.unwrap();
        json!({ "id": self.id, "name": name, "slug": null, "created_at": self.names[0].1, "updated_at": updated_at })
    }
}

impl User {
    fn json(&self) -> Value {
        json!({ "id": self.id, "first_name": self.names.last(), "last_name": null, "updated_at": self.updated_at })
    }

    fn public(&self, old: bool) -> Value {
        let name = if old { self.names.first() } else { self.names.last() };
        json!({ "user_id": self.id, "first_name": name, "identifier": "person@example.test" })
    }
}

impl Invitation {
    fn json(&self, now: i64) -> Value {
        json!({
            "id": self.id, "organization_id": self.organization, "email_address": "guest@example.test",
            "role": "org:member", "status": self.status, "created_at": self.created_at, "updated_at": now,
        })
    }
}
