//! 100 000 tasks of 1 000 tenants, interleaved as they come in time; 20 000 of them are one tenant's. SQLite gets a fifth.

use sea_orm::{ConnectionTrait, DbBackend};
use tenantry::tasks::make_filters;

use crate::support::{Organization, TestApp};

/// Fills the tables in one statement each, and lets the database count what it has.
pub async fn fill(app: &TestApp, large: &Organization) {
    let db = app.scratch.connect().await;
    let postgres = db.get_database_backend() == DbBackend::Postgres;
    let (tasks_of_all, memberships_of_all) = if postgres { ("100000", "20000") } else { ("20000", "10000") };
    for statement in [tasks(large), labels(), comments(), talk(), USERS.to_owned(), memberships(large)] {
        let numbers = |to: &str| match postgres {
            true => format!("(SELECT generate_series AS n FROM generate_series(1, {to})) AS numbers"),
            false => format!(
                "(WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {to}) \
                 SELECT n FROM counted) AS numbers"
            ),
        };
        let mut sql = statement.replace("{tasks}", &numbers(tasks_of_all));
        sql = sql.replace("{memberships}", &numbers(memberships_of_all)).replace("{users}", &numbers("5000"));
        for (name, on_postgres, on_sqlite) in DIALECT {
            sql = sql.replace(name, if postgres { on_postgres } else { on_sqlite });
        }
        db.execute_unprepared(&sql).await.unwrap();
    }
    make_filters(&app.db).await.unwrap();
    db.execute_unprepared(if postgres { "VACUUM ANALYZE" } else { "ANALYZE" }).await.unwrap();
}

/// What the two databases write differently: a padded number, a time, an id, a list in JSON, some bytes.
const DIALECT: [(&str, &str, &str); 9] = [
    ("{padded}", "lpad(", "printf('%06d', "),
    ("{width}", "::text, 6, '0')", ")"),
    (
        "{time}",
        "timestamptz '2026-01-01' + n * interval '1 minute'",
        "strftime('%Y-%m-%dT%H:%M:%S+00:00', 1767225600 + n * 60, 'unixepoch')",
    ),
    ("{never}", "timestamptz '2999-01-01'", "'2999-01-01T00:00:00+00:00'"),
    ("{id}", "lpad(to_hex(n), 32, '0')::uuid", "unhex(printf('%032x', n))"),
    ("{five}", "lpad('5', 32, '0')::uuid", "unhex(printf('%032x', 5))"),
    ("{random}", "gen_random_uuid()", "randomblob(16)"),
    ("{json}", "::jsonb", ""),
    ("{bytes}", "''::bytea", "x''"),
];

fn tasks(large: &Organization) -> String {
    let (tenant, admin) = (&large.id, &large.admin_id);
    format!(
        "INSERT INTO tasks (tenant_id, id, title, title_folded, description, description_folded, status, priority, category,
             labels, assignee_id, due_date, completed_at, created_by, updated_by, created_at, updated_at, version, deleted_at,
             deleted_by, purge_at, search_filter_7)
         SELECT CASE WHEN n % 5 = 0 THEN '{tenant}' ELSE 'org_' || {{padded}}(n % 1000){{width}} END, {{id}},
             'Task ' || (n * 7919 % 100003), 'task ' || (n * 7919 % 100003),
             CASE WHEN n % 3 = 0 THEN 'About ' || n END,
             CASE WHEN n % 1000 = 0 THEN 'a needle' WHEN n % 3 = 0 THEN 'about ' || n END,
             CASE n % 4 WHEN 0 THEN 'completed' WHEN 1 THEN 'started' ELSE 'pending' END,
             CASE n % 3 WHEN 0 THEN 'low' WHEN 1 THEN 'medium' ELSE 'high' END,
             CASE n % 7 WHEN 0 THEN 'site' WHEN 1 THEN 'office' WHEN 2 THEN 'workshop' END,
             '[]'{{json}},
             CASE n % 11 WHEN 0 THEN '{admin}' WHEN 1 THEN 'user_' || {{padded}}(n % 500){{width}} END,
             CASE WHEN n % 2 = 0 THEN {{time}} END, CASE WHEN n % 4 = 0 THEN {{time}} END,
             CASE WHEN n % 13 = 0 THEN '{admin}' ELSE 'user_' || {{padded}}(n % 500){{width}} END, 'user_000001',
             {{time}}, {{time}}, 1, CASE WHEN n % 8 = 7 THEN {{time}} END, CASE WHEN n % 8 = 7 THEN 'user_000001' END,
             CASE WHEN n % 8 = 7 THEN {{never}} END, CASE WHEN n % 5 = 0 THEN -1 ELSE {} END
         FROM {{tasks}}",
        i64::MAX
    )
}

fn labels() -> String {
    "INSERT INTO task_labels (tenant_id, task_id, label)
     SELECT tenant_id, id, CASE WHEN version = 1 AND title LIKE '%77' THEN 'rare' ELSE 'common' END FROM tasks"
        .to_owned()
}

/// The task of number 5, which is the large tenant's. People say a lot about it.
pub const TALKED_ABOUT: &str = "00000000-0000-0000-0000-000000000005";

fn comments() -> String {
    "INSERT INTO task_comments (tenant_id, id, task_id, body, author_id, created_at, updated_at, version)
     SELECT tenant_id, id, id, 'Done', 'user_000001', created_at, created_at, 1 FROM tasks"
        .to_owned()
}

fn talk() -> String {
    "INSERT INTO task_comments (tenant_id, id, task_id, body, author_id, created_at, updated_at, version)
     SELECT tenant_id, {random}, id, 'Done', 'user_000001', {time}, {time}, 1 FROM tasks, {users} WHERE id = {five}"
        .to_owned()
}

const USERS: &str =
    "INSERT INTO users (id, first_name, folded, banned, source_updated_at, source_event_at, source_digest)
     SELECT 'user_' || {padded}n{width}, 'Person ' || n, 'person ' || n, false, n, n, {bytes} FROM {users}";

fn memberships(large: &Organization) -> String {
    format!(
        "INSERT INTO memberships (tenant_id, id, user_id, role, permissions, created_at, source_updated_at, source_event_at, source_digest)
         SELECT CASE WHEN n % 20 = 0 THEN '{}' ELSE 'org_' || {{padded}}(n % 1000){{width}} END, 'orgmem_' || {{padded}}n{{width}},
             'user_' || {{padded}}(n % 5000){{width}}, 'org:member', '[]'{{json}}, {{time}}, n, n, {{bytes}}
         FROM {{memberships}}",
        large.id
    )
}
