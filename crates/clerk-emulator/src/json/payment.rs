//! Payment attempts as webhooks carry them.

use serde_json::{Value, json};

use super::{plan::money, subscription};
use crate::{
    ids,
    state::{Payment, PaymentOutcome, State, Subscription},
};

/// The card on file, always the same.
pub(super) fn source_id(own: &Subscription) -> String {
    ids::derived("cps_", &[&own.id])
}

pub(crate) fn payment_attempt(state: &State, own: &Subscription, payment: &Payment) -> Value {
    let (status, at) = match payment.outcome {
        None => ("pending", None),
        Some(PaymentOutcome::Paid) => ("paid", Some(payment.updated_at)),
        Some(PaymentOutcome::Failed) => ("failed", Some(payment.updated_at)),
    };
    let failed = payment.outcome == Some(PaymentOutcome::Failed);
    let reason = json!({ "code": "card_declined", "decline_code": "insufficient_funds" });
    let items = own.living().map(|item| subscription::subscription_item(state, own, item));
    json!({
        "id": payment.id,
        "instance_id": state.instance.id,
        "payment_id": payment.payment_id,
        "statement_id": payment.statement_id,
        "invoice_id": payment.statement_id,
        "gateway_external_id": payment.gateway_id,
        "status": status,
        "charge_type": payment.charge.kind,
        "billing_date": payment.created_at,
        "paid_at": if failed { None } else { at },
        "failed_at": if failed { at } else { None },
        "failed_reason": failed.then_some(reason),
        "payee": payee(state),
        "payer": subscription::payer(state, own),
        "payment_source": source(own),
        "subscription_items": items.collect::<Vec<_>>(),
        "totals": totals(payment.charge.amount),
        "created_at": payment.created_at,
        "updated_at": payment.updated_at,
    })
}

fn payee(state: &State) -> Value {
    json!({
        "id": ids::derived("cpayee_", &[&state.instance.id]),
        "gateway_type": "stripe",
        "gateway_external_id": "acct_emulated",
        "gateway_status": "active",
    })
}

fn source(own: &Subscription) -> Value {
    json!({
        "id": source_id(own),
        "gateway": "stripe",
        "gateway_external_id": "pm_emulated",
        "gateway_external_account_id": null,
        "payment_method": "card",
        "status": "active",
        "card_type": "visa",
        "last4": "4242",
    })
}

/// Here, unlike in the Backend API, the formatted amount carries its symbol.
fn totals(cents: u64) -> Value {
    let total = |cents: u64| {
        let mut total = money(cents);
        total["amount_formatted"] = json!(format!("${}.{:02}", cents / 100, cents % 100));
        total
    };
    json!({ "subtotal": total(cents), "tax_total": total(0), "grand_total": total(cents) })
}
