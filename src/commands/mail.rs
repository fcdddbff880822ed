//! `tenantry mail`: what the mail that people get looks like.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Subcommand;

use crate::mail::{Kind, Written, sample, write};

/// What to look at.
#[derive(Debug, Subcommand)]
pub enum Order {
    /// Show a mail, or every one, with made-up words.
    Preview {
        /// Which: task_assigned, member_added, plan_past_due, limit_reached.
        template: Option<Kind>,
        /// Write HTML and plain text into this folder instead of printing the plain text.
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// Render the MJML sources to HTML. Run it in the repository after changing one.
    #[cfg(feature = "dev")]
    Render,
}

/// Does it.
pub fn run(order: Order) -> Result<()> {
    match order {
        Order::Preview { template, output } => {
            let kinds = template.map_or_else(|| Kind::ALL.to_vec(), |kind| vec![kind]);
            kinds.into_iter().try_for_each(|kind| preview(kind, output.as_deref()))
        }
        #[cfg(feature = "dev")]
        Order::Render => render(),
    }
}

fn preview(kind: Kind, folder: Option<&Path>) -> Result<()> {
    let Written { subject, text, html } = write(kind, &sample::words(kind))?;
    let Some(folder) = folder else {
        println!("{}\n\nSubject: {subject}\n\n{text}", kind.name());
        return Ok(());
    };
    fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
    for (ending, content) in [("html", html), ("txt", format!("Subject: {subject}\n\n{text}"))] {
        put(&folder.join(format!("{}.{ending}", kind.name())), &content)?;
    }
    Ok(())
}

#[cfg(feature = "dev")]
fn render() -> Result<()> {
    use crate::mail::rendering::{FOLDER, html};
    for kind in Kind::ALL {
        put(&Path::new(FOLDER).join(format!("{}.html", kind.name())), &html(kind)?)?;
    }
    Ok(())
}

fn put(file: &Path, content: &str) -> Result<()> {
    fs::write(file, content).with_context(|| format!("writing {}", file.display()))?;
    println!("{}", file.display());
    Ok(())
}
