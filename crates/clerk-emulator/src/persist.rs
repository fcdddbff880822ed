//! The state file: the whole state as JSON, keys included, replaced atomically at every change.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{ids, state::State};

/// Reads the state, or `None` when there is no file yet.
pub(crate) fn load(path: &Path) -> Result<Option<State>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
    };
    let state = serde_json::from_slice(&text);
    let state = state.with_context(|| format!("{} is not a state file", path.display()))?;
    Ok(Some(state))
}

/// Writes beside the file and renames, so that a reader never meets half of it.
pub(crate) fn save(path: &Path, state: &State) -> Result<()> {
    let text = serde_json::to_vec_pretty(state).context("the state has no JSON form")?;
    let beside = beside(path);
    let written = write(&beside, &text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // The first error is the one worth reporting.
        drop(fs::remove_file(&beside));
    }
    written.with_context(|| format!("writing {}", path.display()))
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.new", ids::hex(4)));
    PathBuf::from(name)
}

fn write(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let mut file = private_file(path)?;
    file.write_all(text)?;
    file.sync_all()
}

/// A new file that only its owner can read: it holds private keys.
fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
