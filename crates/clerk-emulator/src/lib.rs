//! A local stand-in for Clerk: session tokens, Backend API and signed webhooks, with no account
//! and no network.
//!
//! Tests use it as a library ([`Emulator::builder`]), people as the program `clerk-emulator`.
//! It is built from Clerk's published contract alone and knows nothing of the API it serves, so
//! that a misreading of Clerk is not made twice.
//!
//! Never an identity provider: it signs whatever it is asked to.

mod announce;
mod backend_api;
mod billing;
mod builder;
mod changes;
mod clock;
mod control;
mod emulator;
mod error;
mod extract;
mod faults;
mod frontend_api;
mod ids;
mod images;
mod json;
mod keys;
mod page;
mod people;
mod persist;
mod router;
mod seed;
mod state;
mod token;
mod webhook;

pub use builder::Builder;
pub use emulator::Emulator;
pub use error::{ApiError, ErrorItem, Result};
pub use faults::{Failure, Fault, Faults, RateLimits, SeenRequest, WebhookFaults, Which};
pub use keys::{Rotation, SigningKey};
pub use people::{Person, PersonOrganization};
pub use seed::{Seed, SeedOrganization, SeedPerson, SeedRole};
pub use state::{
    Checkout, EmailAddress, Feature, Interval, Invitation, InvitationStatus, ItemStatus, Membership, Metadata,
    NewInvitation, NewOrganization, NewUser, Organization, OrganizationChanges, Payer, PayerKind, Permission, Plan,
    Role, SeatPrice, Seats, Session, SessionStatus, Settings, Subscription, SubscriptionItem, SubscriptionStatus, User,
    UserChanges,
};
pub use token::{TokenKind, TokenRequest};
pub use webhook::{Attempt, Delivery, DeliveryStatus, SignedDelivery, WebhookSecret, sign_event};
