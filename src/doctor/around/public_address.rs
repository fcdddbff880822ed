//! Whether a server answers where the world looks for it.

use std::time::Duration;

use reqwest::{Client, StatusCode, redirect};

use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

const PATIENCE: Duration = Duration::from_secs(4);

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let Some(address) = &case.config.http.public_url else {
        return Ok(Verdict::ok("not looked at: PUBLIC_URL is not set"));
    };
    let mend = "start the server, and see what stands between the world and it: DNS, certificate, load balancer";
    let away = |error: reqwest::Error| {
        Verdict::warning(format!("{address} does not answer: {:#}", anyhow::Error::new(error.without_url())), mend)
    };
    let client = Client::builder().redirect(redirect::Policy::none()).timeout(PATIENCE).build().map_err(away)?;
    let answer = client.get(format!("{address}/readyz")).send().await.map_err(away)?;
    match answer.status() {
        StatusCode::OK => Ok(Verdict::ok(format!("a server that is ready answers at {address}"))),
        status => Err(Verdict::warning(format!("{address}/readyz answers {}", status.as_u16()), mend)),
    }
}
