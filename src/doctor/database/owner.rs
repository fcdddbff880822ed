//! Whether the role that migrates can change the schema.

use sea_orm::FromQueryResult;

use super::unanswered;
use crate::db::Db;
use crate::doctor::Case;
use crate::doctor::finding::{Looked, Verdict};

#[derive(FromQueryResult)]
struct Owner {
    name: String,
    creates: bool,
    foreign: i64,
    roles: bool,
}

const ASK: &str = "SELECT current_user::text AS name,
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS creates,
    (SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        AND NOT pg_has_role(me.oid, relowner, 'USAGE')) AS foreign,
    me.rolsuper OR me.rolcreaterole OR (SELECT count(*) = 2 FROM pg_roles WHERE rolname IN ('tenantry_app', 'tenantry_system')) AS roles
    FROM pg_roles me WHERE me.rolname = current_user";

pub(in crate::doctor) async fn look(case: &Case) -> Looked {
    let mut config = case.database();
    if !case.is_postgres() {
        return Ok(Verdict::ok("SQLite has no owners"));
    }
    let named = config.migration_url.expose() != config.url.expose();
    if !named && !config.auto_migrate {
        return Ok(Verdict::ok("MIGRATION_DATABASE_URL is not set here; `tenantry migrate up` is run where it is"));
    }
    config.url = config.migration_url.clone();
    let away = |error| {
        Verdict::failed(
            format!("MIGRATION_DATABASE_URL is not reached: {error}"),
            "see whether its user, password and database are right",
        )
    };
    let db = Db::look(&config).await.map_err(away)?;
    let owner = db.ask::<Owner>(ASK).await.map_err(|error| unanswered(&error))?;
    let Some(owner) = owner else {
        return Err(Verdict::failed("the role that migrates is unknown", "see the database's roles"));
    };
    let lacks = match &owner {
        Owner { creates: false, .. } => "may make no table",
        Owner { foreign: 1.., .. } => "does not own every table",
        Owner { roles: false, .. } => "may not make the roles tenantry_app and tenantry_system, which are missing",
        _ => return Ok(Verdict::ok(format!("{} can migrate", owner.name))),
    };
    let mend = "put the owner of the tables into MIGRATION_DATABASE_URL; an administrator makes the roles: CREATE ROLE tenantry_app \
                NOLOGIN; CREATE ROLE tenantry_system NOLOGIN;";
    Err(Verdict::failed(format!("{} cannot migrate: it {lacks}", owner.name), mend))
}
