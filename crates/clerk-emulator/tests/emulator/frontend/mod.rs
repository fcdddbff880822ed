//! The Frontend API, as a browser meets it.

mod clock;
mod dev_browser;
mod gate;
mod managing;
mod organizations;
mod pages;
mod sessions;
mod sign_in;
mod sign_up;
mod verification;
