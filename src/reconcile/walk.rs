//! The way through Clerk's lists: organizations, in each its memberships, its invitations and what it subscribes to, and then all
//! users.

use anyhow::{Context, Result, bail};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::asking::Position;
use super::seen::{Seen, id};
use super::{Comparable, Reconciliation};
use crate::clerk::api::{Found, List, Page};
use crate::clerk::event::{Notice, Payer};
use crate::directory::{invitation, membership, organization, user};

impl Reconciliation<'_> {
    /// Everything there is.
    pub(super) async fn everything(&mut self) -> Result<()> {
        let (mut seen, mut position) = (Seen::default(), Position::default());
        let mut skipping = self.options.from.clone();
        while let Some(page) = self.clerk.next_page(List::Organizations, &mut position, &seen).await? {
            let organizations = self.new_ones(page, &mut seen);
            self.summary.organizations += organizations.len() as u64;
            self.compare::<organization::Entity>(organization::Entity::find(), &organizations).await?;
            for organization in organizations.iter().map(id) {
                skipping.take_if(|from| from == organization);
                if skipping.is_none() {
                    self.within(organization).await.with_context(|| format!("go on with --from {organization}"))?;
                }
            }
        }
        if let Some(from) = skipping {
            bail!("Clerk lists no organization {from}; leave --from out");
        }
        let living = organization::Entity::find().filter(organization::Column::DeletedAt.is_null());
        self.absent::<organization::Entity>(living, &seen).await?;
        self.users().await
    }

    async fn users(&mut self) -> Result<()> {
        let seen = self.people(List::Users).await?;
        let living = user::Entity::find().filter(user::Column::DeletedAt.is_null());
        match seen {
            Some(seen) => self.absent::<user::Entity>(living, &seen).await,
            None => bail!("Clerk lists no users"),
        }
    }

    /// One organization, whether or not the mirror knows it.
    pub(super) async fn organization(&mut self, named: &str) -> Result<()> {
        let known = self.organization_row(named).await?;
        match (self.clerk.organization(named).await?, known) {
            (Found::There(notice), _) => {
                self.summary.organizations += 1;
                self.compare::<organization::Entity>(organization::Entity::find(), std::slice::from_ref(&notice))
                    .await?;
                let organization = id(&notice);
                self.within(organization).await?;
                self.people(List::UsersOf(organization)).await.map(|_| ())
            }
            (Found::Absent(at), Some(row)) if row.deleted_at.is_none() => {
                self.remove::<organization::Entity>(row, at).await
            }
            (Found::Absent(_), Some(_)) => Ok(()),
            (Found::Absent(_), None) => bail!("neither Clerk nor the mirror knows {named}"),
        }
    }

    /// What belongs to an organization of Clerk's. Of one that is deleted here nothing matters any more.
    async fn within(&mut self, organization: &str) -> Result<()> {
        self.report.progress(&self.summary, Some(organization));
        if self.organization_row(organization).await?.is_some_and(|row| row.deleted_at.is_some()) {
            return Ok(());
        }
        let members = membership::Entity::find().filter(membership::Column::TenantId.eq(organization));
        let Some(seen) = self.list::<membership::Entity>(List::Memberships(organization), members).await? else {
            return self.vanished(organization).await;
        };
        let living = membership::living().filter(membership::Column::TenantId.eq(organization));
        self.absent::<membership::Entity>(living, &seen).await?;

        let invitations = invitation::Entity::find().filter(invitation::Column::TenantId.eq(organization));
        let list = List::Invitations(organization);
        let Some(seen) = self.list::<invitation::Entity>(list, invitations.clone()).await? else {
            return self.vanished(organization).await;
        };
        let pending = invitations.filter(invitation::Column::Status.eq("pending"));
        self.absent::<invitation::Entity>(pending, &seen).await?;
        self.subscription(Payer::Organization(organization.to_owned())).await
    }

    /// Compares a list of users, and what each subscribes to for themselves.
    async fn people(&mut self, list: List<'_>) -> Result<Option<Seen>> {
        let (mut seen, mut position) = (Seen::default(), Position::default());
        while let Some(page) = self.clerk.next_page(list, &mut position, &seen).await? {
            let users = self.new_ones(page, &mut seen);
            self.summary.users += users.len() as u64;
            self.compare::<user::Entity>(user::Entity::find(), &users).await?;
            for user in users.iter().map(id) {
                self.subscription(Payer::User(user.to_owned())).await?;
            }
            self.report.progress(&self.summary, None);
        }
        Ok((!position.absent).then_some(seen))
    }

    /// An organization that was listed and has no lists of its own any more.
    async fn vanished(&mut self, organization: &str) -> Result<()> {
        let Some(row) = self.organization_row(organization).await?.filter(|row| row.deleted_at.is_none()) else {
            return Ok(());
        };
        match self.clerk.organization(organization).await? {
            Found::Absent(at) => self.remove::<organization::Entity>(row, at).await,
            Found::There(_) => bail!("Clerk has {organization} but does not list what belongs to it"),
        }
    }

    /// Compares a list, page by page, and says what it showed; none when there is no such list.
    async fn list<E: Comparable>(&mut self, list: List<'_>, among: sea_orm::Select<E>) -> Result<Option<Seen>> {
        let (mut seen, mut position) = (Seen::default(), Position::default());
        while let Some(page) = self.clerk.next_page(list, &mut position, &seen).await? {
            let items = self.new_ones(page, &mut seen);
            *self.counter::<E>() += items.len() as u64;
            self.compare::<E>(among.clone(), &items).await?;
            self.report.progress(&self.summary, None);
        }
        Ok((!position.absent).then_some(seen))
    }

    /// What a page shows that no page before it did.
    fn new_ones(&mut self, page: Page, seen: &mut Seen) -> Vec<Notice> {
        let mut new = Vec::with_capacity(page.items.len());
        for item in page.items {
            match item {
                Ok(notice) => {
                    if seen.note(id(&notice)) {
                        new.push(notice);
                    }
                }
                Err(error) => {
                    self.summary.unreadable += 1;
                    self.report.note(&format!("an object of Clerk's cannot be read: {error}"));
                }
            }
        }
        new
    }
}
