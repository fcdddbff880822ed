//! Whether the mail server answers. No mail is sent.

use crate::config::{MailConfig, MailOutlet};
use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};
use crate::mail::try_server;

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    match &case.config.mail {
        None => Ok(Verdict::ok("off: SMTP_URL is not set")),
        Some(MailConfig { outlet: MailOutlet::Folder(folder), .. }) => {
            Ok(Verdict::ok(format!("written into the folder {}", folder.display())))
        }
        Some(MailConfig { outlet, .. }) => {
            let mend = "see whether host, port, encryption, user and password in SMTP_URL are right, and whether this machine may call it";
            try_server(outlet).await.map_err(|why| Verdict::failed(why, mend))?;
            Ok(Verdict::ok("the mail server answers and would take mail from us"))
        }
    }
}
