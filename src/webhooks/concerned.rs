//! Whose data a delivery tells, so that a late one about somebody who was purged leaves its id and what became of it, and nothing
//! more.

use sea_orm::{ConnectionTrait, DbErr};

use crate::directory::sync::Announced;
use crate::directory::tombstone;

/// An organization, a person, or both.
#[derive(Debug)]
pub(super) struct Concerned {
    organization: Option<String>,
    person: Option<String>,
    /// Whether it announces a person and nothing of an organization's.
    of_person: bool,
}

impl Concerned {
    /// By what the delivery names, and the rows that it announces.
    pub(super) fn of(organization: Option<&str>, rows: &Announced) -> Self {
        let of_person = rows.user.is_some() && rows.tenant().is_none();
        let announced = rows.user.as_ref().filter(|_| of_person).map(|person| person.id.as_str());
        let payer = rows.payer().filter(|payer| payer.starts_with("user_"));
        Self {
            organization: organization.map(str::to_owned),
            person: announced.or(payer).map(str::to_owned),
            of_person,
        }
    }

    /// What is to be asked before a person's row is written, since locks go from organizations to people.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn purged_before<C: ConnectionTrait>(&self, tx: &C) -> Result<bool, DbErr> {
        any(tx, self.organization.as_deref().filter(|_| self.of_person)).await
    }

    /// What is to be asked after the own row was written: a lock that is shared first and then wanted alone makes two deliveries
    /// wait for each other.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn purged_after<C: ConnectionTrait>(&self, tx: &C) -> Result<bool, DbErr> {
        let organization = self.organization.as_deref().filter(|_| !self.of_person);
        Ok(any(tx, organization).await? || any(tx, self.person.as_deref()).await?)
    }

    /// Both, where nothing is written.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn purged<C: ConnectionTrait>(&self, tx: &C) -> Result<bool, DbErr> {
        Ok(self.purged_before(tx).await? || self.purged_after(tx).await?)
    }
}

async fn any<C: ConnectionTrait>(tx: &C, tenant: Option<&str>) -> Result<bool, DbErr> {
    match tenant {
        Some(tenant) => tombstone::is_purged(tx, tenant).await,
        None => Ok(false),
    }
}
