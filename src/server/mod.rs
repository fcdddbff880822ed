//! Takes connections and hands their requests to the service: bounded in number, in the time a head may take, and in the
//! time they have to end.
//!
//! It answers from the moment it is bound. Until the service is there, probes hear that the process lives and everybody
//! else that it is starting.

mod connection;
mod front;
mod lifecycle;
mod listen;

pub use front::Front;
pub use lifecycle::Lifecycle;
pub use listen::{Accepting, bind};
