//! What must hold whatever bytes are sent. Each property takes any bytes and panics where it does not hold.
//!
//! The tests beside this folder try them on stable; `fuzz/` drives the very same ones by coverage.

mod claims;
mod cursor;
mod etag;
mod event;
mod filter;
mod forwarded_for;
mod idempotency_key;
mod page;
mod permissions;
mod publishable_key;
mod token;

pub use claims::claims;
pub use cursor::cursor;
pub use etag::etag;
pub use event::event;
pub use filter::filter;
pub use forwarded_for::forwarded_for;
pub use idempotency_key::idempotency_key;
pub use page::page;
pub use permissions::permissions;
pub use publishable_key::publishable_key;
pub use token::token;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// A property.
pub type Property = fn(&[u8]);

/// Every property by the name of its fuzz target and of its folder in `fuzz/seeds`.
pub const ALL: [(&str, Property); 11] = [
    ("claims", claims),
    ("cursor", cursor),
    ("etag", etag),
    ("event", event),
    ("filter", filter),
    ("forwarded_for", forwarded_for),
    ("idempotency_key", idempotency_key),
    ("page", page),
    ("permissions", permissions),
    ("publishable_key", publishable_key),
    ("token", token),
];

/// The input as text; what is no UTF-8 is replaced, so that no input is wasted.
fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

/// A header that is sent once for every line of the input. Lines that no header can hold are left out.
fn headers(name: &HeaderName, data: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n').filter_map(|line| HeaderValue::from_bytes(line).ok()) {
        headers.append(name, line);
    }
    headers
}
