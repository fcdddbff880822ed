//! Payments: each an attempt that is announced as pending, then as paid or failed.

use crate::{error::Result, ids, json, state::State};

/// What is charged, in cents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Charge {
    pub(crate) amount: u64,
    pub(crate) kind: &'static str,
}

impl Charge {
    /// Somebody pressed a button.
    pub(super) fn checkout(amount: u64) -> Self {
        Self { amount, kind: "checkout" }
    }

    /// A period began.
    pub(super) fn recurring(amount: u64) -> Self {
        Self { amount, kind: "recurring" }
    }
}

/// How an attempt went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PaymentOutcome {
    Paid,
    Failed,
}

/// One attempt to be paid. Times are milliseconds since 1970.
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) payment_id: String,
    pub(crate) statement_id: String,
    pub(crate) gateway_id: String,
    pub(crate) charge: Charge,
    /// `None` while it is pending.
    pub(crate) outcome: Option<PaymentOutcome>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl State {
    /// Attempts a payment: `paymentAttempt.created`, then `.updated`. Nothing is charged for nothing.
    pub(super) fn charge(&mut self, id: &str, charge: Charge, outcome: PaymentOutcome) -> Result<()> {
        if charge.amount == 0 {
            return Ok(());
        }
        let now = self.tick();
        let mut payment = Payment {
            id: ids::fresh("pa_"),
            payment_id: ids::fresh("cpa_"),
            statement_id: ids::fresh("stmt_"),
            gateway_id: ids::fresh("pi_"),
            charge,
            outcome: None,
            created_at: now,
            updated_at: now,
        };
        self.emit_payment("paymentAttempt.created", id, &payment)?;
        payment.outcome = Some(outcome);
        payment.updated_at = self.tick();
        self.emit_payment("paymentAttempt.updated", id, &payment)?;
        let found = self.billing.subscriptions.iter_mut().find(|own| own.id == id);
        if let Some(own) = found {
            own.latest_payment_id = Some(payment.payment_id);
        }
        Ok(())
    }

    fn emit_payment(&mut self, kind: &'static str, id: &str, payment: &Payment) -> Result<()> {
        let data = json::payment_attempt(self, self.subscription_by_id(id)?, payment);
        self.emit(kind, data);
        Ok(())
    }
}
