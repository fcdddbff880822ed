//! Whether an SQLite database has room to grow, and may be written by whoever runs this.

use std::path::Path;

use crate::db::file;
use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

/// Less is as good as none, in bytes.
const LEAST: u64 = 100 << 20;

/// Below this it should be looked after, in bytes; or below twice the database's size, which a backup beside it takes.
const LOW: u64 = 1 << 30;

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let Some(path) = file::path(&case.config.database.url) else {
        return Ok(Verdict::ok("PostgreSQL's disk is not seen from here"));
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let shown = folder.display();
    if !folder.is_dir() {
        return Err(Verdict::failed(
            format!("there is no folder {shown}"),
            "make it, for the server's user to write in",
        ));
    }
    // SQLite has files of its own beside the database.
    for place in [folder, &*path].into_iter().filter(|place| place.exists()) {
        if !may_write(place) {
            let found = format!("{} may not be written by the user who runs this", place.display());
            return Err(Verdict::failed(found, "give folder and file to the server's user, or run this as that user"));
        }
    }
    let Some(free) = free(folder) else { return Ok(Verdict::ok(format!("{shown} may be written"))) };
    let size = path.metadata().map_or(0, |file| file.len());
    let found = format!("the database has {} MB, and {shown} has {} MB left", size >> 20, free >> 20);
    match free {
        _ if free < LEAST => Err(Verdict::failed(found, "make room: without any, every write fails")),
        _ if free < LOW.max(2 * size) => Err(Verdict::warning(found, "make room, also for a backup beside it")),
        _ => Ok(Verdict::ok(found)),
    }
}

#[cfg(unix)]
fn may_write(place: &Path) -> bool {
    rustix::fs::access(place, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn may_write(place: &Path) -> bool {
    place.metadata().is_ok_and(|found| !found.permissions().readonly())
}

/// Bytes that somebody without special rights may use.
#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let about = rustix::fs::statvfs(folder).ok()?;
    Some(about.f_bavail.saturating_mul(about.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}
