//! Whether the schema is the one that this program was written for.

use migration::{Migrator, MigratorTrait, seaql_migrations};
use sea_orm::EntityTrait;

use crate::db::trouble::is_away;
use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

#[expect(clippy::disallowed_methods, reason = "the schema belongs to no tenant")]
pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let db = case.db().await?;
    let up = "run `tenantry migrate up`";
    let missing = |found: String| Verdict::grave(!case.config.database.auto_migrate, found, up);
    let applied = seaql_migrations::Entity::find().all(&db.system().reader()).await.map_err(|error| {
        if is_away(&error) { super::unanswered(&error) } else { missing("there is none, or none of ours".to_owned()) }
    })?;
    let ours: Vec<String> = Migrator::migrations().iter().map(|change| change.name().to_owned()).collect();
    let pending: Vec<&String> =
        ours.iter().filter(|own| applied.iter().all(|change| change.version != **own)).collect();
    if let Some(first) = pending.first() {
        return Err(missing(format!("{} changes are pending, the first is {first}", pending.len())));
    }
    if let Some(unknown) = applied.iter().find(|change| !ours.contains(&change.version)) {
        let found = format!("it is ahead of this program, which does not know {}", unknown.version);
        return Err(Verdict::warning(found, "run the version that made it, unless this is a rollback"));
    }
    Ok(Verdict::ok(format!("all {} changes are applied", ours.len())))
}
