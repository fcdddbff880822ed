//! Whether the role that logs in can do what it must, and cannot pass by row-level security.

use super::unanswered;
use crate::config::Environment;
use crate::db::Role;
use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let role = case.db().await?.role().await.map_err(|error| unanswered(&error))?;
    let Some(role) = role else { return Ok(Verdict::ok("SQLite has no roles")) };
    let mend =
        format!("let an administrator make a role for the server, and put it into DATABASE_URL: {}", Role::mend());
    if let Some(lack) = role.lacks() {
        let mend = format!("run `tenantry migrate up` as the owner, then {mend}");
        return Err(Verdict::failed(format!("{} {lack}", role.name), mend));
    }
    let dangers = role.dangers().join("; ");
    if !dangers.is_empty() {
        let found = format!("{} could pass by row-level security: {dangers}", role.name);
        return Err(Verdict::grave(case.config.environment == Environment::Production, found, mend));
    }
    Ok(Verdict::ok(format!(
        "{} takes tenantry_app and tenantry_system, and cannot pass by row-level security",
        role.name
    )))
}
