//! The secrets that webhook deliveries are signed with. Their form is asked of the settings already; whether they are the right ones
//! shows when a delivery comes.

use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    match case.config.clerk.webhook_secrets.len() {
        0 => Err(Verdict::grave(
            case.is_hosted(),
            "CLERK_WEBHOOK_SIGNING_SECRET is not set, so every delivery is answered 503",
            "make an endpoint in Clerk's dashboard, under Webhooks, and copy its signing secret",
        )),
        1 => Ok(Verdict::ok("a secret of the right form")),
        several => Ok(Verdict::ok(format!("{several} secrets of the right form, as while one is replaced"))),
    }
}
