//! The files of the dashboard.

use std::borrow::Cow;

/// The page that every address shows which is no file.
pub(super) const INDEX: &str = "index.html";

#[cfg(feature = "dashboard")]
#[derive(rust_embed::Embed)]
#[folder = "dashboard/dist"]
#[exclude = ".vite/*"]
#[allow_missing = true]
struct Files;

/// A file by its path, if there is one.
#[cfg(feature = "dashboard")]
pub(super) fn get(path: &str) -> Option<(Cow<'static, [u8]>, String)> {
    let file = Files::get(path)?;
    let kind = file.metadata.mimetype().to_owned();
    Some((file.data, kind))
}

/// There is none in a program that was built without them.
#[cfg(not(feature = "dashboard"))]
pub(super) fn get(_: &str) -> Option<(Cow<'static, [u8]>, String)> {
    None
}
