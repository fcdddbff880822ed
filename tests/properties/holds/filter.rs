//! The query of a list of tasks: whatever it says is a value of the statement and never its text.

use sea_orm::{DbBackend, EntityTrait, QueryFilter, QueryTrait};
use tenantry::db::TenantId;
use tenantry::error::Error;
use tenantry::http::query::parse;
use tenantry::tasks::{TaskQuery, entity::Entity};

/// A query string.
pub fn filter(data: &[u8]) {
    let text = super::text(data);
    let query = match parse::<TaskQuery>(&text) {
        Ok(query) => query,
        Err(Error::Malformed { code: "query_malformed", .. }) => return,
        Err(Error::Invalid(errors)) => {
            assert!(errors.iter().all(|error| error.parameter.is_some()), "a mistake without a name: {errors:?}");
            return;
        }
        Err(error) => panic!("{error:?}"),
    };
    let tenant = TenantId::Organization("org_1".into());
    if let Ok(condition) = query.condition(&tenant, "user_1") {
        let select = Entity::find().filter(condition);
        for backend in [DbBackend::Sqlite, DbBackend::Postgres] {
            assert_bound(&select.build(backend).sql, backend);
        }
    }
    if let Ok(page) = query.keyset() {
        assert!((1..=200).contains(&page.limit) && page.offset <= 10_000, "{page:?}");
        assert!(page.after.is_none() || page.offset == 0, "both a cursor and an offset");
    }
}

/// Panics when a statement holds text that no statement of ours has: any literal but the escape character of LIKE.
fn assert_bound(sql: &str, backend: DbBackend) {
    let ours = sql.replace(r"ESCAPE '\'", "").replace(r"ESCAPE E'\\'", "");
    let plain = |letter: char| letter.is_ascii_alphanumeric() || r#" "_.,()=<>?$*"#.contains(letter);
    let strange: String = ours.chars().filter(|letter| !plain(*letter)).collect();
    assert!(strange.is_empty(), "{backend:?}: {strange} stands in {sql}");
}
