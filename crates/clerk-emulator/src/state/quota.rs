//! How many members an organization has, and whether there is room for more.

use axum::http::StatusCode;
use serde_json::json;

use super::{Invitation, InvitationStatus, Organization, State};
use crate::error::{ApiError, Result};

impl State {
    pub(crate) fn members_count(&self, organization: &str) -> usize {
        let own = self.memberships.iter().filter(|m| m.organization_id == organization);
        own.count()
    }

    pub(crate) fn pending_count(&self, organization: &str) -> usize {
        let now = self.now();
        let pending = |i: &&Invitation| i.organization_id == organization && i.status(now) == InvitationStatus::Pending;
        self.invitations.iter().filter(pending).count()
    }

    /// Whether `extra` more members or invitations fit; 0 as limit means that any number does.
    ///
    /// On a seat-based plan the refusal says how many seats would be needed.
    pub(super) fn check_room(&self, organization: &Organization, extra: usize) -> Result<()> {
        let used = self.members_count(&organization.id) + self.pending_count(&organization.id);
        let limit = organization.max_allowed_memberships;
        if limit == 0 || (used + extra) as u64 <= limit {
            return Ok(());
        }
        if self.is_seat_based(&organization.id) {
            let message = "You have reached the seat limit for your current plan.";
            let error = ApiError::new(StatusCode::PAYMENT_REQUIRED, "insufficient_seats", message);
            return Err(error.with_meta(json!({ "seats_quantity": used + extra })));
        }
        let message = format!(
            "You have reached your limit of {limit} organization memberships, \
             including outstanding invitations."
        );
        Err(ApiError::forbidden("organization_membership_quota_exceeded", message))
    }
}
