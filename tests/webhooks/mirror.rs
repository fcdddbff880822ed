//! The mirror in memory: what the stored one must come to.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, EntityTrait};
use tenantry::clerk::event::Envelope;
use tenantry::directory::sync::{Announced, announced};
use tenantry::directory::version::{Mirrored, newer};
use tenantry::directory::{ended_session, invitation, membership, organization, user};

/// Rows by their keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mirror {
    pub organizations: BTreeMap<String, organization::Model>,
    pub users: BTreeMap<String, user::Model>,
    pub memberships: BTreeMap<(String, String), membership::Model>,
    pub invitations: BTreeMap<(String, String), invitation::Model>,
    pub ended_sessions: BTreeMap<String, ended_session::Model>,
}

/// Who belongs where, as what: `(organization, person, role)`.
pub type Members = BTreeSet<(String, String, String)>;

/// What a payload announces.
pub fn read(body: &str) -> Announced {
    announced(&Envelope::open(body.as_bytes()).unwrap().notice(chrono::DateTime::UNIX_EPOCH).unwrap())
}

impl Mirror {
    pub fn take(&mut self, rows: &Announced) {
        keep::<organization::Entity, _>(&mut self.organizations, &rows.organization, |row| row.id.clone());
        keep::<user::Entity, _>(&mut self.users, &rows.user, |row| row.id.clone());
        let key = |row: &membership::Model| (row.tenant_id.clone(), row.id.clone());
        keep::<membership::Entity, _>(&mut self.memberships, &rows.membership, key);
        let key = |row: &invitation::Model| (row.tenant_id.clone(), row.id.clone());
        keep::<invitation::Entity, _>(&mut self.invitations, &rows.invitation, key);
        keep::<ended_session::Entity, _>(&mut self.ended_sessions, &rows.ended_session, |row| row.id.clone());
    }

    /// The ids of everything that is deleted.
    pub fn deleted(&self) -> BTreeSet<&str> {
        let organizations = self.organizations.values().filter(|row| row.deleted_at.is_some()).map(|row| &row.id);
        let users = self.users.values().filter(|row| row.deleted_at.is_some()).map(|row| &row.id);
        let memberships = self.memberships.values().filter(|row| row.deleted_at.is_some()).map(|row| &row.id);
        organizations.chain(users).chain(memberships).map(String::as_str).collect()
    }

    /// `membership::living`, told a second time.
    pub fn members(&self) -> Members {
        let mut latest: BTreeMap<(&str, &str), &membership::Model> = BTreeMap::new();
        for row in self.memberships.values() {
            let kept = latest.entry((&row.tenant_id, &row.user_id)).or_insert(row);
            if (row.created_at, &row.id) > (kept.created_at, &kept.id) {
                *kept = row;
            }
        }
        let deleted = self.deleted();
        let gone = |row: &membership::Model| {
            [&row.tenant_id, &row.user_id, &row.id].map(String::as_str).iter().any(|id| deleted.contains(id))
        };
        latest.into_values().filter(|row| !gone(row)).map(member).collect()
    }

    /// The stored mirror, and the members by the statement that requests use.
    pub async fn stored(db: &impl ConnectionTrait) -> (Self, Members) {
        let mirror = Self {
            organizations: all::<organization::Entity, _>(db, |row| row.id.clone()).await,
            users: all::<user::Entity, _>(db, |row| row.id.clone()).await,
            memberships: all::<membership::Entity, _>(db, |row| (row.tenant_id.clone(), row.id.clone())).await,
            invitations: all::<invitation::Entity, _>(db, |row| (row.tenant_id.clone(), row.id.clone())).await,
            ended_sessions: all::<ended_session::Entity, _>(db, |row| row.id.clone()).await,
        };
        let members = membership::living().all(db).await.unwrap().iter().map(member).collect();
        (mirror, members)
    }
}

fn member(row: &membership::Model) -> (String, String, String) {
    (row.tenant_id.clone(), row.user_id.clone(), row.role.clone())
}

fn keep<E, K>(rows: &mut BTreeMap<K, E::Model>, row: &Option<E::Model>, key: fn(&E::Model) -> K)
where
    E: Mirrored,
    E::Model: Clone,
    K: Ord,
{
    let Some(row) = row.clone() else { return };
    let key = key(&row);
    let kept = match rows.remove(&key) {
        Some(stored) => newer::<E>(stored, row),
        None => row,
    };
    rows.insert(key, kept);
}

async fn all<E: EntityTrait, K: Ord>(db: &impl ConnectionTrait, key: fn(&E::Model) -> K) -> BTreeMap<K, E::Model> {
    E::find().all(db).await.unwrap().into_iter().map(|row| (key(&row), row)).collect()
}
