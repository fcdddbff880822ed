//! What the Backend API lists and shows: pages of typed objects, and single ones. Nothing here changes anything.
//!
//! Each question is asked once, and what it costs of Clerk's limits is the caller's business: only `reconcile` and `doctor` ask these.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use reqwest::StatusCode;
use reqwest::Url;
use reqwest::header::ACCEPT;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::answered::Failure;
use super::exchange::{Exchange, VERSION, date, no_answer, read, told_date};
use super::{Api, Refusal};
use crate::clerk::event::{Event, Listed, Notice, Payer, Unreadable};

/// The largest page that is read, in bytes: five hundred users with their metadata are some five megabytes.
const MAX_PAGE: usize = 32 * 1024 * 1024;

/// Our clock and Clerk's, which tells whole seconds, are taken for one when they are no farther apart.
const ONE_CLOCK: TimeDelta = TimeDelta::seconds(2);

/// A list, oldest first, so that what comes while it is read comes at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List<'a> {
    /// Every organization.
    Organizations,
    /// Every user.
    Users,
    /// The users that belong to an organization.
    UsersOf(&'a str),
    /// The memberships of an organization.
    Memberships(&'a str),
    /// The invitations to an organization, whatever became of them.
    Invitations(&'a str),
}

/// A part of a list as it was at one time.
#[derive(Debug)]
pub struct Page {
    /// What it holds, in order.
    pub items: Vec<Result<Notice, Unreadable>>,
}

/// What became of a look for one object.
#[derive(Debug)]
pub enum Found {
    /// It is there.
    There(Box<Notice>),
    /// There was no such thing at that time.
    Absent(DateTime<Utc>),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Clerk does not take the secret key.
    #[error("Clerk does not accept CLERK_SECRET_KEY (401)")]
    Key,
    /// Clerk will not answer this however often it is asked.
    #[error("Clerk does not answer this")]
    Denied(#[source] anyhow::Error),
    /// Anything else.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl List<'_> {
    fn address(self, clerk: &Exchange) -> Result<Url, Refusal> {
        let mut url = match self {
            Self::Organizations => clerk.address(&["organizations"])?,
            Self::Users | Self::UsersOf(_) => clerk.address(&["users"])?,
            Self::Memberships(organization) => clerk.address(&["organizations", organization, "memberships"])?,
            Self::Invitations(organization) => clerk.address(&["organizations", organization, "invitations"])?,
        };
        if let Self::UsersOf(organization) = self {
            url.query_pairs_mut().append_pair("organization_id", organization);
        }
        Ok(url)
    }

    fn of(self) -> Listed {
        match self {
            Self::Organizations => Listed::Organization,
            Self::Users | Self::UsersOf(_) => Listed::User,
            Self::Memberships(_) => Listed::Membership,
            Self::Invitations(_) => Listed::Invitation,
        }
    }
}

impl Api {
    /// A part of a list.
    ///
    /// # Errors
    /// [`Trouble`]; of an organization that is none, `NotFound`.
    pub async fn page(&self, list: List<'_>, offset: usize, limit: usize) -> Result<Page, Trouble> {
        let clerk = self.exchange_alone()?;
        let mut url = list.address(clerk)?;
        url.query_pairs_mut()
            .append_pair("order_by", "+created_at")
            .append_pair("offset", &offset.to_string())
            .append_pair("limit", &limit.to_string());
        let answer = clerk.look(url).await?;
        let body = answer.body.ok_or(Refusal::NotFound)?;
        let objects = objects(&body)?;
        let items = objects.iter().map(|object| Notice::listed(list.of(), object, answer.as_of)).collect();
        Ok(Page { items })
    }

    /// An organization.
    ///
    /// # Errors
    /// [`Trouble`]
    pub async fn look_up_organization(&self, id: &str) -> Result<Found, Trouble> {
        self.look_up(Listed::Organization, &["organizations", id]).await
    }

    /// A user.
    ///
    /// # Errors
    /// [`Trouble`]
    pub async fn look_up_user(&self, id: &str) -> Result<Found, Trouble> {
        self.look_up(Listed::User, &["users", id]).await
    }

    /// An invitation.
    ///
    /// # Errors
    /// [`Trouble`]
    pub async fn look_up_invitation(&self, organization: &str, id: &str) -> Result<Found, Trouble> {
        self.look_up(Listed::Invitation, &["organizations", organization, "invitations", id]).await
    }

    /// A membership by its own id. Clerk shows none singly, hence a list of one person's.
    ///
    /// # Errors
    /// [`Trouble`]
    pub async fn look_up_membership(&self, organization: &str, user: &str, id: &str) -> Result<Found, Trouble> {
        let clerk = self.exchange_alone()?;
        let mut url = List::Memberships(organization).address(clerk)?;
        url.query_pairs_mut().append_pair("user_id", user).append_pair("limit", "10");
        let answer = clerk.look(url).await?;
        let body = answer.body.as_deref().unwrap_or(b"[]");
        for object in objects(body)? {
            let notice =
                Notice::listed(Listed::Membership, object, answer.as_of).map_err(|error| unreadable(&error))?;
            if matches!(&notice.event, Event::Membership(membership) if membership.id == id) {
                return Ok(Found::There(Box::new(notice)));
            }
        }
        Ok(Found::Absent(answer.as_of))
    }

    /// What a payer subscribes to, with every item that is not over.
    ///
    /// # Errors
    /// [`Trouble`]; where payers of this kind are not billed at all, `BillingOff`.
    pub async fn look_up_subscription(&self, payer: &Payer) -> Result<Found, Trouble> {
        let clerk = self.exchange_alone()?;
        let of = match payer {
            Payer::Organization(_) => "organizations",
            Payer::User(_) => "users",
        };
        let answer = clerk.look(clerk.address(&[of, payer.id(), "billing", "subscription"])?).await?;
        let Some(body) = answer.body else { return Ok(Found::Absent(answer.as_of)) };
        let object: &RawValue = serde_json::from_slice(&body).map_err(|_| no_list())?;
        let notice = Notice::subscription(payer.clone(), object, answer.as_of).map_err(|error| unreadable(&error))?;
        Ok(Found::There(Box::new(notice)))
    }

    async fn look_up(&self, what: Listed, path: &[&str]) -> Result<Found, Trouble> {
        let clerk = self.exchange_alone()?;
        let answer = clerk.look(clerk.address(path)?).await?;
        let Some(body) = answer.body else { return Ok(Found::Absent(answer.as_of)) };
        let object: &RawValue = serde_json::from_slice(&body).map_err(|_| no_list())?;
        let notice = Notice::listed(what, object, answer.as_of).map_err(|error| unreadable(&error))?;
        Ok(Found::There(Box::new(notice)))
    }
}

/// What was shown, and a time at which it was so.
pub(super) struct Look {
    /// None when there is no such thing.
    pub(super) body: Option<Vec<u8>>,
    as_of: DateTime<Utc>,
    /// When Clerk says that it answered.
    pub(super) told: Option<DateTime<Utc>>,
}

impl Exchange {
    /// Asks once.
    pub(super) async fn look(&self, url: Url) -> Result<Look, Trouble> {
        let request = self.client.get(url).bearer_auth(self.secret_key.expose_secret()).timeout(self.timeout);
        let request = request.header(VERSION.0, VERSION.1).header(ACCEPT, "application/json");
        let began_at = Utc::now();
        let mut answer = request.send().await.map_err(no_answer).map_err(refused)?;
        let body = read(&mut answer, MAX_PAGE).await.map_err(refused)?;
        let (told, as_of) = (told_date(answer.headers()), as_of(began_at, date(answer.headers())));
        match answer.status() {
            StatusCode::OK => Ok(Look { body: Some(body), as_of, told }),
            StatusCode::NOT_FOUND => Ok(Look { body: None, as_of, told }),
            StatusCode::UNAUTHORIZED => Err(Trouble::Key),
            status => Err(denied(status, refused(Failure::answered(status, answer.headers(), &body)))),
        }
    }
}

fn refused(failure: Failure) -> Refusal {
    failure.refusal
}

/// What is wrong with a question stays wrong; limits and locks pass.
fn denied(status: StatusCode, refusal: Refusal) -> Trouble {
    let passes = [StatusCode::REQUEST_TIMEOUT, StatusCode::CONFLICT, StatusCode::TOO_MANY_REQUESTS].contains(&status);
    match refusal {
        Refusal::Away { cause, .. } if status.is_client_error() && !passes => Trouble::Denied(cause),
        refusal => refusal.into(),
    }
}

/// When the question was asked, by Clerk's clock: the answer is no older. A change that is dated later may not be in it, and
/// must not be outranked by it.
fn as_of(began_at: DateTime<Utc>, answered_at: DateTime<Utc>) -> DateTime<Utc> {
    let took = Utc::now() - began_at;
    let by_clerk = answered_at - took;
    let as_of = if (by_clerk - began_at).abs() < ONE_CLOCK { began_at } else { by_clerk };
    as_of.trunc_subsecs(3)
}

/// Most lists are in `data`, that of users is bare.
fn objects(body: &[u8]) -> Result<Vec<&RawValue>, Refusal> {
    #[derive(Deserialize)]
    struct Wrapped<'a> {
        #[serde(borrow)]
        data: Vec<&'a RawValue>,
    }
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return serde_json::from_slice(body).map_err(|_| no_list());
    }
    serde_json::from_slice(body).map(|wrapped: Wrapped<'_>| wrapped.data).map_err(|_| no_list())
}

fn no_list() -> Refusal {
    Refusal::away(anyhow::anyhow!("Clerk's answer cannot be read"))
}

/// It would be no other if it were asked for again.
fn unreadable(error: &Unreadable) -> Trouble {
    Trouble::Denied(anyhow::anyhow!("Clerk's answer cannot be read: {error}"))
}
