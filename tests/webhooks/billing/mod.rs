//! Billing histories: what Clerk announces of subscriptions, in any order and as often as it comes, and which plan is in force
//! at any moment afterwards.

mod events;
mod histories;
mod more_histories;
mod pure;
mod stored;
