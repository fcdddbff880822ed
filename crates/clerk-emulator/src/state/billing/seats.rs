//! Seats: members that are paid for one by one.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{Charge, Checkout, Payer, PaymentOutcome, Plan, Subscription};
use crate::{
    error::{ApiError, Result},
    state::State,
};

/// The seats of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seats {
    /// How many; `None` for any number.
    pub quantity: Option<u64>,
}

impl State {
    /// The seats a plan comes with: those asked for, else as many as are needed.
    pub(super) fn seats_of(&self, payer: &Payer, plan: &Plan, asked: Option<u64>) -> Option<Seats> {
        let included = plan.seats.as_ref()?.included;
        Some(match asked {
            Some(0) => Seats { quantity: None },
            Some(count) => Seats { quantity: Some(count) },
            None => Seats { quantity: Some(included.max(self.seats_needed(payer))) },
        })
    }

    fn seats_needed(&self, payer: &Payer) -> u64 {
        (self.members_count(payer.id()) + self.pending_count(payer.id())) as u64
    }

    /// A plan cannot be taken with fewer seats than there are members and invitations.
    pub(super) fn check_seats(&self, payer: &Payer, plan: &Plan, with: Checkout) -> Result<()> {
        let seats = self.seats_of(payer, plan, with.seats).and_then(|seats| seats.quantity);
        if seats.is_none_or(|count| count >= self.seats_needed(payer)) {
            return Ok(());
        }
        let message = "The organization has more members and invitations than the plan has seats";
        Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "plan_seat_limit_exceeded", message))
    }

    /// Whether Clerk, not the application, sets the organization's member limit.
    pub(crate) fn is_seat_based(&self, organization: &str) -> bool {
        let own = self.subscription(&Payer::Organization(organization.to_owned()));
        own.is_ok_and(|own| own.in_force().is_some_and(|item| item.seats.is_some()))
    }

    /// Buys or gives back seats, 0 for any number. More of them are paid at once.
    pub(crate) fn set_seats(&mut self, who: &str, count: u64) -> Result<Subscription> {
        let (id, item) = self.current(who)?;
        let Some(Seats { quantity: before }) = item.seats else {
            return Err(ApiError::value("seats", "can be bought on seat-based plans only"));
        };
        let quantity = (count > 0).then_some(count);
        let price = self.price_of(&item);
        self.edit_item(&id, &item.id, "subscriptionItem.updated", |item, _| item.seats = Some(Seats { quantity }))?;
        let (_, changed) = self.current(who)?;
        let more = self.price_of(&changed).saturating_sub(price);
        if quantity > before && !item.is_free_trial {
            self.charge(&id, Charge::checkout(more), PaymentOutcome::Paid)?;
        }
        self.adopt_plan(&id, false);
        self.edit_subscription(&id, "subscription.updated", |_, _| {})
    }
}
