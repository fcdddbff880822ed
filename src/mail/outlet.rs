//! Where messages leave: by SMTP, or into a folder on a developer's machine.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use lettre::transport::smtp::{self, AsyncSmtpTransport};
use lettre::{AsyncTransport, Message, Tokio1Executor};
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::Kind;
use crate::config::MailOutlet;
use crate::jobs::Failure;

/// How long the server may take to answer a command.
const PATIENCE: Duration = Duration::from_secs(10);

/// Replies that refuse us and not the message (RFC 4954): a password that is mended later must not cost any mail.
const ABOUT_US: [u16; 4] = [530, 534, 535, 538];

/// Whether the mail server answers and takes our user name, without sending anything.
///
/// # Errors
/// Why not, in words that repeat nothing of the server's.
pub async fn try_server(outlet: &MailOutlet) -> Result<(), String> {
    // Opening a folder would make it.
    let MailOutlet::Smtp(_) = outlet else { return Ok(()) };
    let Outlet::Smtp(transport) = Outlet::open(outlet).map_err(|_| "the address is unusable".to_owned())? else {
        return Ok(());
    };
    match transport.test_connection().await {
        Ok(true) => Ok(()),
        Ok(false) => Err("the mail server ended the connection".to_owned()),
        Err(error) => Err(reason(&error)),
    }
}

/// Where messages leave.
pub(super) enum Outlet {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

impl Outlet {
    pub(super) fn open(outlet: &MailOutlet) -> Result<Self> {
        Ok(match outlet {
            MailOutlet::Smtp(url) => {
                let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret());
                Self::Smtp(builder.context("SMTP_URL")?.timeout(Some(PATIENCE)).build())
            }
            MailOutlet::Folder(folder) => {
                std::fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
                Self::Folder(folder.clone())
            }
        })
    }

    /// Hands a message over. That it arrives is the server's business from then on.
    ///
    /// # Errors
    /// When it was not taken; for good, if the server will never take it.
    pub(super) async fn deliver(&self, kind: Kind, id: Uuid, message: Message) -> Result<(), Failure> {
        match self {
            Self::Smtp(transport) => transport.send(message).await.map(|_| ()).map_err(|error| refused(&error)),
            Self::Folder(folder) => {
                let file = folder.join(format!("{}-{id}.eml", kind.name()));
                let written = tokio::task::spawn_blocking(move || std::fs::write(file, message.formatted())).await;
                written.context("writing a message")?.context("writing a message into the folder")?;
                Ok(())
            }
        }
    }
}

/// The server's code and not its words, which may repeat an address.
fn reason(error: &smtp::Error) -> String {
    match error.status().map(u16::from) {
        Some(code) => format!("the mail server answered {code}"),
        None if error.is_timeout() => "the mail server did not answer in time".to_owned(),
        None if error.is_tls() => "no encrypted connection to the mail server".to_owned(),
        None => "no connection to the mail server".to_owned(),
    }
}

fn refused(error: &smtp::Error) -> Failure {
    let (code, reason) = (error.status().map(u16::from), reason(error));
    if error.is_permanent() && !code.is_some_and(|code| ABOUT_US.contains(&code)) {
        return Failure::never(reason);
    }
    Failure::again(reason)
}
