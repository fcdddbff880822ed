//! Copies of an SQLite database, made while it is in use, and put back while it is not.
//!
//! A copy is whole or absent: it gets its name once it is checked and on the disk. So is a restored database. PostgreSQL has tools of
//! its own for this; `docs/backups.md` says which.

mod check;
mod copy;
mod restore;

use std::fs::File;
use std::io::Result;
use std::path::Path;

pub use check::Checked;
pub use copy::{Copied, copy};
pub use restore::{Restored, restore};

/// The folder that a file is in.
fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes lasting what a folder calls its files.
fn sync(folder: &Path) -> Result<()> {
    // Where folders are no files there is nothing to be done.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
