//! `tenantry backup` and `tenantry restore`: copies of an SQLite database.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail};
use chrono::Utc;
use clap::Args;

use crate::backup::{Checked, copy, restore};
use crate::config::Config;
use crate::db::file;

/// Where the copy is to be.
#[derive(Debug, Args)]
pub struct Backup {
    /// The file to make; there must be none.
    path: PathBuf,
}

/// Which copy.
#[derive(Debug, Args)]
pub struct Restore {
    /// A file that `tenantry backup` made.
    path: PathBuf,
}

/// Makes a copy.
pub async fn back_up(arguments: Backup, config: &Config) -> Result<()> {
    let (database, began) = (sqlite(config)?, Instant::now());
    let copied = copy(&database, &arguments.path).await?;
    println!(
        "{} holds {}: {} bytes, in {:.1} s, read again and found whole",
        arguments.path.display(),
        database.display(),
        copied.bytes,
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Puts a copy in the database's place.
pub async fn put_back(arguments: Restore, config: &Config) -> Result<()> {
    let (database, began) = (sqlite(config)?, Instant::now());
    let restored = restore(&arguments.path, &database, Utc::now()).await?;
    let seconds = began.elapsed().as_secs_f64();
    println!("{} is {} again, in {seconds:.1} s", database.display(), arguments.path.display());
    if let Some(kept) = restored.kept {
        println!("{} is what was there before; remove it when nobody misses it", kept.display());
    }
    print!("{}", next(&restored.checked, &arguments.path));
    Ok(())
}

/// What is to be done before a server starts.
fn next(checked: &Checked, backup: &Path) -> String {
    let migrate = match checked.pending {
        0 => String::new(),
        pending => format!("  tenantry migrate up           # it lacks {pending} changes of the schema\n"),
    };
    format!(
        "Before a server starts (docs/backups.md says why):\n{migrate}\
         \u{20} tenantry audit verify\n\
         \u{20} tenantry jobs list            # what was done since {} was made will be done again; drop what must not be\n\
         \u{20} tenantry reconcile --apply    # what Clerk has told since\n",
        backup.display()
    )
}

fn sqlite(config: &Config) -> Result<PathBuf> {
    let Some(path) = file::path(&config.database.url) else {
        bail!(
            "DATABASE_URL is a PostgreSQL database, which has tools of its own: `pg_dump --format=custom` and `pg_restore`, or \
             pgBackRest. docs/backups.md has the commands, and ops/backup/drill tries them"
        );
    };
    Ok(path)
}
