//! The permissions of this product: whether roles at Clerk have them.

use crate::auth::{ADMIN, Permission};
use crate::clerk::event::Role;
use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

const WHERE: &str = "in Clerk's dashboard, where organizations have their roles and permissions";

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    case.instance().await?;
    let roles = case.backend()?.roles().await.map_err(|trouble| case.refused(&trouble))?;
    let nobody_has = missing(|key| roles.iter().any(|role| has(role, key)));
    if !nobody_has.is_empty() {
        let found = format!("no role at Clerk has {}", nobody_has.join(", "));
        let mend = format!("make the permission and give it to roles, {WHERE}");
        // Admins manage members without it.
        return Err(Verdict::grave(nobody_has != [Permission::ManageMembers.key()], found, mend));
    }
    let admins_lack = missing(|key| roles.iter().any(|role| role.key == ADMIN && has(role, key)));
    if !admins_lack.is_empty() {
        let found = format!("{ADMIN} lacks {}", admins_lack.join(", "));
        return Err(Verdict::warning(found, format!("give it to the role {WHERE}, if admins are to have it")));
    }
    let counts: Vec<String> = roles.iter().map(|role| format!("{} has {}", role.key, count(role))).collect();
    Ok(Verdict::ok(format!("of {} permissions {}", Permission::ALL.len(), counts.join(", "))))
}

fn missing(is_there: impl Fn(&str) -> bool) -> Vec<&'static str> {
    Permission::ALL.iter().map(|permission| permission.key()).filter(|key| !is_there(key)).collect()
}

fn has(role: &Role, key: &str) -> bool {
    role.permissions.iter().any(|held| held == key)
}

fn count(role: &Role) -> usize {
    Permission::ALL.iter().filter(|permission| has(role, permission.key())).count()
}
