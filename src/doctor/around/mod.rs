//! What is neither Clerk's nor the database's: browsers, mail, plans.

pub(super) mod mail;
pub(super) mod origins;
pub(super) mod plans;
pub(super) mod public_address;
