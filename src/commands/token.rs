//! `tenantry token`: a session token of the local Clerk that `tenantry dev` runs.

use anyhow::{Context, Result, ensure};
use clap::Args;

/// Whose token.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A short name, an e-mail address or an id.
    #[arg(default_value = "ada")]
    who: String,
    /// An organization's slug or id, or `none`; the person's first when absent.
    #[arg(long)]
    org: Option<String>,
    /// Minutes since the first and the second factor were verified, `-1` for never, or `none` for a token that does not
    /// tell; as after signing in just now when absent.
    #[arg(long, value_name = "FIRST,SECOND", allow_hyphen_values = true)]
    factor_ages: Option<String>,
    /// The port of the local Clerk.
    #[arg(long, default_value_t = super::dev::CLERK_PORT)]
    clerk_port: u16,
}

/// Prints the token.
pub async fn run(arguments: Arguments) -> Result<()> {
    let mut url =
        url::Url::parse(&format!("http://127.0.0.1:{}/token/", arguments.clerk_port))?.join(&arguments.who)?;
    if let Some(org) = &arguments.org {
        url.query_pairs_mut().append_pair("org", org);
    }
    if let Some(ages) = &arguments.factor_ages {
        url.query_pairs_mut().append_pair("fva", ages);
    }
    let answer = reqwest::get(url).await.context("the local Clerk does not answer; is `tenantry dev` running?")?;
    let (status, text) = (answer.status(), answer.text().await?);
    ensure!(status.is_success(), "the local Clerk refused: {text}");
    println!("{}", text.trim());
    Ok(())
}
